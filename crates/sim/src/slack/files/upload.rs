//! Uploads in three steps ("Working with files"): an address is asked for (`files.getUploadURLExternal`), the bytes are
//! posted there, and the upload is completed (`files.completeUploadExternal`), which shares the file if a conversation is
//! named. That happens after the answer as a rule, which therefore names neither the message nor its `ts`; a deployed
//! client finds it in the event or asks `files.info` for the shares.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::shape;
use crate::control::Mark;
use crate::files::byhand::guess;
use crate::files::{File, multipart};
use crate::slack::answer::{Answer, Outcome, Refusal};
use crate::slack::call::Call;
use crate::slack::chat::post::{Target, custom, destination, root, via};
use crate::slack::chat::{of_blocks, of_text};
use crate::slack::world::World;
use crate::slack::world::files::{Held, Share};
use crate::slack::world::messages::Content;
use crate::slack::world::tokens::Caller;
use crate::slack::{Slack, blocks};

/// The most characters of `alt_txt`.
const MOST_ALT: usize = 1000;

/// The most conversations a file is shared into at once.
const MOST_CHANNELS: usize = 100;

/// What may stand around a file in a form.
const AROUND: usize = 1 << 16;

/// A file and the title it is given.
type Titled = (Arc<str>, Option<String>);

/// `files.getUploadURLExternal`: an address for one upload of so many bytes, and the id that the file will have.
pub(in crate::slack) fn address(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let missing = || Refusal::new("missing_argument");
    let name = call.args.text("filename").ok_or_else(missing)?;
    let length = call.args.number("length").filter(|length| *length > 0).ok_or_else(missing)?;
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    if call.args.text("alt_txt").is_some_and(|text| text.chars().count() > MOST_ALT) {
        return Err(Refusal::new("alt_txt_too_large"));
    }
    if let Some(error) = call.switches.file_upload_error.clone() {
        return Err(Refusal::new(error));
    }
    if length > call.switches.file_most_bytes {
        return Err(Refusal::new("file_upload_size_restricted"));
    }
    let mut world = slack.world();
    let held = promised(&mut world, call, &caller.user, name, length);
    let (id, base, ticket) = (Arc::clone(&held.id), held.base.clone(), world.dice.hex(24));
    world.files.open(ticket.clone(), held);
    Ok(Answer::ok(json!({"upload_url": format!("{base}/upload/v1/{ticket}"), "file_id": &*id})))
}

/// A file that nobody has uploaded yet.
pub(in crate::slack) fn promised(
    world: &mut World,
    call: &Call,
    owner: &Arc<str>,
    name: &str,
    length: u64,
) -> Held {
    Held {
        id: world.dice.id("F"),
        owner: Arc::clone(owner),
        name: name.to_owned(),
        title: name.to_owned(),
        length,
        created: call.seconds(),
        base: call.switches.files_base.clone().unwrap_or_else(|| call.base.clone()),
        file: None,
        completed: false,
        deleted: false,
        shared: None,
        shares: std::collections::BTreeMap::new(),
    }
}

/// `POST /upload/v1/{ticket}`: the bytes, as they are under whatever type, or as the one file of a form. Whoever knows the
/// address needs no token. What a wrong number of bytes answers is not documented; here it is 400.
pub(in crate::slack) async fn receive(
    State(slack): State<Slack>,
    Path(ticket): Path<String>,
    request: Request,
) -> Response {
    let awaited = slack.world().files.awaited(&ticket).cloned();
    let Some(awaited) = awaited else { return StatusCode::NOT_FOUND.into_response() };
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.unwrap_or("").to_owned();
    let most = usize::try_from(awaited.length).unwrap_or(usize::MAX).saturating_add(AROUND);
    let Ok(body) = to_bytes(request.into_body(), most).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let bytes = if media.to_ascii_lowercase().starts_with("multipart/form-data") {
        let parts = multipart::parts(&media, &body).unwrap_or_default();
        parts.into_iter().find(|part| part.filename.is_some()).map(|part| part.value)
    } else {
        Some(body)
    };
    let Some(bytes) = bytes.filter(|bytes| bytes.len() as u64 == awaited.length) else {
        return (StatusCode::BAD_REQUEST, "length mismatch").into_response();
    };
    let kept = slack.inner.control.board.get().files_kept;
    let file = File::new(&awaited.name, guess(&awaited.name), bytes, kept);
    let mut change = file.facts();
    change["kind"] = "file.uploaded".into();
    change["file"] = json!(&*awaited.id);
    let text = format!("OK - {}", file.size);
    if let Some(held) = slack.world().files.get_mut(&awaited.id) {
        held.file = Some(file);
    }
    let mut response = text.into_response();
    response.extensions_mut().insert(Mark { who: awaited.owner, change, skip: false });
    response
}

/// `files.completeUploadExternal`: all files of one call are one message in each conversation named, by the token's owner.
/// Without a conversation they stay their owner's.
pub(in crate::slack) fn complete(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut guard = slack.world();
    let world = &mut *guard;
    let files = uploaded(world, call, caller)?;
    let mut named = call.args.list("channels").unwrap_or_default();
    if let Some(channel) = call.args.text("channel_id") {
        named = vec![channel.to_owned()];
    }
    if named.len() > MOST_CHANNELS {
        return Err(Refusal::new("channels_limit_exceeded"));
    }
    let mut targets = Vec::new();
    for name in &named {
        targets.push(destination(world, call, caller, name)?);
    }
    let mut content = match (call.args.text("initial_comment"), call.args.nested("blocks")) {
        (Some(comment), _) => of_text(world, call, caller, comment),
        (None, Some(value)) => {
            let list = blocks::read(value, &call.switches, &mut world.dice)?;
            of_blocks(world, call, caller, list, None)
        }
        (None, None) => Content::default(),
    };
    content.files = files.iter().map(|(id, _)| Arc::clone(id)).collect();
    let mut shares = Vec::new();
    for target in targets {
        let channel = match target {
            Target::Channel(id) => id,
            Target::Person(id) => world.open_direct(&caller.user, &id, call.now).0,
        };
        shares.push(Share {
            root: root(world, call, &channel)?,
            channel,
            user: Arc::clone(&caller.user),
            via: via(call, caller),
            custom: custom(call, caller),
            client_msg_id: None,
            content: content.clone(),
        });
    }
    for (id, title) in files {
        if let Some(held) = world.files.get_mut(&id) {
            held.completed = true;
            held.title = title.unwrap_or_else(|| held.name.clone());
        }
    }
    let answer = Answer::ok(json!({"files": completed(world, &content.files)}));
    let ids: Vec<&str> = content.files.iter().map(|id| &**id).collect();
    let answer = answer.changed(json!({"kind": "file.completed", "files": ids, "author": &*caller.user}));
    if shares.is_empty() || world.dice.hits(call.switches.file_share_lost) {
        return Ok(answer);
    }
    if call.switches.file_share_ms > 0 && !world.dice.hits(call.switches.events_first_share) {
        later(slack, shares, Duration::from_millis(call.switches.file_share_ms));
        return Ok(answer);
    }
    world.events.note_deliveries();
    for share in shares {
        world.share(share, call.now);
    }
    let first = world.events.noted();
    Ok(answer.after(first))
}

/// The message comes when the answer is long there.
fn later(slack: &Slack, shares: Vec<Share>, pause: Duration) {
    let slack = slack.clone();
    tokio::spawn(async move {
        let clock = slack.inner.control.clock;
        clock.sleep(pause).await;
        let mut world = slack.world();
        for share in shares {
            world.share(share, clock.millis());
        }
    });
}

/// The files that a call completes, with the titles it gives them.
fn uploaded(world: &World, call: &Call, caller: &Caller) -> Result<Vec<Titled>, Refusal> {
    let Some(Value::Array(list)) = call.args.nested("files").filter(|list| *list != json!([])) else {
        return Err(Refusal::arguments("missing required field: files"));
    };
    let file = |entry: Value| {
        let id = entry["id"].as_str().unwrap_or_default();
        let held = world.files.get(id).filter(|held| held.file.is_some());
        let held = held.ok_or_else(|| Refusal::new("file_not_found"))?;
        if held.owner != caller.user {
            return Err(Refusal::new("access_denied"));
        }
        if held.completed {
            return Err(Refusal::new("file_update_failed"));
        }
        let title = entry["title"].as_str().filter(|title| !title.is_empty());
        Ok((Arc::clone(&held.id), title.map(str::to_owned)))
    };
    list.into_iter().map(file).collect()
}

/// What the answer says of them: not yet shared, and not yet looked into.
fn completed(world: &World, files: &[Arc<str>]) -> Vec<Value> {
    let files = files.iter().filter_map(|id| world.files.get(id));
    files
        .map(|held| {
            let mut file = shape::file(world, held);
            shape::shared(world, held, &mut file);
            for unknown in ["mimetype", "filetype", "pretty_type"] {
                file[unknown] = "".into();
            }
            file
        })
        .collect()
}
