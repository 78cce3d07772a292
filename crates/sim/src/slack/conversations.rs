//! `conversations.info`, `.list`, `.members`, `.mark` and `users.conversations`, each by its page. Opening is in [`open`],
//! reading what was said in [`history`].
//!
//! A conversation that the token's owner is not in does not exist for them: `channel_not_found`. That is how a bot sees a
//! direct message between two people, and why only a person's token reads one. Public channels can be looked at by everybody
//! in the workspace; what is said there is read by its members alone (`not_in_channel`).

use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::{Answer, Outcome, Refusal};
use super::call::{Call, missing_scope};
use super::users::{cursor, read_cursor};
use super::world::World;
use super::world::channels::Channel;
use super::world::messages::Ts;
use super::world::tokens::Caller;
use super::{Slack, shape};

pub(super) mod channel;
pub(super) mod history;
pub(super) mod open;

/// The sorts of conversation and the scope that lists each.
const SORTS: [(&str, &str); 4] = [
    ("public_channel", "channels:read"),
    ("private_channel", "groups:read"),
    ("mpim", "mpim:read"),
    ("im", "im:read"),
];

/// The conversation in `channel`, provided that the caller is in it and has the scope `<sort>:<what>`.
///
/// # Errors
/// `channel_not_found`, `missing_scope`.
pub(super) fn named<'w>(
    world: &'w World,
    call: &Call,
    caller: &Caller,
    what: &str,
) -> Result<&'w Channel, Refusal> {
    let id = call.args.needed("channel")?;
    let channel = world.channels.known_to(id, &caller.user);
    let channel = channel.ok_or_else(|| Refusal::new("channel_not_found"))?;
    let scope = format!("{}:{what}", channel.sort.word());
    if !caller.may(&scope) {
        return Err(missing_scope(caller, &scope));
    }
    if what != "read" && !channel.has(&caller.user) {
        return Err(Refusal::new("not_in_channel"));
    }
    Ok(channel)
}

/// `conversations.info`.
pub(super) fn info(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let world = slack.world();
    let channel = named(&world, call, caller, "read")?;
    let mut body = shape::channel(&world, channel, &caller.user);
    if let Some(read) = channel.read.get(&caller.user) {
        body["last_read"] = read.to_string().into();
    }
    if let Some((_, latest)) = channel.log.iter().next_back() {
        body["latest"] = shape::message(&world, channel, latest, false);
    }
    if call.args.flag("include_num_members") == Some(true) {
        body["num_members"] = channel.members.len().into();
    }
    if call.args.flag("include_locale") == Some(true) {
        body["locale"] = "en-GB".into();
    }
    Ok(Answer::ok(json!({"channel": body})))
}

/// `conversations.members`.
pub(super) fn members(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let world = slack.world();
    let channel = named(&world, call, caller, "read")?;
    let from = match call.args.text("cursor") {
        None => 0,
        Some(cursor) => {
            let id = read_cursor(cursor, "user:")?;
            let at = channel.members.iter().position(|member| **member == *id);
            at.ok_or_else(|| Refusal::new("invalid_cursor"))?
        }
    };
    let limit = call.limit(100, 1000);
    let page: Vec<&str> = channel.members.iter().skip(from).take(limit).map(|id| &**id).collect();
    let next = channel.members.get(from + limit).map_or_else(String::new, |id| cursor("user:", id));
    Ok(Answer::ok(json!({"members": page, "response_metadata": {"next_cursor": next}})))
}

/// `conversations.list`.
pub(super) fn list(slack: &Slack, call: &Call) -> Outcome {
    listed(slack, call, None, true)
}

/// `users.conversations`: one's own, or those shared with `user`.
pub(super) fn of_user(slack: &Slack, call: &Call) -> Outcome {
    listed(slack, call, call.args.text("user"), false)
}

fn listed(slack: &Slack, call: &Call, with: Option<&str>, everything: bool) -> Outcome {
    let caller = call.caller()?;
    let wanted = call.args.list("types").unwrap_or_else(|| vec!["public_channel".to_owned()]);
    for kind in &wanted {
        let known = SORTS.iter().find(|(name, _)| name == kind);
        let (_, scope) = known.ok_or_else(|| Refusal::new("invalid_types"))?;
        if !caller.may(scope) {
            return Err(missing_scope(caller, scope));
        }
    }
    let world = slack.world();
    let me = world.people.get(&caller.user).ok_or_else(|| Refusal::new("invalid_auth"))?;
    let from = call.args.text("cursor").map(|cursor| read_cursor(cursor, "team:")).transpose()?;
    let from: Arc<str> = from.unwrap_or_default().into();
    let limit = call.limit(100, 999);
    let mut ids: std::collections::BTreeSet<Arc<str>> = me.channels.iter().cloned().collect();
    if everything {
        ids.extend(world.channels.public().cloned());
    }
    let living = call.args.flag("exclude_archived") == Some(true);
    let mut found = ids
        .range(from..)
        .filter_map(|id| world.channels.get(id))
        .filter(|channel| wanted.iter().any(|kind| kind == channel.sort.listed()))
        .filter(|channel| !(living && channel.archived))
        .filter(|channel| with.is_none_or(|with| channel.has(with)));
    let page: Vec<Value> =
        found.by_ref().take(limit).map(|channel| shape::channel(&world, channel, &me.id)).collect();
    let next = found.next().map_or_else(String::new, |channel| cursor("team:", &channel.id));
    Ok(Answer::ok(json!({"channels": page, "response_metadata": {"next_cursor": next}})))
}

/// `conversations.mark`: how far the token's owner has read.
pub(super) fn mark(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut world = slack.world();
    let channel = named(&world, call, caller, "write")?;
    let ts = Ts::read(call.args.needed("ts")?).ok_or_else(|| Refusal::new("invalid_timestamp"))?;
    let id = Arc::clone(&channel.id);
    if let Some(channel) = world.channels.get_mut(&id) {
        channel.read.insert(Arc::clone(&caller.user), ts);
    }
    let change =
        json!({"kind": "channel.marked", "channel": &*id, "person": &*caller.user, "ts": ts.to_string()});
    Ok(Answer::ok(Value::Null).changed(change))
}
