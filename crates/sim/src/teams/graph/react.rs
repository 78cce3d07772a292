//! Reactions. Graph: "chatMessage: setReaction", "chatMessage: unsetReaction".
//!
//! Setting replaces the caller's earlier reaction. Each change counts as an update of the message although nobody
//! edited it; taking one away is reported to notify twice.

use std::sync::Arc;

use serde_json::json;

use super::{channel, chat, edit};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::message::Reaction;
use crate::teams::notify::{self, Change, Event};
use crate::teams::sim::Sim;
use crate::teams::throttle;

const IN_CHATS: Needs = Needs { delegated: &["ChatMessage.Send", "Chat.ReadWrite"], application: &[] };
const IN_CHANNELS: Needs =
    Needs { delegated: &["ChannelMessage.Send", "Group.ReadWrite.All"], application: &[] };

/// `POST …/setReaction` and `POST …/unsetReaction` of a message in a chat, or in a channel of this team: 204.
pub(super) fn react(
    sim: &Arc<Sim>,
    call: &Call,
    caller: &Caller,
    (team, id): (Option<&str>, &str),
    message: &str,
    set: bool,
) -> Outcome {
    let person = caller.licensed_person()?;
    caller.needs(if team.is_some() { &IN_CHANNELS } else { &IN_CHATS })?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let body = super::json(call)?;
    let kind = body["reactionType"].as_str().filter(|kind| !kind.is_empty());
    let kind = kind.ok_or_else(|| Refusal::bad("The reaction type is required."))?;
    let mut chats = sim.chats();
    let chat = match team {
        Some(team) => channel::open(sim, &mut chats, caller, team, id)?,
        None => chat::open(sim, &mut chats, caller, id)?,
    };
    let mut changed = edit::find(chat, message)?.clone();
    if changed.deleted.is_some() {
        return Err(Refusal::not_found("The message is not found."));
    }
    changed.reactions.retain(|one| !(one.person == person.id && (set || one.kind == kind)));
    let mut events = Vec::new();
    for _ in 0..if !set && sim.switches().unreact_notifies_twice { 2 } else { 1 } {
        changed.modified = chat.tick(sim.millis());
        if set {
            let at = changed.modified;
            changed.reactions.push(Reaction { kind: kind.to_owned(), person: Arc::clone(&person.id), at });
        }
        chat.put(changed.clone());
        events.push(Event::new(Change::Reacted, chat, changed.clone(), call));
    }
    drop(chats);
    let hold = events.into_iter().filter_map(|event| notify::publish(sim, &event)).last();
    let word = if set { "reaction.set" } else { "reaction.unset" };
    let change =
        json!({"kind": word, "message": message, "chat": id, "author": &*person.id, "reaction": kind});
    Ok(Answer::no_content().changed(change).held(hold))
}
