//! Changing and deleting one's own messages. Graph: "Update chatMessage", "chatMessage: softDelete", "undoSoftDelete".

use std::sync::Arc;

use serde_json::Value;

use super::chat;
use super::draft::Draft;
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::chats::Chat;
use crate::teams::message::{Author, Message};
use crate::teams::notify::{self, Change, Event};
use crate::teams::sim::Sim;
use crate::teams::throttle;

const NEEDS: Needs = Needs {
    delegated: &["Chat.ReadWrite", "Group.ReadWrite.All"],
    application: &["Chat.UpdatePolicyViolation.All", "Chat.ReadWrite.All"],
};

const DELETE: Needs = Needs { delegated: &["Chat.ReadWrite"], application: &[] };

/// `PATCH /chats/{id}/messages/{message}`: 204. Apps may only set `policyViolation`, which is left out here.
pub(super) fn patch(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str, message: &str) -> Outcome {
    caller.needs(&NEEDS)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let body = super::json(call)?;
    if caller.person().is_none() {
        return Err(Refusal::forbidden(
            "Only the policy violation can be updated in application-only context.",
        ));
    }
    if body["body"].is_null() {
        return Err(Refusal::bad("The body of the message is required."));
    }
    let draft = Draft::read(sim, &body)?;
    let mut chats = sim.chats();
    let chat = chat::open(sim, &mut chats, caller, id)?;
    let mut changed = own(chat, caller, message)?;
    if changed.deleted.is_some() {
        return Err(Refusal::bad("A deleted message cannot be updated."));
    }
    draft.edit(&mut changed, chat.tick(sim.millis()));
    chat.put(changed.clone());
    let event = Event::new(Change::Edited, chat, changed, call);
    drop(chats);
    let change = event.message.change("message.edited", id);
    let hold = notify::publish(sim, &event);
    Ok(Answer::no_content().changed(change).held(hold))
}

/// `POST …/softDelete` and `POST …/undoSoftDelete`: 204. Doing either twice changes nothing.
pub(super) fn soft_delete(
    sim: &Arc<Sim>,
    call: &Call,
    caller: &Caller,
    id: &str,
    message: &str,
    delete: bool,
) -> Outcome {
    caller.licensed_person()?;
    caller.needs(&DELETE)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let mut chats = sim.chats();
    let chat = chat::open(sim, &mut chats, caller, id)?;
    let mut changed = own(chat, caller, message)?;
    if changed.deleted.is_some() == delete {
        return Ok(Answer::no_content());
    }
    let at = chat.tick(sim.millis());
    changed.deleted = delete.then_some(at);
    changed.modified = at;
    chat.put(changed.clone());
    let (what, kind) =
        if delete { (Change::Deleted, "message.deleted") } else { (Change::Restored, "message.restored") };
    let event = Event::new(what, chat, changed, call);
    drop(chats);
    let mut change = event.message.change(kind, id);
    if delete {
        change["text"] = Value::Null;
    }
    let hold = notify::publish(sim, &event);
    Ok(Answer::no_content().changed(change).held(hold))
}

/// A copy of a message of the caller's own.
pub(super) fn own(chat: &Chat, caller: &Caller, message: &str) -> Result<Message, Refusal> {
    let found = find(chat, message)?;
    let me = caller.person().map(|person| &person.id);
    match &found.author {
        Author::Person(author) if Some(&author.id) == me => Ok(found.clone()),
        _ => Err(Refusal::forbidden("The user is not the author of the message.")),
    }
}

/// A message by the id in a path.
pub(super) fn find<'a>(chat: &'a Chat, message: &str) -> Result<&'a Message, Refusal> {
    let id: i64 = message.parse().map_err(|_| Refusal::bad("Invalid message id."))?;
    chat.messages.get(&id).ok_or_else(|| Refusal::not_found("The message is not found."))
}
