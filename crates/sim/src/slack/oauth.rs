//! `oauth.v2.access`, `oauth.v2.user.access` and `oauth.v2.exchange` ("Installing with OAuth", "Using token rotation", "Using
//! PKCE"). The person's side of it is in [`authorize`](super::authorize).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Slack;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::world::World;
use super::world::apps::{Bot, Grant};
use super::world::people::{BotOf, Person};
use super::world::tokens::{Code, Issued, Kind};

/// `oauth.v2.access`: exchanges a code, once, or a refresh token.
///
/// What only one of bot and person was asked for is only there: without bot scopes there is no token at the top level.
/// A refresh answers flat, whichever token it was for.
pub(super) fn access(slack: &Slack, call: &Call) -> Outcome {
    let mut guard = slack.world();
    let world = &mut *guard;
    match call.args.text("grant_type") {
        None | Some("authorization_code") => {
            let (code, expires) = code_of(world, call, false)?;
            installed(world, call, &code, expires)
        }
        Some("refresh_token") => by_refresh(world, call),
        Some(_) => Err(Refusal::new("invalid_grant_type")),
    }
}

/// `oauth.v2.user.access`: the same for a code of `/oauth/v2_user/authorize`, as RFC 6749, 5.1 has it: the person's token is
/// at the top level, and there is no other.
pub(super) fn user_access(slack: &Slack, call: &Call) -> Outcome {
    let mut guard = slack.world();
    let world = &mut *guard;
    match call.args.text("grant_type") {
        None | Some("authorization_code") => {
            let (code, expires) = code_of(world, call, true)?;
            if code.user_scopes.is_empty() {
                return Err(Refusal::new("no_user_scopes"));
            }
            let issued = grant_person(world, call, &code, expires)?;
            let mut body = json!({
                "app_id": &*code.app,
                "team": {"id": &*world.team.id, "name": world.team.name},
                "enterprise": null,
                "is_enterprise_install": false,
                "user_id": &*code.person,
                "authed_user": {"id": &*code.person, "scope": issued.scope},
            });
            write(&mut body, &issued, "user");
            Ok(told(world, &code, body))
        }
        Some("refresh_token") => by_refresh(world, call),
        Some(_) => Err(Refusal::new("invalid_grant_type")),
    }
}

/// The app whose client id and secret the call carries, in Basic credentials or in the form.
///
/// # Errors
/// `invalid_client_id`, `bad_client_secret`.
pub(super) fn client(world: &World, call: &Call) -> Result<Arc<str>, Refusal> {
    let (client, secret) = credentials(call);
    let app = client.and_then(|client| world.apps.by_client(&client));
    let app = app.ok_or_else(|| Refusal::new("invalid_client_id"))?;
    if secret.as_deref() == Some(app.secret.as_str()) {
        Ok(Arc::clone(&app.id))
    } else {
        Err(Refusal::new("bad_client_secret"))
    }
}

fn credentials(call: &Call) -> (Option<String>, Option<String>) {
    let basic = call.authorization.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text.trim()).ok());
    let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some((client, secret)) = basic.as_deref().and_then(|text| text.split_once(':')) {
        return (Some(client.to_owned()), Some(secret.to_owned()));
    }
    let field = |name: &str| call.args.text(name).map(str::to_owned);
    (field("client_id"), field("client_secret"))
}

/// The code that the call carries, which is spent now, and when its refresh token is to end.
fn code_of(world: &mut World, call: &Call, for_people: bool) -> Result<(Code, Option<i64>), Refusal> {
    let invalid = || Refusal::new("invalid_code");
    let verifier = call.args.text("code_verifier");
    // With PKCE the verifier stands for the secret; whether it is right shows once the code is known.
    let app = match (client(world, call), verifier) {
        (Ok(app), _) => app,
        (Err(_), Some(_)) => {
            let app = credentials(call)
                .0
                .and_then(|client| world.apps.by_client(&client).map(|app| Arc::clone(&app.id)));
            app.ok_or_else(|| Refusal::new("invalid_client_id"))?
        }
        (Err(refusal), None) => return Err(refusal),
    };
    let code = call.args.text("code").ok_or_else(invalid)?;
    // Taken out first: a code that was tried wrongly is spent as well.
    let code = world.tokens.take_code(code).ok_or_else(invalid)?;
    if code.app != app || code.expires <= call.now {
        return Err(invalid());
    }
    if code.for_people != for_people {
        return Err(Refusal::new("oauth_authorization_url_mismatch"));
    }
    if code.redirect_uri.as_deref() != call.args.text("redirect_uri") {
        return Err(Refusal::new("bad_redirect_uri"));
    }
    match (&code.challenge, verifier) {
        (None, None) => {}
        (None, Some(_)) => return Err(Refusal::new("pkce_not_allowed")),
        (Some(challenge), verifier) => {
            let made = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.unwrap_or("")));
            if *challenge != made {
                return Err(Refusal::new("invalid_code_verifier"));
            }
        }
    }
    let expires = code.challenge.as_ref().map(|_| call.now + call.switches.pkce_refresh_seconds * 1000);
    Ok((code, expires))
}

/// Makes the grants of a code, their tokens, and the answer that tells them.
fn installed(world: &mut World, call: &Call, code: &Code, refresh_expires: Option<i64>) -> Outcome {
    let invalid = || Refusal::new("invalid_code");
    let mut body = json!({
        "app_id": &*code.app,
        "team": {"id": &*world.team.id, "name": world.team.name},
        "enterprise": null,
        "is_enterprise_install": false,
        "authed_user": {"id": &*code.person},
    });
    if !code.bot_scopes.is_empty() {
        let bot = grant_bot(world, code, call.now).ok_or_else(invalid)?;
        let issued = world.issue(&code.app, &bot, Kind::Bot, refresh_expires, call.now, &call.switches);
        write(&mut body, &issued.ok_or_else(invalid)?, "bot");
        body["bot_user_id"] = json!(&*bot);
    }
    if !code.user_scopes.is_empty() {
        let issued = grant_person(world, call, code, refresh_expires)?;
        write(&mut body["authed_user"], &issued, "user");
    }
    Ok(told(world, code, body))
}

/// Adds the code's scopes to what the person granted, and makes the token.
fn grant_person(
    world: &mut World,
    call: &Call,
    code: &Code,
    refresh_expires: Option<i64>,
) -> Result<Issued, Refusal> {
    let invalid = || Refusal::new("invalid_code");
    let app = world.apps.get_mut(&code.app).ok_or_else(invalid)?;
    app.grants.entry(Arc::clone(&code.person)).or_default().add(&code.user_scopes);
    let issued = world.issue(&code.app, &code.person, Kind::User, refresh_expires, call.now, &call.switches);
    issued.ok_or_else(invalid)
}

fn told(world: &World, code: &Code, body: Value) -> Answer {
    let change = json!({
        "kind": "token.issued",
        "person": &*code.person,
        "app": &*code.app,
        "bot": !code.bot_scopes.is_empty(),
        "user": !code.user_scopes.is_empty(),
    });
    let client = world.apps.get(&code.app).map(|app| app.client.to_string()).unwrap_or_default();
    Answer::ok(body).changed(change).by(&client)
}

/// The app's bot with the code's scopes; its user comes with the first installation and stays.
fn grant_bot(world: &mut World, code: &Code, now: i64) -> Option<Arc<str>> {
    let app = world.apps.get(&code.app)?;
    if app.bot.is_none() {
        let (user, id) = (world.dice.id("U"), world.dice.id("B"));
        let app = world.apps.get_mut(&code.app)?;
        let name = app.name.clone();
        app.bot = Some(Bot { user: Arc::clone(&user), id: Arc::clone(&id), grant: None });
        let handle = name.to_lowercase().replace(' ', "_");
        let bot = Some(BotOf { bot_id: id, app: Arc::clone(&code.app) });
        let person = Person {
            bot,
            handle,
            display_name: String::new(),
            ..Person::new(Arc::clone(&user), &name, "", now)
        };
        world.people.insert(person);
        world.tell_person("team_join", &user);
    }
    let bot = world.apps.get_mut(&code.app)?.bot.as_mut()?;
    bot.grant.get_or_insert_with(Grant::default).add(&code.bot_scopes);
    Some(Arc::clone(&bot.user))
}

fn write(body: &mut Value, issued: &Issued, kind: &str) {
    body["token_type"] = kind.into();
    body["access_token"] = issued.access_token.as_str().into();
    body["scope"] = issued.scope.as_str().into();
    if let Some((refresh, seconds)) = &issued.rotating {
        body["refresh_token"] = refresh.as_str().into();
        body["expires_in"] = (*seconds).into();
    }
}

fn by_refresh(world: &mut World, call: &Call) -> Outcome {
    let invalid = || Refusal::new("invalid_refresh_token");
    let app = match client(world, call) {
        Ok(app) => app,
        // A client that proved itself by PKCE has no secret.
        Err(refusal) => {
            let known = credentials(call)
                .0
                .and_then(|client| world.apps.by_client(&client).map(|app| (Arc::clone(&app.id), app.pkce)));
            match known {
                Some((app, true)) if credentials(call).1.is_none() => app,
                _ => return Err(refusal),
            }
        }
    };
    let token = call.args.text("refresh_token").ok_or_else(invalid)?;
    let spent = world.tokens.use_refresh(token, &app, call.now, &call.switches);
    let (user, kind, expires) = spent.ok_or_else(invalid)?;
    let issued = world.issue(&app, &user, kind, expires, call.now, &call.switches).ok_or_else(invalid)?;
    Ok(flat(world, &app, &user, kind, &issued))
}

/// One pair, at the top level.
fn flat(world: &World, app: &Arc<str>, user: &Arc<str>, kind: Kind, issued: &Issued) -> Answer {
    let mut body = json!({
        "app_id": &**app,
        "team": {"id": &*world.team.id, "name": world.team.name},
        "enterprise": null,
        "is_enterprise_install": false,
    });
    if kind == Kind::Bot {
        write(&mut body, issued, "bot");
        body["bot_user_id"] = json!(&**user);
    } else {
        write(&mut body, issued, "user");
        body["authed_user"] = json!({"id": &**user});
    }
    let client = world.apps.get(app).map(|app| app.client.to_string()).unwrap_or_default();
    let change = json!({"kind": "token.refreshed", "person": &**user, "app": &**app});
    Answer::ok(body).changed(change).by(&client)
}

/// `oauth.v2.exchange`: turns the token of before an app began to rotate into a pair, once. The token is an argument; the
/// vendor's own Python client sends it in the header, as it sends every token.
pub(super) fn exchange(slack: &Slack, call: &Call) -> Outcome {
    let mut guard = slack.world();
    let world = &mut *guard;
    let app = client(world, call)?;
    if !world.apps.get(&app).is_some_and(|app| app.rotation) {
        return Err(Refusal::new("token_rotation_not_enabled"));
    }
    let invalid = || Refusal::new("invalid_token");
    let bearer = call.authorization.strip_prefix("Bearer ").map(str::trim);
    let token = call.args.text("token").or(bearer).ok_or_else(invalid)?;
    if world.tokens.rotates(token) {
        return Err(Refusal::new("token_already_exchanged"));
    }
    let owner = world.tokens.owner(token).filter(|(owner, ..)| *owner == app);
    let (_, user, kind) =
        owner.filter(|(.., kind)| matches!(kind, Kind::Bot | Kind::User)).ok_or_else(invalid)?;
    world.tokens.kill(token);
    if let Some(grant) = world.apps.get_mut(&app).and_then(|app| app.grant_mut(&user)) {
        grant.access.clear();
    }
    let issued = world.issue(&app, &user, kind, None, call.now, &call.switches).ok_or_else(invalid)?;
    Ok(flat(world, &app, &user, kind, &issued))
}
