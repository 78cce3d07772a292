//! Teams and their channels: what there is, who is in it, and what is said. Graph: "List teams", "List channels", "List
//! members of team", "List channel messages", "Get chatMessage in a channel or chat", "List replies", "Send chatMessage in a
//! channel or a chat", "Reply to a message in a channel", "Update chatMessage", "chatMessage: softDelete", "chatMessage:
//! setReaction".
//!
//! Messages are listed by the latest thing that happened in their thread, replies below them. A reply is found below its
//! root and nowhere else; replies have no replies.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::draft::Draft;
use super::{chat, edit, odata, react};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::chats::{Chat, Chats, Team};
use crate::teams::clockwork::zulu_millis;
use crate::teams::message::{Author, Message, View};
use crate::teams::notify::{self, Change, Event};
use crate::teams::sim::Sim;
use crate::teams::throttle;

mod making;

const TEAMS: Needs =
    Needs { delegated: &["Team.ReadBasic.All"], application: &["Team.ReadBasic.All", "Group.Read.All"] };
const CHANNELS: Needs = Needs {
    delegated: &["Channel.ReadBasic.All"],
    application: &["Channel.ReadBasic.All", "Group.Read.All"],
};
const SETTINGS: Needs =
    Needs { delegated: &["ChannelSettings.ReadWrite.All"], application: &["ChannelSettings.ReadWrite.All"] };
const MEMBERS: Needs = Needs { delegated: &["TeamMember.Read.All"], application: &["TeamMember.Read.All"] };
pub(crate) const READ: Needs =
    Needs { delegated: &["ChannelMessage.Read.All"], application: &["ChannelMessage.Read.All"] };
const SEND: Needs = Needs { delegated: &["ChannelMessage.Send", "Group.ReadWrite.All"], application: &[] };
const CHANGE: Needs = Needs { delegated: &["ChannelMessage.ReadWrite"], application: &[] };

/// From a path below `/teams`.
pub(super) fn route(sim: &Arc<Sim>, call: &Call, caller: &Caller, rest: &[&str]) -> Outcome {
    caller.licensed()?;
    match (call.method.as_str(), rest) {
        ("GET", []) => teams(sim, call, caller),
        ("GET", [team, "channels"]) => channels(sim, call, caller, team),
        ("POST", [team, "channels"]) => making::create(sim, call, caller, team),
        ("GET", [team, "members"]) => members(sim, call, caller, team),
        ("GET", [team, "channels", id]) => one(sim, call, caller, team, id),
        ("PATCH", [team, "channels", id]) => change(sim, call, caller, team, id),
        ("POST", [team, "channels", id, what @ ("archive" | "unarchive")]) => {
            archive(sim, caller, team, id, *what == "archive")
        }
        ("GET", [team, "channels", id, "messages"]) => list(sim, call, caller, team, id),
        ("POST", [team, "channels", id, "messages"]) => say(sim, call, caller, team, id, None),
        ("POST", [team, "channels", id, "messages", root, "replies"]) => {
            say(sim, call, caller, team, id, Some(root))
        }
        ("GET", [team, "channels", id, "messages", message]) => {
            get(sim, call, caller, team, id, None, message)
        }
        ("GET", [team, "channels", id, "messages", root, "replies", message]) => {
            get(sim, call, caller, team, id, Some(root), message)
        }
        (
            "PATCH",
            [team, "channels", id, "messages", message]
            | [team, "channels", id, "messages", _, "replies", message],
        ) => patch(sim, call, caller, team, id, message),
        (
            "POST",
            [team, "channels", id, "messages", message, "softDelete"]
            | [team, "channels", id, "messages", _, "replies", message, "softDelete"],
        ) => delete(sim, call, caller, team, id, message),
        (
            "POST",
            [team, "channels", id, "messages", message, what @ ("setReaction" | "unsetReaction")]
            | [
                team,
                "channels",
                id,
                "messages",
                _,
                "replies",
                message,
                what @ ("setReaction" | "unsetReaction"),
            ],
        ) => react::react(sim, call, caller, (Some(team), id), message, *what == "setReaction"),
        _ => Err(super::unknown(call)),
    }
}

fn teams(sim: &Sim, call: &Call, caller: &Caller) -> Outcome {
    caller.needs(&TEAMS)?;
    sim.throttle(caller, throttle::Kind::Read, None)?;
    let wanted = match call.param("filter") {
        None => None,
        Some(text) => match odata::filter(text)?.as_slice() {
            [conditions] => match conditions.as_slice() {
                [one] if one.property == "displayName" && one.operator == "eq" => one.values.first().cloned(),
                _ => return Err(Refusal::bad("The filter is not supported.")),
            },
            _ => return Err(Refusal::bad("The filter is not supported.")),
        },
    };
    let chats = sim.chats();
    let shown = |team: &Team| json!({"id": &*team.id, "displayName": team.name, "description": null});
    let fits = |team: &&Team| wanted.as_ref().is_none_or(|wanted| team.name == *wanted);
    let items: Vec<Value> = chats.teams().iter().filter(fits).map(shown).collect();
    Ok(Answer::ok(odata::page(call, "teams", items, None, None)))
}

fn shown(chat: &Chat) -> Value {
    json!({
        "id": &*chat.id,
        "createdDateTime": zulu_millis(chat.created),
        "displayName": chat.topic,
        "description": chat.about,
        "membershipType": "standard",
        "isArchived": chat.archived,
    })
}

fn channels(sim: &Sim, call: &Call, caller: &Caller, team: &str) -> Outcome {
    caller.needs(&CHANNELS)?;
    sim.throttle(caller, throttle::Kind::Read, None)?;
    let chats = sim.chats();
    known(&chats, team)?;
    let items: Vec<Value> = chats.channels(team).into_iter().map(shown).collect();
    Ok(Answer::ok(odata::page(call, "teams/channels", items, None, None)))
}

fn one(sim: &Sim, call: &Call, caller: &Caller, team: &str, id: &str) -> Outcome {
    caller.needs(&CHANNELS)?;
    sim.throttle(caller, throttle::Kind::Read, Some(id))?;
    let chats = sim.chats();
    let mut body = shown(chats.channel(team, id).ok_or_else(|| missing(id))?);
    body["@odata.context"] = json!(odata::context(call, "teams/channels/$entity"));
    Ok(Answer::ok(body))
}

/// Graph: "Update channel". Of channels it answers 204 without a body.
fn change(sim: &Sim, call: &Call, caller: &Caller, team: &str, id: &str) -> Outcome {
    caller.needs(&SETTINGS)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let sent: Value = super::json(call)?;
    let mut chats = sim.chats();
    chats.channel(team, id).ok_or_else(|| missing(id))?;
    let chat = chats.get_mut(id).ok_or_else(|| missing(id))?;
    if let Some(name) = sent["displayName"].as_str() {
        chat.topic = Some(making::proper(name)?.to_owned());
    }
    if let Some(about) = sent["description"].as_str() {
        chat.about = making::fitting(about)?;
    }
    Ok(Answer::no_content().changed(json!({"kind": "channel.changed", "channel": id})))
}

/// Graph: "channel: archive", "channel: unarchive", answered 202 before it is done.
fn archive(sim: &Sim, caller: &Caller, team: &str, id: &str, on: bool) -> Outcome {
    caller.needs(&SETTINGS)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let mut chats = sim.chats();
    chats.channel(team, id).ok_or_else(|| missing(id))?;
    chats.get_mut(id).ok_or_else(|| missing(id))?.archived = on;
    Ok(Answer::with(StatusCode::ACCEPTED, json!({}))
        .changed(json!({"kind": "channel.archived", "channel": id, "on": on})))
}

fn members(sim: &Sim, call: &Call, caller: &Caller, team: &str) -> Outcome {
    caller.needs(&MEMBERS)?;
    sim.throttle(caller, throttle::Kind::Read, None)?;
    let chats = sim.chats();
    known(&chats, team)?;
    let mut seen: Vec<&str> = Vec::new();
    let mut items = Vec::new();
    for channel in chats.channels(team) {
        for person in &channel.members {
            if !seen.contains(&&*person.id) {
                seen.push(&person.id);
                items.push(json!({
                    "@odata.type": "#microsoft.graph.aadUserConversationMember",
                    "roles": [],
                    "displayName": person.name,
                    "userId": &*person.id,
                    "email": person.mail,
                }));
            }
        }
    }
    Ok(Answer::ok(odata::page(call, "teams/members", items, None, None)))
}

fn known<'a>(chats: &'a Chats, team: &str) -> Result<&'a Team, Refusal> {
    chats.teams().iter().find(|one| *one.id == *team).ok_or_else(|| missing(team))
}

fn missing(id: &str) -> Refusal {
    Refusal::not_found(format!("NotFound: '{id}' is not found."))
}

/// The channel, for somebody in it, or for an app.
pub(super) fn open<'a>(
    sim: &Sim,
    chats: &'a mut Chats,
    caller: &Caller,
    team: &str,
    id: &str,
) -> Result<&'a mut Chat, Refusal> {
    chats.channel(team, id).ok_or_else(|| missing(id))?;
    chat::open(sim, chats, caller, id)
}

fn json_of(sim: &Sim, call: &Call, id: &str, message: &Message) -> Value {
    let switches = sim.switches();
    message.json(View {
        chat: id,
        tenant: &sim.tenant,
        switches: &switches,
        all_members: call.prefers("include-unknown-enum-members"),
    })
}

fn list(sim: &Sim, call: &Call, caller: &Caller, team: &str, id: &str) -> Outcome {
    caller.needs(&READ)?;
    sim.throttle(caller, throttle::Kind::ReadMessages, Some(id))?;
    let top = odata::top(call, 20, 50)?;
    let skip = usize::try_from(odata::skip(call)?).unwrap_or(0);
    let expanded = call.param("expand") == Some("replies");
    let mut chats = sim.chats();
    let chat = open(sim, &mut chats, caller, team, id)?;
    let replies = |root: i64| chat.messages.values().filter(move |message| message.root == Some(root));
    let mut roots: Vec<(i64, &Message)> = chat
        .messages
        .values()
        .filter(|message| message.root.is_none())
        .map(|root| {
            let latest = replies(root.id).map(|reply| reply.modified).max();
            (latest.unwrap_or(0).max(root.modified), root)
        })
        .collect();
    roots.sort_by_key(|(latest, root)| (std::cmp::Reverse(*latest), std::cmp::Reverse(root.id)));
    let more = roots.len() > skip + top;
    let items: Vec<Value> = roots
        .into_iter()
        .skip(skip)
        .take(top)
        .map(|(_, root)| {
            let mut shown = json_of(sim, call, id, root);
            if expanded {
                shown["replies"] = replies(root.id).map(|reply| json_of(sim, call, id, reply)).collect();
            }
            shown
        })
        .collect();
    let next = more.then(|| i64::try_from(skip + top).unwrap_or(i64::MAX));
    let count = items.len();
    Ok(Answer::ok(odata::page(call, "teams/channels/messages", items, next, Some(count))))
}

fn get(
    sim: &Sim,
    call: &Call,
    caller: &Caller,
    team: &str,
    id: &str,
    root: Option<&str>,
    message: &str,
) -> Outcome {
    caller.needs(&READ)?;
    sim.throttle(caller, throttle::Kind::ReadMessages, Some(id))?;
    let mut chats = sim.chats();
    let chat = open(sim, &mut chats, caller, team, id)?;
    let found = edit::find(chat, message)?.clone();
    if found.root.map(|root| root.to_string()).as_deref() != root {
        return Err(missing(message));
    }
    drop(chats);
    let mut body = json_of(sim, call, id, &found);
    body["@odata.context"] = json!(odata::context(call, "teams/channels/messages/$entity"));
    Ok(Answer::ok(body))
}

fn say(sim: &Arc<Sim>, call: &Call, caller: &Caller, team: &str, id: &str, root: Option<&str>) -> Outcome {
    if caller.person().is_none() {
        return Err(Refusal::forbidden(
            "Message POST is allowed in application-only context only for import.",
        ));
    }
    caller.needs(&SEND)?;
    sim.throttle(caller, throttle::Kind::PostMessage, Some(id))?;
    let draft = Draft::read(sim, &super::json(call)?)?;
    let author = Author::Person(Arc::clone(caller.must_be_person()?));
    let mut chats = sim.chats();
    let chat = open(sim, &mut chats, caller, team, id)?;
    let root = match root {
        None => None,
        Some(root) => {
            let found = edit::find(chat, root)?;
            if found.root.is_some() {
                return Err(missing(root));
            }
            Some(found.id)
        }
    };
    let at = chat.tick(sim.millis());
    let mut message = draft.into_message(at, author);
    message.root = root;
    message.team.clone_from(&chat.team);
    chat.put(message.clone());
    let event = Event::new(Change::Created, chat, message, call);
    drop(chats);
    let mut body = json_of(sim, call, id, &event.message);
    body["@odata.context"] = json!(odata::context(call, "teams/channels/messages/$entity"));
    let change = event.message.change("message.created", id);
    let hold = notify::publish(sim, &event);
    Ok(Answer::with(http::StatusCode::CREATED, body).changed(change).held(hold))
}

fn patch(sim: &Arc<Sim>, call: &Call, caller: &Caller, team: &str, id: &str, message: &str) -> Outcome {
    caller.needs(&CHANGE)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let draft = Draft::read(sim, &super::json(call)?)?;
    let mut chats = sim.chats();
    let chat = open(sim, &mut chats, caller, team, id)?;
    let mut changed = edit::own(chat, caller, message)?;
    draft.edit(&mut changed, chat.tick(sim.millis()));
    chat.put(changed.clone());
    let event = Event::new(Change::Edited, chat, changed, call);
    drop(chats);
    let change = event.message.change("message.edited", id);
    let hold = notify::publish(sim, &event);
    Ok(Answer::no_content().changed(change).held(hold))
}

fn delete(sim: &Arc<Sim>, call: &Call, caller: &Caller, team: &str, id: &str, message: &str) -> Outcome {
    caller.needs(&CHANGE)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let mut chats = sim.chats();
    let chat = open(sim, &mut chats, caller, team, id)?;
    let mut changed = edit::own(chat, caller, message)?;
    if changed.deleted.is_some() {
        return Ok(Answer::no_content());
    }
    let at = chat.tick(sim.millis());
    changed.deleted = Some(at);
    changed.modified = at;
    chat.put(changed.clone());
    let event = Event::new(Change::Deleted, chat, changed, call);
    drop(chats);
    let mut change = event.message.change("message.deleted", id);
    change["text"] = Value::Null;
    let hold = notify::publish(sim, &event);
    Ok(Answer::no_content().changed(change).held(hold))
}
