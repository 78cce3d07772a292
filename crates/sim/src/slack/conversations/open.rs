//! `conversations.open` and `conversations.close` for direct messages of two and of several.

use std::sync::Arc;

use serde_json::{Value, json};

use super::named;
use crate::slack::answer::{Answer, Outcome, Refusal};
use crate::slack::call::{Call, missing_scope};
use crate::slack::world::World;
use crate::slack::world::people::Person;
use crate::slack::world::tokens::Caller;
use crate::slack::{Slack, shape};

/// The most people beside oneself ("conversations.open").
const MOST_USERS: usize = 8;

/// `conversations.open`: the direct messages with one person or several, made if there are none; with a bot's token the bot is
/// in them, with a person's token the person.
pub(in crate::slack) fn open(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut guard = slack.world();
    let world = &mut *guard;
    let whole = call.args.flag("return_im") == Some(true);
    if call.args.text("channel").is_some() {
        let channel = named(world, call, caller, "write")?;
        let body = found(world, &Arc::clone(&channel.id), caller, whole);
        return Ok(Answer::ok(json!({"channel": body, "no_op": true, "already_open": true})));
    }
    let users = call.args.list("users").ok_or_else(|| Refusal::new("users_list_not_supplied"))?;
    let other = match users.as_slice() {
        [] => return Err(Refusal::new("not_enough_users")),
        [one] => one,
        many if many.len() > MOST_USERS => return Err(Refusal::new("too_many_users")),
        many => return several(world, call, caller, many),
    };
    if !caller.may("im:write") {
        return Err(missing_scope(caller, "im:write"));
    }
    let other = reachable(world, caller, other)?;
    let existing = world.channels.direct(&caller.user, &other).map(|channel| Arc::clone(&channel.id));
    if existing.is_none() && call.args.flag("prevent_creation") == Some(true) {
        return Err(Refusal::new("channel_not_found"));
    }
    let (id, opened) = world.open_direct(&caller.user, &other, call.now);
    let mut body = json!({"channel": found(world, &id, caller, whole)});
    if !opened {
        body["no_op"] = true.into();
        body["already_open"] = true.into();
    }
    let answer = Answer::ok(body);
    let members = [&*caller.user, &*other];
    Ok(if opened {
        answer.changed(json!({"kind": "channel.opened", "channel": &*id, "members": members}))
    } else {
        answer
    })
}

/// The direct messages of several people and whose token it is.
fn several(world: &mut World, call: &Call, caller: &Caller, users: &[String]) -> Outcome {
    if !caller.may("mpim:write") {
        return Err(missing_scope(caller, "mpim:write"));
    }
    let mut everybody = vec![Arc::clone(&caller.user)];
    for user in users.iter().filter(|user| **user != *caller.user) {
        everybody.push(reachable(world, caller, user)?);
    }
    everybody.sort();
    everybody.dedup();
    if everybody.len() < 3 {
        return Err(Refusal::new("invalid_user_combination"));
    }
    let existing = world.channels.group(&everybody).is_some();
    if !existing && call.args.flag("prevent_creation") == Some(true) {
        return Err(Refusal::new("channel_not_found"));
    }
    let members: Vec<String> = everybody.iter().map(ToString::to_string).collect();
    let (id, opened) = world.open_group(everybody, &caller.user, call.now);
    let mut body = json!({"channel": found(world, &id, caller, call.args.flag("return_im") == Some(true))});
    if !opened {
        body["no_op"] = true.into();
        body["already_open"] = true.into();
        return Ok(Answer::ok(body));
    }
    Ok(Answer::ok(body).changed(json!({"kind": "channel.opened", "channel": &*id, "members": members})))
}

fn found(world: &World, id: &Arc<str>, caller: &Caller, whole: bool) -> Value {
    match world.channels.get(id).filter(|_| whole) {
        Some(channel) => shape::channel(world, channel, &caller.user),
        None => json!({"id": &**id}),
    }
}

/// Somebody the caller can have direct messages with.
///
/// # Errors
/// `user_not_found`, `user_disabled`, `invalid_user_combination` for two bots.
pub(in crate::slack) fn reachable(world: &World, caller: &Caller, id: &str) -> Result<Arc<str>, Refusal> {
    let person = world.people.get(id).ok_or_else(|| Refusal::new("user_not_found"))?;
    if person.deleted {
        return Err(Refusal::new("user_disabled"));
    }
    let bot = |person: &Person| person.bot.is_some();
    if bot(person) && world.people.get(&caller.user).is_some_and(bot) {
        return Err(Refusal::new("invalid_user_combination"));
    }
    Ok(Arc::clone(&person.id))
}

/// `conversations.close`: takes the conversation off one's list; nothing in it changes.
pub(in crate::slack) fn close(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let world = slack.world();
    named(&world, call, caller, "write")?;
    Ok(Answer::ok(Value::Null))
}
