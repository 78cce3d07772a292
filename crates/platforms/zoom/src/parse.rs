//! Reports to neutral words. "Team Chat events".
//!
//! Two families of events tell the same. `team_chat.dm_message_posted`, `_updated` and `_deleted` are the ones to subscribe
//! to: they tell formats, and of an edit both when the message was sent and when it was changed. `chat_message.sent`,
//! `.replied`, `.updated` and `.deleted` are older, tell plain text only, and of an edit only when that was; an account that
//! has both reports everything twice, which does no harm.
//!
//! What people wrote is read last. A report that is of nobody of ours is told by its ids alone, and of one that cannot even be
//! read so far no more than its name is kept; so nothing that strangers wrote is ever stored, however odd its form.
//!
//! `operator` is who did it and `contact` whom it was said to, whoever of the two authorized the app, so the report does not
//! say whose it is: it is taken as heard by the one it was said to, if that is one of ours, else by the one who said it.

use bytes::Bytes;
use entente_model::{AccountRef, Body, Emoji, FileRef, Message, MessageRef, Reaction, Snapshot, Timestamp};
use entente_platform::{Head, HeadKind, Item, Lifecycle, LifecycleKind, Place, card_in};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::hook::ZoomReceiver;
use crate::wire::event::{Deauthorized, Ends, Event, Object, Payload};
use crate::wire::filled;
use crate::wire::message::{self, File};
use crate::{bot, channels, id, text_in};

/// The longest name of an unknown kind; it becomes a label.
const LONGEST_NAME: usize = 64;

/// Somebody took back what they granted to the app. "App deauthorized".
const DEAUTHORIZED: &str = "app_deauthorized";

/// What an event tells about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Posted,
    Updated,
    /// An edit, with the time of the edit in place of that of the message.
    UpdatedAt,
    Deleted,
    Reacted,
}

fn told(event: &str) -> Option<Told> {
    Some(match event {
        "team_chat.dm_message_posted"
        | "team_chat.channel_message_posted"
        | "chat_message.sent"
        | "chat_message.replied" => Told::Posted,
        "team_chat.dm_message_updated" | "team_chat.channel_message_updated" => Told::Updated,
        "chat_message.updated" => Told::UpdatedAt,
        "team_chat.dm_reaction_added"
        | "team_chat.dm_reaction_removed"
        | "team_chat.channel_reaction_added"
        | "team_chat.channel_reaction_removed" => Told::Reacted,
        "team_chat.dm_message_deleted" | "team_chat.channel_message_deleted" | "chat_message.deleted" => {
            Told::Deleted
        }
        _ => return None,
    })
}

/// What a proven report is about.
pub(crate) fn item(receiver: &ZoomReceiver, body: &Bytes) -> Item {
    let event: Event<'_> = match serde_json::from_slice(body) {
        Ok(event) => event,
        Err(error) => return Item::Malformed { reason: wrong("event", &error), body: Bytes::new() },
    };
    if event.name == bot::NOTIFICATION {
        return bot::heard(receiver, &event, body);
    }
    if event.name == DEAUTHORIZED {
        return deauthorized(receiver, &event).unwrap_or_else(|| unknown(DEAUTHORIZED));
    }
    if let Some(about) = channels::reported(receiver, &event) {
        return about;
    }
    let Some(told) = told(&event.name) else { return unknown(&event.name) };
    let ends: Ends = match serde_json::from_str(event.payload.map_or("null", RawValue::get)) {
        Ok(ends) => ends,
        Err(error) => {
            return Item::Malformed { reason: wrong("ends", &error), body: event.name.into_owned().into() };
        }
    };
    let kind = match told {
        Told::Posted => HeadKind::Created,
        Told::Updated | Told::UpdatedAt => HeadKind::Changed,
        Told::Deleted => HeadKind::Deleted,
        Told::Reacted => HeadKind::Reacted,
    };
    if let Some(channel) = ends.object.channel_id.as_str().filter(|id| id::is_id(id)) {
        return in_channel(receiver, &event, channel, kind, body);
    }
    if ends.object.kind.as_str().is_some_and(|kind| kind != "to_contact") {
        return unknown("channel");
    }
    let person = |id: &'_ Value| id.as_str().filter(|id| id::is_id(id)).map(str::to_owned);
    let (Some(operator), Some(contact)) = (person(&ends.operator_id), person(&ends.object.contact_id)) else {
        // People of other accounts have no user id. They are not carried.
        return unknown("outsider");
    };
    let (operator, contact) = (operator.as_str(), contact.as_str());
    if operator == contact {
        // People keep notes in a conversation with themselves.
        return unknown("oneself");
    }
    let login = |account: &str| receiver.logins.get(&account.into()).copied();
    let Some(watcher) = login(contact).or_else(|| login(operator)) else { return unknown("nobody") };
    let payload = match payload(&event) {
        Ok(payload) => payload,
        Err(reason) => return Item::Malformed { reason, body: body.clone() },
    };
    let conversation = id::direct(&receiver.workspace, operator, contact);
    Item::Head(Head {
        place: Place::Direct,
        message: id::message(&conversation, &payload.object.message_id),
        kind,
        watcher,
        actor: Some(id::account(&receiver.workspace, operator)),
        // Of a reaction the report tells one, and not what stands.
        body: (told != Told::Reacted).then(|| body.clone()),
    })
}

/// A report of a channel. It does not say who of ours is in it; whoever hears there is known elsewhere, and anybody will do to
/// name it. What the door passes over is never stored, so nothing is lost by a report that cannot be read.
fn in_channel(
    receiver: &ZoomReceiver,
    event: &Event<'_>,
    channel: &str,
    kind: HeadKind,
    body: &Bytes,
) -> Item {
    let Ok(payload) = payload(event) else { return unknown("odd_in_channel") };
    let Some(operator) = payload.operator() else {
        return unknown("outsider");
    };
    let own = receiver.logins.get(&operator.into()).or_else(|| receiver.logins.values().next());
    let Some(watcher) = own.copied() else { return unknown("nobody") };
    let conversation = id::channel_at(&receiver.workspace, channel);
    Item::Head(Head {
        // Groups are channels of a kind of their own, which no report tells.
        place: Place::Group,
        message: id::message(&conversation, &payload.object.message_id),
        kind,
        watcher,
        actor: Some(id::account(&receiver.workspace, operator)),
        body: (kind != HeadKind::Reacted).then(|| body.clone()),
    })
}

/// A message as a report says it stands.
pub(crate) fn open(at: &MessageRef, body: &[u8]) -> Result<Snapshot, String> {
    let event: Event<'_> = serde_json::from_slice(body).map_err(|error| wrong("event", &error))?;
    if event.name == bot::NOTIFICATION {
        return bot::open(at, &event);
    }
    let told = told(&event.name).ok_or("an event that tells nothing about a message")?;
    let payload = payload(&event)?;
    let workspace = &at.conversation.workspace;
    let channel = filled(payload.object.channel_id.as_deref());
    let (operator, conversation) = match (both(&payload), channel, payload.operator()) {
        (_, Some(channel), Some(operator)) => (operator, id::channel_at(workspace, channel)),
        ((Some(operator), Some(contact)), ..) => (operator, id::direct(workspace, operator, contact)),
        _ => return Err("an event without both ends".to_owned()),
    };
    if id::message(&conversation, &payload.object.message_id) != *at {
        return Err("the event is of another message".to_owned());
    }
    let author = id::account(workspace, operator);
    let sent = Timestamp::from_millis(payload.object.timestamp);
    let happened = event.at.map_or(sent, Timestamp::from_millis);
    let (created_at, edited_at) = match told {
        Told::Reacted => return Err("an event that does not tell how a message stands".to_owned()),
        Told::Posted | Told::Deleted => (sent, None),
        // An edit is later than the message, whatever clocks say.
        Told::Updated => (sent, Some(happened.max(Timestamp(sent.0.saturating_add(1))))),
        // When it was sent is not told. A message that was never seen must not pass for a new one, so it is an old one.
        Told::UpdatedAt => (Timestamp::default(), Some(sent.max(happened))),
    };
    let deleted = told == Told::Deleted;
    let mut message =
        if deleted { silent(at.clone(), author) } else { said(at.clone(), author, payload.object) };
    if told == Told::Posted {
        nothing_else(&mut message);
    }
    Ok(Snapshot { message, created_at, edited_at, deleted, reactions: None })
}

/// A message of which only the author counts.
fn silent(at: MessageRef, author: AccountRef) -> Message {
    Message { at, thread: None, author, body: Body::default(), files: Vec::new(), unsupported: Vec::new() }
}

fn said(at: MessageRef, author: AccountRef, object: Object) -> Message {
    let text = object.message.unwrap_or_default();
    let body = text_in::body(&at.conversation.workspace, &text, &object.rich_text, &object.at_items);
    Message {
        // The older events name a message that begins a thread as its own parent.
        thread: thread(&at, object.reply_main_message_id.as_deref()),
        author,
        body,
        files: object.files.iter().filter_map(carried).collect(),
        unsupported: too_long(&text)
            .into_iter()
            .chain(object.files.iter().filter(|file| carried(file).is_none()).map(file))
            .collect(),
        at,
    }
}

/// Somebody posted something that neither reports nor history describe ("List user's chat messages", `message_type`: `others`),
/// a poll or a sticker, so a line says that. What an edit leaves empty is empty.
fn nothing_else(message: &mut Message) {
    if message.body.is_empty() && message.files.is_empty() && message.unsupported.is_empty() {
        message.unsupported.push("something unknown".to_owned());
    }
}

/// The message that begins the thread.
fn thread(at: &MessageRef, main: Option<&str>) -> Option<MessageRef> {
    let main = id::message(&at.conversation, filled(main)?);
    (main != *at).then_some(main)
}

/// A message of a conversation's history. Its author is told by whoever knows the two who talk.
pub(crate) fn snapshot(at: MessageRef, author: AccountRef, read: &message::Message) -> Snapshot {
    let created_at = Timestamp::from_millis(read.timestamp);
    let status = read.status.as_deref().unwrap_or_default();
    if status.eq_ignore_ascii_case("deleted") {
        let message = silent(at, author);
        return Snapshot { message, created_at, edited_at: None, deleted: true, reactions: None };
    }
    // When it was edited is not told; only reports say that. So it is the earliest that an edit can have been, and an edit
    // that was reported is never taken for older than the one that history knows of.
    let edited = status.eq_ignore_ascii_case("edited");
    let edited_at = edited.then(|| Timestamp(created_at.0.saturating_add(1)));
    let text = read.text.as_deref().unwrap_or_default();
    let body = text_in::body(&at.conversation.workspace, text, &read.rich_text, &read.at_items);
    let mut message = Message {
        thread: thread(&at, read.reply_main_message_id.as_deref()),
        author,
        body,
        files: if snippet(read) { Vec::new() } else { read.files.iter().filter_map(carried).collect() },
        unsupported: unsupported(read),
        at,
    };
    if !edited {
        nothing_else(&mut message);
    }
    let reactions = Some(reactions(&message.at, read));
    Snapshot { message, created_at, edited_at, deleted: false, reactions }
}

/// Reactions; of people of other accounts no user id is told, and they are left out.
fn reactions(at: &MessageRef, read: &message::Message) -> Vec<Reaction> {
    let of = |one: &message::Reacted| -> Vec<Reaction> {
        let listed = one.senders.iter().filter_map(|sender| sender.user_id.as_deref());
        let people = listed.chain(one.user_ids.iter().map(String::as_str)).filter(|person| id::is_id(person));
        let Some(emoji) = one.emoji.as_deref() else { return Vec::new() };
        let by = |person| id::account(&at.conversation.workspace, person);
        people.map(|person| Reaction { by: by(person), emoji: sign(emoji) }).collect()
    };
    read.reactions.iter().flatten().flat_map(of).collect()
}

/// "React to a chat message": `U+1F44D`; custom ones have a name. How an emoji of several code points is written is not
/// documented, so whatever stands between them is passed over.
fn sign(emoji: &str) -> Emoji {
    let points: Option<String> = emoji
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '+')
        .flat_map(|part| part.split("U+").filter(|part| !part.is_empty()))
        .map(|point| u32::from_str_radix(point, 16).ok().and_then(char::from_u32))
        .collect();
    match points.filter(|points| emoji.starts_with("U+") && !points.is_empty()) {
        Some(points) => Emoji::unicode(entente_text::emoji(&points)),
        None => Emoji::named(emoji.trim_matches(':')),
    }
}

/// An emoji as the service writes it. Several code points are joined as those who use it do.
pub(crate) fn written(emoji: &Emoji) -> String {
    // The selector that asks for a picture is not part of the name.
    let points = emoji.as_str().chars().filter(|c| *c != '\u{fe0f}');
    points.map(|c| format!("U+{:04X}", u32::from(c))).collect::<Vec<_>>().join("-")
}

/// A message of a form that is not known, as a line that says so.
pub(crate) fn outlined(at: MessageRef, author: AccountRef, read: &message::Outline) -> Snapshot {
    let deleted = read.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("deleted"));
    let unsupported = if deleted { Vec::new() } else { vec!["message that could not be read".to_owned()] };
    let message = Message { unsupported, ..silent(at, author) };
    let created_at = Timestamp::from_millis(read.timestamp);
    Snapshot { message, created_at, edited_at: None, deleted, reactions: None }
}

/// What stands for the rest of a text of which not all is read.
fn too_long(text: &str) -> Option<String> {
    (text.len() > entente_text::MAX_INPUT).then(|| entente_text::TOO_LONG.to_owned())
}

fn unsupported(read: &message::Message) -> Vec<String> {
    if snippet(read) {
        return vec![
            if read.kind.as_deref() == Some("giphy_file") { "GIF" } else { "code snippet" }.to_owned(),
        ];
    }
    let lacking = read.files.iter().filter(|file| carried(file).is_none());
    let mut lines: Vec<String> = too_long(read.text.as_deref().unwrap_or_default()).into_iter().collect();
    lines.extend(lacking.map(|file| named("file", file.file_name.as_deref())));
    if read.files.is_empty()
        && let Some(name) = filled(read.file_name.as_deref())
    {
        lines.push(named("file", Some(name)));
    }
    lines.extend(read.interactive_cards.iter().map(|card| card_in(card.card_json.as_deref())));
    lines
}

/// What the app makes of files that it shows in ways of its own.
fn snippet(read: &message::Message) -> bool {
    matches!(read.kind.as_deref(), Some("giphy_file" | "code_snippet"))
}

/// A file that can be fetched.
fn carried(file: &File) -> Option<FileRef> {
    let id = filled(file.file_id.as_deref())
        .filter(|_| file.file_message_type.as_deref() != Some("code snippet"))?;
    Some(FileRef {
        id: id.into(),
        name: file.file_name.clone(),
        length: file.file_size.filter(|size| *size > 0),
        url: None,
    })
}

fn file(file: &File) -> String {
    let kind = match file.file_message_type.as_deref() {
        Some("image" | "screen shot") => "image",
        Some("audio" | "audio v2") => "voice message",
        Some("code snippet") => "code snippet",
        _ => "file",
    };
    named(kind, file.file_name.as_deref())
}

fn named(kind: &str, name: Option<&str>) -> String {
    format!("{kind}: {}", filled(name).unwrap_or("without a name"))
}

fn payload(event: &Event<'_>) -> Result<Payload, String> {
    let raw = event.payload.map_or("null", RawValue::get);
    serde_json::from_str(raw).map_err(|error| wrong("payload", &error))
}

/// Who said it and whom to.
fn both(payload: &Payload) -> (Option<&str>, Option<&str>) {
    let person = |id: &'_ Option<String>| -> Option<()> { id::is_id(id.as_deref()?).then_some(()) };
    match (person(&payload.operator_id), person(&payload.object.contact_id)) {
        (Some(()), Some(())) => (payload.operator_id.as_deref(), payload.object.contact_id.as_deref()),
        _ => (None, None),
    }
}

/// The name of what is not carried.
pub(crate) fn unknown(kind: &str) -> Item {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
    Item::Unknown(kind.chars().filter(plain).take(LONGEST_NAME).collect())
}

/// The reason names a place and a kind, never a value.
pub(crate) fn wrong(what: &str, error: &serde_json::Error) -> String {
    format!("{what}: {:?} at line {} column {}", error.classify(), error.line(), error.column())
}

/// Somebody took their consent back. Their login is looked at at once, and found dead.
fn deauthorized(receiver: &ZoomReceiver, event: &Event<'_>) -> Option<Item> {
    let gone: Deauthorized = serde_json::from_str(event.payload?.get()).ok()?;
    let login = *receiver.logins.get(&gone.user_id?.as_str().into())?;
    Some(Item::Lifecycle(Lifecycle { login, kind: LifecycleKind::Removed }))
}

#[cfg(test)]
mod tests;
