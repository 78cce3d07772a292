//! Asking a person. Microsoft identity platform: "OAuth 2.0 authorization code flow", section "Request an authorization
//! code".
//!
//! `GET` shows the page, `POST` is the click on it. With `login_hint` and a decision set through `/_sim/consent` the
//! page is skipped, which is how tests sign people in. Nothing is sent to an address that is not registered.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use serde_json::json;

use super::consent::Decision;
use super::{Denied, known_tenant, page};
use crate::control::Mark;
use crate::teams::apps::{App, OPENID, SCOPES};
use crate::teams::call::Call;
use crate::teams::people::Person;
use crate::teams::sim::Sim;
use crate::teams::tokens::Code;

/// How long a code may wait.
const CODE_LIFE: Duration = Duration::from_mins(10);

/// A request that may be answered to its redirect address.
struct Request {
    app: App,
    redirect: String,
    mode: String,
    fields: Vec<(String, String)>,
}

impl Request {
    fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn back(&self, sim: &Sim, mut fields: Vec<(&str, String)>) -> Response {
        if let Some(state) = self.get("state") {
            fields.push(("state", state.to_owned()));
        }
        fields.push(("session_state", sim.dice.uuid().to_string()));
        page::back(&self.redirect, &self.mode, &fields)
    }

    fn deny(&self, sim: &Sim, denied: &Denied) -> Response {
        let fields = vec![("error", denied.error.to_owned()), ("error_description", denied.description())];
        self.back(sim, fields)
    }
}

/// `GET` and `POST /{tenant}/oauth2/v2.0/authorize`.
pub(super) fn answer(sim: &Arc<Sim>, call: &Call, tenant: &str) -> Response {
    let posted = call.method == http::Method::POST;
    let fields = if posted { call.form() } else { call.query.clone() };
    if !known_tenant(sim, tenant) {
        return page::broken(&super::no_such_tenant(tenant).description());
    }
    let request = match admitted(sim, fields) {
        Ok(request) => request,
        Err(reason) => return page::broken(&reason),
    };
    match decide(sim, &request, posted) {
        Ok(response) => response,
        Err(denied) => request.deny(sim, &denied),
    }
}

/// Client and redirect address; without both right nothing may be sent back.
fn admitted(sim: &Sim, fields: Vec<(String, String)>) -> Result<Request, String> {
    let get = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let app = sim.apps().by_id.get(get("client_id")).cloned();
    let app = app.ok_or_else(|| {
        format!(
            "AADSTS700016: Application with identifier '{}' was not found in the directory.",
            get("client_id")
        )
    })?;
    let redirect = get("redirect_uri").to_owned();
    if !app.redirects.contains(&redirect) {
        return Err("AADSTS50011: The redirect URI specified in the request does not match the redirect URIs configured for the application.".to_owned());
    }
    let mode = match get("response_mode") {
        "" => "query",
        mode @ ("query" | "fragment" | "form_post") => mode,
        _ => return Err("AADSTS9002326: The response mode is not supported.".to_owned()),
    };
    let mode = mode.to_owned();
    Ok(Request { app, redirect, mode, fields })
}

fn decide(sim: &Arc<Sim>, request: &Request, posted: bool) -> Result<Response, Denied> {
    if request.get("response_type") != Some("code") {
        return Err(Denied::new("unsupported_response_type", 700_054, "The response type must be 'code'."));
    }
    match request.get("code_challenge_method") {
        None | Some("S256" | "plain") => {}
        Some(_) => return Err(Denied::new("invalid_request", 501_491, "Invalid code challenge method.")),
    }
    let scopes = scopes(request.get("scope").unwrap_or_default())?;
    let typed = request.get(if posted { "person" } else { "login_hint" });
    let person = typed.and_then(|key| sim.people.find(key.trim())).cloned();
    if posted {
        if request.get("decision") != Some("approve") {
            return Err(declined());
        }
        let person = person.ok_or_else(|| {
            Denied::new("access_denied", 50_034, "The user account does not exist in the directory.")
        })?;
        return granted(sim, request, &person, scopes);
    }
    let known = |person: &Person| {
        let tokens = sim.tokens();
        let key = (Arc::clone(&request.app.client_id), Arc::clone(&person.id));
        tokens.consents.get(&key).is_some_and(|had| scopes.is_subset(had))
    };
    let decision = person.as_ref().map_or(Decision::Ask, |person| sim.consents().of(&person.id));
    match (decision, &person) {
        (Decision::Approve, Some(person)) => granted(sim, request, person, scopes),
        (Decision::Deny, _) => Err(declined()),
        (_, Some(person)) if request.get("prompt") == Some("none") && known(person) => {
            granted(sim, request, person, scopes)
        }
        (_, Some(_)) if request.get("prompt") == Some("none") => Err(Denied::new(
            "consent_required",
            65_001,
            "The user or administrator has not consented to use the application.",
        )),
        (_, None) if request.get("prompt") == Some("none") => Err(Denied::new(
            "login_required",
            50_058,
            "A silent sign-in request was sent but no user is signed in.",
        )),
        _ => Ok(page::consent(
            &request.app.name,
            scopes.iter().map(String::as_str),
            sim.people.list().iter().map(|person| &**person),
            request.get("login_hint"),
            &request.fields,
        )),
    }
}

fn declined() -> Denied {
    Denied::new("access_denied", 65_004, "User declined to consent to access the app.")
}

/// Bare names and the long form of Graph's; `.default` stands for everything registered.
pub(super) fn scopes(text: &str) -> Result<BTreeSet<String>, Denied> {
    let mut found = BTreeSet::new();
    for scope in text.split_ascii_whitespace() {
        let bare = scope.strip_prefix("https://graph.microsoft.com/").unwrap_or(scope);
        let known = SCOPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(bare)).map(|(name, _)| *name);
        match known.or_else(|| OPENID.into_iter().find(|name| *name == bare)) {
            Some(name) => drop(found.insert(name.to_owned())),
            None if bare == ".default" => {
                found.extend(["Chat.ReadWrite", "User.Read", "User.ReadBasic.All"].map(str::to_owned));
            }
            None => {
                let message = format!(
                    "The provided value for the input parameter 'scope' is not valid. The scope '{scope}' does not exist."
                );
                return Err(Denied::new("invalid_scope", 70_011, message));
            }
        }
    }
    if found.is_empty() {
        return Err(Denied::new(
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'scope'.",
        ));
    }
    Ok(found)
}

/// Whether these need an administrator who has not consented yet.
fn needs_administrator(sim: &Sim, request: &Request, person: &Person, scopes: &BTreeSet<String>) -> bool {
    if request.app.admin_consent || person.admin {
        return false;
    }
    let everybody = sim.switches().user_consent;
    scopes.iter().any(|scope| {
        SCOPES.iter().any(|(name, admin)| name == scope && (*admin || (!everybody && *name != "User.Read")))
    })
}

fn granted(
    sim: &Arc<Sim>,
    request: &Request,
    person: &Arc<Person>,
    scopes: BTreeSet<String>,
) -> Result<Response, Denied> {
    if needs_administrator(sim, request, person, &scopes) {
        return Err(Denied::new(
            "consent_required",
            90_094,
            "An administrator must consent to the permissions of this application.",
        ));
    }
    let challenge = request.get("code_challenge").map(|challenge| {
        (challenge.to_owned(), request.get("code_challenge_method").unwrap_or("plain").to_owned())
    });
    let code = format!("0.{}", sim.dice.secret());
    let mut tokens = sim.tokens();
    let key = (Arc::clone(&request.app.client_id), Arc::clone(&person.id));
    tokens.consents.entry(key).or_default().extend(scopes.iter().cloned());
    tokens.codes.insert(
        code.clone(),
        Code {
            app: Arc::clone(&request.app.client_id),
            person: Arc::clone(person),
            scopes,
            redirect: request.redirect.clone(),
            challenge,
            nonce: request.get("nonce").map(str::to_owned),
            expires: sim.now() + CODE_LIFE,
            used: false,
        },
    );
    drop(tokens);
    let mut response = request.back(sim, vec![("code", code)]);
    response.extensions_mut().insert(Mark {
        who: Arc::clone(&person.id),
        change: json!({"kind": "consent.granted", "app": &*request.app.client_id, "for": &*person.id}),
        skip: false,
    });
    Ok(response)
}
