//! Files by hand: what a person attaches in Slack, and what anybody who tests wants to see of it.
//!
//! `POST /_sim/files` posts as a person: `{"person", "channel" or "to", "thread"?, "text"?, "files": [{"name", "type"?,
//! "base64" or "length"}]}`, all of them in one message; it answers `{"channel", "ts", "message"}`. `to` is a user by id or
//! address, a bot by its user.
//!
//! `GET /_sim/files/{id}` answers the bytes of a file to anybody.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{input, missing};
use crate::files::byhand::Attached;
use crate::slack::answer::{Answer, Outcome, Refusal};
use crate::slack::call::Call;
use crate::slack::chat::of_text;
use crate::slack::chat::post::{Target, destination};
use crate::slack::files::upload::promised;
use crate::slack::world::World;
use crate::slack::world::files::Share;
use crate::slack::world::messages::{Content, Message, Ts};
use crate::slack::{Slack, shape};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    person: String,
    channel: Option<String>,
    to: Option<String>,
    thread: Option<String>,
    text: Option<String>,
    files: Vec<Attached>,
}

/// `POST /_sim/files`.
pub(in crate::slack) fn attach(slack: &Slack, call: &Call) -> Outcome {
    let posted: Posted = input(call)?;
    let mut guard = slack.world();
    let world = &mut *guard;
    let person = Arc::clone(&world.people.human(&posted.person).ok_or_else(missing)?.id);
    let session = world.tokens.session(&person).ok_or_else(missing)?.to_owned();
    let caller = world.caller(&session, call.now).map_err(Refusal::new)?;
    let to = posted.to.as_deref().map(|to| match world.people.by_email(to) {
        Some(found) => found.id.to_string(),
        None => to.to_owned(),
    });
    let place = posted.channel.or(to).ok_or_else(|| Refusal::by_hand(400, "either channel or to"))?;
    let files = posted.files.iter().map(Attached::file);
    let files = files.collect::<Result<Vec<_>, _>>().map_err(|reason| Refusal::by_hand(400, reason))?;
    if files.is_empty() {
        return Err(Refusal::by_hand(400, "no files"));
    }
    if files.iter().any(|file| file.size > call.switches.file_most_bytes) {
        return Err(Refusal::by_hand(413, "the file is too large"));
    }
    let channel = match destination(world, call, &caller, &place)? {
        Target::Channel(id) => id,
        Target::Person(id) => world.open_direct(&person, &id, call.now).0,
    };
    let mut content = match posted.text.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => of_text(world, call, &caller, text),
        None => Content::default(),
    };
    for file in files {
        let mut held = promised(world, call, &person, &file.name, file.size);
        content.files.push(Arc::clone(&held.id));
        (held.file, held.completed) = (Some(file), true);
        world.files.insert(held);
    }
    let root = posted.thread.as_deref().map(|thread| Ts::read(thread).ok_or_else(missing)).transpose()?;
    let (user, client_msg_id) = (person, Some(world.dice.uuid()));
    let share =
        Share { channel: Arc::clone(&channel), user, via: None, custom: None, client_msg_id, content, root };
    let ts = world.share(share, call.now);
    let found = world.channels.get(&channel).ok_or_else(missing)?;
    let message = shape::message(world, found, found.log.get(&ts).ok_or_else(missing)?, false);
    Ok(Answer::plain(json!({"channel": &*channel, "ts": ts.to_string(), "message": message})))
}

/// `GET /_sim/files/{id}`.
pub(in crate::slack) fn download(slack: &Slack, call: &Call) -> Outcome {
    let id = call.path.rsplit('/').next().unwrap_or_default();
    let world = slack.world();
    let file = world.files.get(id).and_then(|held| held.file.as_ref());
    Ok(Answer::file(file.ok_or_else(missing)?))
}

/// A message's files as pages see them, without deleted ones.
pub(super) fn shapes(world: &World, message: &Message) -> Vec<Value> {
    let files = message.content.files.iter().filter_map(|id| world.files.get(id));
    files
        .filter_map(|held| {
            let mut shape = held.file.as_ref()?.facts();
            shape["id"] = json!(&*held.id);
            shape["url"] = json!(format!("/_sim/files/{}", held.id));
            Some(shape)
        })
        .collect()
}
