//! Webhooks ("Create a Webhook", "List Webhooks", "Get/Update/Delete a Webhook", and the "Webhooks" guide). One belongs
//! to the token's person and application and sees what that person sees. `ownedBy: org` is left out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::answer::{Answer, Outcome, Refusal};
use super::call::{Call, Caller};
use super::delivery::Line;
use super::shape::{self, List};
use super::world::World;
use super::world::hooks::Hook;
use super::{Webex, filter, id, input, paging};

const RESOURCES: [&str; 5] = ["all", "messages", "memberships", "rooms", "attachmentActions"];
const EVENTS: [&str; 5] = ["all", "created", "updated", "deleted", "migrated"];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    name: Option<String>,
    target_url: Option<String>,
    resource: Option<String>,
    event: Option<String>,
    filter: Option<String>,
    secret: Option<String>,
    status: Option<String>,
    owned_by: Option<String>,
}

/// Webhook objects: "Get Webhook Details".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WebhookShape<'a> {
    id: &'a str,
    name: &'a str,
    target_url: &'a str,
    resource: &'a str,
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    status: &'static str,
    org_id: String,
    created_by: String,
    app_id: String,
    owned_by: &'static str,
    created: String,
}

impl<'a> WebhookShape<'a> {
    fn of(hook: &'a Hook) -> Self {
        Self {
            id: &hook.id,
            name: &hook.name,
            target_url: &hook.target,
            resource: &hook.resource,
            event: &hook.event,
            filter: hook.filter.as_deref(),
            secret: hook.secret.as_deref(),
            status: if hook.line.active() { "active" } else { "inactive" },
            org_id: id::organization(hook.org),
            created_by: id::person(hook.owner),
            app_id: id::application(&hook.app),
            owned_by: "creator",
            created: shape::time(hook.created),
        }
    }
}

/// `POST /webhooks`: "Create a Webhook". `all`/`all` is the firehose of the guide.
pub(super) fn create(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let fields: Fields = input::json(call)?;
    let name = filled(fields.name).ok_or_else(|| Refusal::bad("name cannot be empty"))?;
    let target = filled(fields.target_url).ok_or_else(|| Refusal::bad("targetUrl cannot be null"))?;
    address(&target)?;
    let resource = filled(fields.resource).ok_or_else(|| Refusal::bad("resource cannot be null"))?;
    let event = filled(fields.event).ok_or_else(|| Refusal::bad("event cannot be null"))?;
    if !RESOURCES.contains(&resource.as_str()) {
        return Err(Refusal::bad("Invalid value for resource."));
    }
    if !EVENTS.contains(&event.as_str()) {
        return Err(Refusal::bad("Invalid value for event."));
    }
    if fields.owned_by.as_deref() == Some("org") {
        return Err(Refusal::forbidden("Organization webhooks are not available for this resource."));
    }
    readable(call, &resource)?;
    let filter = filled(fields.filter);
    let text = filter.as_deref().unwrap_or("");
    let clauses = filter::read(&resource, text, caller.person).map_err(|key| invalid(&key))?;
    let mut guard = webex.world();
    let world = &mut *guard;
    for clause in &clauses {
        if let filter::Clause::Room(room) = clause {
            world.rooms.seen_by(*room, caller.person).ok_or_else(|| invalid("roomId"))?;
        }
    }
    let secret = filled(fields.secret).map(Arc::from);
    let same = |hook: &Hook| {
        *hook.target == target && hook.resource == resource && hook.event == event && hook.filter == filter
    };
    if call.switches.webhook_duplicate_refused && own(world, caller).any(same) {
        return Err(Refusal::new(
            409,
            "A webhook with the same target, resource, event and filter already exists.",
        ));
    }
    let uuid = world.dice.uuid();
    let id = id::webhook(uuid);
    let hook = Hook {
        uuid,
        id: id.clone(),
        name,
        target: target.into(),
        resource,
        event,
        filter,
        clauses,
        secret,
        owner: caller.person,
        org: caller.org,
        app: Arc::clone(&caller.app),
        created: call.now,
        line: Arc::new(Line::new(id)),
        queue: None,
    };
    let change = json!({"kind": "webhook.created", "webhook": &hook.id, "resource": &hook.resource, "event": &hook.event});
    let answer = Answer::json(&WebhookShape::of(&hook)).changed(change);
    world.hooks.by_uuid.insert(uuid, hook);
    if let Some(person) = world.people.get_mut(caller.person) {
        person.hooks.push(uuid);
    }
    Ok(answer)
}

/// `GET /webhooks`: "List Webhooks", those of this token's person and application, oldest first.
pub(super) fn list(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let max = call.max(100, 1000)?;
    let world = webex.world();
    let hooks: Vec<&Hook> =
        if call.query("ownedBy").is_some() { Vec::new() } else { own(&world, caller).collect() };
    // Two made in the same millisecond are in the order of their ids from the first page on.
    let mut hooks = hooks;
    hooks.sort_by_key(|hook| (hook.created, hook.uuid));
    let (hooks, next) = paging::page(
        hooks,
        call,
        max,
        |hook| (hook.created, hook.uuid),
        |(created, uuid)| format!("{created} {uuid}"),
        |text| {
            let (created, uuid) = text.split_once(' ')?;
            Some((created.parse().ok()?, Uuid::parse_str(uuid).ok()?))
        },
    )?;
    let items = hooks.into_iter().map(WebhookShape::of).collect();
    Ok(Answer::json(&List { items }).next(next))
}

/// `GET /webhooks/{webhookId}`: "Get Webhook Details".
pub(super) fn get(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let world = webex.world();
    let uuid = found(&world, caller, call)?;
    let hook = world.hooks.by_uuid.get(&uuid).ok_or_else(Refusal::missing)?;
    Ok(Answer::json(&WebhookShape::of(hook)))
}

/// `PUT /webhooks/{webhookId}`: "Update a Webhook": name and address are required; `status: active` revives one that was
/// deactivated, and nothing that it missed is sent. It cannot be deactivated by this call.
pub(super) fn update(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let fields: Fields = input::json(call)?;
    let name = filled(fields.name).ok_or_else(|| Refusal::bad("name cannot be empty"))?;
    let target = filled(fields.target_url).ok_or_else(|| Refusal::bad("targetUrl cannot be null"))?;
    address(&target)?;
    let mut world = webex.world();
    let uuid = found(&world, caller, call)?;
    let hook = world.hooks.by_uuid.get_mut(&uuid).ok_or_else(Refusal::missing)?;
    hook.name = name;
    hook.target = target.into();
    if let Some(secret) = fields.secret {
        hook.secret = filled(Some(secret)).map(Arc::from);
    }
    match fields.status.as_deref() {
        None => {}
        Some("active") if hook.line.active() => {}
        Some("active") => hook.line.revive(),
        Some(_) => return Err(Refusal::bad("A webhook can only be set to active.")),
    }
    let change = json!({"kind": "webhook.updated", "webhook": &hook.id});
    Ok(Answer::json(&WebhookShape::of(hook)).changed(change))
}

/// `DELETE /webhooks/{webhookId}`: "Delete a Webhook".
pub(super) fn delete(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut world = webex.world();
    let uuid = found(&world, caller, call)?;
    world.remove_hook(uuid);
    Ok(Answer::nothing().changed(json!({"kind": "webhook.deleted", "webhook": id::webhook(uuid)})))
}

fn own<'a>(world: &'a World, caller: &'a Caller) -> impl Iterator<Item = &'a Hook> {
    let hooks = world.people.get(caller.person).map_or(&[][..], |person| person.hooks.as_slice());
    let hooks = hooks.iter().filter_map(|uuid| world.hooks.by_uuid.get(uuid));
    hooks.filter(|hook| hook.app == caller.app)
}

fn found(world: &World, caller: &Caller, call: &Call) -> Result<Uuid, Refusal> {
    let uuid = id::read_webhook(call.segment(1)).ok_or_else(Refusal::missing)?;
    let found = own(world, caller).any(|hook| hook.uuid == uuid);
    if found { Ok(uuid) } else { Err(Refusal::missing()) }
}

/// A webhook on a resource needs the scope to read it; the firehose needs that of messages, rooms and memberships.
fn readable(call: &Call, resource: &str) -> Result<(), Refusal> {
    let scopes: &[&str] = match resource {
        "messages" | "attachmentActions" => &["spark:messages_read"],
        "memberships" => &["spark:memberships_read"],
        "rooms" => &["spark:rooms_read"],
        _ => &["spark:messages_read", "spark:memberships_read", "spark:rooms_read"],
    };
    scopes.iter().try_for_each(|scope| call.caller_with(scope).map(drop))
}

fn address(target: &str) -> Result<(), Refusal> {
    let url = url::Url::parse(target).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.map(drop).ok_or_else(|| Refusal::bad("targetUrl must be a valid URL"))
}

fn invalid(key: &str) -> Refusal {
    Refusal::bad(format!("invalid value for filter: {key}"))
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
