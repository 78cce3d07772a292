//! What an owner does about a message of somebody else's. Their app lets them ("Manage messaging policies in Teams": "Owners can
//! delete sent messages"); "chatMessage: softDelete" is for authors alone.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::{Done, input};
use crate::teams::answer::Answer;
use crate::teams::call::Call;
use crate::teams::notify::{self, Change, Event};
use crate::teams::sim::Sim;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unwanted {
    chat: String,
    message: String,
}

/// `POST /_sim/messages/delete`.
pub(super) fn delete(sim: &Arc<Sim>, call: &Call) -> Done {
    let Unwanted { chat: id, message } = input(call)?;
    let mut chats = sim.chats();
    let chat = chats.get_mut(&id).ok_or("there is no such conversation")?;
    let found = message.parse().ok().and_then(|message: i64| chat.messages.get(&message)).cloned();
    let mut gone = found.filter(|found| found.deleted.is_none()).ok_or("there is no such message")?;
    let at = chat.tick(sim.millis());
    gone.deleted = Some(at);
    gone.modified = at;
    chat.put(gone.clone());
    let event = Event::new(Change::Deleted, chat, gone, call);
    drop(chats);
    let mut change = event.message.change("message.deleted", &id);
    change["text"] = Value::Null;
    let hold = notify::publish(sim, &event);
    Ok(Answer::no_content().changed(change).held(hold))
}
