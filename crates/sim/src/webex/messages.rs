//! Messages ("List Messages", "List Direct Messages", "Get Message Details" here; writing in [`mod@write`]).

use uuid::Uuid;

use super::answer::{Answer, Outcome, Refusal};
use super::call::{Call, Caller};
use super::shape::{List, MessageShape, visible_to_bot};
use super::world::World;
use super::world::messages::Message;
use super::world::rooms::Room;
use super::{Webex, id, paging};

pub(super) mod write;

const DEFAULT_MAX: usize = 50;
const MOST_WITH_MENTIONS: usize = 100;

/// `GET /messages/{messageId}`: "Get Message Details"; 404 when gone, in a room one is not in, or hidden from a bot.
pub(super) fn get(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:messages_read")?;
    let world = webex.world();
    let (room, message) = visible(&world, caller, call)?;
    if !shown(message, call) {
        return Err(Refusal::missing());
    }
    let author = world.people.ever(message.author).ok_or_else(Refusal::missing)?;
    let markdown = call.switches.markdown_returned;
    Ok(Answer::json(&MessageShape::of(message, room, author, markdown, &call.base)))
}

/// `GET /messages`: "List Messages", newest first. A bot lists a group room with `mentionedPeople` only.
pub(super) fn list(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:messages_read")?;
    let room = call.query("roomId");
    let room = room.ok_or_else(|| Refusal::bad("Required String parameter 'roomId' is not present"))?;
    let world = webex.world();
    let unknown = || Refusal::new(404, "Could not find a room with provided ID.");
    let room = id::read_room(room).ok_or_else(unknown)?;
    let room = world.rooms.seen_by(room, caller.person).ok_or_else(unknown)?;
    let mentioned = match call.query("mentionedPeople") {
        None => false,
        Some(person) => {
            let own = person == "me" || id::read_person(person) == Some(caller.person);
            if !own {
                let message = "Only 'me' or the ID of the current user may be specified in mentionedPeople.";
                return Err(Refusal::bad(message));
            }
            true
        }
    };
    if caller.bot && !room.direct && !mentioned {
        return Err(Refusal::forbidden("Failed to get activity."));
    }
    let max = if mentioned {
        call.max(DEFAULT_MAX, MOST_WITH_MENTIONS)?
    } else {
        call.max(DEFAULT_MAX, call.switches.messages_max)?
    };
    let before = bound(&world, room, call)?;
    let index = match call.query("parentId") {
        Some(parent) => {
            let (_, parent) = id::read_message(parent).ok_or_else(Refusal::missing)?;
            let replies = room.threads.get(&parent).map_or(&[][..], Vec::as_slice);
            Positions::Some(replies)
        }
        None if mentioned => {
            Positions::Some(room.mentions.get(&caller.person).map_or(&[][..], Vec::as_slice))
        }
        None => Positions::All,
    };
    let seen = |message: &Message| {
        shown(message, call) && (!mentioned || message.content.mentioned.contains(&caller.person))
    };
    let (found, last) = collect(&world, room, index, before, max, seen);
    let items = found.iter().filter_map(|message| shape(&world, room, message, call)).collect();
    let next = last.map(|position| paging::next_url(call, &paging::seal(&position.to_string())));
    Ok(Answer::json(&List { items }).next(next))
}

/// `GET /messages/direct`: "List Direct Messages", newest first; not paged.
pub(super) fn direct(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:messages_read")?;
    let world = webex.world();
    let person = match (call.query("personId"), call.query("personEmail")) {
        (Some(person), None) => id::read_person(person).and_then(|uuid| world.people.ever(uuid)),
        (None, Some(email)) => world.people.by_email(email),
        _ => return Err(Refusal::bad("Either personId or personEmail is required.")),
    };
    let person = person.ok_or_else(Refusal::missing)?;
    let room = super::world::pair_uuid(caller.person, person.uuid);
    let room = world.rooms.get(room).ok_or_else(Refusal::missing)?;
    let index = match call.query("parentId") {
        Some(parent) => {
            let (_, parent) = id::read_message(parent).ok_or_else(Refusal::missing)?;
            Positions::Some(room.threads.get(&parent).map_or(&[][..], Vec::as_slice))
        }
        None => Positions::All,
    };
    let most = call.max(DEFAULT_MAX, call.switches.messages_max)?;
    let (found, _) = collect(&world, room, index, usize::MAX, most, |message| shown(message, call));
    let items = found.iter().filter_map(|message| shape(&world, room, message, call)).collect();
    Ok(Answer::json(&List { items }))
}

/// Which places of a room's log are looked at.
#[derive(Clone, Copy)]
enum Positions<'a> {
    All,
    Some(&'a [usize]),
}

/// At most `max` messages before place `before`, newest first, and the place to go on from if there are more.
fn collect<'a>(
    world: &'a World,
    room: &'a Room,
    index: Positions<'a>,
    before: usize,
    max: usize,
    seen: impl Fn(&Message) -> bool,
) -> (Vec<&'a Message>, Option<usize>) {
    let places: Box<dyn Iterator<Item = usize> + 'a> = match index {
        Positions::All => Box::new((0..before.min(room.log.len())).rev()),
        Positions::Some(places) => {
            let end = places.partition_point(|place| *place < before);
            Box::new(places[..end].iter().rev().copied())
        }
    };
    let messages = places.filter_map(|place| world.messages.get(room.log[place].1));
    let mut messages = messages.filter(|message| seen(message));
    let found: Vec<&Message> = messages.by_ref().take(max).collect();
    let more = messages.next().is_some();
    let last = found.last().filter(|_| more).map(|message| message.position);
    (found, last)
}

/// The place in the log that `before`, `beforeMessage` and the cursor allow to look at, the strictest of them.
fn bound(world: &World, room: &Room, call: &Call) -> Result<usize, Refusal> {
    let mut bound = usize::MAX;
    if let Some(cursor) = call.query("cursor") {
        let text = paging::unseal(cursor).ok_or_else(paging::unknown_cursor)?;
        bound = text.parse().map_err(|_| paging::unknown_cursor())?;
    }
    if let Some(message) = call.query("beforeMessage") {
        let (_, uuid) = id::read_message(message).ok_or_else(Refusal::missing)?;
        let message = world.messages.get(uuid).filter(|message| message.room == room.uuid);
        bound = bound.min(message.ok_or_else(Refusal::missing)?.position);
    }
    if let Some(time) = call.query("before") {
        // Clients merge parameters into links unescaped, where a plus sign of an offset reads as a space.
        let time: jiff::Timestamp =
            time.replace(' ', "+").parse().map_err(|_| Refusal::bad("Invalid value for before."))?;
        let millis = time.as_millisecond();
        bound = bound.min(room.log.partition_point(|(created, _)| *created < millis));
    }
    Ok(bound)
}

/// The message a path names, in a room that the caller is in, if they may see it.
fn visible<'a>(world: &'a World, caller: &Caller, call: &Call) -> Result<(&'a Room, &'a Message), Refusal> {
    let (region, uuid) = id::read_message(call.segment(1)).ok_or_else(Refusal::missing)?;
    seen(world, caller, call, &region, uuid)
}

/// A message of the room of that region, if the caller may see it.
pub(super) fn seen<'a>(
    world: &'a World,
    caller: &Caller,
    call: &Call,
    region: &str,
    uuid: Uuid,
) -> Result<(&'a Room, &'a Message), Refusal> {
    let message = world.messages.get(uuid).ok_or_else(Refusal::missing)?;
    let room = world.rooms.seen_by(message.room, caller.person).ok_or_else(Refusal::missing)?;
    let hidden = caller.bot && !room.direct && !visible_to_bot(caller.person, message, &call.switches);
    if hidden || region != id::cluster(room.uuid) {
        return Err(Refusal::missing());
    }
    Ok((room, message))
}

/// A message can be invisible to reads for a moment after its webhook was sent.
fn shown(message: &Message, call: &Call) -> bool {
    let delay = i64::try_from(call.switches.visibility_delay_ms).unwrap_or(i64::MAX);
    delay == 0 || message.created.saturating_add(delay) <= call.now
}

fn shape<'a>(
    world: &'a World,
    room: &'a Room,
    message: &'a Message,
    call: &Call,
) -> Option<MessageShape<'a>> {
    let author = world.people.ever(message.author)?;
    Some(MessageShape::of(message, room, author, call.switches.markdown_returned, &call.base))
}

/// The parent a reply may have: a message of the same room that is not a reply itself.
fn parent(world: &World, room: Uuid, text: &str) -> Result<Uuid, Refusal> {
    let (_, uuid) = id::read_message(text).ok_or_else(Refusal::missing)?;
    let parent = world.messages.get(uuid).filter(|parent| parent.room == room);
    let parent = parent.ok_or_else(|| Refusal::new(404, "Could not find the parent message."))?;
    if parent.parent.is_some() {
        return Err(Refusal::bad(
            "Cannot reply to a reply. The parent must be the first message of a thread.",
        ));
    }
    Ok(uuid)
}
