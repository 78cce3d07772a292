//! Tokens of integrations ("Integrations & Authorization": authorization code, refresh; "Get expiration status for a
//! token"). The person's side of it is in [`authorize`](super::authorize).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::input::{field, form};
use super::world::World;
use super::world::apps::Kind;
use super::world::tokens::Issued;
use super::{Webex, id};

/// What the token endpoint answers; the lives are told one second short, as the service does.
#[derive(Serialize)]
struct TokenShape<'a> {
    access_token: &'a str,
    expires_in: i64,
    refresh_token: &'a str,
    refresh_token_expires_in: i64,
    token_type: &'static str,
    scope: String,
}

/// `POST /access_token`: exchanges a code, once, or a refresh token. The client's secret is in the form or in Basic
/// credentials; the redirect address must be the very one that the code was asked for.
pub(super) fn access_token(webex: &Webex, call: &Call) -> Outcome {
    let form = form(call)?;
    let (basic_id, basic_secret) = basic(&call.authorization).unwrap_or_default();
    let client = field(&form, "client_id").unwrap_or(&basic_id);
    let secret = field(&form, "client_secret").unwrap_or(&basic_secret);
    let mut guard = webex.world();
    let world = &mut *guard;
    check_client(world, client, secret)?;
    let issued = match field(&form, "grant_type") {
        Some("authorization_code") => by_code(world, call, client, &form)?,
        Some("refresh_token") => by_refresh(world, call, client, &form)?,
        _ => return Err(Refusal::bad("The grant_type is missing or not supported.")),
    };
    let change = json!({
        "kind": "token.issued",
        "person": id::person(issued.grant.person),
        "app": client,
        "grant_type": field(&form, "grant_type"),
    });
    let shape = TokenShape {
        access_token: &issued.access_token,
        expires_in: issued.access_seconds - 1,
        refresh_token: &issued.refresh_token,
        refresh_token_expires_in: issued.refresh_seconds - 1,
        token_type: "Bearer",
        scope: issued.grant.scopes.join(" "),
    };
    Ok(Answer::json(&shape).changed(change).by(client))
}

/// `GET /authorizations/tokenExpiry`: "Get expiration status for a token", in milliseconds since the Unix epoch.
pub(super) fn token_expiry(_webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    Ok(Answer::json(&json!({"exp": caller.expires})))
}

fn check_client(world: &World, client: &str, secret: &str) -> Result<(), Refusal> {
    let known = world.apps.get(client).is_some_and(|app| match &app.kind {
        Kind::Integration { secret: known, .. } => known == secret,
        Kind::Bot { .. } => false,
    });
    if known { Ok(()) } else { Err(Refusal::new(401, "The client_id or client_secret is invalid.")) }
}

fn by_code(
    world: &mut World,
    call: &Call,
    client: &str,
    form: &[(String, String)],
) -> Result<Issued, Refusal> {
    let invalid = || Refusal::bad("The code is invalid, expired or was already used.");
    let code = field(form, "code").ok_or_else(|| Refusal::bad("The code is missing."))?;
    // Taken out first: a code that was tried wrongly is spent as well.
    let code = world.tokens.take_code(code).ok_or_else(invalid)?;
    if *code.grant.client != *client || code.grant.expires <= call.now {
        return Err(invalid());
    }
    if field(form, "redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(Refusal::bad("The redirect_uri does not match the one that the code was issued for."));
    }
    if let Some(challenge) = &code.challenge {
        let verifier = field(form, "code_verifier").unwrap_or("");
        if *challenge != URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) {
            return Err(Refusal::bad("The code_verifier does not match the code_challenge."));
        }
    }
    Ok(world.issue(code.grant, None, call.now, &call.switches))
}

fn by_refresh(
    world: &mut World,
    call: &Call,
    client: &str,
    form: &[(String, String)],
) -> Result<Issued, Refusal> {
    let token = field(form, "refresh_token").ok_or_else(|| Refusal::bad("The refresh_token is missing."))?;
    let grant = world.tokens.grant(token, call.now).filter(|grant| *grant.client == *client).cloned();
    let grant = grant.ok_or_else(|| Refusal::bad("The refresh token is invalid or expired."))?;
    Ok(world.issue(grant, Some(token.to_owned()), call.now, &call.switches))
}

/// Client id and secret of Basic credentials.
fn basic(authorization: &str) -> Option<(String, String)> {
    let decoded = STANDARD.decode(authorization.strip_prefix("Basic ")?.trim()).ok()?;
    let (client, secret) = String::from_utf8(decoded)
        .ok()?
        .split_once(':')
        .map(|(client, secret)| (client.to_owned(), secret.to_owned()))?;
    Some((client, secret))
}
