//! Who calls, and what they may.
//!
//! A token is opaque to its holder and a key into [`super::tokens`] for us. Permission checks follow the permission map
//! Microsoft publishes for Graph ("Microsoft Graph permissions reference"): per operation, one list of delegated scopes
//! and one of application roles; having one of a list is enough.

use std::sync::Arc;

use super::answer::Refusal;
use super::call::Call;
use super::people::Person;
use super::sim::Sim;
use super::tokens::{Audience, Grant};

/// Somebody with a valid token.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// What the token stands for.
    pub(crate) grant: Arc<Grant>,
}

/// Who may do something: delegated scopes and application roles, one of which is needed.
pub(crate) struct Needs {
    /// Scopes of a person's token.
    pub(crate) delegated: &'static [&'static str],
    /// Roles of an app-only token; empty where apps are not served at all.
    pub(crate) application: &'static [&'static str],
}

impl Caller {
    /// The caller of a Graph path.
    pub(crate) fn on_graph(sim: &Sim, call: &Call) -> Result<Self, Refusal> {
        Self::identify(sim, call, Audience::Graph)
    }

    /// The caller of a connector path.
    pub(crate) fn on_connector(sim: &Sim, call: &Call) -> Result<Self, Refusal> {
        Self::identify(sim, call, Audience::BotFramework)
    }

    fn identify(sim: &Sim, call: &Call, audience: Audience) -> Result<Self, Refusal> {
        let token = call.bearer().ok_or_else(|| Refusal::token("Access token is empty."))?;
        let grant = sim
            .tokens()
            .access(token)
            .ok_or_else(|| Refusal::token("Access token validation failure. The token is not known."))?;
        if grant.audience != audience {
            return Err(Refusal::token("Access token validation failure. Invalid audience."));
        }
        if grant.expires.is_some_and(|expires| expires <= sim.now()) {
            return Err(Refusal::token("Lifetime validation failed, the token is expired."));
        }
        Ok(Self { grant })
    }

    /// For the ledger.
    pub(crate) fn who(&self) -> Arc<str> {
        match &self.grant.person {
            Some(person) => Arc::clone(&person.id),
            None => format!("app:{}", self.grant.app).into(),
        }
    }

    /// The person behind a delegated token.
    pub(crate) fn person(&self) -> Option<&Arc<Person>> {
        self.grant.person.as_ref()
    }

    /// The client id.
    pub(crate) fn app(&self) -> &Arc<str> {
        &self.grant.app
    }

    /// Whether the token has one of these.
    pub(crate) fn has(&self, wanted: &[&str]) -> bool {
        self.grant.scopes.iter().any(|scope| wanted.contains(&scope.as_str()))
    }

    /// Refuses with the Teams service's 403 unless the token suffices.
    pub(crate) fn needs(&self, needs: &Needs) -> Result<(), Refusal> {
        let (kind, wanted) = match self.person() {
            Some(_) => ("scope", needs.delegated),
            None => ("role", needs.application),
        };
        if self.has(wanted) {
            return Ok(());
        }
        let plural = if kind == "scope" { "Scopes" } else { "Roles" };
        Err(Refusal::forbidden(format!(
            "Missing {kind} permissions on the request. API requires one of '{}'. {plural} on the request '{}'",
            wanted.join(", "),
            self.grant.scopes.join(", "),
        )))
    }

    /// Refuses with the directory's 403 unless the token suffices.
    pub(crate) fn needs_in_directory(&self, needs: &Needs) -> Result<(), Refusal> {
        let wanted = if self.person().is_some() { needs.delegated } else { needs.application };
        if self.has(wanted) {
            return Ok(());
        }
        Err(Refusal::new(
            http::StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ))
    }

    /// The person, or the answer for calls that only make sense with one.
    pub(crate) fn must_be_person(&self) -> Result<&Arc<Person>, Refusal> {
        self.person()
            .ok_or_else(|| Refusal::bad("/me request is only valid with delegated authentication flow."))
    }

    /// The same, and the person has a licence. Graph: "Teams licensing requirements".
    pub(crate) fn licensed_person(&self) -> Result<&Arc<Person>, Refusal> {
        let person = self.must_be_person()?;
        self.licensed()?;
        Ok(person)
    }

    /// Refuses people without a Teams licence; apps have none and need none.
    pub(crate) fn licensed(&self) -> Result<(), Refusal> {
        match self.person() {
            Some(person) if !person.licensed() => Err(Refusal::forbidden(
                "Failed to get license information for the user. Ensure user has a valid Office365 license assigned \
                 to them.",
            )),
            _ => Ok(()),
        }
    }
}
