//! Files ("Working with files"): how they come in ([`upload`]) and out ([`download`]), what they look like ([`mod@shape`]);
//! `files.info` and `files.delete` here.

use serde_json::{Value, json};

use super::Slack;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;

pub(super) mod download;
pub(super) mod shape;
pub(super) mod upload;

/// `files.info`: to those who see the file; to others there is none.
pub(super) fn info(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let id = call.args.needed("file")?;
    let world = slack.world();
    let held = world.files.get(id).ok_or_else(|| Refusal::new("file_not_found"))?;
    if held.deleted {
        return Err(Refusal::new("file_deleted"));
    }
    if held.file.is_none() || !world.sees_file(&caller.user, held) {
        return Err(Refusal::new("file_not_found"));
    }
    let mut file = shape::file(&world, held);
    shape::shared(&world, held, &mut file);
    Ok(Answer::ok(json!({"file": file, "comments": [], "response_metadata": {"next_cursor": ""}})))
}

/// `files.delete`: by its owner alone.
pub(super) fn delete(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let id = call.args.needed("file")?;
    let mut guard = slack.world();
    let world = &mut *guard;
    let held = world.files.get(id).ok_or_else(|| Refusal::new("file_not_found"))?;
    if held.deleted {
        return Err(Refusal::new("file_deleted"));
    }
    if held.owner != caller.user {
        let error = if world.sees_file(&caller.user, held) { "cant_delete_file" } else { "file_not_found" };
        return Err(Refusal::new(error));
    }
    if world.dice.hits(call.switches.events_first_share) {
        world.events.note_deliveries();
    }
    world.delete_file(id, call.now);
    let first = world.events.noted();
    let change = json!({"kind": "file.deleted", "file": id, "author": &*caller.user});
    Ok(Answer::ok(Value::Null).changed(change).after(first))
}
