//! How messages are written: as "List user's chat messages" and "Get a message" have them, and as "Retrieve a thread"
//! has them, which are not the same.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::zoom::call::Call;
use crate::zoom::files::shape as files;
use crate::zoom::world::World;
use crate::zoom::world::chats::{Content, Message};
use crate::zoom::world::people::Person;

/// `yyyy-MM-dd'T'HH:mm:ss'Z'`, how the service writes instants.
pub(in crate::zoom) fn date_time(millis: i64) -> String {
    let at = Timestamp::from_second(millis.div_euclid(1000)).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.0}")
}

/// `rich_text`.
pub(in crate::zoom) fn rich(content: &Content) -> Value {
    let items = content.rich.iter().map(|rich| {
        let mut item =
            json!({"start_position": rich.start, "end_position": rich.end, "format_type": rich.kind});
        if let Some(attribute) = &rich.attribute {
            item["format_attr"] = attribute.as_str().into();
        }
        item
    });
    items.collect()
}

/// `at_items` as they are read back: by user id, where they are sent by address.
fn mentions(world: &World, viewer: &Person, content: &Content) -> Value {
    let items = content.mentions.iter().map(|mention| {
        let person = mention.person.as_deref().and_then(|person| world.people.get(person));
        let mut item = json!({
            "at_type": if person.is_some() { 1 } else { 2 },
            "start_position": mention.start,
            "end_position": mention.end,
        });
        if let Some(person) = person {
            item["at_contact"] = if person.account == viewer.account { &*person.id } else { "" }.into();
            item["at_contact_member_id"] = (*person.member).into();
        }
        item
    });
    items.collect()
}

/// `at_items` as the events of channels tell them: by address, with the ids beside it. What they keep back of people of other
/// accounts is not documented; nothing but the member id is told.
pub(in crate::zoom) fn called(world: &World, content: &Content) -> Value {
    let items = content.mentions.iter().map(|mention| {
        let person = mention.person.as_deref().and_then(|person| world.people.get(person));
        let mut item = json!({
            "at_type": if person.is_some() { 1 } else { 2 },
            "start_position": mention.start,
            "end_position": mention.end,
        });
        if let Some(person) = person {
            let inside = person.account == world.account;
            item["at_contact"] = if inside { person.email.as_str() } else { "" }.into();
            item["at_contact_user_id"] = if inside { &*person.id } else { "" }.into();
            item["at_contact_member_id"] = (*person.member).into();
        }
        item
    });
    items.collect()
}

/// What is told of an author: address, user id, member id and name. Strangers have only the last two.
struct Author<'a> {
    email: &'a str,
    id: &'a str,
    member: &'a str,
    name: &'a str,
}

impl<'a> Author<'a> {
    fn of(world: &'a World, viewer: &Person, author: &Arc<str>) -> Self {
        if let Some(person) = world.people.get(author) {
            let inside = person.account == viewer.account;
            let shown = inside || viewer.contacts.contains(&person.id);
            return Self {
                email: if shown { &person.email } else { "" },
                id: if inside { &person.id } else { "" },
                member: &person.member,
                name: &person.name,
            };
        }
        let name = world.apps.by_robot(author).map_or("", |app| &app.name);
        Self { email: "", id: "", member: "", name }
    }
}

/// A message in a history. `told` says whether `status` is told.
pub(super) fn listed(world: &World, viewer: &Person, message: &Message, told: bool, call: &Call) -> Value {
    let switches = &call.switches;
    let author = Author::of(world, viewer, &message.author);
    let mut shape = json!({
        "id": switches.ids_in_history.write(message.uuid),
        "message": message.content.text,
        "message_type": files::message_type(world, message),
        "sender": author.email,
        "send_member_id": author.member,
        "sender_display_name": author.name,
        "date_time": date_time(message.timestamp),
        "timestamp": message.timestamp,
    });
    if told {
        let status = match (message.deleted, message.edited) {
            (true, _) => "Deleted",
            (false, true) => "Edited",
            (false, false) => "Normal",
        };
        shape["status"] = status.into();
    }
    let parent = message.parent.and_then(|parent| world.chats.message(parent));
    if let Some(parent) = parent {
        shape["reply_main_message_id"] = switches.ids_in_history.write(parent.uuid).into();
        shape["reply_main_message_timestamp"] = parent.timestamp.into();
    }
    if !message.content.mentions.is_empty() {
        shape["at_items"] = mentions(world, viewer, &message.content);
    }
    if !message.content.rich.is_empty() {
        shape["rich_text"] = rich(&message.content);
    }
    if !message.reactions.is_empty() {
        let all = message.reactions.iter().map(|(emoji, people)| {
            let inside = |id: &Arc<str>| world.people.get(id).filter(|one| one.account == viewer.account);
            let member = |id: &Arc<str>| world.people.get(id).map_or("", |one| &*one.member);
            let senders = people
                .iter()
                .map(|id| json!({"user_id": inside(id).map_or("", |one| &*one.id), "member_id": member(id)}));
            json!({"emoji": emoji, "total_count": people.len(), "senders": senders.collect::<Vec<_>>()})
        });
        shape["reactions"] = all.collect();
    }
    files::attach(world, message, call, &mut shape);
    if let Some(bot) = message.bot.as_ref().filter(|_| !message.deleted) {
        shape["bot_message"] = bot.content.clone();
    }
    shape
}

/// What a thread is asked to carry beside the text.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter of the vendor's")]
pub(super) struct Wants {
    pub(super) rich: bool,
    pub(super) mentions: bool,
    pub(super) reactions: bool,
    pub(super) files: bool,
}

/// A message in a thread.
pub(super) fn threaded(
    world: &World,
    viewer: &Person,
    message: &Message,
    wants: Wants,
    call: &Call,
) -> Value {
    let switches = &call.switches;
    let author = Author::of(world, viewer, &message.author);
    let mut shape = json!({
        "msg_id": switches.ids_in_threads.write(message.uuid),
        "message": message.content.text,
        "message_type": files::message_type(world, message),
        "is_reply": message.parent.is_some(),
        "timestamp": message.timestamp,
        "sender_user_id": author.id,
        "sender_email": author.email,
        "sender_member_id": author.member,
        "sender_display_name": author.name,
    });
    if message.parent.is_none() {
        let last = message.replies.last().and_then(|reply| world.chats.message(*reply));
        shape["last_reply_time"] = last.map_or(message.timestamp, |last| last.timestamp).into();
        shape["is_followed"] = (message.author == viewer.id).into();
    }
    if wants.rich {
        shape["rich_text"] = rich(&message.content);
    }
    if wants.mentions {
        shape["at_items"] = mentions(world, viewer, &message.content);
    }
    if wants.reactions {
        let all = message.reactions.iter().map(|(emoji, people)| {
            json!({"emoji_id": emoji, "count": people.len(), "is_sender": people.contains(&viewer.id)})
        });
        shape["reactions"] = all.collect();
    }
    if wants.files {
        shape["files"] = files::listed(world, message, call).into();
    }
    if let Some(bot) = &message.bot {
        shape["bot_message"] = bot.content.clone();
    }
    shape
}
