//! "Team Chat: Chat Messages" and "Chat Sessions": what somebody can read. Writing is in [`send`] and [`change`],
//! threads are in [`thread`].
//!
//! A conversation is named by its other side, `to_contact`: an e-mail address, a user id or a member id; or it is a channel
//! that one is a member of, `to_channel` (404 with code 4130 for any other).

use std::sync::Arc;

use serde_json::{Value, json};

use super::Zoom;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::contacts::reachable;
use super::switches::Switches;
use super::world::World;
use super::world::chats::{Chat, Message};
use super::world::people::Person;
use super::{id, input, paging};

pub(super) mod change;
pub(super) mod react;
pub(super) mod rich;
pub(super) mod send;
pub(super) mod shape;
pub(super) mod thread;

const DAY_MS: i64 = 86_400_000;

/// "Only provide past chat messages in recent 6 months."
const HORIZON_MS: i64 = 183 * DAY_MS;

/// The session of `to_contact`, whether anything was said in it or not.
///
/// # Errors
/// 400 with code 300 unless exactly one of the two is named, 404 with 1001 or 4130 for one that is not there.
pub(super) fn session(
    world: &World,
    me: &Person,
    contact: Option<&str>,
    channel: Option<&str>,
    switches: &Switches,
) -> Result<(String, Arc<str>), Refusal> {
    match (contact, channel) {
        (Some(contact), None) => {
            let other = reachable(world, me, contact, switches)?;
            Ok((id::session(&me.id, &other.id), Arc::clone(&other.id)))
        }
        (None, Some(channel)) => {
            let chat = world.chats.get(channel).filter(|chat| chat.channel.is_some());
            let chat = chat.filter(|chat| chat.members.contains(&me.id));
            let chat = chat.ok_or_else(|| Refusal::no_channel(channel))?;
            Ok((chat.session.to_string(), Arc::clone(&chat.session)))
        }
        _ => Err(Refusal::bad("Must provide either contact or channel parameter.")),
    }
}

/// A message of a session, in any form of its id. Deleted ones are gone.
///
/// # Errors
/// 400 with code 300.
pub(super) fn message<'a>(world: &'a World, session: &str, text: &str) -> Result<&'a Message, Refusal> {
    let found = id::read_message(text).and_then(|uuid| world.chats.message(uuid));
    let found = found.filter(|message| *message.session == *session && !message.deleted);
    found.ok_or_else(|| Refusal::no_message(text))
}

/// `GET /chat/users/{userId}/messages`: "List user's chat messages".
pub(super) fn list(zoom: &Zoom, call: &Call) -> Outcome {
    let size = input::number(call, "page_size", 10, 50)?;
    let (from, until) = window(call)?;
    let told = input::flag(call, "include_deleted_and_edited_message", false)?;
    let childless = input::flag(call, "exclude_child_message", false)?;
    let key = search(call)?;
    let world = zoom.world();
    let me = call.acting(&world, call.segment(3))?;
    let (contact, channel) = (call.query("to_contact"), call.query("to_channel"));
    let chats: Vec<&Chat> = if key.is_some() && contact.is_none() && channel.is_none() {
        world.chats.of(&me.id).collect()
    } else {
        let (session, _) = session(&world, me, contact, channel, &call.switches)?;
        world.chats.get(&session).into_iter().collect()
    };
    let shown = |message: &&Message| {
        let hidden = message.deleted || (message.edited && call.switches.edited_only_on_request);
        (told || !hidden)
            && !(childless && message.parent.is_some())
            && visible(message, call)
            && key.as_ref().is_none_or(|key| key.fits(&world, message))
    };
    let mut found: Vec<&Message> =
        chats.into_iter().flat_map(|chat| world.chats.between(chat, from, until)).filter(shown).collect();
    found.sort_by_key(|message| message.timestamp);
    if call.switches.newest_first {
        found.reverse();
    }
    let (page, next) = paging::page(found.into_iter(), paging::start(call)?, size);
    let messages: Vec<Value> =
        page.into_iter().map(|message| shape::listed(&world, me, message, told, call)).collect();
    let mut body =
        json!({"page_size": size, "next_page_token": paging::next(call, next), "messages": messages});
    for name in ["date", "from", "to"] {
        if let Some(asked) = call.query(name) {
            body[name] = asked.into();
        }
    }
    Ok(Answer::json(&body))
}

/// `GET /chat/users/{userId}/messages/{messageId}`: "Get a message".
pub(super) fn get(zoom: &Zoom, call: &Call) -> Outcome {
    let world = zoom.world();
    let me = call.acting(&world, call.segment(3))?;
    let (contact, channel) = (call.query("to_contact"), call.query("to_channel"));
    let (session, _) = session(&world, me, contact, channel, &call.switches)?;
    let found = message(&world, &session, call.segment(5))?;
    if !visible(found, call) {
        return Err(Refusal::no_message(call.segment(5)));
    }
    let mut shape = shape::listed(&world, me, found, false, call);
    // Whoever reacted is told here in other fields than in lists.
    for one in shape.get_mut("reactions").and_then(Value::as_array_mut).into_iter().flatten() {
        let ids = |key: &str, senders: &Value| -> Vec<Value> {
            senders.as_array().into_iter().flatten().map(|sender| sender[key].clone()).collect()
        };
        let senders = one["senders"].take();
        *one = json!({
            "emoji": one["emoji"],
            "total_count": one["total_count"],
            "user_ids": ids("user_id", &senders),
            "member_ids": ids("member_id", &senders),
        });
    }
    Ok(Answer::json(&shape))
}

/// `GET /chat/users/{userId}/sessions`: "List a user's chat sessions" in which something was said, the latest first.
pub(super) fn sessions(zoom: &Zoom, call: &Call) -> Outcome {
    let size = input::number(call, "page_size", 10, 50)?;
    let kind = call.query("type");
    if kind.is_some_and(|kind| !["1:1", "groupchat"].contains(&kind)) {
        return Err(Refusal::new(404, 1001, "Unknown session type."));
    }
    let today = call.now.div_euclid(DAY_MS) * DAY_MS;
    let from = call.query("from").map_or(Ok(today), |text| input::time("from", text))?;
    let to = call.query("to").map_or(Ok(today + DAY_MS - 1000), |text| input::time("to", text))?;
    let world = zoom.world();
    let me = call.acting(&world, call.segment(3))?;
    let mut chats: Vec<&Chat> = world
        .chats
        .of(&me.id)
        .filter(|chat| kind.is_none_or(|kind| (kind == "groupchat") == chat.channel.is_some()))
        .filter(|chat| (from..to + 1000).contains(&chat.last))
        .collect();
    chats.sort_by_key(|chat| (std::cmp::Reverse(chat.last), Arc::clone(&chat.session)));
    let (page, next) = paging::page(chats.into_iter(), paging::start(call)?, size);
    let sessions: Vec<Value> = page.into_iter().filter_map(|chat| peer(&world, me, chat)).collect();
    let body = json!({
        "from": shape::date_time(from),
        "to": shape::date_time(to),
        "page_size": size,
        "next_page_token": paging::next(call, next),
        "sessions": sessions,
    });
    Ok(Answer::json(&body))
}

fn peer(world: &World, me: &Person, chat: &Chat) -> Option<Value> {
    if let Some(channel) = &chat.channel {
        return Some(json!({
            "type": "groupchat",
            "name": channel.name,
            "channel_id": &*chat.session,
            "last_message_sent_time": shape::date_time(chat.last),
        }));
    }
    let other = chat.members.iter().find(|member| **member != me.id).unwrap_or(&me.id);
    let other = world.people.get(other)?;
    let inside = other.account == me.account;
    let email = if inside || me.contacts.contains(&other.id) { other.email.as_str() } else { "" };
    Some(json!({
        "type": "1:1",
        "name": email,
        "peer_contact_email": email,
        "peer_contact_user_id": if inside { &*other.id } else { "" },
        "peer_contact_member_id": &*other.member,
        "last_message_sent_time": shape::date_time(chat.last),
    }))
}

/// The first millisecond and the one behind the last. Seconds are whole and both included: `date` wins over `from`, and
/// without either it is today.
fn window(call: &Call) -> Result<(i64, i64), Refusal> {
    let today = call.now.div_euclid(DAY_MS) * DAY_MS;
    let (from, to) = match (call.query("date"), call.query("from")) {
        (Some(date), _) => {
            let from = input::day("date", date)?;
            (from, from + DAY_MS - 1000)
        }
        (None, Some(from)) => {
            let from = input::time("from", from)?;
            let to = call.query("to").map_or(Ok(call.now), |to| input::time("to", to))?;
            (from, to)
        }
        (None, None) => (today, today + DAY_MS - 1000),
    };
    if from < call.now - HORIZON_MS {
        return Err(Refusal::bad("Only provide past chat messages in recent 6 months."));
    }
    if to < from {
        return Err(Refusal::field("to", "Invalid field."));
    }
    Ok((from.div_euclid(1000) * 1000, (to.div_euclid(1000) + 1) * 1000))
}

/// What is searched for.
enum Search {
    Text(String),
    /// In the names of files.
    Files(String),
}

impl Search {
    fn fits(&self, world: &World, message: &Message) -> bool {
        match self {
            Self::Text(key) => message.content.text.to_lowercase().contains(key),
            Self::Files(key) => {
                world.files.of(message).any(|held| held.file.name.to_lowercase().contains(key))
            }
        }
    }
}

fn search(call: &Call) -> Result<Option<Search>, Refusal> {
    match (call.query("search_type"), call.query("search_key")) {
        (None, None) => Ok(None),
        (Some(_), Some(key)) if key.chars().count() > 256 => {
            Err(Refusal::field("search_key", "Invalid field."))
        }
        (Some("message"), Some(key)) => Ok(Some(Search::Text(key.to_lowercase()))),
        (Some("file"), Some(key)) => Ok(Some(Search::Files(key.to_lowercase()))),
        (None, Some(_)) | (Some(_), _) => Err(Refusal::field("search_type", "Invalid field.")),
    }
}

/// A message can be invisible to reads for a moment after its event was sent.
fn visible(message: &Message, call: &Call) -> bool {
    let delay = i64::try_from(call.switches.visibility_delay_ms).unwrap_or(i64::MAX);
    delay == 0 || message.timestamp.saturating_add(delay) <= call.now
}
