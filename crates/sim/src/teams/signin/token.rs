//! The token endpoint. Microsoft identity platform: "OAuth 2.0 authorization code flow", "Refresh tokens", "OAuth 2.0
//! client credentials flow".

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Denied, authorize, known_tenant, no_such_tenant, own_tenant};
use crate::teams::answer::Answer;
use crate::teams::apps::{App, OPENID};
use crate::teams::call::{Call, percent_decode};
use crate::teams::keys;
use crate::teams::people::Person;
use crate::teams::sim::Sim;
use crate::teams::tokens::{Audience, Grant, Refresh};

/// Access tokens last between 60 and 90 minutes, so that nobody relies on a number.
const SHORTEST: u64 = 3_600;
const SPREAD: u64 = 1_800;

/// A refresh token dies after so long without use.
const REFRESH_LIFE: Duration = Duration::from_hours(24 * 90);

type Fields = Vec<(String, String)>;

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(super) fn answer(sim: &Arc<Sim>, call: &Call, tenant: &str) -> Response {
    let mut who: Arc<str> = "".into();
    match issue(sim, call, tenant, &mut who) {
        Ok(answer) => answer.header(http::header::CACHE_CONTROL, "no-store, no-cache").into_response(who),
        Err(denied) => denied.into_response(sim, call, who),
    }
}

fn issue(sim: &Arc<Sim>, call: &Call, tenant: &str, who: &mut Arc<str>) -> Result<Answer, Denied> {
    let fields = call.form();
    let kind = field(&fields, "grant_type").ok_or_else(|| {
        Denied::new(
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'grant_type'.",
        )
    })?;
    // Bots of several tenants ask a tenant of their own for their token.
    let bots = tenant == "botframework.com" && kind == "client_credentials";
    if !known_tenant(sim, tenant) && !bots {
        return Err(no_such_tenant(tenant));
    }
    let app = client(sim, call, &fields)?;
    *who = format!("app:{}", app.client_id).into();
    match kind {
        "authorization_code" => redeem(sim, call, &app, &fields),
        "refresh_token" => refresh(sim, call, &app, &fields),
        "client_credentials" => credentials(sim, &app, &fields, own_tenant(sim, tenant), bots),
        other => Err(Denied::new(
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

/// The client, by secret in the form or in HTTP Basic.
fn client(sim: &Sim, call: &Call, fields: &Fields) -> Result<App, Denied> {
    let basic =
        call.header("authorization").and_then(|value| value.strip_prefix("Basic ")).and_then(|text| {
            let decoded = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
            let (id, secret) = decoded.split_once(':')?;
            Some((percent_decode(id), percent_decode(secret)))
        });
    let (id, secret) = if let Some((id, secret)) = basic {
        (id, Some(secret))
    } else {
        let message = "The request body must contain the following parameter: 'client_id'.";
        let id =
            field(fields, "client_id").ok_or_else(|| Denied::new("invalid_request", 900_144, message))?;
        (id.to_owned(), field(fields, "client_secret").map(str::to_owned))
    };
    let app = sim.apps().by_id.get(id.as_str()).cloned();
    let app = app.ok_or_else(|| {
        Denied::new(
            "unauthorized_client",
            700_016,
            format!("Application with identifier '{id}' was not found in the directory."),
        )
    })?;
    let secret = secret.ok_or_else(|| {
        Denied::new(
            "invalid_client",
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    })?;
    if verify_slices_are_equal(secret.as_bytes(), app.secret.as_bytes()).is_err() {
        return Err(Denied::new("invalid_client", 7_000_215, "Invalid client secret provided."));
    }
    Ok(app)
}

fn redeem(sim: &Sim, call: &Call, app: &App, fields: &Fields) -> Result<Answer, Denied> {
    let text = field(fields, "code").unwrap_or_default();
    let bad = |number, message: &str| Denied::new("invalid_grant", number, message);
    let mut tokens = sim.tokens();
    let code = tokens
        .codes
        .get_mut(text)
        .ok_or_else(|| bad(9_002_313, "Invalid request. The code is malformed or unknown."))?;
    if code.app != app.client_id {
        return Err(bad(700_005, "Provided Authorization Code is intended to use against other client."));
    }
    if code.used {
        return Err(bad(
            54_005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        ));
    }
    if code.expires <= sim.now() {
        return Err(bad(
            70_008,
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
        ));
    }
    if field(fields, "redirect_uri") != Some(&code.redirect) {
        return Err(bad(
            500_112,
            "The reply address does not match the reply address provided when requesting Authorization code.",
        ));
    }
    if let Some((challenge, method)) = &code.challenge {
        let verifier =
            field(fields, "code_verifier").ok_or_else(|| bad(50_148, "The code_verifier is missing."))?;
        let made = match method.as_str() {
            "S256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
            _ => verifier.to_owned(),
        };
        if made != *challenge {
            return Err(bad(
                501_481,
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            ));
        }
    }
    code.used = true;
    let code = code.clone();
    drop(tokens);
    let wanted = narrowed(&code.scopes, field(fields, "scope"))?;
    Ok(hand_out(sim, call, app, &code.person, &code.scopes, &wanted, code.nonce.as_deref()))
}

/// The old refresh token stays valid: using it does not revoke it.
fn refresh(sim: &Sim, call: &Call, app: &App, fields: &Fields) -> Result<Answer, Denied> {
    let text = field(fields, "refresh_token").unwrap_or_default();
    let held = sim.tokens().refresh.get(text).cloned();
    let held = held.ok_or_else(|| {
        Denied::new("invalid_grant", 9_002_313, "Invalid request. The refresh token is malformed or unknown.")
    })?;
    if held.app != app.client_id {
        return Err(Denied::new(
            "invalid_grant",
            700_005,
            "The provided refresh token was issued to another client.",
        ));
    }
    if held.revoked {
        return Err(Denied::new(
            "invalid_grant",
            50_173,
            "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
        ));
    }
    if held.expires <= sim.now() {
        return Err(Denied::new(
            "invalid_grant",
            700_082,
            "The refresh token has expired due to inactivity.",
        ));
    }
    let wanted = narrowed(&held.scopes, field(fields, "scope"))?;
    Ok(hand_out(sim, call, app, &held.person, &held.scopes, &wanted, None))
}

/// Less than was granted may be asked for, more may not.
fn narrowed(granted: &BTreeSet<String>, asked: Option<&str>) -> Result<BTreeSet<String>, Denied> {
    let Some(text) = asked.filter(|text| !text.trim().is_empty()) else { return Ok(granted.clone()) };
    if text.contains(".default") {
        return Ok(granted.clone());
    }
    let asked = authorize::scopes(text)?;
    if asked.is_subset(granted) {
        return Ok(asked);
    }
    Err(Denied::new(
        "invalid_grant",
        65_001,
        "The user or administrator has not consented to use the application with these scopes.",
    ))
}

fn hand_out(
    sim: &Sim,
    call: &Call,
    app: &App,
    person: &Arc<Person>,
    granted: &BTreeSet<String>,
    wanted: &BTreeSet<String>,
    nonce: Option<&str>,
) -> Answer {
    let life = SHORTEST + sim.dice.below(SPREAD);
    let now = sim.now();
    let scopes: Vec<String> =
        wanted.iter().filter(|scope| !OPENID.contains(&scope.as_str())).cloned().collect();
    let scope = scopes.join(" ");
    let grant = Grant {
        app: Arc::clone(&app.client_id),
        person: Some(Arc::clone(person)),
        audience: Audience::Graph,
        scopes,
        expires: Some(now + Duration::from_secs(life)),
    };
    let mut tokens = sim.tokens();
    tokens.sweep_sometimes(now);
    let access = tokens.issue(&sim.dice, &sim.tenant, grant);
    let mut body = json!({
        "token_type": "Bearer",
        "scope": scope,
        "expires_in": life,
        "ext_expires_in": life,
        "access_token": &*access,
    });
    if granted.contains("offline_access") {
        let token = format!("1.{}", sim.dice.secret());
        let refresh = Refresh {
            app: Arc::clone(&app.client_id),
            person: Arc::clone(person),
            scopes: granted.clone(),
            expires: now + REFRESH_LIFE,
            revoked: false,
        };
        tokens.refresh.insert(token.clone(), refresh);
        body["refresh_token"] = json!(token);
    }
    drop(tokens);
    if wanted.contains("openid") {
        body["id_token"] = json!(id_token(sim, call, app, person, nonce));
    }
    Answer::ok(body).changed(json!({"kind": "token.issued", "app": &*app.client_id, "person": &*person.id}))
}

/// Microsoft identity platform: "ID token claims reference".
fn id_token(sim: &Sim, call: &Call, app: &App, person: &Person, nonce: Option<&str>) -> String {
    let now = sim.now().as_second();
    keys::entra().sign(&json!({
        "aud": &*app.client_id,
        "iss": format!("{}/{}/v2.0", call.base, sim.tenant),
        "iat": now,
        "nbf": now,
        "exp": now + 3_600,
        "name": person.name,
        "preferred_username": person.mail,
        "email": person.mail,
        "oid": &*person.id,
        "sub": crate::teams::ids::opaque(sim.seed, &format!("{} {}", app.client_id, person.id)),
        "tid": &*sim.tenant,
        "ver": "2.0",
        "nonce": nonce,
    }))
}

fn credentials(sim: &Sim, app: &App, fields: &Fields, own: bool, bots: bool) -> Result<Answer, Denied> {
    let scope = field(fields, "scope").unwrap_or_default();
    let audience = match scope {
        "https://graph.microsoft.com/.default" => Audience::Graph,
        "https://api.botframework.com/.default" => Audience::BotFramework,
        _ => {
            let message = format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
            );
            return Err(Denied::new("invalid_scope", 1_002_012, message));
        }
    };
    let served = own || (bots && audience == Audience::BotFramework);
    if !served {
        return Err(Denied::new(
            "invalid_request",
            50_059,
            "No tenant-identifying information found in either the request or implied by any provided credentials.",
        ));
    }
    if audience == Audience::BotFramework && app.bot_endpoint.is_none() {
        return Err(Denied::new(
            "unauthorized_client",
            700_016,
            "The application is not registered as a bot.",
        ));
    }
    let life = SHORTEST + sim.dice.below(SPREAD);
    let roles = if audience == Audience::Graph && app.admin_consent { app.roles.clone() } else { Vec::new() };
    let now = sim.now();
    let grant = Grant {
        app: Arc::clone(&app.client_id),
        person: None,
        audience,
        scopes: roles,
        expires: Some(now + Duration::from_secs(life)),
    };
    let mut tokens = sim.tokens();
    tokens.sweep_sometimes(now);
    let access = tokens.issue(&sim.dice, &sim.tenant, grant);
    drop(tokens);
    let body =
        json!({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": &*access});
    Ok(Answer::ok(body)
        .changed(json!({"kind": "token.issued", "app": &*app.client_id, "person": Value::Null})))
}
