//! `conversations.create`, `.join`, `.invite`, `.leave`, `.kick`, `.archive`, `.unarchive`, `.rename` and `.setTopic`, each by its
//! page. Direct messages, also those of several, are not changed by any of them (`method_not_supported_for_channel_type`).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::slack::answer::{Answer, Outcome, Refusal};
use crate::slack::call::{Call, missing_scope};
use crate::slack::world::World;
use crate::slack::world::channels::{Sort, Topic};
use crate::slack::world::tokens::{Caller, Kind};
use crate::slack::{Slack, shape};

/// "conversations.create": the longest name.
const LONGEST_NAME: usize = 80;

/// "conversations.invite": the most people at once.
const MOST_INVITED: usize = 100;

/// `conversations.create`: by its name, whoever creates it is in it.
pub(in crate::slack) fn create(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let private = call.args.flag("is_private") == Some(true);
    let sort = if private { Sort::Private } else { Sort::Public };
    may(caller, sort, &["write", "manage"])?;
    let name = &*proper(call)?;
    let mut world = slack.world();
    if world.channels.named(name) {
        return Err(Refusal::new("name_taken"));
    }
    let user = Arc::clone(&caller.user);
    let id = world.create_channel(name, private, &user, call.now);
    let change = json!({"kind": "channel.created", "channel": &*id, "name": name, "creator": &*user});
    shown(&world, &id, &user).map(|answer| answer.changed(change))
}

/// `conversations.join`: public channels only.
pub(in crate::slack) fn join(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    if caller.kind == Kind::Bot && !caller.may("channels:join") {
        return Err(missing_scope(caller, "channels:join"));
    }
    let mut world = slack.world();
    let channel = world.channels.known_to(call.args.needed("channel")?, &caller.user);
    let channel = channel.ok_or_else(|| Refusal::new("channel_not_found"))?;
    if channel.sort != Sort::Public {
        return Err(Refusal::new("method_not_supported_for_channel_type"));
    }
    if channel.archived {
        return Err(Refusal::new("is_archived"));
    }
    let id = Arc::clone(&channel.id);
    world.enter(&id, &caller.user, &caller.user);
    shown(&world, &id, &caller.user).map(|answer| answer.changed(moved("channel.joined", &id, &caller.user)))
}

/// `conversations.invite`: people and bots, up to a hundred.
pub(in crate::slack) fn invite(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut world = slack.world();
    let id = own(&world, call, caller)?;
    let users = call.args.list("users").ok_or_else(|| Refusal::new("no_user"))?;
    if users.len() > MOST_INVITED {
        return Err(Refusal::new("invalid_arguments"));
    }
    let mut found = Vec::with_capacity(users.len());
    for user in &users {
        let person = world.people.get(user).filter(|person| !person.deleted);
        found.push(Arc::clone(&person.ok_or_else(|| Refusal::new("user_not_found"))?.id));
    }
    if found.iter().any(|user| **user == *caller.user) {
        return Err(Refusal::new("cant_invite_self"));
    }
    let inside = |user: &Arc<str>| world.channels.get(&id).is_some_and(|channel| channel.has(user));
    if found.iter().all(inside) {
        return Err(Refusal::new("already_in_channel"));
    }
    for user in &found {
        world.enter(&id, user, &caller.user);
    }
    let change = json!({"kind": "channel.invited", "channel": &*id, "people": users});
    shown(&world, &id, &caller.user).map(|answer| answer.changed(change))
}

/// `conversations.leave`.
pub(in crate::slack) fn leave(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut world = slack.world();
    let id = own(&world, call, caller)?;
    world.leave(&id, &caller.user);
    Ok(Answer::ok(Value::Null).changed(moved("channel.left", &id, &caller.user)))
}

/// `conversations.kick`.
pub(in crate::slack) fn kick(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut world = slack.world();
    let id = own(&world, call, caller)?;
    let user = call.args.needed("user")?;
    if *user == *caller.user {
        return Err(Refusal::new("cant_kick_self"));
    }
    if !world.channels.get(&id).is_some_and(|channel| channel.has(user)) {
        return Err(Refusal::new("not_in_channel"));
    }
    world.leave(&id, user);
    Ok(Answer::ok(Value::Null).changed(moved("channel.left", &id, user)))
}

/// `conversations.archive`: nothing can be posted from then on (`is_archived`).
pub(in crate::slack) fn archive(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut world = slack.world();
    let id = own(&world, call, caller)?;
    let Some(channel) = world.channels.get_mut(&id) else { return Err(Refusal::new("channel_not_found")) };
    if std::mem::replace(&mut channel.archived, true) {
        return Err(Refusal::new("already_archived"));
    }
    world.tell_channel("archive", &id, &caller.user, call.now);
    Ok(Answer::ok(Value::Null).changed(json!({"kind": "channel.archived", "channel": &*id})))
}

/// `conversations.unarchive`: whoever does it is in it.
pub(in crate::slack) fn unarchive(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut world = slack.world();
    let id = own(&world, call, caller)?;
    let Some(channel) = world.channels.get_mut(&id) else { return Err(Refusal::new("channel_not_found")) };
    if !std::mem::replace(&mut channel.archived, false) {
        return Err(Refusal::new("not_archived"));
    }
    world.tell_channel("unarchive", &id, &caller.user, call.now);
    Ok(Answer::ok(Value::Null).changed(json!({"kind": "channel.unarchived", "channel": &*id})))
}

/// `conversations.rename`: "only the user that originally created a channel or an admin may rename it". The name that is
/// answered counts.
pub(in crate::slack) fn rename(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut world = slack.world();
    let id = own(&world, call, caller)?;
    let name = proper(call)?;
    if world.channels.named(&name) {
        return Err(Refusal::new("name_taken"));
    }
    let admin = world.people.get(&caller.user).is_some_and(|person| person.admin);
    let Some(channel) = world.channels.get_mut(&id) else { return Err(Refusal::new("channel_not_found")) };
    if channel.archived {
        return Err(Refusal::new("is_archived"));
    }
    if channel.creator != caller.user && !admin {
        return Err(Refusal::new("not_authorized"));
    }
    channel.name.clone_from(&name);
    world.tell_channel("rename", &id, &caller.user, call.now);
    let change = json!({"kind": "channel.renamed", "channel": &*id, "name": name});
    shown(&world, &id, &caller.user).map(|answer| answer.changed(change))
}

/// "conversations.setTopic": the longest topic.
const LONGEST_TOPIC: usize = 250;

/// `conversations.setTopic`: any member may.
pub(in crate::slack) fn set_topic(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut world = slack.world();
    let id = own(&world, call, caller)?;
    let value = call.args.needed("topic")?;
    if value.chars().count() > LONGEST_TOPIC {
        return Err(Refusal::new("too_long"));
    }
    let Some(channel) = world.channels.get_mut(&id) else { return Err(Refusal::new("channel_not_found")) };
    if channel.archived {
        return Err(Refusal::new("is_archived"));
    }
    let (value, creator) = (value.to_owned(), caller.user.to_string());
    channel.topic = Topic { value, creator, last_set: call.now.div_euclid(1000) };
    world.tell_channel("topic", &id, &caller.user, call.now);
    let change = json!({"kind": "channel.topic", "channel": &*id});
    shown(&world, &id, &caller.user).map(|answer| answer.changed(change))
}

/// A name that a channel can have.
fn proper(call: &Call) -> Result<String, Refusal> {
    let name = call.args.text("name").unwrap_or_default();
    if name.is_empty() {
        return Err(Refusal::new("invalid_name_required"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::new("invalid_name_maxlength"));
    }
    let fine = |c: char| c.is_lowercase() || c.is_numeric() || matches!(c, '-' | '_');
    if !name.chars().all(fine) {
        return Err(Refusal::new("invalid_name_specials"));
    }
    Ok(name.to_owned())
}

/// A channel that the caller is in and may change.
fn own(world: &World, call: &Call, caller: &Caller) -> Result<Arc<str>, Refusal> {
    let channel = world.channels.known_to(call.args.needed("channel")?, &caller.user);
    let channel = channel.ok_or_else(|| Refusal::new("channel_not_found"))?;
    if !channel.sort.is_channel() {
        return Err(Refusal::new("method_not_supported_for_channel_type"));
    }
    may(caller, channel.sort, &["write", "manage"])?;
    if channel.has(&caller.user) { Ok(Arc::clone(&channel.id)) } else { Err(Refusal::new("not_in_channel")) }
}

fn may(caller: &Caller, sort: Sort, what: &[&str]) -> Result<(), Refusal> {
    let scopes: Vec<String> = what.iter().map(|what| format!("{}:{what}", sort.word())).collect();
    if scopes.iter().any(|scope| caller.may(scope)) { Ok(()) } else { Err(missing_scope(caller, &scopes[0])) }
}

fn shown(world: &World, id: &str, viewer: &str) -> Outcome {
    let channel = world.channels.get(id).ok_or_else(|| Refusal::new("channel_not_found"))?;
    Ok(Answer::ok(json!({"channel": shape::channel(world, channel, viewer)})))
}

fn moved(kind: &str, channel: &str, person: &str) -> Value {
    json!({"kind": kind, "channel": channel, "person": person})
}
