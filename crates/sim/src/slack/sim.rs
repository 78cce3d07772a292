//! Slack's own control paths under `/_sim`: what an administrator or a person would do by hand, and what a page that shows
//! somebody's app reads ([`view`]). Apps are in [`apps`]. Acting as a person is done through the Web API with that person's
//! token; there is no second path.
//!
//! | path | in | out |
//! | --- | --- | --- |
//! | `GET /_sim/people?bots=false` | | `{"items": [{"id", "email", "name", "token", "is_bot", "admin", "deleted"}], "team"}` |
//! | `POST /_sim/people` | `{"name", "email", "admin"?}` | one such item |
//! | `POST /_sim/people/change` | `{"person", "name"?, "admin"?, "deleted"?}` | one such item; `user_change` is told |
//! | `GET /_sim/apps`, `POST /_sim/apps`, `POST /_sim/apps/{app}` | see [`apps`] | |
//! | `POST /_sim/consent` | `{"person", "answer": "approve" \| "deny" \| "ask"}` | 204; a standing answer |
//! | `POST /_sim/revoke` | `{"token"}`, `{"person", "app"?}` or `{"app"}` | 204; a grant, a person's grants, an installation |
//! | `POST /_sim/expire` | `{"token"}` | 204; a rotating access token ends now |
//! | `POST /_sim/sockets/disconnect` | `{"app", "reason"?}` | `{"told": 2}` |
//! | `GET /_sim/conversations?person=`, `GET /_sim/messages?channel=&person=` | | see [`view`] |
//! | `POST /_sim/files`, `GET /_sim/files/{id}` | see [`files`] | |
//!
//! A person is named by id or address, an app by its id or its client id.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Slack;
use super::answer::{Answer, Outcome, Refusal};
use super::auth;
use super::call::Call;
use super::world::World;
use super::world::people::{Person, SLACKBOT};
use crate::control::Consent;

pub(super) mod apps;
pub(super) mod files;
pub(super) mod view;

/// The body of a control path.
fn input<T: DeserializeOwned>(call: &Call) -> Result<T, Refusal> {
    let body: &[u8] = if call.body.is_empty() { b"{}" } else { &call.body };
    serde_json::from_slice(body).map_err(|error| Refusal::by_hand(400, error.to_string()))
}

fn missing() -> Refusal {
    Refusal::by_hand(404, "there is nothing of that name")
}

fn shape(world: &World, person: &Person) -> Value {
    let app = person.bot.as_ref().and_then(|bot| world.apps.get(&bot.app));
    let bot_token = app.and_then(|app| app.grant(&person.id)).and_then(|grant| grant.access.back());
    json!({
        "id": &*person.id,
        "email": person.email,
        "name": person.name,
        "token": world.tokens.session(&person.id).or(bot_token.map(String::as_str)),
        "is_bot": person.bot.is_some(),
        "admin": person.admin,
        "deleted": person.deleted,
    })
}

/// `GET /_sim/people`, in the order in which they came; `bots=false` leaves bots out, Slackbot is never there.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an endpoint")]
pub(super) fn people(slack: &Slack, call: &Call) -> Outcome {
    let world = slack.world();
    let bots = call.args.flag("bots") != Some(false);
    let all = world.people.from(0).filter(|person| &*person.id != SLACKBOT);
    let items: Vec<Value> =
        all.filter(|person| bots || person.bot.is_none()).map(|person| shape(&world, person)).collect();
    let team = json!({"id": &*world.team.id, "name": world.team.name, "domain": world.team.domain});
    Ok(Answer::plain(json!({"items": items, "team": team})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    name: String,
    email: String,
    #[serde(default)]
    admin: bool,
}

/// `POST /_sim/people`: the old one if the address is known.
pub(super) fn add_person(slack: &Slack, call: &Call) -> Outcome {
    let new: NewPerson = input(call)?;
    let mut world = slack.world();
    let known = world.people.by_email(&new.email).is_some();
    let id = world.add_person(&new.name, &new.email, new.admin, call.now);
    if !known {
        world.tell_person("team_join", &id);
    }
    let person = world.people.get(&id).ok_or_else(missing)?;
    let change = json!({"kind": "person.added", "person": &*id});
    Ok(Answer::plain(shape(&world, person)).changed(change))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    person: String,
    name: Option<String>,
    admin: Option<bool>,
    deleted: Option<bool>,
}

/// `POST /_sim/people/change`: a new name, deactivation, and being active again.
pub(super) fn change_person(slack: &Slack, call: &Call) -> Outcome {
    let wanted: Changed = input(call)?;
    let mut world = slack.world();
    let id = Arc::clone(&world.people.human(&wanted.person).ok_or_else(missing)?.id);
    if let Some(person) = world.people.get_mut(&id) {
        if let Some(name) = wanted.name {
            person.name = name;
        }
        person.admin = wanted.admin.unwrap_or(person.admin);
        person.deleted = wanted.deleted.unwrap_or(person.deleted);
        person.updated = call.seconds();
    }
    world.tell_person("user_change", &id);
    let person = world.people.get(&id).ok_or_else(missing)?;
    let change = json!({"kind": "person.changed", "person": &*id, "deleted": person.deleted});
    Ok(Answer::plain(shape(&world, person)).changed(change))
}

/// `POST /_sim/consent`: what the consent page does from now on when it knows that this person is in front of it.
pub(super) fn consent(slack: &Slack, call: &Call) -> Outcome {
    let consent: Consent = input(call)?;
    let mut world = slack.world();
    let id = Arc::clone(&world.people.human(&consent.person).ok_or_else(missing)?.id);
    match consent.answer() {
        Some(approves) => world.consents.insert(id, approves),
        None => world.consents.remove(&id),
    };
    Ok(Answer::nothing())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    token: Option<String>,
    person: Option<String>,
    app: Option<String>,
}

/// `POST /_sim/revoke`: a token, what a person granted (to one app or to all), or a whole installation.
pub(super) fn revoke(slack: &Slack, call: &Call) -> Outcome {
    let revoke: Revoke = input(call)?;
    let mut guard = slack.world();
    let world = &mut *guard;
    let app = revoke.app.as_deref().map(|app| world.apps.find(app).map(|app| Arc::clone(&app.id)));
    let app = match app {
        Some(None) => return Err(missing()),
        Some(found) => found,
        None => None,
    };
    match (&revoke.token, &revoke.person, app) {
        (Some(token), None, None) => {
            if !auth::revoke_token(world, token) {
                return Err(missing());
            }
        }
        (None, Some(person), app) => {
            let id = Arc::clone(&world.people.human(person).ok_or_else(missing)?.id);
            let granted = world.apps.iter().filter(|found| found.grants.contains_key(&id));
            let apps: Vec<Arc<str>> = granted.map(|found| Arc::clone(&found.id)).collect();
            for hit in apps.into_iter().filter(|found| app.as_ref().is_none_or(|app| app == found)) {
                if world.end_grant(&hit, &id) {
                    world.tell_end(&hit, std::slice::from_ref(&id), &[]);
                }
            }
        }
        (None, None, Some(app)) => auth::remove(world, &app),
        _ => return Err(Refusal::by_hand(400, "either token, or person with or without app, or app")),
    }
    let change = json!({"kind": "token.revoked", "person": revoke.person, "app": revoke.app});
    Ok(Answer::nothing().changed(change))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    token: String,
}

/// `POST /_sim/expire`.
pub(super) fn expire(slack: &Slack, call: &Call) -> Outcome {
    let expire: Expire = input(call)?;
    if slack.world().tokens.expire(&expire.token, call.now) {
        Ok(Answer::nothing().changed(json!({"kind": "token.expired"})))
    } else {
        Err(missing())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Disconnect {
    app: String,
    #[serde(default)]
    reason: Reason,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    #[default]
    RefreshRequested,
    Warning,
    LinkDisabled,
    TooManyWebsockets,
}

/// `POST /_sim/sockets/disconnect`: closes every socket of an app, saying why.
pub(super) fn disconnect(slack: &Slack, call: &Call) -> Outcome {
    let wanted: Disconnect = input(call)?;
    let reason = match wanted.reason {
        Reason::RefreshRequested => "refresh_requested",
        Reason::Warning => "warning",
        Reason::LinkDisabled => "link_disabled",
        Reason::TooManyWebsockets => "too_many_websockets",
    };
    let world = slack.world();
    let app = world.apps.find(&wanted.app).ok_or_else(missing)?;
    let told = app.line.sockets.disconnect(reason);
    let change = json!({"kind": "sockets.disconnected", "app": &*app.id, "reason": reason});
    Ok(Answer::plain(json!({"told": told})).changed(change))
}
