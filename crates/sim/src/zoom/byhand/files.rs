//! Files by hand: what a person attaches in Zoom, and what anybody who tests wants to see of it.
//!
//! `POST /_sim/files` sends as a person: `{"person", "to" or "channel", "parent"?, "text"?, "files": [{"name", "type"?, "base64" or
//! "length"}]}`, all of them in one message; it answers `{"id"}`. A text is not needed, as in the app.
//!
//! `GET /_sim/files/{id}` answers the bytes of a file to anybody.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::somebody;
use crate::files::byhand::Attached;
use crate::zoom::answer::{Answer, Outcome, Refusal};
use crate::zoom::call::Call;
use crate::zoom::messages::send::{Saying, may_write, parent_of, say};
use crate::zoom::messages::session;
use crate::zoom::world::World;
use crate::zoom::world::chats::{Content, Message};
use crate::zoom::{Zoom, input};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    person: String,
    to: Option<String>,
    channel: Option<String>,
    parent: Option<String>,
    #[serde(default)]
    text: String,
    files: Vec<Attached>,
}

/// `POST /_sim/files`.
pub(in crate::zoom) fn attach(zoom: &Zoom, call: &Call) -> Outcome {
    let posted: Posted = input::json(call)?;
    let files = posted.files.iter().map(|one| one.file().map_err(Refusal::bad));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    if files.is_empty() {
        return Err(Refusal::bad("no files"));
    }
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = somebody(world, &posted.person)?;
    let to = posted.to.as_deref().map(|to| somebody(world, to)).transpose()?;
    let to = to.map(|person| Arc::clone(&person.id));
    let (session, other) = session(world, me, to.as_deref(), posted.channel.as_deref(), &call.switches)?;
    may_write(world, me, &other)?;
    let me = Arc::clone(&me.id);
    let parent = posted.parent.as_deref();
    let parent = parent.map(|text| parent_of(world, &session, text, &call.switches)).transpose()?;
    let files = files.into_iter().map(|file| world.keep_file(&me, file, call.now)).collect();
    let content = Content { text: posted.text, files, ..Content::default() };
    let by = Arc::clone(&me);
    let mut answer = say(zoom, world, call, Saying { session, me, other, parent, content })?;
    answer.by = Some(by);
    Ok(answer)
}

/// `GET /_sim/files/{id}`.
pub(in crate::zoom) fn download(zoom: &Zoom, call: &Call) -> Outcome {
    let world = zoom.world();
    let held = world.files.get(call.segment(2));
    Ok(Answer::file(&held.ok_or_else(|| Refusal::new(404, 404, "File does not exist."))?.file))
}

/// A message's files as pages see them.
pub(super) fn shapes(world: &World, message: &Message) -> Vec<Value> {
    let files = world.files.of(message);
    files
        .map(|held| {
            let mut shape = held.file.facts();
            shape["id"] = json!(&*held.id);
            shape["url"] = json!(format!("/_sim/files/{}", held.id));
            shape
        })
        .collect()
}
