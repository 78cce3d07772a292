//! Memberships ("List Memberships", "Create a Membership", "Get/Update/Delete a Membership").

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::answer::{Answer, Outcome, Refusal};
use super::call::{Call, Caller};
use super::shape::{List, MembershipShape};
use super::switches::Switches;
use super::world::World;
use super::world::people::Person;
use super::world::rooms::Room;
use super::{Webex, id, input, paging, rooms};

/// `GET /memberships`: "List Memberships"; of a room, of one person in it, or one's own.
pub(super) fn list(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:memberships_read")?;
    let max = call.max(100, 1000)?;
    let world = webex.world();
    let wanted = match (call.query("personId"), call.query("personEmail")) {
        (None, None) => None,
        _ if call.query("roomId").is_none() => {
            return Err(Refusal::bad("roomId is required when personId or personEmail is specified."));
        }
        (Some(person), _) => Some(id::read_person(person).unwrap_or(Uuid::nil())),
        (None, Some(email)) => Some(world.people.by_email(email).map_or(Uuid::nil(), |person| person.uuid)),
    };
    let mut found: Vec<(Uuid, Uuid)> = if let Some(room) = call.query("roomId") {
        let room = rooms::seen(&world, caller, room)?;
        room.members.iter().map(|member| (room.uuid, member.person)).collect()
    } else {
        let person = world.people.get(caller.person).ok_or_else(Refusal::missing)?;
        person.rooms.iter().map(|room| (*room, person.uuid)).collect()
    };
    found.retain(|(_, person)| wanted.is_none_or(|wanted| wanted == *person));
    found.sort_unstable();
    let (found, next) = paging::page(
        found,
        call,
        max,
        |pair| *pair,
        |(room, person)| format!("{room} {person}"),
        |text| {
            let (room, person) = text.split_once(' ')?;
            Some((Uuid::parse_str(room).ok()?, Uuid::parse_str(person).ok()?))
        },
    )?;
    let items = found.into_iter().filter_map(|(room, person)| shape(&world, room, person)).collect();
    Ok(Answer::json(&List { items }).next(next))
}

/// `GET /memberships/{membershipId}`: "Get Membership Details".
pub(super) fn get(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:memberships_read")?;
    let world = webex.world();
    let (person, room) = found(&world, caller, call)?;
    Ok(Answer::json(&shape(&world, room, person)))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    room_id: Option<String>,
    person_id: Option<String>,
    person_email: Option<String>,
    is_moderator: Option<bool>,
    is_room_hidden: Option<bool>,
}

/// `POST /memberships`: "Create a Membership", also for people of other organizations and for bots. Inviting an address
/// without an account is left out and answers 404.
pub(super) fn create(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:memberships_write")?;
    let fields: Fields = input::json(call)?;
    let room = fields.room_id.filter(|room| !room.is_empty());
    let room = room.ok_or_else(|| Refusal::bad("roomId cannot be null"))?;
    let room = id::read_room(&room).ok_or_else(|| Refusal::bad("Expect base64 ID or UUID."))?;
    let mut world = webex.world();
    let person = match (&fields.person_id, &fields.person_email) {
        (None, None) => return Err(Refusal::bad("Must specify either personId or personEmail.")),
        (Some(person), _) => {
            let uuid = id::read_person(person).ok_or_else(|| Refusal::bad("Expect base64 ID or UUID."))?;
            world.people.get(uuid)
        }
        (None, Some(email)) => world.people.by_email(email),
    };
    let person = person.ok_or_else(Refusal::missing)?;
    let uuid = person.uuid;
    let place = world.rooms.seen_by(room, caller.person).ok_or_else(Refusal::missing)?;
    if place.direct {
        return Err(Refusal::bad("Nobody can be added to a direct room."));
    }
    if place.locked && !place.moderated_by(caller.person) {
        return Err(Refusal::forbidden("Only moderators can add people to a moderated space."));
    }
    if place.has(uuid) {
        return Err(Refusal::new(409, "User is already a participant in the room."));
    }
    admit(caller, person, &call.switches)?;
    world.let_in(room, uuid, fields.is_moderator.unwrap_or(false), caller.person, call.now);
    let change = change(&world, "membership.created", room, uuid);
    Ok(Answer::json(&shape(&world, room, uuid)).changed(change))
}

/// `PUT /memberships/{membershipId}`: "Update a Membership"; moderators make moderators, everybody hides their own direct
/// rooms.
pub(super) fn update(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:memberships_write")?;
    let fields: Fields = input::json(call)?;
    let mut world = webex.world();
    let (person, uuid) = found(&world, caller, call)?;
    let room = world.rooms.get_mut(uuid).ok_or_else(Refusal::missing)?;
    let moderates = room.moderated_by(caller.person);
    let locked = room.locked;
    let member =
        room.members.iter_mut().find(|member| member.person == person).ok_or_else(Refusal::missing)?;
    if let Some(moderator) = fields.is_moderator
        && moderator != member.moderator
    {
        if locked && !moderates {
            return Err(Refusal::forbidden("Only moderators can make moderators."));
        }
        member.moderator = moderator;
    }
    if let Some(hidden) = fields.is_room_hidden {
        if person != caller.person {
            return Err(Refusal::forbidden("Only one's own rooms can be hidden."));
        }
        member.hidden = hidden;
    }
    world.tell_membership("updated", uuid, person, caller.person);
    let change = change(&world, "membership.updated", uuid, person);
    Ok(Answer::json(&shape(&world, uuid, person)).changed(change))
}

/// `DELETE /memberships/{membershipId}`: "Delete a Membership"; one's own is how one leaves.
pub(super) fn delete(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:memberships_write")?;
    let mut world = webex.world();
    let (person, uuid) = found(&world, caller, call)?;
    let room = world.rooms.get(uuid).ok_or_else(Refusal::missing)?;
    if room.direct {
        return Err(Refusal::bad("Nobody can leave a direct room."));
    }
    if room.locked && person != caller.person && !room.moderated_by(caller.person) {
        return Err(Refusal::forbidden("Only moderators can remove people from a moderated space."));
    }
    let change = change(&world, "membership.deleted", uuid, person);
    world.let_out(uuid, person, caller.person);
    Ok(Answer::nothing().changed(change))
}

/// Whether the organization's policy lets somebody into a room with the caller ("Allow or block bots" and "Block external
/// communication", Control Hub). Those who are in rooms already are not asked.
///
/// # Errors
/// What a refused bot or outsider answers.
pub(super) fn admit(caller: &Caller, person: &Person, switches: &Switches) -> Result<(), Refusal> {
    if switches.outsiders_denied && person.org != caller.org {
        let message = "Communication with people outside is not allowed by your organization.";
        return Err(Refusal::new(switches.outsiders_denied_status, message));
    }
    let refused = person.bot && switches.bots_denied && !switches.bots_allowed.contains(&person.email);
    if refused {
        let message = "This bot is not allowed by your organization.";
        return Err(Refusal::new(switches.bots_denied_status, message));
    }
    Ok(())
}

/// Person and room of a membership in a room that the caller is in.
fn found(world: &World, caller: &Caller, call: &Call) -> Result<(Uuid, Uuid), Refusal> {
    let unknown = || Refusal::new(404, "Failed to get membership");
    let (person, room) = id::read_membership(call.segment(1)).ok_or_else(unknown)?;
    let place: &Room = world.rooms.seen_by(room, caller.person).ok_or_else(unknown)?;
    if place.has(person) { Ok((person, room)) } else { Err(unknown()) }
}

fn shape(world: &World, room: Uuid, person: Uuid) -> Option<MembershipShape<'_>> {
    let room = world.rooms.get(room)?;
    Some(MembershipShape::of(room.member(person)?, room, world.people.ever(person)?))
}

fn change(world: &World, kind: &str, room: Uuid, person: Uuid) -> serde_json::Value {
    let room = world.rooms.get(room).map_or("", |room| &room.id);
    json!({"kind": kind, "room": room, "person": id::person(person)})
}
