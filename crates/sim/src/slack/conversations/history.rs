//! `conversations.history` and `conversations.replies`.
//!
//! History is newest first and leaves out what stands only in threads; replies are oldest first and begin with the root.
//! `oldest` and `latest` are outside the range unless `inclusive` says otherwise. A cursor holds the `ts` where the next
//! page begins.

use std::ops::Bound;

use serde_json::{Value, json};

use super::named;
use crate::slack::answer::{Answer, Outcome, Refusal};
use crate::slack::call::Call;
use crate::slack::users::{cursor, read_cursor};
use crate::slack::world::World;
use crate::slack::world::channels::Channel;
use crate::slack::world::messages::{Message, Ts};
use crate::slack::world::tokens::{Caller, Kind};
use crate::slack::{Slack, shape};

/// How many messages a commercially distributed app gets at most.
const COMMERCIAL: usize = 15;

/// `conversations.history`.
pub(in crate::slack) fn history(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let world = slack.world();
    let channel = named(&world, call, caller, "history")?;
    let limit = limit(slack, call, caller, "conversations.history", 100, 999)?;
    let (low, mut high) = range(call)?;
    if let Some(at) = page(call)? {
        high = Bound::Included(at);
    }
    let metadata = call.args.flag("include_all_metadata") == Some(true);
    let mut found = between(&channel.log, low, high).rev().filter(|message| message.in_channel());
    let messages: Vec<Value> =
        found.by_ref().take(limit).map(|message| shown(&world, call, channel, message, metadata)).collect();
    let next = found.next().map(|message| next_cursor(message.ts));
    Ok(Answer::ok(json!({
        "messages": messages,
        "has_more": next.is_some(),
        "pin_count": 0,
        "channel_actions_ts": null,
        "channel_actions_count": 0,
        "response_metadata": {"next_cursor": next.unwrap_or_default()},
    })))
}

/// `conversations.replies`: the root, then what answers it. A message without answers comes alone; a reply stands for its
/// root.
pub(in crate::slack) fn replies(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let world = slack.world();
    let channel = named(&world, call, caller, "history")?;
    let limit = limit(slack, call, caller, "conversations.replies", 1000, 1000)?;
    let missing = || Refusal::new("thread_not_found");
    let found = Ts::read(call.args.needed("ts")?).and_then(|ts| channel.log.get(&ts)).ok_or_else(missing)?;
    let root = found.root.and_then(|root| channel.log.get(&root)).unwrap_or(found);
    let (mut low, high) = range(call)?;
    let begins = page(call)?;
    if let Some(at) = begins {
        low = Bound::Included(at);
    }
    let metadata = call.args.flag("include_all_metadata") == Some(true);
    let shown = |message: &Message| shown(&world, call, channel, message, metadata);
    let mut messages = Vec::new();
    if begins.is_none() || call.switches.root_on_every_page {
        messages.push(shown(root));
    }
    let mut found = inside(low, high, root.replies.iter().copied()).filter_map(|ts| channel.log.get(&ts));
    let most = limit.saturating_sub(1).max(1);
    messages.extend(found.by_ref().take(most).map(shown));
    let next = found.next().map(|message| next_cursor(message.ts));
    Ok(Answer::ok(json!({
        "messages": messages,
        "has_more": next.is_some(),
        "response_metadata": {"next_cursor": next.unwrap_or_default()},
    })))
}

/// A message as history has it.
fn shown(world: &World, call: &Call, channel: &Channel, message: &Message, metadata: bool) -> Value {
    let mut shape = shape::message(world, channel, message, metadata);
    let unnamed = shape["subtype"] == "file_share" && !call.switches.file_share_in_history;
    if let Value::Object(fields) = &mut shape
        && unnamed
    {
        fields.remove("subtype");
    }
    shape
}

/// The page's size, after the limits of commercially distributed apps ("Rate limit changes for non-Marketplace apps").
fn limit(
    slack: &Slack,
    call: &Call,
    caller: &Caller,
    method: &str,
    default: usize,
    most: usize,
) -> Result<usize, Refusal> {
    if !call.switches.commercial_history || caller.kind == Kind::Session {
        return Ok(call.limit(default, most));
    }
    slack
        .take(&format!("{}/{method}/commercial", caller.budget()), call.switches.rates.commercial_history)?;
    Ok(call.limit(COMMERCIAL, COMMERCIAL))
}

type Range = (Bound<Ts>, Bound<Ts>);

fn range(call: &Call) -> Result<Range, Refusal> {
    let inclusive = call.args.flag("inclusive") == Some(true);
    let bound = |name: &str, error: &'static str| match call.args.text(name) {
        None | Some("now") => Ok(Bound::Unbounded),
        Some(text) => {
            let ts = Ts::bound(text).ok_or_else(|| Refusal::new(error))?;
            Ok(if inclusive { Bound::Included(ts) } else { Bound::Excluded(ts) })
        }
    };
    Ok((bound("oldest", "invalid_ts_oldest")?, bound("latest", "invalid_ts_latest")?))
}

/// Where the page begins that the cursor names.
fn page(call: &Call) -> Result<Option<Ts>, Refusal> {
    let Some(cursor) = call.args.text("cursor") else { return Ok(None) };
    let at = read_cursor(cursor, "next_ts:")?.parse().map_err(|_| Refusal::new("invalid_cursor"))?;
    Ok(Some(Ts(at)))
}

fn next_cursor(at: Ts) -> String {
    cursor("next_ts:", &at.0.to_string())
}

fn between(
    log: &std::collections::BTreeMap<Ts, Message>,
    low: Bound<Ts>,
    high: Bound<Ts>,
) -> impl DoubleEndedIterator<Item = &Message> {
    // A range that ends before it begins would panic.
    let empty = match (low, high) {
        (Bound::Included(low), Bound::Included(high)) => low > high,
        (Bound::Included(low) | Bound::Excluded(low), Bound::Included(high) | Bound::Excluded(high)) => {
            low >= high
        }
        _ => false,
    };
    let range = if empty { (Bound::Included(Ts(0)), Bound::Excluded(Ts(0))) } else { (low, high) };
    log.range(range).map(|(_, message)| message)
}

fn inside(low: Bound<Ts>, high: Bound<Ts>, all: impl Iterator<Item = Ts>) -> impl Iterator<Item = Ts> {
    all.filter(move |ts| {
        let above = match low {
            Bound::Included(low) => *ts >= low,
            Bound::Excluded(low) => *ts > low,
            Bound::Unbounded => true,
        };
        let below = match high {
            Bound::Included(high) => *ts <= high,
            Bound::Excluded(high) => *ts < high,
            Bound::Unbounded => true,
        };
        above && below
    })
}
