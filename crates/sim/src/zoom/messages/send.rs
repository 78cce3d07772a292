//! "Send a chat message".

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::rich::{AtItem, RichItem, formats, mentions};
use super::session;
use crate::zoom::answer::{Answer, Outcome, Refusal};
use crate::zoom::call::Call;
use crate::zoom::events::What;
use crate::zoom::switches::{Switches, TooLong};
use crate::zoom::world::World;
use crate::zoom::world::chats::{Content, New};
use crate::zoom::world::people::Person;
use crate::zoom::{Zoom, id, input};

/// "Send a chat message", `file_ids`: the most files of one message.
const MOST_FILES: usize = 6;

#[derive(Debug, Deserialize)]
struct Fields {
    message: Option<String>,
    to_contact: Option<String>,
    to_channel: Option<String>,
    reply_main_message_id: Option<String>,
    at_items: Option<Vec<AtItem>>,
    rich_text: Option<Vec<RichItem>>,
    file_ids: Option<Vec<String>>,
    interactive_cards: Option<Vec<Value>>,
    scheduled_time: Option<String>,
}

/// `POST /chat/users/{userId}/messages`: to a contact, who need not have been written to before.
pub(in crate::zoom) fn create(zoom: &Zoom, call: &Call) -> Outcome {
    let fields: Fields = input::json(call)?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, call.segment(3))?;
    let (contact, channel) = (given(fields.to_contact.as_ref()), given(fields.to_channel.as_ref()));
    let (session, other) = session(world, me, contact, channel, &call.switches)?;
    may_write(world, me, &other)?;
    not_here(&fields)?;
    let files = attached(world, me, fields.file_ids.unwrap_or_default(), &call.switches)?;
    let text = text_beside(fields.message.unwrap_or_default(), &files, &call.switches)?;
    let content = Content {
        files,
        mentions: mentions(world, &text, &fields.at_items.unwrap_or_default(), &call.switches)?,
        rich: formats(&text, fields.rich_text.unwrap_or_default(), call.switches.unit)?,
        text,
    };
    let parent = given(fields.reply_main_message_id.as_ref());
    let parent = parent.map(|text| parent_of(world, &session, text, &call.switches)).transpose()?;
    let me = Arc::clone(&me.id);
    say(zoom, world, call, Saying { session, me, other, parent, content })
}

/// A message that may be sent.
pub(in crate::zoom) struct Saying {
    pub(in crate::zoom) session: String,
    pub(in crate::zoom) me: Arc<str>,
    pub(in crate::zoom) other: Arc<str>,
    pub(in crate::zoom) parent: Option<Uuid>,
    pub(in crate::zoom) content: Content,
}

/// Sends it, and tells of it.
pub(in crate::zoom) fn say(zoom: &Zoom, world: &mut World, call: &Call, saying: Saying) -> Outcome {
    let Saying { session, me, other, parent, content } = saying;
    if call.switches.windows_for_contacts {
        zoom.inner.throttle.send(&session, call.now, &call.switches)?;
    }
    if world.dice.hits(call.switches.event_first_share) {
        world.subscriptions.note_deliveries();
    }
    let members = if me == other { vec![Arc::clone(&me)] } else { vec![Arc::clone(&me), Arc::clone(&other)] };
    let uuid = world.dice.uuid();
    let mut change = json!({
        "kind": "message.created",
        "message": id::IdForm::Lower.write(uuid),
        "session": session,
        "author": &*me,
        "to": &*other,
        "parent": parent.map(|parent| id::IdForm::Lower.write(parent)),
        "text": content.text,
    });
    if !content.files.is_empty() {
        let files = content.files.iter().filter_map(|file| world.files.get(file));
        change["files"] = files.map(|held| held.file.facts()).collect();
    }
    let new = New { author: me, content, parent, bot: None };
    world.chats.say(&session, &members, uuid, new, call.now);
    world.name_files(uuid);
    world.tell(What::Posted, uuid, &call.switches);
    let first = world.subscriptions.noted();
    Ok(Answer::made(&json!({"id": call.switches.ids_in_answers.write(uuid)})).changed(change).after(first))
}

/// A field that says something.
pub(super) fn given(field: Option<&String>) -> Option<&str> {
    field.map(String::as_str).filter(|text| !text.is_empty())
}

/// Settings and blocks that stand between two people.
pub(in crate::zoom) fn may_write(world: &World, me: &Person, other: &str) -> Result<(), Refusal> {
    if !me.may_chat {
        return Err(Refusal::new(400, 5418, "The user can not chat with others."));
    }
    let Some(other) = world.people.get(other) else { return Ok(()) };
    if !other.may_chat && other.id != me.id {
        return Err(Refusal::new(400, 5418, "The user can not chat with others."));
    }
    if me.blocked.contains(&other.id) || other.blocked.contains(&me.id) {
        return Err(Refusal::new(400, 5421, "Can not send message to a blocked contact."));
    }
    Ok(())
}

/// The files that somebody attaches: their own, six at most.
///
/// # Errors
/// 400 with code 5403 where files are forbidden, with code 300 otherwise.
pub(super) fn attached(
    world: &World,
    me: &Person,
    ids: Vec<String>,
    switches: &Switches,
) -> Result<Vec<Arc<str>>, Refusal> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    if switches.files_forbidden {
        return Err(forbidden());
    }
    if ids.len() > MOST_FILES {
        return Err(Refusal::field("file_ids", "Invalid field."));
    }
    let own = |id: String| {
        let held = world.files.get(&id).filter(|held| held.owner == me.id);
        held.map(|held| Arc::clone(&held.id))
            .ok_or_else(|| Refusal::bad(format!("File does not exist: {id}.")))
    };
    ids.into_iter().map(own).collect()
}

/// What an account that forbids files answers.
pub(in crate::zoom) fn forbidden() -> Refusal {
    Refusal::new(400, 5403, "Account settings do not allow files to be sent.")
}

/// The text of a message that may have files and, by a switch, need not have a text then.
pub(super) fn text_beside(said: String, files: &[Arc<str>], switches: &Switches) -> Result<String, Refusal> {
    let wordless = said.is_empty() && !files.is_empty() && !switches.files_need_text;
    if wordless { Ok(said) } else { text(said, switches) }
}

/// Cards and drafts, which nobody can have made here.
fn not_here(fields: &Fields) -> Result<(), Refusal> {
    if fields.interactive_cards.as_ref().is_some_and(|cards| !cards.is_empty()) {
        return Err(Refusal::new(400, 5405, "Failed to create interactive card."));
    }
    if fields.scheduled_time.is_some() {
        return Err(Refusal::field("scheduled_time", "Invalid field."));
    }
    Ok(())
}

/// The text as it is kept.
///
/// # Errors
/// 400 with code 300 when there is none, or too much of it.
pub(super) fn text(mut text: String, switches: &Switches) -> Result<String, Refusal> {
    if text.is_empty() {
        return Err(Refusal::field("message", "Invalid field."));
    }
    if switches.unit.length(&text) <= switches.longest {
        return Ok(text);
    }
    match switches.too_long {
        TooLong::Kept => Ok(text),
        TooLong::Refused => Err(Refusal::field("message", "The maximum length of the message was exceeded.")),
        TooLong::Cut => {
            let mut length = 0;
            let end = text.char_indices().find_map(|(at, character)| {
                length += switches.unit.of(character);
                (length > switches.longest).then_some(at)
            });
            text.truncate(end.unwrap_or(text.len()));
            Ok(text)
        }
    }
}

/// The main message that a reply names: threads have one level.
pub(in crate::zoom) fn parent_of(
    world: &World,
    session: &str,
    text: &str,
    switches: &Switches,
) -> Result<Uuid, Refusal> {
    let found = id::read_message(text).and_then(|uuid| world.chats.message(uuid));
    let found = found.filter(|message| *message.session == *session);
    let found = found.filter(|message| !message.deleted || switches.reply_to_deleted);
    let found = found.ok_or_else(|| Refusal::no_message(text))?;
    if found.parent.is_some() {
        return Err(Refusal::new(400, 5402, "This only supports replies to a main message."));
    }
    Ok(found.uuid)
}
