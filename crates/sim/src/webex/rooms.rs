//! Rooms ("List Rooms", "Create a Room", "Get Room Details", "Update a Room", "Delete a Room"). A direct room is made
//! by writing to somebody, never here.

use std::cmp::Reverse;

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::answer::{Answer, Outcome, Refusal};
use super::call::{Call, Caller};
use super::shape::{List, RoomShape};
use super::world::World;
use super::world::rooms::{Plan, Room};
use super::{Webex, id, input, paging};

/// `GET /rooms`: "List Rooms", those the caller is in; the latest activity first unless sorted otherwise.
pub(super) fn list(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:rooms_read")?;
    let max = call.max(100, 1000)?;
    let direct = match call.query("type") {
        None => None,
        Some("direct") => Some(true),
        Some("group") => Some(false),
        Some(_) => return Err(Refusal::bad("Invalid value for type.")),
    };
    let world = webex.world();
    let person = world.people.get(caller.person).ok_or_else(Refusal::missing)?;
    let rooms = person.rooms.iter().filter_map(|room| world.rooms.get(*room));
    let rooms = rooms.filter(|room| direct.is_none_or(|direct| room.direct == direct));
    // No teams here, so no room is in one.
    let rooms = rooms.filter(|_| call.query("teamId").is_none());
    let key: fn(&&Room) -> (Reverse<i64>, Uuid) = match call.query("sortBy") {
        None | Some("lastactivity") => |room| (Reverse(room.last_activity), room.uuid),
        Some("created") => |room| (Reverse(room.created), room.uuid),
        Some("id") => |room| (Reverse(0), room.uuid),
        Some(_) => return Err(Refusal::bad("Invalid value for sortBy.")),
    };
    let mut rooms: Vec<&Room> = rooms.collect();
    rooms.sort_by_key(key);
    let (rooms, next) = paging::page(
        rooms,
        call,
        max,
        key,
        |(Reverse(time), uuid)| format!("{time} {uuid}"),
        |text| {
            let (time, uuid) = text.split_once(' ')?;
            Some((Reverse(time.parse().ok()?), Uuid::parse_str(uuid).ok()?))
        },
    )?;
    let items = rooms.into_iter().map(|room| RoomShape::of(&world, room, caller.person)).collect();
    Ok(Answer::json(&List { items }).next(next))
}

/// `GET /rooms/{roomId}`: "Get Room Details"; a room one is not in does not exist.
pub(super) fn get(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:rooms_read")?;
    let world = webex.world();
    let room = seen(&world, caller, call.segment(1))?;
    Ok(Answer::json(&RoomShape::of(&world, room, caller.person)))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    title: Option<String>,
    description: Option<String>,
    is_locked: Option<bool>,
    is_public: Option<bool>,
    is_announcement_only: Option<bool>,
}

/// `POST /rooms`: "Create a Room". The creator is in it, and moderates it when it is locked.
pub(super) fn create(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:rooms_write")?;
    let fields: Fields = input::json(call)?;
    let plan = Plan {
        title: title(fields.title)?,
        description: fields.description,
        locked: fields.is_locked.unwrap_or(false),
        announcement: fields.is_announcement_only.unwrap_or(false),
        public: fields.is_public.unwrap_or(false),
    };
    if plan.public && plan.description.as_deref().is_none_or(|text| text.trim().is_empty()) {
        return Err(Refusal::bad("Description is required for public spaces."));
    }
    if plan.announcement && !plan.locked {
        return Err(Refusal::bad("A space can only be put into announcement mode when it is locked."));
    }
    let mut world = webex.world();
    let uuid = world.open_group(plan, caller.person, call.now);
    let room = world.rooms.get(uuid).ok_or_else(Refusal::missing)?;
    let change = json!({"kind": "room.created", "room": &*room.id});
    Ok(Answer::json(&RoomShape::of(&world, room, caller.person)).changed(change))
}

/// `PUT /rooms/{roomId}`: "Update a Room"; `title` is required, a locked room is changed by its moderators only.
pub(super) fn update(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:rooms_write")?;
    let fields: Fields = input::json(call)?;
    let mut world = webex.world();
    let uuid = seen(&world, caller, call.segment(1))?.uuid;
    let new_title = title(fields.title)?;
    let room = world.rooms.get_mut(uuid).ok_or_else(Refusal::missing)?;
    if room.direct {
        return Err(Refusal::bad("Direct rooms cannot be changed."));
    }
    if room.locked && !room.moderated_by(caller.person) {
        return Err(Refusal::forbidden("Only moderators can change a moderated space."));
    }
    room.title = new_title;
    if let Some(description) = fields.description {
        // The documented way to clear it is a single space.
        room.description = Some(description).filter(|text| !text.trim().is_empty());
    }
    if let Some(locked) = fields.is_locked {
        room.locked = locked;
        if let Some(member) = room.members.iter_mut().find(|member| member.person == caller.person) {
            member.moderator = locked;
        }
    }
    room.public = fields.is_public.unwrap_or(room.public);
    room.announcement = fields.is_announcement_only.unwrap_or(room.announcement) && room.locked;
    world.tell_room("updated", uuid, caller.person);
    let room = world.rooms.get(uuid).ok_or_else(Refusal::missing)?;
    let change = json!({"kind": "room.updated", "room": &*room.id});
    Ok(Answer::json(&RoomShape::of(&world, room, caller.person)).changed(change))
}

/// `DELETE /rooms/{roomId}`: "Delete a Room"; as a protection against accidents, one who is not a moderator only leaves.
/// What it does to a direct room is not documented; it is refused.
pub(super) fn delete(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:rooms_write")?;
    let mut world = webex.world();
    let room = seen(&world, caller, call.segment(1))?;
    if room.direct {
        return Err(Refusal::forbidden("Direct rooms cannot be deleted."));
    }
    let (uuid, id) = (room.uuid, room.id.to_string());
    if room.moderated_by(caller.person) {
        world.drop_room(uuid);
        return Ok(Answer::nothing().changed(json!({"kind": "room.deleted", "room": id})));
    }
    world.let_out(uuid, caller.person, caller.person);
    Ok(Answer::nothing().changed(json!({"kind": "membership.deleted", "room": id, "person": &*caller.id})))
}

/// A room that the caller is in.
///
/// # Errors
/// 404, whether it is unknown or somebody else's.
pub(super) fn seen<'a>(world: &'a World, caller: &Caller, text: &str) -> Result<&'a Room, Refusal> {
    let uuid = id::read_room(text).ok_or_else(Refusal::missing)?;
    world.rooms.seen_by(uuid, caller.person).ok_or_else(Refusal::missing)
}

fn title(title: Option<String>) -> Result<String, Refusal> {
    title.filter(|title| !title.trim().is_empty()).ok_or_else(|| Refusal::bad("Title cannot be empty."))
}
