//! `chat.update` and `chat.delete`: only of what the token's owner wrote, but administrators delete what others did.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Wording, find, of_blocks, of_text, wrote};
use crate::slack::answer::{Answer, Outcome, Refusal};
use crate::slack::call::Call;
use crate::slack::world::messages::Content;
use crate::slack::world::tokens::Kind;
use crate::slack::{Slack, blocks, shape};

/// The most characters of `text` here ("chat.update").
const MOST_TEXT: usize = 4_000;

/// `chat.update`: text without blocks takes the blocks away, neither keeps them; attachments and metadata stay unless
/// they are sent.
pub(in crate::slack) fn update(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let (id, named) = (call.args.needed("channel")?, call.args.needed("ts")?);
    let mut guard = slack.world();
    let world = &mut *guard;
    let message = find(world, caller, id, named)?;
    if !wrote(caller, message) {
        return Err(Refusal::new("cant_update_message"));
    }
    let age = call.seconds() - message.ts.0.div_euclid(1_000_000);
    if call.switches.edit_window_seconds.is_some_and(|window| age > window) {
        return Err(Refusal::new("edit_window_closed"));
    }
    if call.args.flag("reply_broadcast") == Some(true) && message.root.is_none() {
        return Err(Refusal::new("cant_broadcast_message"));
    }
    let (ts, before) = (message.ts, message.content.clone());
    let composed = message.via.is_none();
    let wording = Wording::read(world, call, caller)?;
    if wording.text.as_ref().is_some_and(|text| text.chars().count() > MOST_TEXT) {
        return Err(Refusal::new("msg_too_long"));
    }
    let nothing = wording.text.is_none() && wording.blocks.is_none() && wording.attachments.is_none();
    if nothing && wording.metadata.is_none() {
        return Err(Refusal::new("no_text"));
    }
    let foreign = wording.blocks.as_ref().is_some_and(|list| !blocks::all_rich(list));
    if composed && foreign {
        return Err(Refusal::new("block_mismatch"));
    }
    let with_blocks = wording.blocks.is_some();
    let marked = caller.kind == Kind::Session
        || (!nothing && (!with_blocks || call.switches.blocks_update_marks_edited));
    let content = match (wording.blocks, wording.text) {
        (Some(list), Some(text)) if list.is_empty() => of_text(world, call, caller, &text),
        (Some(list), text) => {
            // Rich text has a text of its own; with other blocks the fallback of before stays.
            let kept = Some(&before.text).filter(|_| !list.iter().any(|block| block["type"] == "rich_text"));
            of_blocks(world, call, caller, list, text.as_ref().or(kept).map(String::as_str))
        }
        (None, Some(text)) => of_text(world, call, caller, &text),
        (None, None) => Content { text: before.text, blocks: before.blocks, ..Content::default() },
    };
    let content = Content {
        attachments: wording.attachments.unwrap_or(before.attachments),
        files: before.files,
        metadata: match wording.metadata {
            Some(Value::Object(fields)) if fields.is_empty() => None,
            None => before.metadata,
            sent => sent,
        },
        ..content
    };
    let wordless = content.text.trim().is_empty() && content.blocks.is_empty();
    if wordless && content.attachments.is_empty() && content.files.is_empty() {
        return Err(Refusal::new("no_text"));
    }
    let id: Arc<str> = id.into();
    if world.dice.hits(call.switches.events_first_share) {
        world.events.note_deliveries();
    }
    world.edit(&id, ts, content, marked, call.now);
    let first = world.events.noted();
    let missing = || Refusal::new("message_not_found");
    let channel = world.channels.get(&id).ok_or_else(missing)?;
    let message = channel.log.get(&ts).ok_or_else(missing)?;
    let text = message.content.text.clone();
    let body = json!({
        "channel": &*id,
        "ts": ts.to_string(),
        "text": text,
        "message": shape::message(world, channel, message, true),
    });
    let change = json!({
        "kind": "message.edited",
        "message": ts.to_string(),
        "channel": &*id,
        "author": &*caller.user,
        "text": text,
    });
    Ok(Answer::ok(body).changed(change).after(first))
}

/// `chat.delete`: with the token of a person, what "that user themselves can delete in Slack"; administrators can what anybody
/// wrote.
pub(in crate::slack) fn delete(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let (id, named) = (call.args.needed("channel")?, call.args.needed("ts")?);
    let mut guard = slack.world();
    let world = &mut *guard;
    let message = find(world, caller, id, named)?;
    let forbidden = (caller.kind != Kind::Bot && !call.switches.people_may_delete)
        || (message.custom.is_some() && !call.switches.customized_deletable);
    let moderates = caller.kind != Kind::Bot && world.people.get(&caller.user).is_some_and(|one| one.admin);
    if forbidden || !(moderates || wrote(caller, message)) {
        return Err(Refusal::new("cant_delete_message"));
    }
    let ts = message.ts;
    let id: Arc<str> = id.into();
    if world.dice.hits(call.switches.events_first_share) {
        world.events.note_deliveries();
    }
    world.delete(&id, ts, call.now);
    let first = world.events.noted();
    let change = json!({
        "kind": "message.deleted",
        "message": ts.to_string(),
        "channel": &*id,
        "author": &*caller.user,
    });
    Ok(Answer::ok(json!({"channel": &*id, "ts": ts.to_string()})).changed(change).after(first))
}
