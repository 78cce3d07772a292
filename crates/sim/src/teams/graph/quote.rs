//! Answering with a quotation. Graph: "chatMessage: replyWithQuote".

use std::sync::Arc;

use serde_json::Value;

use super::draft::Draft;
use super::post;
use crate::teams::answer::{Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::Caller;
use crate::teams::sim::Sim;

/// `POST /chats/{id}/messages/replyWithQuote`: `messageIds` and a `replyMessage`.
pub(super) fn reply(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str) -> Outcome {
    if !sim.switches().reply_with_quote {
        return Err(super::unknown(call));
    }
    post::admitted(sim, caller, id)?;
    let body = super::json(call)?;
    let quoted: Option<i64> = match body["messageIds"].as_array().map(Vec::as_slice) {
        Some([Value::String(one)]) => one.parse().ok(),
        _ => None,
    };
    let quoted = quoted.ok_or_else(|| Refusal::bad("Exactly one message id is needed."))?;
    let draft = Draft::read(sim, &body["replyMessage"])?;
    post::say(sim, call, caller, id, |chat| {
        let message = chat.messages.get(&quoted).filter(|message| message.deleted.is_none());
        let message = message.ok_or_else(|| Refusal::not_found("The quoted message is not found."))?;
        Ok(draft.quoting(message))
    })
}
