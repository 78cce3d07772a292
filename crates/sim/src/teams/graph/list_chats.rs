//! The list of somebody's chats. Graph: "List chats".
//!
//! `$top` at most 50 (25 with `$expand=members`), ordered by the last message only, newest first; otherwise in the
//! order the chats came about. Polling this list with `lastMessagePreview` is the one documented way to learn of new
//! chats without a subscription to all of them.

use std::sync::Arc;

use serde_json::Value;

use super::{chat, odata};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::Caller;
use crate::teams::chats::Chat;
use crate::teams::clockwork::zulu_millis;
use crate::teams::people::Person;
use crate::teams::sim::Sim;
use crate::teams::switches::Listed;
use crate::teams::throttle;

/// `GET /chats` and `GET /me/chats`.
pub(super) fn own(sim: &Sim, call: &Call, caller: &Caller) -> Outcome {
    let person = caller
        .person()
        .ok_or_else(|| Refusal::forbidden("Requested API is not supported in application-only context."))?;
    list(sim, call, caller, person)
}

/// `GET /users/{id}/chats`.
pub(super) fn of(sim: &Sim, call: &Call, caller: &Caller, key: &str) -> Outcome {
    let person = sim.people.find(key).ok_or_else(|| Refusal::no_such_user(key))?;
    if caller.person().is_some_and(|me| me.id != person.id) {
        return Err(Refusal::forbidden("The user of the token is not the user of the path."));
    }
    list(sim, call, caller, person)
}

fn list(sim: &Sim, call: &Call, caller: &Caller, person: &Arc<Person>) -> Outcome {
    caller.licensed()?;
    caller.needs(&chat::READ)?;
    sim.throttle(caller, throttle::Kind::ReadChats, None)?;
    let listed = sim.switches().chats_listed;
    if listed == Listed::Refused {
        return Err(Refusal::forbidden("Listing chats is not allowed in this tenant."));
    }
    let members = call.param("expand").is_some_and(|expand| expand.contains("members"));
    let most = if members { 25 } else { 50 };
    let top = odata::top(call, most.min(50), 50)?.min(most);
    let from = usize::try_from(odata::skip(call)?).unwrap_or(usize::MAX);
    let newest_first = match call.param("orderby").map(str::trim) {
        None => false,
        Some("lastMessagePreview/createdDateTime desc") => true,
        Some(other) => return Err(Refusal::bad(format!("Ordering by '{other}' is not supported."))),
    };
    let filter = call.param("filter").map(odata::filter).transpose()?.unwrap_or_default();
    let chats = sim.chats();
    let mut found: Vec<&Chat> = chats.of(&person.id).iter().filter_map(|id| chats.get(id)).collect();
    found.retain(|chat| listed == Listed::All || !chat.messages.is_empty());
    if !filter.is_empty() {
        found.retain(|chat| filter.iter().any(|all| all.iter().all(|one| fits(chat, one))));
    }
    if newest_first {
        found.sort_by_cached_key(|chat| std::cmp::Reverse(chat.last().map_or(0, |message| message.id)));
    }
    let total = found.len();
    let items: Vec<Value> =
        found.iter().skip(from).take(top).map(|chat| chat::shown(sim, call, caller.person(), chat)).collect();
    drop(found);
    drop(chats);
    let next = from.saturating_add(top);
    let next = (next < total).then(|| i64::try_from(next).unwrap_or(i64::MAX));
    let count = items.len();
    Ok(Answer::ok(odata::page(call, "chats", items, next, Some(count))))
}

/// A condition on a property that is not known here does not hold.
fn fits(chat: &Chat, condition: &odata::Condition) -> bool {
    let value = match condition.property.as_str() {
        "chatType" => chat.kind.word().to_owned(),
        "topic" => chat.topic.clone().unwrap_or_default(),
        "lastUpdatedDateTime" => return compare(chat.updated, condition),
        "lastMessagePreview/createdDateTime" => {
            return compare(chat.last().map_or(0, |message| message.id), condition);
        }
        "createdDateTime" => return compare(chat.created, condition),
        "id" => chat.id.to_string(),
        _ => return false,
    };
    let among = condition.values.contains(&value);
    if condition.operator == "ne" { !among } else { among }
}

fn compare(millis: i64, condition: &odata::Condition) -> bool {
    let at: Option<jiff::Timestamp> = condition.values.first().and_then(|value| value.parse().ok());
    let have: Option<jiff::Timestamp> = zulu_millis(millis).parse().ok();
    match (have, at, condition.operator.as_str()) {
        (Some(have), Some(at), "gt") => have > at,
        (Some(have), Some(at), "ge") => have >= at,
        (Some(have), Some(at), "lt") => have < at,
        (Some(have), Some(at), "le") => have <= at,
        (Some(have), Some(at), "eq") => have == at,
        (Some(have), Some(at), "ne") => have != at,
        _ => false,
    }
}
