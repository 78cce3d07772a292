//! Who is in a group and what it is called. Graph: "Add member to a chat", "Remove member from chat", "Update chat".
//!
//! Whoever is in a group may let others in, and reads what was said before only if that was granted by
//! `visibleHistoryStartDateTime`. What changes leaves a message of the system, which subscribers are told of like any other:
//! there is no other report of it without a subscription to the members. What is answered for somebody who is in it already is
//! not documented; it is refused here, so that a client has to look.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{chat, create_chat, odata};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::bot::inbound;
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::chats::{Chat, Kind};
use crate::teams::message::{Author, Message};
use crate::teams::notify::{self, Change, Event};
use crate::teams::people::Person;
use crate::teams::sim::Sim;
use crate::teams::throttle;

/// Changing who is in a chat.
const MEMBERS: Needs = Needs {
    delegated: &["ChatMember.ReadWrite", "Chat.ReadWrite"],
    application: &["ChatMember.ReadWrite.All", "Chat.ReadWrite.All"],
};

/// Naming a chat.
const RENAME: Needs = Needs { delegated: &["Chat.ReadWrite"], application: &["Chat.ReadWrite.All"] };

/// The longest topic, in characters.
const LONGEST: usize = 250;

/// Refuses a topic that Graph does not take. Graph: "Update chat": at most 250 characters, no colon.
pub(super) fn topic(topic: &str) -> Result<(), Refusal> {
    if topic.chars().count() > LONGEST || topic.contains(':') {
        return Err(Refusal::bad("Topic must be at most 250 characters long and must not contain ':'."));
    }
    Ok(())
}

/// `PATCH /chats/{id}`.
pub(super) fn rename(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str) -> Outcome {
    caller.needs(&RENAME)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let body = super::json(call)?;
    let wanted = body["topic"].as_str().ok_or_else(|| Refusal::bad("Topic is required."))?;
    topic(wanted)?;
    let mut chats = sim.chats();
    let chat = chat::open(sim, &mut chats, caller, id)?;
    if chat.kind != Kind::Group {
        return Err(Refusal::bad("Topic can only be set for group chats."));
    }
    let now = sim.millis();
    let renamed = chat.topic.as_deref() != Some(wanted);
    let event = renamed.then(|| {
        chat.topic = Some(wanted.to_owned());
        chat.updated = now;
        let detail = json!({
            "@odata.type": "#microsoft.graph.chatRenamedEventMessageDetail",
            "chatId": id,
            "chatDisplayName": wanted,
            "initiator": initiator(caller),
        });
        happened(chat, detail, now, call)
    });
    let mut body = chat::shown(sim, call, caller.person(), chat);
    body["@odata.context"] = json!(odata::context(call, "chats/$entity"));
    drop(chats);
    let Some(event) = event else { return Ok(Answer::ok(body)) };
    let hold = notify::publish(sim, &event);
    Ok(Answer::ok(body).changed(json!({"kind": "chat.renamed", "chat": id})).held(hold))
}

/// `POST /chats/{id}/members`.
pub(super) fn add(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str) -> Outcome {
    caller.needs(&MEMBERS)?;
    sim.throttle(caller, throttle::Kind::Roster, Some(id))?;
    let body = super::json(call)?;
    let person = create_chat::member(sim, &body)?;
    let now = sim.millis();
    let since = body["visibleHistoryStartDateTime"].as_str();
    let readable = match since {
        None => Some(now),
        Some(text) => {
            let at: jiff::Timestamp = text
                .parse()
                .map_err(|_| Refusal::bad("visibleHistoryStartDateTime is not a date and time."))?;
            Some(at.as_millisecond()).filter(|at| *at > 0)
        }
    };
    let mut chats = sim.chats();
    let chat = group(chat::open(sim, &mut chats, caller, id)?)?;
    if chat.has(&person.id) {
        return Err(Refusal::new(StatusCode::CONFLICT, "Conflict", "The user is a member of the chat."));
    }
    if chat.members.len() >= create_chat::MOST {
        return Err(Refusal::bad("Too many members for a group chat."));
    }
    chats.admit(id, &person, readable, now);
    let chat = chat::open(sim, &mut chats, caller, id)?;
    let member = chat::member_id(sim, chat, &person);
    let detail = json!({
        "@odata.type": "#microsoft.graph.membersAddedEventMessageDetail",
        "visibleHistoryStartDateTime": since,
        "members": [identity(&person)],
        "initiator": initiator(caller),
    });
    let event = happened(chat, detail, now, call);
    let bots = chat.apps.clone();
    drop(chats);
    let hold = notify::publish(sim, &event);
    inbound::came_or_left(sim, (id, &bots), (&person, true), &call.base);
    let location = format!("{}/v1.0/chats('{id}')/members('{member}')", call.base);
    let answer = Answer { status: StatusCode::CREATED, ..Answer::no_content() };
    let change = json!({"kind": "member.added", "chat": id, "person": &*person.id});
    Ok(answer.header(http::header::LOCATION, &location).changed(change).held(hold))
}

/// `DELETE /chats/{id}/members/{member}`; one's own is leaving.
pub(super) fn remove(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str, member: &str) -> Outcome {
    caller.needs(&MEMBERS)?;
    sim.throttle(caller, throttle::Kind::Roster, Some(id))?;
    let now = sim.millis();
    let mut chats = sim.chats();
    let chat = group(chat::open(sim, &mut chats, caller, id)?)?;
    let found = chat.members.iter().find(|one| chat::member_id(sim, chat, one) == member).cloned();
    let person = found.ok_or_else(|| Refusal::not_found("Membership not found."))?;
    chats.dismiss(id, &person.id, now);
    let detail = json!({
        "@odata.type": "#microsoft.graph.membersDeletedEventMessageDetail",
        "members": [identity(&person)],
        "initiator": initiator(caller),
    });
    let event = chats.get_mut(id).map(|chat| (happened(chat, detail, now, call), chat.apps.clone()));
    drop(chats);
    let hold = event.and_then(|(event, bots)| {
        inbound::came_or_left(sim, (id, &bots), (&person, false), &call.base);
        notify::publish(sim, &event)
    });
    let change = json!({"kind": "member.removed", "chat": id, "person": &*person.id});
    Ok(Answer::no_content().changed(change).held(hold))
}

fn group(chat: &mut Chat) -> Result<&mut Chat, Refusal> {
    if chat.kind == Kind::Group {
        return Ok(chat);
    }
    Err(Refusal::bad("Members can only be changed in group chats."))
}

/// Somebody in a message of the system.
pub(super) fn identity(person: &Person) -> Value {
    json!({"id": &*person.id, "displayName": null, "userIdentityType": "aadUser"})
}

/// Who did it.
pub(super) fn initiator(caller: &Caller) -> Value {
    let app = caller.person().is_none().then(|| json!({"id": &**caller.app(), "displayName": null}));
    json!({"application": app, "device": null, "user": caller.person().map(|me| identity(me))})
}

/// Puts a message of the system into a chat, which is still locked. Graph: "eventMessageDetail resource type".
pub(super) fn happened(chat: &mut Chat, detail: Value, now: i64, call: &Call) -> Event {
    let id = chat.tick(now);
    let message = Message {
        id,
        modified: id,
        edited: None,
        deleted: None,
        author: Author::System,
        html: true,
        content: "<systemEventMessage/>".to_owned(),
        attachments: Vec::new(),
        mentions: Vec::new(),
        importance: "normal".to_owned(),
        subject: None,
        reactions: Vec::new(),
        quotes: None,
        hosted: Vec::new(),
        root: None,
        team: None,
        event: Some(detail),
    };
    chat.put(message.clone());
    Event::new(Change::Created, chat, message, call)
}
