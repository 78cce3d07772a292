//! `reactions.add`, `reactions.remove`, `reactions.get`. A reaction is its token's owner's, and is named by a canonical short
//! name, with a tone behind it where there is one. It changes nothing of the message and is told by an event of its own
//! ("`reaction_added`", "`reaction_removed`"), in which the conversation stands inside `item`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::world::World;
use super::world::messages::{Message, Ts};
use super::{Slack, chat, shape, text};

/// The most different reactions to a message, and the most of one person's ("reactions.add": `too_many_emoji`,
/// `too_many_reactions`; the numbers are the help center's).
const MOST_EMOJI: usize = 50;
const MOST_OF_ONE: usize = 23;

/// `reactions.add`.
pub(super) fn add(slack: &Slack, call: &Call) -> Outcome {
    change(slack, call, true)
}

/// `reactions.remove`: only of the token's owner.
pub(super) fn remove(slack: &Slack, call: &Call) -> Outcome {
    change(slack, call, false)
}

/// `reactions.get`.
pub(super) fn get(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let (id, named) = (call.args.needed("channel")?, call.args.needed("timestamp")?);
    let world = slack.world();
    let message = chat::find(&world, caller, id, named)?;
    let channel = world.channels.get(id).ok_or_else(|| Refusal::new("channel_not_found"))?;
    let message = shape::message(&world, channel, message, false);
    Ok(Answer::ok(json!({"type": "message", "channel": id, "message": message})))
}

fn change(slack: &Slack, call: &Call, on: bool) -> Outcome {
    let caller = call.caller()?;
    let (id, named) = (call.args.needed("channel")?, call.args.needed("timestamp")?);
    let name = call.args.needed("name")?;
    if !text::emoji::is_name(name) {
        return Err(Refusal::new("invalid_name"));
    }
    if Ts::read(named).is_none() {
        return Err(Refusal::new("bad_timestamp"));
    }
    let mut guard = slack.world();
    let world = &mut *guard;
    let message = chat::find(world, caller, id, named)?;
    let mine = |(of, users): &&(String, Vec<Arc<str>>)| *of == name && users.contains(&caller.user);
    let there = message.reactions.iter().any(|one| mine(&one));
    if there == on {
        return Err(Refusal::new(if on { "already_reacted" } else { "no_reaction" }));
    }
    let of_caller = message.reactions.iter().filter(|(_, users)| users.contains(&caller.user)).count();
    if on && of_caller >= MOST_OF_ONE {
        return Err(Refusal::new("too_many_reactions"));
    }
    let known = message.reactions.iter().any(|(of, _)| of == name);
    if on && !known && message.reactions.len() >= MOST_EMOJI {
        return Err(Refusal::new("too_many_emoji"));
    }
    let (ts, id): (Ts, Arc<str>) = (message.ts, id.into());
    if world.dice.hits(call.switches.events_first_share) {
        world.events.note_deliveries();
    }
    world.react(&id, ts, &caller.user, name, on, call.now);
    let first = world.events.noted();
    let change = json!({
        "kind": if on { "reaction.set" } else { "reaction.unset" },
        "message": ts.to_string(),
        "channel": &*id,
        "author": &*caller.user,
        "reaction": name,
    });
    Ok(Answer::ok(json!({})).changed(change).after(first))
}

impl World {
    /// Adds or takes away somebody's reaction, and tells of it.
    fn react(&mut self, channel: &str, ts: Ts, user: &Arc<str>, name: &str, on: bool, now: i64) {
        let Some(found) = self.channels.get_mut(channel) else { return };
        let at = found.next_ts(now);
        let Some(message) = found.log.get_mut(&ts) else { return };
        let author = Arc::clone(&message.user);
        if on {
            match message.reactions.iter_mut().find(|(of, _)| of == name) {
                Some((_, users)) => users.push(Arc::clone(user)),
                None => message.reactions.push((name.to_owned(), vec![Arc::clone(user)])),
            }
        } else {
            for (_, users) in message.reactions.iter_mut().filter(|(of, _)| of == name) {
                users.retain(|one| one != user);
            }
            message.reactions.retain(|(_, users)| !users.is_empty());
        }
        let kind = if on { "reaction_added" } else { "reaction_removed" };
        let inner = json!({
            "type": kind,
            "user": &**user,
            "reaction": name,
            "item_user": &*author,
            "item": {"type": "message", "channel": channel, "ts": ts.to_string()},
            "event_ts": at.to_string(),
        });
        self.tell_reaction(kind, channel, inner, at);
    }
}

/// `reactions` of a message.
pub(super) fn shown(message: &Message) -> Option<Value> {
    let all = message.reactions.iter().map(|(name, users)| {
        let users: Vec<&str> = users.iter().map(|user| &**user).collect();
        json!({"name": name, "count": users.len(), "users": users})
    });
    (!message.reactions.is_empty()).then(|| all.collect())
}
