//! `auth.test`, `auth.revoke`, `apps.uninstall`, `api.test`.

use serde_json::{Map, Value, json};

use super::Slack;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::oauth;
use super::world::World;
use super::world::tokens::Kind;

/// `api.test`: what was sent comes back, or the error that was asked for.
pub(super) fn api_test(_slack: &Slack, call: &Call) -> Outcome {
    if let Some(error) = call.args.text("error") {
        return Err(Refusal::new(error.to_owned()));
    }
    let mut back = Map::new();
    if let Some(sent) = call.args.get("foo") {
        back.insert("foo".to_owned(), sent.clone());
    }
    Ok(Answer::ok(json!({"args": back})))
}

/// `auth.test`: who the token is. `bot_id` is there for bots only.
pub(super) fn test(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let world = slack.world();
    let mut body = json!({
        "url": format!("https://{}.slack.com/", world.team.domain),
        "team": world.team.name,
        "team_id": &*world.team.id,
        "is_enterprise_install": false,
    });
    if let Some(person) = world.people.get(&caller.user) {
        body["user"] = person.handle.as_str().into();
        body["user_id"] = json!(&*person.id);
    }
    match caller.kind {
        Kind::Bot => body["bot_id"] = json!(caller.bot_id.as_deref()),
        Kind::App => {
            body["app_id"] = json!(&*caller.app);
            body["app_name"] = json!(world.apps.get(&caller.app).map(|app| &app.name));
        }
        Kind::User | Kind::Session => {}
    }
    if let Some(expires) = caller.expires {
        body["expires_in"] = ((expires - call.now) / 1000).into();
    }
    Ok(Answer::ok(body))
}

/// `auth.revoke`: ends the token's grant, of which the app is told; a rotating token ends alone and nobody is told ("Using
/// token rotation").
pub(super) fn revoke(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    if call.args.flag("test") == Some(true) {
        return Ok(Answer::ok(json!({"revoked": false})));
    }
    let token = call.authorization.strip_prefix("Bearer ").map(str::trim).or_else(|| call.args.text("token"));
    let token = token.ok_or_else(|| Refusal::new("not_authed"))?;
    let mut guard = slack.world();
    let world = &mut *guard;
    revoke_token(world, token);
    let change = json!({"kind": "token.revoked", "person": &*caller.user, "app": &*caller.app});
    Ok(Answer::ok(json!({"revoked": true})).changed(change))
}

/// What revoking one access token ends. Answers whether there was such a token.
pub(super) fn revoke_token(world: &mut World, token: &str) -> bool {
    let Some((app, user, kind)) = world.tokens.owner(token) else { return false };
    match kind {
        Kind::Session | Kind::App => world.tokens.kill(token),
        Kind::Bot | Kind::User if world.tokens.rotates(token) => {
            world.tokens.kill(token);
            if let Some(grant) = world.apps.get_mut(&app).and_then(|app| app.grant_mut(&user)) {
                grant.access.retain(|other| other != token);
            }
        }
        Kind::Bot => {
            world.end_grant(&app, &user);
            world.tell_end(&app, &[], &[user]);
        }
        Kind::User => {
            world.end_grant(&app, &user);
            world.tell_end(&app, &[user], &[]);
        }
    }
    true
}

/// `apps.uninstall`: with a token of the app and its client's secret; nothing of it is left.
pub(super) fn uninstall(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut guard = slack.world();
    let world = &mut *guard;
    let app = oauth::client(world, call)?;
    if app != caller.app {
        return Err(Refusal::new("client_id_token_mismatch"));
    }
    remove(world, &app);
    Ok(Answer::ok(Value::Null).changed(json!({"kind": "app.uninstalled", "app": &*app})))
}

/// Ends everything that was granted to an app, and tells it.
pub(super) fn remove(world: &mut World, app: &str) {
    let Some(found) = world.apps.get(app) else { return };
    let people: Vec<_> = found.grants.keys().cloned().collect();
    let bots: Vec<_> = found
        .bot
        .iter()
        .filter(|bot| bot.grant.is_some())
        .map(|bot| std::sync::Arc::clone(&bot.user))
        .collect();
    for user in people.iter().chain(&bots) {
        world.end_grant(app, user);
    }
    world.tell_end(app, &people, &bots);
}
