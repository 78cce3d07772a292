//! Applications: bots by program ("Create a `FedRAMP` Bot"; on the commercial cloud the same calls work but are not
//! documented). Who may create them, how many, and several status codes are switches.
//!
//! Only `type: bot` is created here; integrations are registered by the operator (`POST /_sim/apps`).

mod shape;

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use self::shape::AppShape;
use super::answer::{Answer, Outcome, Refusal};
use super::call::{Call, Caller};
use super::shape::List;
use super::switches::{Creation, Switches};
use super::world::World;
use super::world::apps::{App, Kind};
use super::world::people::Person;
use super::{Webex, id, input, paging};

/// What every bot's address ends in.
const BOT_DOMAIN: &str = "@webex.bot";

/// Characters of a name, as the portal's form limits it.
const LONGEST_NAME: usize = 100;

/// Characters of a description, as the portal's form limits it.
const LONGEST_DESCRIPTION: usize = 1000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<String>,
    bot_email: Option<String>,
    logo: Option<String>,
    description: Option<String>,
    #[serde(alias = "tagLine")]
    tagline: Option<String>,
}

/// `POST /applications`: makes the application and the bot's account; the token is told here and never again.
pub(super) fn create(webex: &Webex, call: &Call) -> Outcome {
    let caller = creator(call)?;
    let fields: Fields = input::fields(call)?;
    if fields.kind.as_deref() != Some("bot") {
        return Err(Refusal::bad("type must be bot"));
    }
    let name = checked_name(fields.name.as_deref())?;
    checked_description(fields.description.as_deref())?;
    let needed = call.switches.application_needs_logo_and_description;
    if needed && (fields.logo.is_none() || fields.description.is_none()) {
        return Err(Refusal::bad("logo and description are required"));
    }
    let email = checked_email(fields.bot_email.as_deref(), call.switches.bot_email_dots)?;
    let mut guard = webex.world();
    let world = &mut *guard;
    let in_use = world.people.by_email(&email).is_some()
        || (world.apps.spent(&email) && !call.switches.bot_email_reusable);
    if in_use {
        return Err(Refusal::new(call.switches.taken_bot_email_status, "botEmail is already in use"));
    }
    if let Some(most) = call.switches.bots_per_creator
        && world.apps.bots_of(caller.person) >= most
    {
        return Err(Refusal::new(call.switches.bots_per_creator_status, "Maximum number of bots reached"));
    }
    let client: Arc<str> = world.client_id().into();
    let uuid = world.dice.uuid();
    let person = Person::new(uuid, &name, &email, caller.org, call.now);
    world.people.insert(Person { bot: true, avatar: fields.logo.clone(), ..person });
    let token = world.issue_session(uuid, Arc::clone(&client));
    let app = App {
        client: Arc::clone(&client),
        friendly: friendly(&name, &client),
        name,
        description: fields.description,
        tagline: fields.tagline,
        logo: fields.logo,
        creator: Some(caller.person),
        org: caller.org,
        created: call.now,
        kind: Kind::Bot { person: uuid, email },
    };
    let change = json!({
        "kind": "application.created",
        "application": id::application(&client),
        "person": id::person(uuid),
        "name": &app.name,
    });
    let answer = Answer::json(&AppShape::of(&app, Some(&token)));
    world.apps.insert(app);
    Ok(answer.with_status(call.switches.create_application_status).changed(change))
}

/// `GET /applications`: one's own, or the organization's for an administrator; filtered by `type`, `createdBy`, `orgId`
/// and `botEmail`.
pub(super) fn list(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let max = call.max(100, 1000)?;
    let world = webex.world();
    if let Some(email) = call.query("botEmail") {
        let found = world.apps.by_bot_email(&email.to_lowercase()).filter(|app| manages(caller, app));
        let items = found.map(|app| AppShape::of(app, None)).into_iter().collect();
        return Ok(Answer::json(&List { items }));
    }
    let creator = match call.query("createdBy") {
        Some("me") => Some(caller.person),
        Some(person) => {
            Some(id::read_person(person).ok_or_else(|| Refusal::bad("Expect base64 ID or UUID."))?)
        }
        None if caller.admin => None,
        None => Some(caller.person),
    };
    let from = match call.query("cursor") {
        None => 0,
        Some(cursor) => {
            paging::unseal(cursor).and_then(|text| text.parse().ok()).ok_or_else(paging::unknown_cursor)?
        }
    };
    let wanted = |app: &App| {
        let org = call.query("orgId").is_none_or(|org| org == id::organization(app.org));
        let kind = match call.query("type") {
            None => true,
            Some("bot") => matches!(app.kind, Kind::Bot { .. }),
            Some("integration") => matches!(app.kind, Kind::Integration { .. }),
            Some(_) => false,
        };
        org && kind && manages(caller, app)
    };
    let mut found: Vec<(usize, &App)> =
        world.apps.list(creator, from).filter(|(_, app)| wanted(app)).take(max + 1).collect();
    let next = (found.len() > max).then(|| found[max].0);
    found.truncate(max);
    let items = found.into_iter().map(|(_, app)| AppShape::of(app, None)).collect();
    let next = next.map(|place| paging::next_url(call, &paging::seal(&place.to_string())));
    Ok(Answer::json(&List { items }).next(next))
}

/// `GET /applications/{id}`, without the token.
pub(super) fn get(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let world = webex.world();
    Ok(Answer::json(&AppShape::of(managed(&world, caller, call)?, None)))
}

/// `PUT /applications/{id}`, with the whole object, unless it is changed by [`patch`].
pub(super) fn update(webex: &Webex, call: &Call) -> Outcome {
    if call.switches.application_patch { Err(Refusal::no_such_method()) } else { change(webex, call, true) }
}

/// `PATCH /applications/{id}`, with what is to change; a switch says whether it is this or [`update`].
pub(super) fn patch(webex: &Webex, call: &Call) -> Outcome {
    if call.switches.application_patch { change(webex, call, false) } else { Err(Refusal::no_such_method()) }
}

/// Name, logo and description; the bot's name and picture follow, its address never changes.
fn change(webex: &Webex, call: &Call, whole: bool) -> Outcome {
    let caller = call.caller()?;
    let fields: Fields = input::fields(call)?;
    let mut guard = webex.world();
    let world = &mut *guard;
    let known = managed(world, caller, call)?;
    let client = Arc::clone(&known.client);
    let name = if whole || fields.name.is_some() {
        checked_name(fields.name.as_deref())?
    } else {
        known.name.clone()
    };
    checked_description(fields.description.as_deref())?;
    let app = world.apps.get_mut(&client).ok_or_else(Refusal::missing)?;
    if let (Kind::Bot { email, .. }, Some(other)) = (&app.kind, &fields.bot_email)
        && !email.eq_ignore_ascii_case(other)
    {
        return Err(Refusal::bad("botEmail cannot be changed"));
    }
    app.name.clone_from(&name);
    app.logo = fields.logo.or(app.logo.take());
    app.description = fields.description.or(app.description.take());
    app.tagline = fields.tagline.or(app.tagline.take());
    if let Kind::Bot { person, .. } = app.kind {
        let logo = app.logo.clone();
        world.people.rename(person, &name, call.now);
        if let Some(bot) = world.people.get_mut(person) {
            bot.avatar = logo;
        }
    }
    let change =
        json!({"kind": "application.updated", "application": id::application(&client), "name": name});
    let app = world.apps.get(&client).ok_or_else(Refusal::missing)?;
    Ok(Answer::json(&AppShape::of(app, None)).changed(change))
}

/// `DELETE /applications/{id}`: the bot's token and webhooks go with it, and, unless a switch says that they stay, its
/// account and memberships. What it wrote stays.
pub(super) fn delete(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut guard = webex.world();
    let world = &mut *guard;
    let client = Arc::clone(&managed(world, caller, call)?.client);
    let app = world.apps.remove(&client).ok_or_else(Refusal::missing)?;
    if let Kind::Bot { person, .. } = app.kind {
        silence(world, person);
        if !call.switches.bot_outlives_application {
            remove_bot(world, person);
        }
    }
    let change = json!({"kind": "application.deleted", "application": id::application(&client)});
    Ok(Answer::nothing().changed(change))
}

/// `POST /applications/{id}/botToken`: a new token, the old one is refused from then on. The portal's action is certain,
/// this path is a proposal, hence a switch.
pub(super) fn regenerate(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    if !call.switches.bot_token_route || call.segment(2) != "botToken" {
        return Err(Refusal::missing());
    }
    let mut guard = webex.world();
    let world = &mut *guard;
    let app = managed(world, caller, call)?;
    let Kind::Bot { person, .. } = app.kind else { return Err(Refusal::bad("Only bots have a bot token.")) };
    let client = Arc::clone(&app.client);
    let token = world.issue_session(person, client);
    let change = json!({"kind": "token.issued", "person": id::person(person)});
    Ok(Answer::json(&json!({"botToken": token})).changed(change))
}

/// Somebody who may create applications.
fn creator(call: &Call) -> Result<&Caller, Refusal> {
    let caller = call.caller()?;
    let switches: &Switches = &call.switches;
    if let (Some(_), Some(scope)) = (&caller.scopes, &switches.applications_scope) {
        call.caller_with(scope)?;
    }
    let kind_fits = caller.scopes.is_none() || switches.applications_by_integration;
    let person_fits = match switches.application_creation {
        Creation::Everybody => true,
        Creation::Admins => caller.admin,
        Creation::Nobody => false,
    };
    if caller.bot || !kind_fits || !person_fits {
        return Err(Refusal::forbidden("You are not allowed to create applications."));
    }
    Ok(caller)
}

fn manages(caller: &Caller, app: &App) -> bool {
    app.creator == Some(caller.person) || (caller.admin && app.org == caller.org)
}

fn managed<'a>(world: &'a World, caller: &Caller, call: &Call) -> Result<&'a App, Refusal> {
    let client = id::read_application(call.segment(1)).ok_or_else(Refusal::missing)?;
    world.apps.get(&client).filter(|app| manages(caller, app)).ok_or_else(Refusal::missing)
}

/// Nothing is heard from a bot or told to it any more.
fn silence(world: &mut World, person: uuid::Uuid) {
    for hook in world.people.get(person).map(|bot| bot.hooks.clone()).unwrap_or_default() {
        world.remove_hook(hook);
    }
    if let Some(token) = world.tokens.session(person).map(str::to_owned) {
        world.tokens.revoke(&token);
    }
}

fn remove_bot(world: &mut World, person: uuid::Uuid) {
    for room in world.people.get(person).map(|bot| bot.rooms.clone()).unwrap_or_default() {
        // In a direct room the bot stays as the name in the title; nobody can write to it any more.
        if world.rooms.get(room).is_some_and(|room| !room.direct) {
            world.let_out(room, person, person);
        }
    }
    world.people.remove(person);
}

fn checked_name(name: Option<&str>) -> Result<String, Refusal> {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::bad("name cannot be empty"))?;
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::bad("name must have at most 100 characters"));
    }
    Ok(name.to_owned())
}

fn checked_description(description: Option<&str>) -> Result<(), Refusal> {
    if description.is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION) {
        return Err(Refusal::bad("description must have at most 1000 characters"));
    }
    Ok(())
}

fn checked_email(email: Option<&str>, dots: bool) -> Result<String, Refusal> {
    let email = email.unwrap_or("").trim().to_lowercase();
    let local = email.strip_suffix(BOT_DOMAIN).unwrap_or("");
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || (dots && c == '.');
    if local.is_empty() || !local.chars().all(plain) {
        return Err(Refusal::bad("botEmail must be a valid address that ends in @webex.bot"));
    }
    Ok(email)
}

fn friendly(name: &str, client: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    format!("{slug}-{}", &client[client.len().saturating_sub(5)..])
}
