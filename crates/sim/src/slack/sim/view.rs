//! What a page that shows somebody's Slack reads. Only what that person may see.
//!
//! `GET /_sim/conversations?person=` answers, the latest activity first:
//! `{"items": [{"channel", "type", "title", "last_activity", "members": [{"id", "name", "email", "is_bot"}],
//! "last": {"author", "text", "file": name | null} | null}]}`.
//!
//! `GET /_sim/messages?channel=&person=&max=` answers, oldest first:
//! `{"items": [{"ts", "thread" | null, "author": {"id", "name", "email", "is_bot"}, "as": name | null, "icon" | null, "app" | null, "mine",
//! "text", "blocks", "created", "edited", "tombstone", "reactions": [{"name", "count", "users"}],
//! "files": [{"id", "name", "type", "size", "sha256", "url"}]}]}`. A file's `url` is a path of this simulator.

use serde_json::{Value, json};

use super::missing;
use crate::clock::iso_millis;
use crate::slack::Slack;
use crate::slack::answer::{Answer, Outcome};
use crate::slack::call::Call;
use crate::slack::world::World;
use crate::slack::world::messages::{Message, Ts};

/// How far back a page sees unless it asks for more.
const WINDOW: usize = 200;

/// `GET /_sim/conversations`.
pub(in crate::slack) fn conversations(slack: &Slack, call: &Call) -> Outcome {
    let world = slack.world();
    let viewer = call.args.text("person").and_then(|text| world.people.human(text)).ok_or_else(missing)?;
    let mut found: Vec<_> = viewer.channels.iter().filter_map(|id| world.channels.get(id)).collect();
    let last = |channel: &crate::slack::world::channels::Channel| {
        channel.log.keys().next_back().copied().unwrap_or(Ts(channel.created * 1000))
    };
    found.sort_by_key(|channel| (std::cmp::Reverse(last(channel)), std::sync::Arc::clone(&channel.id)));
    let items: Vec<Value> = found
        .into_iter()
        .map(|channel| {
            let newest = channel.log.values().next_back();
            let name = |id: &str| world.people.get(id).map_or("", |person| &person.name).to_owned();
            json!({
                "channel": &*channel.id,
                "type": channel.sort.word(),
                "title": if channel.name.is_empty() { name(channel.other(&viewer.id)) } else { channel.name.clone() },
                "last_activity": time(last(channel)),
                "members": channel.members.iter().map(|member| person(&world, member)).collect::<Vec<_>>(),
                "last": newest.map(|message| json!({
                    "author": shown_as(message).map_or_else(|| name(&message.user), str::to_owned),
                    "text": message.content.text,
                    "file": super::files::shapes(&world, message).first().map(|file| &file["name"]),
                })),
            })
        })
        .collect();
    Ok(Answer::plain(json!({"items": items})))
}

/// `GET /_sim/messages`.
pub(in crate::slack) fn messages(slack: &Slack, call: &Call) -> Outcome {
    let world = slack.world();
    let viewer = call.args.text("person").and_then(|text| world.people.human(text)).ok_or_else(missing)?;
    let channel = call.args.text("channel").and_then(|id| world.channels.seen_by(id, &viewer.id));
    let channel = channel.ok_or_else(missing)?;
    let max = call.args.number("max").and_then(|max| usize::try_from(max).ok()).unwrap_or(WINDOW);
    let shown = channel.log.values().rev().take(max);
    let mut items: Vec<Value> = shown.map(|message| shape(&world, message, &viewer.id)).collect();
    items.reverse();
    Ok(Answer::plain(json!({"items": items})))
}

fn shape(world: &World, message: &Message, viewer: &str) -> Value {
    json!({
        "ts": message.ts.to_string(),
        "thread": message.root.map(|root| root.to_string()),
        "author": person(world, &message.user),
        "as": shown_as(message),
        "icon": message.custom.as_ref().and_then(|custom| custom.icons["image_72"].as_str()),
        "app": message.via.as_ref().map(|via| &*via.app),
        "mine": *message.user == *viewer,
        "text": message.content.text,
        "blocks": message.content.blocks,
        "created": time(message.ts),
        "edited": message.edited.is_some(),
        "tombstone": message.tombstone,
        "reactions": crate::slack::reactions::shown(message).unwrap_or_else(|| json!([])),
        "files": super::files::shapes(world, message),
    })
}

/// The name that an app wrote under instead of its own.
fn shown_as(message: &Message) -> Option<&str> {
    message.custom.as_ref()?.username.as_deref()
}

fn time(ts: Ts) -> String {
    jiff::Timestamp::from_microsecond(ts.0).map(iso_millis).unwrap_or_default()
}

fn person(world: &World, id: &str) -> Value {
    match world.people.get(id) {
        Some(person) => json!({
            "id": &*person.id,
            "name": person.name,
            "email": person.email,
            "is_bot": person.bot.is_some(),
        }),
        None => Value::Null,
    }
}
