//! "Create a Message", "Edit a Message", "Delete a Message".

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{parent, visible};
use crate::files::File;
use crate::files::multipart::Part;
use crate::webex::answer::{Answer, Outcome, Refusal};
use crate::webex::call::{Call, Caller};
use crate::webex::shape::MessageShape;
use crate::webex::text::{self, Directory};
use crate::webex::world::World;
use crate::webex::world::messages::{Content, Held, Scan};
use crate::webex::{Webex, id, input, memberships};

/// The most bytes that `text` and `markdown` may have, each ("Create a Message").
const MOST_BYTES: usize = 7439;

/// How often a message may be edited ("Edit a Message").
const MOST_EDITS: u8 = 10;

/// What a post says, and where.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::webex) struct Fields {
    pub(in crate::webex) room_id: Option<String>,
    pub(in crate::webex) to_person_id: Option<String>,
    pub(in crate::webex) to_person_email: Option<String>,
    pub(in crate::webex) parent_id: Option<String>,
    pub(in crate::webex) text: Option<String>,
    pub(in crate::webex) markdown: Option<String>,
    pub(in crate::webex) html: Option<String>,
    pub(in crate::webex) files: Option<Value>,
    pub(in crate::webex) attachments: Option<Value>,
}

/// `POST /messages`: "Create a Message", into a room or to a person, whose direct room is made if there is none.
///
/// A file comes as a part of a multipart body, one at most ("Message Attachments"). The address of a file is for the
/// service to fetch, and this one is nowhere from where it could.
pub(in crate::webex) fn create(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:messages_write")?;
    let (fields, parts): (Fields, Vec<Part>) = input::fields_and_files(call)?;
    if present(fields.files.as_ref()) {
        return Err(Refusal::bad("Unable to retrieve content."));
    }
    if parts.len() > 1 || parts.iter().any(|part| part.name != "files") {
        return Err(Refusal::bad("Only one file may be included with the message."));
    }
    let files = parts.iter().map(|part| {
        // The name must be one; what stands before it belongs to the sender's computer.
        let name = part.filename.as_deref().unwrap_or_default();
        let name = name.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or("file");
        let file = File::new(name, part.media(), part.value.clone(), call.switches.files_kept);
        held(call, file, Scan::Clean)
    });
    let files = files.collect::<Result<_, _>>()?;
    publish(webex, call, caller, &fields, files)
}

/// A file that was not scanned yet.
///
/// # Errors
/// That it is too large.
pub(in crate::webex) fn held(call: &Call, file: File, scan: Scan) -> Result<Held, Refusal> {
    if file.size > call.switches.file_most_bytes {
        return Err(Refusal::new(call.switches.file_too_large_status, "The file is too large."));
    }
    let takes = i64::try_from(call.switches.file_scan_ms).unwrap_or(i64::MAX);
    Ok(Held { file, scan, scanned: call.now.saturating_add(takes), base: call.base.as_str().into() })
}

/// Posts as `caller` what the fields say, with `files`.
pub(in crate::webex) fn publish(
    webex: &Webex,
    call: &Call,
    caller: &Caller,
    fields: &Fields,
    files: Vec<Held>,
) -> Outcome {
    let mut guard = webex.world();
    let world = &mut *guard;
    let content = content(world, call, fields, files)?;
    let target = destination(world, caller, call, fields)?;
    let place = match target {
        Target::Room(room) => room,
        Target::Person(person) => crate::webex::world::pair_uuid(caller.person, person),
    };
    webex.take(&format!("{}/{place}", caller.person), call.switches.rates.posts_to_one_place)?;
    let parent = match fields.parent_id.as_deref().filter(|parent| !parent.is_empty()) {
        Some(text) => Some(parent(world, place, text)?),
        None => None,
    };
    if world.dice.hits(call.switches.webhook_first_share) {
        world.hooks.note_deliveries();
    }
    let (place, opened) = match target {
        Target::Room(room) => (room, false),
        Target::Person(person) => world.direct_room(caller.person, person, call.now),
    };
    let uuid = world.post(place, caller.person, parent, content, call.now);
    let first = world.hooks.noted();
    let (Some(message), Some(room)) = (world.messages.get(uuid), world.rooms.get(place)) else {
        return Err(Refusal::missing());
    };
    let author = world.people.get(caller.person).ok_or_else(Refusal::missing)?;
    let mut shape = MessageShape::of(message, room, author, true, &call.base);
    shape.to_person_id = fields.to_person_id.as_deref().filter(|to| !to.is_empty());
    shape.to_person_email = fields.to_person_email.as_deref().filter(|to| !to.is_empty());
    let mut change = json!({
        "kind": "message.created",
        "message": id::message(uuid, place),
        "room": &*room.id,
        "author": &*author.id,
        "parent": message.parent.map(|parent| id::message(parent, place)),
        "text": message.content.text,
        "opened": opened,
    });
    let files: Vec<Value> = message.content.files.iter().map(|held| held.file.facts()).collect();
    if !files.is_empty() {
        change["files"] = files.into();
    }
    Ok(Answer::json(&shape).changed(change).after(first))
}

/// `PUT /messages/{messageId}`: "Edit a Message", by its author, ten times at most; never one with a card.
pub(in crate::webex) fn edit(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:messages_write")?;
    let fields: Fields = input::fields(call)?;
    let mut guard = webex.world();
    let world = &mut *guard;
    let (room, message) = visible(world, caller, call)?;
    let (place, uuid) = (room.uuid, message.uuid);
    let named = fields.room_id.as_deref().filter(|room| !room.is_empty());
    let named = named.ok_or_else(|| Refusal::bad("roomId cannot be null"))?;
    if id::read_room(named) != Some(place) {
        return Err(Refusal::bad("The message is not in the room with the provided ID."));
    }
    if message.author != caller.person {
        return Err(Refusal::new(call.switches.foreign_edit_status, "Only the author can edit a message."));
    }
    if message.content.attachments.is_some() || present(fields.attachments.as_ref()) {
        return Err(Refusal::bad("Edits of messages with attachments are not supported."));
    }
    if !message.content.files.is_empty() || present(fields.files.as_ref()) {
        return Err(Refusal::bad("Edits of messages with files are not supported."));
    }
    if message.edits >= MOST_EDITS {
        return Err(Refusal::bad("The maximum number of edits for this message has been reached."));
    }
    if fields.html.is_some() {
        return Err(Refusal::bad("The html attribute cannot be edited."));
    }
    let content = content(world, call, &fields, Vec::new())?;
    if world.dice.hits(call.switches.webhook_first_share) {
        world.hooks.note_deliveries();
    }
    world.edit(uuid, content, call.now);
    let first = world.hooks.noted();
    let (Some(message), Some(room)) = (world.messages.get(uuid), world.rooms.get(place)) else {
        return Err(Refusal::missing());
    };
    let author = world.people.get(caller.person).ok_or_else(Refusal::missing)?;
    let change = json!({
        "kind": "message.edited",
        "message": id::message(uuid, place),
        "room": &*room.id,
        "author": &*author.id,
        "text": message.content.text,
    });
    Ok(Answer::json(&MessageShape::of(message, room, author, true, &call.base)).changed(change).after(first))
}

/// `DELETE /messages/{messageId}`: "Delete a Message", by its author, a moderator of the room or an administrator in it.
/// Whether the replies to it stay is a switch.
pub(in crate::webex) fn delete(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:messages_write")?;
    let mut guard = webex.world();
    let world = &mut *guard;
    let (room, message) = visible(world, caller, call)?;
    let allowed =
        message.author == caller.person || caller.admin || (room.locked && room.moderated_by(caller.person));
    if !allowed {
        return Err(Refusal::forbidden("Only the author can delete a message."));
    }
    let (place, uuid) = (room.uuid, message.uuid);
    let replies = if call.switches.replies_outlive_parent { Vec::new() } else { world.replies(uuid) };
    let gone: Vec<String> = replies.iter().map(|reply| id::message(*reply, place)).collect();
    let change = json!({
        "kind": "message.deleted",
        "message": id::message(uuid, place),
        "room": &*room.id,
        "author": id::person(message.author),
        "replies": gone,
    });
    if world.dice.hits(call.switches.webhook_first_share) {
        world.hooks.note_deliveries();
    }
    for gone in std::iter::once(uuid).chain(replies) {
        world.delete(gone, caller.person);
    }
    let first = world.hooks.noted();
    Ok(Answer::nothing().changed(change).after(first))
}

enum Target {
    Room(Uuid),
    Person(Uuid),
}

/// Exactly one destination, which the caller may write to.
fn destination(world: &World, caller: &Caller, call: &Call, fields: &Fields) -> Result<Target, Refusal> {
    let given =
        |field: &'_ Option<String>| field.as_deref().filter(|text| !text.is_empty()).map(str::to_owned);
    let unclear = || {
        Refusal::bad(
            "Message destination could not be determined. Provide only one destination in the roomId, \
             toPersonEmail, or toPersonId field",
        )
    };
    let person = match (given(&fields.room_id), given(&fields.to_person_id), given(&fields.to_person_email)) {
        (Some(room), None, None) => return writable(world, caller, &room).map(Target::Room),
        (None, Some(id), None) => {
            let found = id::read_person(&id).and_then(|uuid| world.people.get(uuid));
            found.ok_or_else(|| Refusal::new(404, "Failed to find user with specified person ID."))?
        }
        (None, None, Some(email)) => world
            .people
            .by_email(&email)
            .ok_or_else(|| Refusal::new(404, "Failed to find user with specified email address."))?,
        _ => return Err(unclear()),
    };
    if person.uuid == caller.person {
        return Err(Refusal::bad("A message cannot be sent to oneself."));
    }
    let room = crate::webex::world::pair_uuid(caller.person, person.uuid);
    if world.rooms.get(room).is_none() {
        memberships::admit(caller, person, &call.switches)?;
        if let Some(me) = world.people.get(caller.person) {
            memberships::admit(caller, me, &call.switches)?;
        }
        if person.bot && caller.bot && !call.switches.bots_talk_to_bots {
            return Err(Refusal::forbidden("Bots cannot write to bots."));
        }
    }
    Ok(Target::Person(person.uuid))
}

fn writable(world: &World, caller: &Caller, text: &str) -> Result<Uuid, Refusal> {
    let unknown = || Refusal::new(404, "Could not find a room with provided ID.");
    let room = id::read_room(text).ok_or_else(unknown)?;
    let room = world.rooms.seen_by(room, caller.person).ok_or_else(unknown)?;
    if room.announcement && !room.moderated_by(caller.person) {
        return Err(Refusal::forbidden("Only moderators can post in this space."));
    }
    let left = room.direct && room.other(caller.person).is_none_or(|other| world.people.get(other).is_none());
    if left { Err(unknown()) } else { Ok(room.uuid) }
}

/// What the message will say.
fn content(world: &World, call: &Call, fields: &Fields, files: Vec<Held>) -> Result<Content, Refusal> {
    let given = |field: &'_ Option<String>| field.clone().filter(|text| !text.trim().is_empty());
    let (text, markdown) = (given(&fields.text), given(&fields.markdown));
    let html = given(&fields.html).filter(|_| call.switches.html_input);
    let attachments = fields.attachments.clone().filter(|value| present(Some(value)));
    let wordless = text.is_none() && markdown.is_none() && html.is_none();
    if wordless && attachments.is_none() && files.is_empty() {
        return Err(Refusal::bad("Both text and file cannot be empty."));
    }
    for part in [&text, &markdown, &html].into_iter().flatten() {
        if part.len() > MOST_BYTES {
            return Err(Refusal::bad("Message text exceeds the maximum length of 7439 bytes."));
        }
    }
    if attachments.as_ref().is_some_and(|cards| cards.as_array().is_none_or(|cards| cards.len() > 1)) {
        return Err(Refusal::bad("Only one attachment may be included with the message."));
    }
    let mut content = Content { attachments, files, ..Content::default() };
    let known = |person: &crate::webex::world::people::Person| (person.uuid, person.name.clone());
    let directory = Directory {
        by_id: &|text| id::read_person(text).and_then(|uuid| world.people.get(uuid)).map(known),
        by_email: &|text| world.people.by_email(text).map(known),
        bare_ids: call.switches.bare_mention_ids,
    };
    let rendered = match (&markdown, &html) {
        (Some(markdown), _) => Some(text::markdown(markdown, &directory)),
        (None, Some(html)) => Some(text::html::clean(html, &directory)),
        (None, None) => None,
    };
    if let Some(rendered) = rendered {
        content.html = Some(rendered.html).filter(|html| !html.is_empty());
        content.mentioned = rendered.mentioned;
        content.mentions_all = rendered.all;
        content.text = rendered.text;
    }
    content.text = text.unwrap_or(content.text);
    content.markdown = markdown;
    Ok(content)
}

fn present(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    }
}
