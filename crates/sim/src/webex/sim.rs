//! Webex's own control paths under `/_sim`: what an administrator, the portal or a person would do by hand, and what a
//! page that shows somebody's app reads ([`view`]). Acting as a person is done through the vendor's API with that
//! person's token; there is no second path.
//!
//! | path | in | out |
//! | --- | --- | --- |
//! | `GET /_sim/people?bots=false` | | `{"items": [{"id", "email", "name", "token", "is_bot", "admin"}]}` |
//! | `POST /_sim/people` | `{"name", "email", "admin"?, "organization"?}` | one such item; another organization by any name |
//! | `POST /_sim/apps` | `{"name", "redirect_uris": […]}` | `{"id", "client_id", "client_secret"}` |
//! | `POST /_sim/consent` | `{"person", "answer": "approve" \| "deny" \| "ask"}` | 204; a standing answer for `login_hint` |
//! | `POST /_sim/revoke` | `{"token"}` or `{"person", "app"?}` | 204; a person's grants to integrations, a bot's token |
//! | `POST /_sim/expire` | `{"token"}` | 204; an access token expires now, its refresh token stays |
//! | `POST /_sim/join` | `{"room", "person"}` | 204; somebody joins a public space that they found |
//! | `GET /_sim/webhooks` | | `{"items": [{"id", "name", "owner", "target", "resource", "event", "active", "delivered", "failed"}]}` |
//! | `POST /_sim/webhooks/deactivate` | `{"webhook"}` or `{"person"}` or `{}` for all | `{"deactivated": 3}` |
//! | `GET /_sim/conversations?person=` | | see [`view`] |
//! | `GET /_sim/messages?room=&person=` | | see [`view`] |
//! | `POST /_sim/files`, `GET /_sim/files/{id}` | see [`files`] | |
//!
//! A person is named by id or address everywhere.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{Answer, Outcome, Refusal};
use super::authorize::somebody;
use super::call::Call;
use super::world::World;
use super::world::apps::{App, Kind};
use super::world::people::Person;
use super::{Webex, id, input};
use crate::control::Consent;

pub(super) mod files;
pub(super) mod view;

/// `GET /_sim/people`, by name, people before bots; `bots=false` leaves bots out.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an endpoint")]
pub(super) fn people(webex: &Webex, call: &Call) -> Outcome {
    let world = webex.world();
    let people = world.people.named(false, "", None);
    let mut items: Vec<Value> = people.map(|person| shape(&world, person)).collect();
    if call.query("bots") != Some("false") {
        items.extend(world.people.named(true, "", None).map(|person| shape(&world, person)));
    }
    Ok(Answer::json(&json!({"items": items})))
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
pub(super) fn add_person(webex: &Webex, call: &Call) -> Outcome {
    let new: NewPerson = input::json(call)?;
    let mut world = webex.world();
    let org = match &new.organization {
        None => world.org,
        Some(name) => Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()),
    };
    let uuid = world.add_person(&new.name, &new.email, org, new.admin, call.now);
    let person = world.people.get(uuid).ok_or_else(Refusal::missing)?;
    let change = json!({"kind": "person.added", "person": &*person.id});
    Ok(Answer::json(&shape(&world, person)).changed(change))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApp {
    name: String,
    redirect_uris: Vec<String>,
}

/// `POST /_sim/apps`: registers an integration, as one does in the portal.
pub(super) fn add_app(webex: &Webex, call: &Call) -> Outcome {
    let new: NewApp = input::json(call)?;
    let (client, secret) = webex.register_integration(&new.name, &new.redirect_uris);
    let change = json!({"kind": "application.created", "application": id::application(&client)});
    let shape = json!({"id": id::application(&client), "client_id": client, "client_secret": secret});
    Ok(Answer::json(&shape).changed(change))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Joining {
    room: String,
    person: String,
}

/// `POST /_sim/join`. "Create a Room", `isPublic`: "Anyone can find and join that room"; by which call is not described.
pub(super) fn join(webex: &Webex, call: &Call) -> Outcome {
    let joining: Joining = input::json(call)?;
    let mut world = webex.world();
    let room = id::read_room(&joining.room).ok_or_else(Refusal::missing)?;
    let person = somebody(&world, &joining.person).ok_or_else(Refusal::missing)?.uuid;
    if !world.rooms.get(room).is_some_and(|room| room.public) {
        return Err(Refusal::missing());
    }
    world.let_in(room, person, false, person, call.now);
    let change = json!({"kind": "membership.created", "room": joining.room});
    Ok(Answer::nothing().changed(change))
}

/// `POST /_sim/consent`: what `GET /authorize` with this person as `login_hint` does from now on.
pub(super) fn consent(webex: &Webex, call: &Call) -> Outcome {
    let consent: Consent = input::json(call)?;
    let mut world = webex.world();
    let uuid = somebody(&world, &consent.person).ok_or_else(Refusal::missing)?.uuid;
    match consent.answer() {
        Some(approves) => world.consents.insert(uuid, approves),
        None => world.consents.remove(&uuid),
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

/// `POST /_sim/revoke`: a token, or what a person granted, or the token of a bot. What was revoked answers 401 at once.
pub(super) fn revoke(webex: &Webex, call: &Call) -> Outcome {
    let revoke: Revoke = input::json(call)?;
    let mut guard = webex.world();
    let world = &mut *guard;
    let (person, apps) = match (&revoke.token, &revoke.person) {
        (Some(token), None) => {
            let (person, app) = world.tokens.revoke(token).ok_or_else(Refusal::missing)?;
            (person, vec![app])
        }
        (None, Some(person)) => {
            let person = anybody(world, person).ok_or_else(Refusal::missing)?;
            let (uuid, bot) = (person.uuid, person.bot);
            let mut apps = world.tokens.revoke_grants(uuid, revoke.app.as_deref());
            if bot && let Some(token) = world.tokens.session(uuid).map(str::to_owned) {
                apps.extend(world.tokens.revoke(&token).map(|(_, app)| app));
            }
            (uuid, apps)
        }
        _ => return Err(Refusal::bad("either token or person")),
    };
    if call.switches.webhook_stops_on_revoke {
        for hook in world.people.get(person).map(|person| person.hooks.clone()).unwrap_or_default() {
            let hook = world.hooks.by_uuid.get(&hook).filter(|hook| apps.contains(&hook.app));
            if let Some(hook) = hook {
                hook.line.deactivate();
            }
        }
    }
    Ok(Answer::nothing().changed(json!({"kind": "token.revoked", "person": id::person(person)})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    token: String,
}

/// `POST /_sim/expire`: an access token reaches the end of its life now.
pub(super) fn expire(webex: &Webex, call: &Call) -> Outcome {
    let expire: Expire = input::json(call)?;
    let mut world = webex.world();
    let person = world.tokens.expire(&expire.token, call.now).ok_or_else(Refusal::missing)?;
    Ok(Answer::nothing().changed(json!({"kind": "token.expired", "person": id::person(person)})))
}

/// `GET /_sim/webhooks`: everybody's, with how their deliveries went.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an endpoint")]
pub(super) fn webhooks(webex: &Webex, _call: &Call) -> Outcome {
    let world = webex.world();
    let mut hooks: Vec<_> = world.hooks.by_uuid.values().collect();
    hooks.sort_by_key(|hook| (hook.created, hook.uuid));
    let items: Vec<Value> = hooks
        .into_iter()
        .map(|hook| {
            let (delivered, failed) = hook.line.counts();
            json!({
                "id": &hook.id,
                "name": &hook.name,
                "owner": id::person(hook.owner),
                "target": &*hook.target,
                "resource": &hook.resource,
                "event": &hook.event,
                "active": hook.line.active(),
                "delivered": delivered,
                "failed": failed,
            })
        })
        .collect();
    Ok(Answer::json(&json!({"items": items})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deactivate {
    webhook: Option<String>,
    person: Option<String>,
}

/// `POST /_sim/webhooks/deactivate`: as if the deliveries of one, somebody's or all webhooks had failed long enough.
pub(super) fn deactivate(webex: &Webex, call: &Call) -> Outcome {
    let which: Deactivate = input::json(call)?;
    let world = webex.world();
    let only = match (&which.webhook, &which.person) {
        (Some(hook), _) => Some(vec![id::read_webhook(hook).ok_or_else(Refusal::missing)?]),
        (None, Some(person)) => Some(anybody(&world, person).ok_or_else(Refusal::missing)?.hooks.clone()),
        (None, None) => None,
    };
    let mut count = 0;
    for hook in world.hooks.by_uuid.values() {
        if only.as_ref().is_none_or(|only| only.contains(&hook.uuid)) && hook.line.active() {
            hook.line.deactivate();
            count += 1;
            world.hooks.control.note("webhook.deactivated", json!({"webhook": &hook.id}));
        }
    }
    Ok(Answer::json(&json!({"deactivated": count})))
}

impl Webex {
    /// Registers an integration and answers its client id and secret.
    pub fn register_integration(&self, name: &str, redirect_uris: &[String]) -> (String, String) {
        let now = self.inner.control.clock.millis();
        let mut world = self.world();
        let client = world.client_id();
        let secret = world.dice.secret();
        let app = App {
            client: Arc::from(client.as_str()),
            name: name.to_owned(),
            friendly: client.clone(),
            description: None,
            tagline: None,
            logo: None,
            creator: None,
            org: world.org,
            created: now,
            kind: Kind::Integration { secret: secret.clone(), redirect_uris: redirect_uris.to_vec() },
        };
        world.apps.insert(app);
        (client, secret)
    }
}

/// A person or a bot, by address or id.
fn anybody<'a>(world: &'a World, text: &str) -> Option<&'a Person> {
    world.people.by_email(text).or_else(|| world.people.get(id::read_person(text)?))
}

fn shape(world: &World, person: &Person) -> Value {
    json!({
        "id": &*person.id,
        "email": person.email,
        "name": person.name,
        "token": world.tokens.session(person.uuid),
        "is_bot": person.bot,
        "admin": person.admin,
    })
}
