//! "Upload a chat file" and "Send a chat file": a form with one file. The first keeps it to be named in `file_ids`, and puts
//! it into the user's chat with themselves too unless told not to; the second sends it.
//!
//! Both may be answered by a redirect to another host, where the token is asked for again.

use std::sync::Arc;

use serde_json::json;

use super::base;
use crate::files::File;
use crate::files::multipart::{self, Part};
use crate::zoom::answer::{Answer, Outcome, Refusal};
use crate::zoom::call::Call;
use crate::zoom::messages::send::{Saying, forbidden, may_write, parent_of, say};
use crate::zoom::messages::session;
use crate::zoom::world::chats::Content;
use crate::zoom::{Zoom, id, input};

/// The name of a redirect's parameter, by which a call that was redirected is known.
const REDIRECTED: &str = "redirected";

/// `POST /chat/users/{userId}/files`.
pub(in crate::zoom) fn keep(zoom: &Zoom, call: &Call) -> Outcome {
    if let Some(elsewhere) = redirected(call) {
        return Ok(elsewhere);
    }
    let personal = input::flag(call, "postToPersonalChat", true)?;
    let (file, _) = form(call, "file")?;
    limit(&file, call.switches.file_most_bytes)?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = Arc::clone(&call.acting(world, call.segment(3))?.id);
    let mut change = file.facts();
    let kept = world.keep_file(&me, file, call.now);
    change["kind"] = "file.uploaded".into();
    change["file"] = json!(&*kept);
    if personal {
        let session = id::session(&me, &me);
        let content = Content { files: vec![Arc::clone(&kept)], ..Content::default() };
        let saying = Saying { session, me: Arc::clone(&me), other: me, parent: None, content };
        say(zoom, world, call, saying)?;
    }
    Ok(Answer::made(&json!({"id": &*kept})).changed(change))
}

/// `POST /chat/users/{userId}/messages/files`.
pub(in crate::zoom) fn send(zoom: &Zoom, call: &Call) -> Outcome {
    if let Some(elsewhere) = redirected(call) {
        return Ok(elsewhere);
    }
    let (file, fields) = form(call, "files")?;
    let field = |name: &str| {
        let part = fields.iter().find(|part| part.name == name && part.filename.is_none());
        part.and_then(Part::text).filter(|text| !text.is_empty())
    };
    let image = matches!(file.media.as_str(), "image/png" | "image/jpeg" | "image/gif");
    let switches = &call.switches;
    limit(&file, if image { switches.sent_image_most_bytes } else { switches.sent_file_most_bytes })?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, call.segment(3))?;
    let (session, other) = session(world, me, field("to_contact"), field("to_channel"), switches)?;
    may_write(world, me, &other)?;
    let parent = field("reply_main_message_id");
    let parent = parent.map(|text| parent_of(world, &session, text, switches)).transpose()?;
    let me = Arc::clone(&me.id);
    let kept = world.keep_file(&me, file, call.now);
    let content = Content { files: vec![kept], ..Content::default() };
    say(zoom, world, call, Saying { session, me, other, parent, content })
}

/// Sends the caller elsewhere, once.
fn redirected(call: &Call) -> Option<Answer> {
    if !call.switches.file_upload_redirects || call.query(REDIRECTED).is_some() {
        return None;
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(call.parameters());
    query.append_pair(REDIRECTED, "1");
    Some(Answer::elsewhere(format!("{}{}?{}", base(call), call.path, query.finish())))
}

/// The one file of a form, in the part `name`, and the other parts.
fn form(call: &Call, name: &str) -> Result<(File, Vec<Part>), Refusal> {
    if call.switches.files_forbidden {
        return Err(forbidden());
    }
    if !call.media.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Err(Refusal::new(415, 300, "Content-Type must be multipart/form-data."));
    }
    let parts = multipart::parts(&call.media, &call.body);
    let parts = parts.ok_or_else(|| Refusal::bad("Request body is not readable."))?;
    let mut files = parts.iter().filter(|part| part.filename.is_some());
    let part = files.next().filter(|part| part.name == name);
    let (Some(part), None) = (part, files.next()) else {
        return Err(Refusal::field(name, "Invalid field."));
    };
    let filename = part.filename.as_deref().filter(|name| !name.is_empty());
    let filename = filename.ok_or_else(|| Refusal::field(name, "Invalid field."))?;
    let file = File::new(filename, part.media(), part.value.clone(), call.switches.files_kept);
    Ok((file, parts))
}

fn limit(file: &File, most: u64) -> Result<(), Refusal> {
    if file.size > most {
        return Err(Refusal::bad(format!("Maximum file size exceeded: {most} bytes.")));
    }
    if file.size == 0 {
        return Err(Refusal::bad("The file is empty."));
    }
    Ok(())
}
