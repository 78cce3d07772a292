//! What a page that shows somebody's Teams app reads. Only what that person may see.
//!
//! `GET /_sim/conversations?person=` answers, the latest activity first:
//! `{"items": [{"chat", "type", "team": {"id", "name"} | null, "title", "last_activity", "members": [{"id", "name", "email",
//! "is_bot"}], "last": {"author", "text", "file": name | null} | null}]}`. Channels that one is in stand among the chats; only
//! they have a team. The apps that are in a group are among its members.
//!
//! `GET /_sim/messages?chat=&person=&max=` answers, oldest first:
//! `{"items": [{"id", "parent" | null, "root" | null, "author": {"id", "name", "email", "is_bot"} | null, "mine", "text",
//! "html" | null, "created", "edited", "deleted", "reactions": [{"emoji", "people": [id]}],
//! "files": [{"id", "name", "type", "size", "sha256", "url"}]}]}`. A file's `url` is a path of this simulator. `parent` is the
//! message that is quoted, `root` the one below which an answer in a channel hangs. Without `person` nothing is hidden and
//! nothing is `mine`.

use std::cmp::Reverse;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Done, somebody};
use crate::teams::answer::Answer;
use crate::teams::call::Call;
use crate::teams::chats::{Chat, Kind, Team};
use crate::teams::clockwork::zulu_millis;
use crate::teams::message::{Author, Message};
use crate::teams::people::Person;
use crate::teams::sim::Sim;

/// How far back a page sees unless it asks for more.
const WINDOW: usize = 200;

/// `GET /_sim/conversations`.
pub(super) fn conversations(sim: &Sim, call: &Call) -> Done {
    let viewer = somebody(sim, call.param("person").unwrap_or_default())?;
    let chats = sim.chats();
    let own = chats.of(&viewer.id).iter().filter_map(|id| Some((None, chats.get(id)?)));
    let channels = chats.channels_of(&viewer.id).into_iter().map(|(team, chat)| (Some(team), chat));
    let mut found: Vec<(Option<&Team>, &Chat)> = own.chain(channels).collect();
    let activity = |chat: &Chat| chat.last().map_or(chat.created, |message| message.id);
    found.sort_by_key(|(_, chat)| (Reverse(activity(chat)), Arc::clone(&chat.id)));
    let items: Vec<Value> = found
        .into_iter()
        .map(|(team, chat)| {
            let bot = chat.bot.as_ref().map(|bot| (bot, bot_name(sim, bot)));
            let mut members: Vec<Value> = chat.members.iter().map(|member| person(member)).collect();
            members.extend(bot.as_ref().map(|(id, name)| bot_json(id, name)));
            if chat.kind == Kind::Group {
                members.extend(chat.apps.iter().map(|app| bot_json(app, &bot_name(sim, app))));
            }
            let others =
                chat.members.iter().filter(|member| member.id != viewer.id).map(|one| one.name.clone());
            let others: Vec<String> = others.chain(bot.map(|(_, name)| name)).collect();
            json!({
                "chat": &*chat.id,
                "type": chat.kind.word(),
                "team": team.map(|team| json!({"id": &*team.id, "name": team.name})),
                "title": chat.topic.clone().unwrap_or_else(|| others.join(", ")),
                "last_activity": zulu_millis(activity(chat)),
                "members": members,
                "last": chat.last().map(|message| json!({
                    "author": match &message.author {
                        Author::Person(person) => person.name.as_str(),
                        Author::App(_, name) => name.as_str(),
                        Author::System => "",
                    },
                    "text": if message.deleted.is_some() { String::new() } else { message.text() },
                    "file": message.attachments.iter().find(|one| one["contentType"] == "reference").map(|one| &one["name"]),
                })),
            })
        })
        .collect();
    Ok(Answer::ok(json!({"items": items})))
}

/// `GET /_sim/messages`.
pub(super) fn messages(sim: &Sim, call: &Call) -> Done {
    let viewer = call.param("person").map(|key| somebody(sim, key)).transpose()?;
    let max = call.param("max").and_then(|text| text.parse().ok()).unwrap_or(WINDOW);
    let chats = sim.chats();
    let chat = call.param("chat").and_then(|id| chats.get(id));
    let chat = chat.filter(|chat| viewer.as_ref().is_none_or(|viewer| chat.has(&viewer.id)));
    let chat = chat.ok_or("there is no such chat")?;
    let readable = chat.readable_by(viewer.as_ref());
    let found: Vec<Message> =
        chat.messages.range(readable..).rev().map(|(_, one)| one).take(max).cloned().collect();
    drop(chats);
    let mut items: Vec<Value> = found.iter().map(|message| shape(sim, message, viewer.as_ref())).collect();
    items.reverse();
    Ok(Answer::ok(json!({"items": items})))
}

fn shape(sim: &Sim, message: &Message, viewer: Option<&Arc<Person>>) -> Value {
    let gone = message.deleted.is_some();
    let (author, mine) = match &message.author {
        Author::Person(author) => (person(author), viewer.is_some_and(|viewer| viewer.id == author.id)),
        Author::App(id, name) => (bot_json(id, name), false),
        Author::System => (Value::Null, false),
    };
    json!({
        "id": message.id.to_string(),
        "parent": message.quotes.map(|id| id.to_string()),
        "root": message.root.map(|id| id.to_string()),
        "author": author,
        "mine": mine,
        "text": if gone { String::new() } else { message.text() },
        "html": (message.html && !gone).then_some(&message.content),
        "created": zulu_millis(message.id),
        "edited": message.edited.is_some(),
        "deleted": gone,
        "reactions": reactions(message),
        "files": if gone { Vec::new() } else { super::files::shapes(sim, message) },
    })
}

/// Who reacted, emoji by emoji, the earliest first.
fn reactions(message: &Message) -> Vec<Value> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in &message.reactions {
        match found.iter_mut().find(|(kind, _)| *kind == one.kind) {
            Some((_, people)) => people.push(&one.person),
            None => found.push((&one.kind, vec![&one.person])),
        }
    }
    found.into_iter().map(|(emoji, people)| json!({"emoji": emoji, "people": people})).collect()
}

fn person(person: &Person) -> Value {
    json!({"id": &*person.id, "name": person.name, "email": person.mail, "is_bot": false})
}

fn bot_json(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "email": null, "is_bot": true})
}

fn bot_name(sim: &Sim, id: &str) -> String {
    sim.apps().by_id.get(id).map_or_else(|| "Bot".to_owned(), |app| app.name.clone())
}
