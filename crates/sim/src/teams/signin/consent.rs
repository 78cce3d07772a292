//! Who agrees to what: the answers people would click, and the administrator's consent for everybody.

use std::collections::HashMap;
use std::sync::Arc;

use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::page;
use crate::control::Mark;
use crate::teams::call::Call;
use crate::teams::sim::Sim;

/// What happens when a person is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    /// The page is shown and somebody has to click.
    #[default]
    Ask,
    /// The person agrees without being shown anything.
    Approve,
    /// The person refuses.
    Deny,
}

/// The decisions set through `POST /_sim/consent`.
#[derive(Debug, Default)]
pub(crate) struct Consents {
    everybody: Decision,
    by_person: HashMap<Arc<str>, Decision>,
}

impl Consents {
    /// Sets the decision of one person, or of everybody without one of their own.
    pub(crate) fn set(&mut self, person: Option<Arc<str>>, decision: Decision) {
        match person {
            Some(person) => drop(self.by_person.insert(person, decision)),
            None => self.everybody = decision,
        }
    }

    /// What this person would say.
    pub(crate) fn of(&self, person: &str) -> Decision {
        self.by_person.get(person).copied().unwrap_or(self.everybody)
    }
}

/// `GET /{tenant}/v2.0/adminconsent`: the administrator agrees for the whole organization, at once and without a page,
/// unless everybody's decision is to refuse. Microsoft identity platform: "Admin consent on the Microsoft identity
/// platform".
pub(crate) fn administrator(sim: &Arc<Sim>, call: &Call, tenant: &str) -> Response {
    let wanted = call.param("client_id").unwrap_or_default();
    let redirect = call.param("redirect_uri").unwrap_or_default();
    let known = super::own_tenant(sim, tenant) || tenant == "organizations";
    let allowed =
        sim.apps().by_id.get(wanted).is_some_and(|app| app.redirects.iter().any(|one| one == redirect));
    if !known || !allowed {
        return page::broken(if known {
            "AADSTS50011: the redirect address is not registered."
        } else {
            "AADSTS90002: tenant not found."
        });
    }
    let mut fields = vec![("tenant", sim.tenant.to_string())];
    if let Some(state) = call.param("state") {
        fields.push(("state", state.to_owned()));
    }
    if sim.consents().everybody == Decision::Deny {
        fields.push(("error", "permission_denied".to_owned()));
        fields.push(("error_description", "AADSTS65004: the administrator declined to consent.".to_owned()));
        return page::back(redirect, "query", &fields);
    }
    if let Some(app) = sim.apps().by_id.get_mut(wanted) {
        app.admin_consent = true;
    }
    fields.push(("admin_consent", "True".to_owned()));
    if let Some(scope) = call.param("scope") {
        fields.push(("scope", scope.to_owned()));
    }
    let mut response = page::back(redirect, "query", &fields);
    response.extensions_mut().insert(Mark {
        who: "".into(),
        change: json!({"kind": "consent.granted", "app": wanted, "for": "organization"}),
        skip: false,
    });
    response
}
