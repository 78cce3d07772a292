//! Entra ID: authorize, token, metadata, administrators' consent.
//!
//! Microsoft identity platform: "OAuth 2.0 authorization code flow", "OAuth 2.0 client credentials flow", "`OpenID`
//! Connect on the Microsoft identity platform", "Admin consent on the Microsoft identity platform". The device grant is
//! left out.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use super::answer::{Answer, json_response};
use super::call::Call;
use super::clockwork::seconds_spaced;
use super::sim::Sim;
use crate::control::Mark;

mod authorize;
pub(crate) mod consent;
mod metadata;
mod page;
mod token;

/// Answers a call under `/{tenant}/…`; `None` if the path is not one of sign-in's.
pub(crate) fn answer(sim: &Arc<Sim>, call: &Call) -> Option<Response> {
    let segments = call.route();
    let (tenant, rest) = segments.split_first()?;
    let get = call.method == Method::GET;
    match rest {
        ["oauth2", "v2.0", "authorize"] => Some(authorize::answer(sim, call, tenant)),
        ["oauth2", "v2.0", "token"] if call.method == Method::POST => Some(token::answer(sim, call, tenant)),
        ["v2.0", "adminconsent"] | ["adminconsent"] => Some(consent::administrator(sim, call, tenant)),
        ["v2.0", ".well-known", "openid-configuration"] if get => {
            Some(plain(metadata::version_2(sim, call, tenant)))
        }
        [".well-known", "openid-configuration"] if get => Some(plain(metadata::version_1(sim, call, tenant))),
        ["discovery", "v2.0", "keys"] | ["discovery", "keys"] if get => Some(plain(metadata::keys())),
        _ => None,
    }
}

fn plain(body: Value) -> Response {
    Answer::ok(body).into_response("".into())
}

/// A refusal in the words of OAuth 2.0 and of Entra ID.
#[derive(Debug)]
pub(crate) struct Denied {
    /// OAuth's word.
    pub(crate) error: &'static str,
    /// The number behind `AADSTS`.
    pub(crate) number: u32,
    /// For people.
    pub(crate) message: String,
}

impl Denied {
    /// All three.
    pub(crate) fn new(error: &'static str, number: u32, message: impl Into<String>) -> Self {
        Self { error, number, message: message.into() }
    }

    /// `AADSTS70008: …`.
    pub(crate) fn description(&self) -> String {
        format!("AADSTS{}: {}", self.number, self.message)
    }

    /// The body and status of a token endpoint's refusal. `invalid_client` is 401, all else 400.
    pub(crate) fn into_response(self, sim: &Sim, call: &Call, who: Arc<str>) -> Response {
        let status =
            if self.error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        let correlation =
            call.header("client-request-id").map_or_else(|| sim.dice.uuid().to_string(), str::to_owned);
        let mut body = json!({
            "error": self.error,
            "error_description": self.description(),
            "error_codes": [self.number],
            "timestamp": seconds_spaced(sim.now()),
            "trace_id": sim.dice.uuid().to_string(),
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", call.base, self.number),
        });
        if self.error == "invalid_grant" && [50_173, 700_082].contains(&self.number) {
            body["suberror"] = json!("bad_token");
        }
        let mut response = json_response(status, &body);
        response.extensions_mut().insert(Mark { who, change: Value::Null, skip: false });
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
        response
    }
}

/// Whether a path's tenant is ours for people to sign in to: its GUID, its domain, or one of the general names.
pub(crate) fn known_tenant(sim: &Sim, tenant: &str) -> bool {
    own_tenant(sim, tenant) || tenant == "common" || tenant == "organizations"
}

/// Whether a path's tenant names ours alone.
pub(crate) fn own_tenant(sim: &Sim, tenant: &str) -> bool {
    *tenant == *sim.tenant || tenant.eq_ignore_ascii_case(sim.people.domain())
}

/// What a tenant nobody knows is answered with.
pub(crate) fn no_such_tenant(tenant: &str) -> Denied {
    Denied::new(
        "invalid_request",
        90_002,
        format!("Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."),
    )
}
