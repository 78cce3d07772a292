//! Reading messages. Graph: "List messages in a chat", "Get chatMessage in a channel or chat".
//!
//! Newest first, by last change (the default) or by creation, never ascending. A `$filter` on the property that is not
//! the one ordered by is silently ignored, which is the vendor's documented behaviour and a trap worth keeping.

use serde_json::{Value, json};

use super::{chat, edit, odata, post};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::message::{Message, View};
use crate::teams::sim::Sim;
use crate::teams::throttle;

/// Reading messages.
pub(crate) const READ: Needs = Needs {
    delegated: &["Chat.Read", "Chat.ReadWrite"],
    application: &["Chat.Read.All", "Chat.ReadWrite.All"],
};

/// What every way of reading demands.
pub(super) fn admitted(sim: &Sim, caller: &Caller, id: &str) -> Result<(), Refusal> {
    caller.needs(&READ)?;
    if caller.person().is_none() && sim.switches().protected_api_refused {
        return Err(Refusal::forbidden(
            "Invoked API requires Protected API access in application-only context when not using Resource Specific \
             Consent.",
        ));
    }
    sim.throttle(caller, throttle::Kind::ReadMessages, Some(id))
}

/// `GET /chats/{id}/messages/{message}`.
pub(super) fn get(sim: &Sim, call: &Call, caller: &Caller, id: &str, message: &str) -> Outcome {
    admitted(sim, caller, id)?;
    let mut chats = sim.chats();
    let chat = chat::open(sim, &mut chats, caller, id)?;
    let readable = chat.readable_by(caller.person());
    let found = edit::find(chat, message)?;
    if found.id < readable {
        return Err(Refusal::not_found(format!("NotFound: '{message}' is not found.")));
    }
    let message = found.clone();
    drop(chats);
    let mut body = shown(sim, call, id, &message);
    let context = format!("chats('{}')/messages/$entity", post::encoded(id));
    body["@odata.context"] = json!(odata::context(call, &context));
    Ok(Answer::ok(body))
}

/// `GET /chats/{id}/messages`.
pub(super) fn list(sim: &Sim, call: &Call, caller: &Caller, id: &str) -> Outcome {
    admitted(sim, caller, id)?;
    let top = odata::top(call, 20, 50)?;
    let by_change = match call.param("orderby").map(str::trim) {
        None | Some("lastModifiedDateTime desc" | "lastModifiedDateTime") => true,
        Some("createdDateTime desc" | "createdDateTime") => false,
        Some(other) => return Err(Refusal::bad(format!("Ordering by '{other}' is not supported."))),
    };
    let (after, before) = window(call, by_change)?;
    let skip = odata::skip(call)?;
    let before = if skip > 0 { before.min(skip) } else { before };
    let mut chats = sim.chats();
    let chat = chat::open(sim, &mut chats, caller, id)?;
    let readable = chat.readable_by(caller.person());
    // One more than the page shows whether there is another page.
    let found: Vec<Message> = if after >= before.saturating_sub(1) {
        Vec::new()
    } else if by_change {
        let keys = chat.by_change.range((after + 1, i64::MIN)..(before, i64::MIN)).rev();
        let found = keys.filter_map(|(_, id)| chat.messages.get(id)).filter(|one| one.id >= readable);
        found.take(top + 1).cloned().collect()
    } else {
        let after = after.max(readable - 1);
        chat.messages
            .range(after + 1..before.max(after + 1))
            .rev()
            .map(|(_, one)| one)
            .take(top + 1)
            .cloned()
            .collect()
    };
    drop(chats);
    let key = |message: &Message| if by_change { message.modified } else { message.id };
    let next = (found.len() > top).then(|| found.get(top - 1).map(key)).flatten();
    let items: Vec<Value> = found.iter().take(top).map(|message| shown(sim, call, id, message)).collect();
    let context = format!("chats('{}')/messages", post::encoded(id));
    let count = items.len();
    Ok(Answer::ok(odata::page(call, &context, items, next, Some(count))))
}

/// The open interval in milliseconds that a `$filter` leaves.
fn window(call: &Call, by_change: bool) -> Result<(i64, i64), Refusal> {
    let (mut after, mut before) = (0, i64::MAX);
    let ordered = if by_change { "lastModifiedDateTime" } else { "createdDateTime" };
    let Some(text) = call.param("filter") else { return Ok((after, before)) };
    let filter = odata::filter(text)?;
    let [conditions] = filter.as_slice() else {
        return Err(Refusal::bad("The filter is not supported."));
    };
    for condition in conditions.iter().filter(|condition| condition.property == ordered) {
        let value = condition.values.first().map_or("", String::as_str);
        let at: jiff::Timestamp =
            value.parse().map_err(|_| Refusal::bad(format!("Invalid date and time '{value}'.")))?;
        let floor = at.as_millisecond();
        let exact = at.subsec_nanosecond() % 1_000_000 == 0;
        match condition.operator.as_str() {
            "gt" if by_change => after = after.max(floor),
            "lt" => before = before.min(if exact { floor } else { floor + 1 }),
            other => return Err(Refusal::bad(format!("The operator '{other}' is not supported here."))),
        }
    }
    Ok((after, before))
}

fn shown(sim: &Sim, call: &Call, id: &str, message: &Message) -> Value {
    let switches = sim.switches();
    message.json(View {
        chat: id,
        tenant: &sim.tenant,
        switches: &switches,
        all_members: call.prefers("include-unknown-enum-members"),
    })
}
