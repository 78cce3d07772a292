//! What a page that shows somebody's Zoom app reads. Only what that person may see.
//!
//! `GET /_sim/conversations?person=` answers, the latest activity first:
//! `{"items": [{"session", "with": {"id", "name", "email", "is_bot"} | null, "channel": name | null, "type": 4 | null, "members": [{"id", "name",
//! "email", "is_bot"}], "last_activity", "last": {"author", "text", "file": name | null} | null}]}`. A channel has a name and a
//! type, which is 4 for a group chat, and is with nobody.
//!
//! `GET /_sim/messages?session=&person=&max=` answers, oldest first:
//! `{"items": [{"id", "parent" | null, "author": {"id", "name", "email", "is_bot"}, "mine", "text", "rich_text",
//! "at_items": [{"person" | null, "start", "end"}], "bot" | null, "timestamp", "created", "edited", "reactions": [{"emoji", "people": [id]}],
//! "files": [{"id", "name", "type", "size", "sha256", "url"}]}]}`. A file's `url` is a path of this simulator.

use std::cmp::Reverse;
use std::sync::Arc;

use serde_json::{Value, json};

use super::somebody;
use crate::zoom::answer::{Answer, Outcome, Refusal};
use crate::zoom::call::Call;
use crate::zoom::id::IdForm;
use crate::zoom::messages::shape::{date_time, rich};
use crate::zoom::world::World;
use crate::zoom::world::chats::Chat;
use crate::zoom::{Zoom, input};

/// How far back a page sees unless it asks for more.
const WINDOW: usize = 200;

/// `GET /_sim/conversations`.
pub(in crate::zoom) fn conversations(zoom: &Zoom, call: &Call) -> Outcome {
    let world = zoom.world();
    let viewer = somebody(&world, call.query("person").unwrap_or(""))?;
    let mut chats: Vec<&Chat> = world.chats.of(&viewer.id).collect();
    chats.sort_by_key(|chat| (Reverse(chat.last), Arc::clone(&chat.session)));
    let items: Vec<Value> = chats
        .into_iter()
        .map(|chat| {
            let last = world.chats.log(chat).rev().find(|message| !message.deleted);
            let other = chat.members.iter().find(|member| **member != viewer.id).unwrap_or(&viewer.id);
            json!({
                "session": &*chat.session,
                "with": chat.channel.is_none().then(|| author(&world, other)),
                "channel": chat.channel.as_ref().map(|channel| &channel.name),
                "type": chat.channel.as_ref().map(|channel| channel.kind),
                "members": chat.members.iter().map(|member| author(&world, member)).collect::<Vec<_>>(),
                "last_activity": date_time(chat.last),
                "last": last.map(|message| json!({
                    "author": author(&world, &message.author)["name"],
                    "text": message.content.text,
                    "file": world.files.of(message).next().map(|held| held.file.name.as_str()),
                })),
            })
        })
        .collect();
    Ok(Answer::json(&json!({"items": items})))
}

/// `GET /_sim/messages`.
pub(in crate::zoom) fn messages(zoom: &Zoom, call: &Call) -> Outcome {
    let max = input::number(call, "max", WINDOW, 5000)?;
    let world = zoom.world();
    let viewer = somebody(&world, call.query("person").unwrap_or(""))?;
    let session = call.query("session").unwrap_or("");
    let chat = world.chats.get(session).filter(|chat| chat.members.contains(&viewer.id));
    let chat = chat.ok_or_else(|| Refusal::no_channel(session))?;
    let shown = world.chats.log(chat).rev().filter(|message| !message.deleted).take(max);
    let mut items: Vec<Value> = shown
        .map(|message| {
            json!({
                "id": IdForm::Lower.write(message.uuid),
                "parent": message.parent.map(|parent| IdForm::Lower.write(parent)),
                "author": author(&world, &message.author),
                "mine": message.author == viewer.id,
                "text": message.content.text,
                "rich_text": rich(&message.content),
                "at_items": message.content.mentions.iter().map(|mention| {
                    json!({"person": mention.person.as_deref(), "start": mention.start, "end": mention.end})
                }).collect::<Vec<_>>(),
                "bot": message.bot.as_ref().map(|bot| bot.content.clone()),
                "timestamp": message.timestamp,
                "created": date_time(message.timestamp),
                "edited": message.edited,
                "reactions": message.reactions.iter().map(|(emoji, people)| {
                    json!({"emoji": emoji, "people": people.iter().map(|id| &**id).collect::<Vec<_>>()})
                }).collect::<Vec<_>>(),
                "files": super::files::shapes(&world, message),
            })
        })
        .collect();
    items.reverse();
    Ok(Answer::json(&json!({"items": items})))
}

/// A person or a chatbot.
fn author(world: &World, id: &str) -> Value {
    if let Some(person) = world.people.get(id) {
        return json!({"id": &*person.id, "name": person.name, "email": person.email, "is_bot": false});
    }
    let name = world.apps.by_robot(id).map(|app| app.name.as_str());
    json!({"id": id, "name": name, "email": null, "is_bot": true})
}
