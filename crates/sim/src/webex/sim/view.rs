//! What a page that shows somebody's Webex app reads. Only what that person may see.
//!
//! `GET /_sim/conversations?person=` answers, the latest activity first:
//! `{"items": [{"room", "type", "title", "last_activity", "members": [{"id", "name", "email", "is_bot"}],
//! "last": {"author", "text", "file": name | null} | null}]}`.
//!
//! `GET /_sim/messages?room=&person=&max=` answers, oldest first:
//! `{"items": [{"id", "parent" | null, "author": {"id", "name", "email", "is_bot"}, "mine", "text", "html" | null,
//! "created", "edited", "edits_left", "files": [{"id", "name", "type", "size", "sha256", "url"}]}]}`. A file's `url` is a path
//! of this simulator.

use serde_json::{Value, json};

use crate::webex::answer::{Answer, Outcome, Refusal};
use crate::webex::call::Call;
use crate::webex::shape::time;
use crate::webex::world::World;
use crate::webex::world::messages::Message;
use crate::webex::world::rooms::Room;
use crate::webex::{Webex, id};

/// How far back a page sees unless it asks for more.
const WINDOW: usize = 200;

/// `GET /_sim/conversations`.
pub(in crate::webex) fn conversations(webex: &Webex, call: &Call) -> Outcome {
    let world = webex.world();
    let viewer = call.query("person").and_then(|text| super::anybody(&world, text));
    let viewer = viewer.ok_or_else(Refusal::missing)?;
    let mut rooms: Vec<&Room> = viewer.rooms.iter().filter_map(|room| world.rooms.get(*room)).collect();
    rooms.sort_by_key(|room| (std::cmp::Reverse(room.last_activity), room.uuid));
    let items: Vec<Value> = rooms
        .into_iter()
        .map(|room| {
            let last = room.log.iter().rev().find_map(|(_, message)| world.messages.get(*message));
            json!({
                "room": &*room.id,
                "type": if room.direct { "direct" } else { "group" },
                "title": world.title(room, viewer.uuid),
                "last_activity": time(room.last_activity),
                "members": room.members.iter().map(|member| person(&world, member.person)).collect::<Vec<_>>(),
                "last": last.map(|message| json!({
                    "author": world.people.ever(message.author).map_or("", |author| &author.name),
                    "text": message.content.text,
                    "file": message.content.files.first().map(|held| &held.file.name),
                })),
            })
        })
        .collect();
    Ok(Answer::json(&json!({"items": items})))
}

/// `GET /_sim/messages`.
pub(in crate::webex) fn messages(webex: &Webex, call: &Call) -> Outcome {
    let world = webex.world();
    let viewer = call.query("person").and_then(|text| super::anybody(&world, text));
    let viewer = viewer.ok_or_else(Refusal::missing)?.uuid;
    let room = call.query("room").and_then(id::read_room);
    let room = room.and_then(|room| world.rooms.seen_by(room, viewer)).ok_or_else(Refusal::missing)?;
    let max = call.max(WINDOW, 5000)?;
    let found = room.log.iter().rev().filter_map(|(_, message)| world.messages.get(*message)).take(max);
    let mut items: Vec<Value> = found.map(|message| shape(&world, room, message, viewer)).collect();
    items.reverse();
    Ok(Answer::json(&json!({"items": items})))
}

fn shape(world: &World, room: &Room, message: &Message, viewer: uuid::Uuid) -> Value {
    json!({
        "id": id::message(message.uuid, room.uuid),
        "parent": message.parent.map(|parent| id::message(parent, room.uuid)),
        "author": person(world, message.author),
        "mine": message.author == viewer,
        "text": message.content.text,
        "html": message.content.html,
        "created": time(message.created),
        "edited": message.updated.is_some(),
        "edits_left": 10 - message.edits,
        "files": super::files::shapes(room, message),
    })
}

fn person(world: &World, uuid: uuid::Uuid) -> Value {
    match world.people.ever(uuid) {
        Some(person) => {
            json!({"id": &*person.id, "name": person.name, "email": person.email, "is_bot": person.bot})
        }
        None => Value::Null,
    }
}
