//! The authorization server's calls without a browser ("OAuth": token, refresh, revoke; "Server-to-Server OAuth"). The
//! person's side of it is in [`authorize`].
//!
//! A refresh token works once. Errors have a body of their own, `{"reason", "error"}`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Zoom;
use super::answer::{Answer, Outcome, Refusal};
use super::call::{Call, Level};
use super::input::{field, parameters};
use super::world::World;
use super::world::apps::{App, Kind};
use super::world::tokens::{Grant, Token};

pub(super) mod authorize;

type Form = [(String, String)];

/// `POST /oauth/token`. The client's credentials are in the header; the parameters in the body or in the query.
pub(super) fn token(zoom: &Zoom, call: &Call) -> Outcome {
    let form = parameters(call);
    let mut guard = zoom.world();
    let world = &mut *guard;
    let app = client(world, call, &form)?;
    let kind = field(&form, "grant_type").unwrap_or("").to_owned();
    let (shape, who) = match (kind.as_str(), app.kind) {
        ("authorization_code", Kind::User | Kind::Admin) => by_code(world, call, &app, &form)?,
        ("refresh_token", Kind::User | Kind::Admin) => by_refresh(world, call, &app, &form)?,
        ("account_credentials", Kind::Server) => by_account(world, call, &app, &form)?,
        ("client_credentials", _) => (by_client(world, call, &app), None),
        ("", _) => return Err(Refusal::oauth(400, "invalid_request", "grant_type missing")),
        _ => return Err(Refusal::oauth(400, "unsupported_grant_type", "unsupported grant type")),
    };
    let change =
        json!({"kind": "token.issued", "person": who.as_deref(), "app": &*app.client, "grant_type": kind});
    Ok(Answer::json(&shape).changed(change).by(&app.client))
}

/// `POST /oauth/revoke`: ends the token and the authorization it belongs to stays.
pub(super) fn revoke(zoom: &Zoom, call: &Call) -> Outcome {
    let form = parameters(call);
    let mut guard = zoom.world();
    let world = &mut *guard;
    let app = client(world, call, &form)?;
    let token =
        field(&form, "token").ok_or_else(|| Refusal::oauth(400, "invalid_request", "token missing"))?;
    if !world.tokens.revoke(token, &app.client) {
        return Err(Refusal::oauth(400, "invalid_request", "Invalid Token!"));
    }
    let change = json!({"kind": "token.revoked", "app": &*app.client});
    Ok(Answer::json(&json!({"status": "success"})).changed(change).by(&app.client))
}

/// The app behind the credentials.
fn client(world: &World, call: &Call, form: &Form) -> Result<App, Refusal> {
    let (basic_id, basic_secret) = basic(&call.authorization).unwrap_or_default();
    let in_form = |name| field(form, name).filter(|_| call.switches.client_in_form);
    let id = in_form("client_id").unwrap_or(&basic_id);
    let secret = in_form("client_secret").unwrap_or(&basic_secret);
    let app = world.apps.get(id).filter(|app| app.secret == secret).cloned();
    app.ok_or_else(|| Refusal::oauth(401, "invalid_client", "Invalid client_id or client_secret"))
}

/// What the token endpoint answers; the life is told one second short, as the service does.
fn shape(call: &Call, access: &str, refresh: Option<&str>, scopes: &[String]) -> Value {
    let mut shape = json!({
        "access_token": access,
        "token_type": "bearer",
        "expires_in": call.switches.access_token_seconds - 1,
        "scope": scopes.join(" "),
        "api_url": call.base,
    });
    if let Some(refresh) = refresh {
        shape["refresh_token"] = refresh.into();
    }
    shape
}

type Issue = Result<(Value, Option<Arc<str>>), Refusal>;

fn by_code(world: &mut World, call: &Call, app: &App, form: &Form) -> Issue {
    let invalid = |reason: &str| Refusal::oauth(call.switches.dead_grant_status, "invalid_grant", reason);
    let code = field(form, "code").ok_or_else(|| Refusal::oauth(400, "invalid_request", "code missing"))?;
    // Taken out first: a code that was tried wrongly is spent as well.
    let code = world.tokens.take_code(code).ok_or_else(|| invalid("Invalid authorization code"))?;
    if code.grant.app != app.client {
        return Err(invalid("Invalid authorization code"));
    }
    if code.expires <= call.now {
        return Err(invalid("Authorization code expired"));
    }
    if field(form, "redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(Refusal::oauth(400, "invalid_request", "Redirect URI mismatch"));
    }
    if let Some((challenge, hashed)) = &code.challenge {
        let verifier = field(form, "code_verifier").unwrap_or("");
        let shown =
            if *hashed { URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) } else { verifier.to_owned() };
        if *challenge != shown {
            return Err(invalid("Invalid code verifier"));
        }
    }
    if call.switches.reauthorization_revokes {
        world.tokens.revoke_grant(&app.client, &code.grant.person);
    }
    world.tokens.authorize(&app.client, &code.grant.person);
    install(world, app, &code.grant.person);
    Ok(issue(world, call, code.grant))
}

fn by_refresh(world: &mut World, call: &Call, app: &App, form: &Form) -> Issue {
    let text = field(form, "refresh_token");
    let text = text.ok_or_else(|| Refusal::oauth(400, "invalid_request", "refresh_token missing"))?;
    let grant = world.tokens.take_refresh(text, &app.client, call.now, &call.switches);
    // Somebody who was deactivated has nothing to refresh.
    let grant = grant.filter(|grant| world.people.get(&grant.person).is_some_and(|person| person.active));
    let grant = grant
        .ok_or_else(|| Refusal::oauth(call.switches.dead_grant_status, "invalid_grant", "Invalid Token!"))?;
    Ok(issue(world, call, grant))
}

fn issue(world: &mut World, call: &Call, grant: Grant) -> (Value, Option<Arc<str>>) {
    let issued = world.tokens.issue(&mut world.dice, grant, call.now, &call.switches);
    let shape = shape(call, &issued.access, Some(&issued.refresh), &issued.grant.scopes);
    (shape, Some(issued.grant.person))
}

/// "Server-to-Server OAuth": the token acts as the owner of the app and cannot be refreshed.
fn by_account(world: &mut World, call: &Call, app: &App, form: &Form) -> Issue {
    if field(form, "account_id") != Some(&*world.account) {
        return Err(Refusal::oauth(400, "invalid_request", "Bad Request"));
    }
    let token = Token {
        level: Level::Account,
        person: Some(Arc::clone(&app.owner)),
        app: Arc::clone(&app.client),
        scopes: Some(Arc::clone(&app.scopes)),
        server: true,
        expires: call.now + call.switches.access_token_seconds * 1000,
    };
    Ok((put(world, call, token, &app.scopes), None))
}

/// "Chatbot: Installation and authentication": the app's own token, for its chatbot and its subscriptions.
fn by_client(world: &mut World, call: &Call, app: &App) -> Value {
    let scopes: Arc<[String]> = app.scopes.iter().filter(|scope| *scope == "imchat:bot").cloned().collect();
    let token = Token {
        level: Level::App,
        person: None,
        app: Arc::clone(&app.client),
        scopes: Some(Arc::clone(&scopes)),
        server: false,
        expires: call.now + call.switches.access_token_seconds * 1000,
    };
    put(world, call, token, &scopes)
}

fn put(world: &mut World, call: &Call, token: Token, scopes: &[String]) -> Value {
    let text = world.tokens.text(&mut world.dice);
    world.tokens.put(text.clone(), token);
    shape(call, &text, None, scopes)
}

/// The first authorization installs the app's chatbot.
pub(super) fn install(world: &mut World, app: &App, person: &str) {
    let first =
        world.apps.get_mut(&app.client).is_some_and(|app| !std::mem::replace(&mut app.installed, true));
    if first && app.robot.is_some() {
        world.tell_bot(&app.client, "bot_installed", person, None);
    }
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
