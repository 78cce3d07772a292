//! Zoom's own control paths under `/_sim`: what an administrator, the portal or a person would do by hand, and what a
//! page that shows somebody's app reads ([`view`]). Acting as a person is done through the vendor's API with that
//! person's token; there is no second path, except for writing to a chatbot, which the API cannot.
//!
//! | path | in | out |
//! | --- | --- | --- |
//! | `GET /_sim/people` | | `{"items": [{"id", "member_id", "jid", "email", "name", "token", "admin", "active", "account"}], "account"}` |
//! | `POST /_sim/people` | `{"name", "email", "admin"?, "organization"?}` | one such item; another account by any name |
//! | `POST /_sim/people/change` | `{"person", "name"?, "active"?, "may_chat"?}` | one such item; tells `user.*` |
//! | `POST /_sim/contacts` | `{"person", "other", "connected"?, "blocked"?}` | 204; accepts, ends, blocks |
//! | `GET /_sim/apps`, `POST /_sim/apps`, `POST /_sim/subscriptions`, … | | see [`portal`] |
//! | `POST /_sim/consent` | `{"person", "answer": "approve" \| "deny" \| "ask"}` | 204; a standing answer for `login_hint` |
//! | `POST /_sim/deauthorize` | `{"person", "app"?}` | 204; the person removes apps, which are told |
//! | `POST /_sim/revoke` | `{"token"}` or `{"person", "app"?}` | 204; nobody is told |
//! | `POST /_sim/expire` | `{"token"}` or `{"person"}` or `{}` | 204; access tokens of apps end now, refresh tokens stay |
//! | `POST /_sim/bots/say` | `{"person", "robot", "text"}` | `{"id"}`; the person writes to a chatbot |
//! | `GET /_sim/conversations?person=` | | see [`view`] |
//! | `GET /_sim/messages?session=&person=` | | see [`view`] |
//! | `POST /_sim/files`, `GET /_sim/files/{id}` | see [`files`] | |
//!
//! A person is named by user id, member id or address everywhere.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::contacts::connect;
use super::world::World;
use super::world::chats::{Content, New};
use super::world::people::Person;
use super::{Zoom, id, input};
use crate::control::Consent;

pub(super) mod files;
pub(super) mod portal;
pub(super) mod view;

/// `GET /_sim/people`, in the order in which they came.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an endpoint")]
pub(super) fn people(zoom: &Zoom, _: &Call) -> Outcome {
    let world = zoom.world();
    let items: Vec<Value> = world.people.list().map(shape).collect();
    Ok(Answer::json(&json!({"items": items, "account": &*world.account})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    name: String,
    email: String,
    #[serde(default)]
    admin: bool,
    organization: Option<String>,
}

/// `POST /_sim/people`.
pub(super) fn add_person(zoom: &Zoom, call: &Call) -> Outcome {
    let new: NewPerson = input::json(call)?;
    let mut world = zoom.world();
    let account = match &new.organization {
        None => Arc::clone(&world.account),
        // The same name is the same account, whenever it is named.
        Some(name) => Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).simple().to_string()[..22].into(),
    };
    let id = world.add_person(&new.name, &new.email, "", &account, new.admin, call.now);
    world.tell_of_user("user.created", &id);
    let change = json!({"kind": "person.added", "person": &*id});
    Ok(Answer::json(&shape(somebody(&world, &id)?)).changed(change))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    person: String,
    name: Option<String>,
    active: Option<bool>,
    may_chat: Option<bool>,
}

/// `POST /_sim/people/change`.
pub(super) fn change_person(zoom: &Zoom, call: &Call) -> Outcome {
    let new: Change = input::json(call)?;
    let mut world = zoom.world();
    let id = Arc::clone(&somebody(&world, &new.person)?.id);
    if let Some(name) = &new.name {
        world.people.rename(&id, name);
        world.tell_of_user("user.updated", &id);
    }
    let person = world.people.get_mut(&id).ok_or_else(|| Refusal::no_user(&id))?;
    person.may_chat = new.may_chat.unwrap_or(person.may_chat);
    if let Some(active) = new.active {
        person.active = active;
        world.tell_of_user(if active { "user.activated" } else { "user.deactivated" }, &id);
    }
    let change = json!({"kind": "person.changed", "person": &*id});
    Ok(Answer::json(&shape(somebody(&world, &id)?)).changed(change))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contact {
    person: String,
    other: String,
    connected: Option<bool>,
    blocked: Option<bool>,
}

/// `POST /_sim/contacts`: an invitation is accepted, a contact removed, or somebody blocked by `person`.
pub(super) fn contacts(zoom: &Zoom, call: &Call) -> Outcome {
    let fields: Contact = input::json(call)?;
    let mut world = zoom.world();
    let one = Arc::clone(&somebody(&world, &fields.person)?.id);
    let other = Arc::clone(&somebody(&world, &fields.other)?.id);
    if let Some(connected) = fields.connected {
        connect(&mut world, &one, &other, connected);
    }
    if let (Some(blocked), Some(person)) = (fields.blocked, world.people.get_mut(&one)) {
        if blocked {
            person.blocked.insert(Arc::clone(&other));
        } else {
            person.blocked.remove(&other);
        }
    }
    let change = json!({"kind": "contact.changed", "person": &*one, "other": &*other});
    Ok(Answer::nothing().changed(change))
}

/// `POST /_sim/consent`: what `GET /oauth/authorize` with this person as `login_hint` does from now on.
pub(super) fn consent(zoom: &Zoom, call: &Call) -> Outcome {
    let consent: Consent = input::json(call)?;
    let mut world = zoom.world();
    let id = Arc::clone(&somebody(&world, &consent.person)?.id);
    match consent.answer() {
        Some(approves) => world.consents.insert(id, approves),
        None => world.consents.remove(&id),
    };
    Ok(Answer::nothing())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deauthorize {
    person: String,
    app: Option<String>,
}

/// `POST /_sim/deauthorize`: the person removes an app, or all of them, in the marketplace.
pub(super) fn deauthorize(zoom: &Zoom, call: &Call) -> Outcome {
    let fields: Deauthorize = input::json(call)?;
    let mut world = zoom.world();
    let person = Arc::clone(&somebody(&world, &fields.person)?.id);
    let apps = end_grants(&mut world, &person, fields.app.as_deref());
    for app in &apps {
        world.tell_deauthorized(app, &person);
    }
    let apps: Vec<&str> = apps.iter().map(|app| &**app).collect();
    Ok(Answer::nothing().changed(json!({"kind": "grant.ended", "person": &*person, "apps": apps})))
}

/// Ends what a person granted to one app or to all. Answers which lost something.
fn end_grants(world: &mut World, person: &Arc<str>, app: Option<&str>) -> Vec<Arc<str>> {
    let mut apps = world.tokens.apps_of(person);
    apps.retain(|one| app.is_none_or(|app| *app == **one));
    apps.retain(|one| world.tokens.revoke_grant(one, person));
    apps
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    token: Option<String>,
    person: Option<String>,
    app: Option<String>,
}

/// `POST /_sim/revoke`.
pub(super) fn revoke(zoom: &Zoom, call: &Call) -> Outcome {
    let which: Which = input::json(call)?;
    let mut world = zoom.world();
    match (&which.token, &which.person) {
        (Some(token), None) => {
            if !world.tokens.revoke(token, "") {
                return Err(Refusal::token());
            }
        }
        (None, Some(person)) => {
            let person = Arc::clone(&somebody(&world, person)?.id);
            end_grants(&mut world, &person, which.app.as_deref());
        }
        _ => return Err(Refusal::bad("either token or person")),
    }
    Ok(Answer::nothing().changed(json!({"kind": "token.revoked"})))
}

/// `POST /_sim/expire`.
pub(super) fn expire(zoom: &Zoom, call: &Call) -> Outcome {
    let which: Which = input::json(call)?;
    let mut world = zoom.world();
    match (&which.token, &which.person) {
        (Some(token), _) => {
            if !world.tokens.expire(token, call.now) {
                return Err(Refusal::token());
            }
        }
        (None, Some(person)) => {
            let person = Arc::clone(&somebody(&world, person)?.id);
            world.tokens.expire_all(Some(&person), call.now);
        }
        (None, None) => {
            world.tokens.expire_all(None, call.now);
        }
    }
    Ok(Answer::nothing().changed(json!({"kind": "token.expired"})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    person: String,
    robot: String,
    text: String,
}

/// `POST /_sim/bots/say`: a direct message to a chatbot, which is told by `bot_notification`.
pub(super) fn say_to_bot(zoom: &Zoom, call: &Call) -> Outcome {
    let said: Say = input::json(call)?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let person = Arc::clone(&somebody(world, &said.person)?.id);
    let app = world.apps.by_robot(&said.robot).filter(|app| app.installed);
    let app = app.ok_or_else(|| Refusal::new(404, 7002, "There is no such chatbot here."))?;
    let (client, robot): (Arc<str>, Arc<str>) = (Arc::clone(&app.client), said.robot.as_str().into());
    let session = id::session(&person, &robot);
    let uuid = world.dice.uuid();
    let change = json!({
        "kind": "message.created",
        "message": id::IdForm::Lower.write(uuid),
        "session": session,
        "author": &*person,
        "to": &*robot,
        "text": said.text,
    });
    let content = Content { text: said.text.clone(), ..Content::default() };
    let new = New { author: Arc::clone(&person), content, parent: None, bot: None };
    world.chats.say(&session, &[Arc::clone(&person), robot], uuid, new, call.now);
    world.look(&session);
    world.tell_bot(&client, "bot_notification", &person, Some(&said.text));
    Ok(Answer::json(&json!({"id": id::IdForm::Lower.write(uuid)})).changed(change))
}

/// A person by user id, member id or address.
fn somebody<'a>(world: &'a World, key: &str) -> Result<&'a Person, Refusal> {
    world.people.find(key).ok_or_else(|| Refusal::no_user(key))
}

fn shape(person: &Person) -> Value {
    json!({
        "id": &*person.id,
        "member_id": &*person.member,
        "jid": id::jid(&person.id),
        "email": person.email,
        "name": person.name,
        "token": person.session,
        "admin": person.admin,
        "active": person.active,
        "account": &*person.account,
    })
}
