//! "Update a message", "Delete a message" and "Mark message read or unread". Only the sender can change a message.

use serde::Deserialize;
use serde_json::{Value, json};

use super::send::{attached, given, text_beside};
use super::{message, session};
use crate::zoom::answer::{Answer, Outcome, Refusal};
use crate::zoom::call::Call;
use crate::zoom::events::What;
use crate::zoom::world::World;
use crate::zoom::world::chats::{Content, Message};
use crate::zoom::{Zoom, id, input};

#[derive(Debug, Deserialize)]
struct Edit {
    message: Option<String>,
    to_contact: Option<String>,
    to_channel: Option<String>,
    file_ids: Option<Vec<String>>,
    interactive_cards: Option<Vec<Value>>,
}

/// `PUT /chat/users/{userId}/messages/{messageId}`. The call has neither `rich_text` nor `at_items`, so they are lost.
pub(in crate::zoom) fn edit(zoom: &Zoom, call: &Call) -> Outcome {
    let fields: Edit = input::json(call)?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let (contact, channel) = (given(fields.to_contact.as_ref()), given(fields.to_channel.as_ref()));
    let old = own(world, call, contact, channel)?;
    let files = match fields.file_ids {
        // An empty list takes the files away.
        Some(ids) if ids.is_empty() => Vec::new(),
        Some(_) if old.content.files.is_empty() => {
            let message =
                "A plain text message that is sent without any files is not allowed to update with the file.";
            return Err(Refusal::bad(message));
        }
        Some(ids) => attached(world, call.acting(world, call.segment(3))?, ids, &call.switches)?,
        None => old.content.files.clone(),
    };
    if fields.interactive_cards.as_ref().is_some_and(|cards| !cards.is_empty()) {
        return Err(Refusal::new(400, 5045, "Failed to create interactive card."));
    }
    let text = text_beside(fields.message.unwrap_or_default(), &files, &call.switches)?;
    let content = if call.switches.edit_keeps_formatting {
        Content { text, files, ..old.content.clone() }
    } else {
        Content { text, files, ..Content::default() }
    };
    let change = json!({
        "kind": "message.edited",
        "message": id::IdForm::Lower.write(old.uuid),
        "session": &*old.session,
        "author": &*old.author,
        "text": content.text,
    });
    let uuid = old.uuid;
    if world.dice.hits(call.switches.event_first_share) {
        world.subscriptions.note_deliveries();
    }
    world.chats.edit(uuid, content, None);
    world.name_files(uuid);
    world.tell(What::Updated, uuid, &call.switches);
    let first = world.subscriptions.noted();
    Ok(Answer::nothing().changed(change).after(first))
}

/// `DELETE /chat/users/{userId}/messages/{messageId}`. Replies to it stay.
pub(in crate::zoom) fn delete(zoom: &Zoom, call: &Call) -> Outcome {
    let mut guard = zoom.world();
    let world = &mut *guard;
    let old = own(world, call, call.query("to_contact"), call.query("to_channel"))?;
    let change = json!({
        "kind": "message.deleted",
        "message": id::IdForm::Lower.write(old.uuid),
        "session": &*old.session,
        "author": &*old.author,
    });
    let uuid = old.uuid;
    if world.dice.hits(call.switches.event_first_share) {
        world.subscriptions.note_deliveries();
    }
    world.chats.delete(uuid);
    world.tell(What::Deleted, uuid, &call.switches);
    let first = world.subscriptions.noted();
    Ok(Answer::nothing().changed(change).after(first))
}

#[derive(Debug, Deserialize)]
struct Mark {
    action: Option<String>,
    timestamp: Option<i64>,
    to_contact: Option<String>,
    to_channel: Option<String>,
}

/// `PATCH /chat/users/{userId}/messages/{messageId}/status`: the caller's own read marker.
pub(in crate::zoom) fn mark(zoom: &Zoom, call: &Call) -> Outcome {
    let fields: Mark = input::json(call)?;
    let read = match fields.action.as_deref() {
        Some("read") => true,
        Some("unread") => false,
        _ => return Err(Refusal::field("action", "Invalid field.")),
    };
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, call.segment(3))?;
    let (contact, channel) = (given(fields.to_contact.as_ref()), given(fields.to_channel.as_ref()));
    let (session, _) = session(world, me, contact, channel, &call.switches)?;
    let found = message(world, &session, call.segment(5))?;
    if fields.timestamp.is_some_and(|timestamp| timestamp != found.timestamp) {
        return Err(Refusal::field("timestamp", "Invalid field."));
    }
    let until = if read { found.timestamp } else { found.timestamp - 1 };
    let me = me.id.clone();
    if let Some(chat) = world.chats.get_mut(&session) {
        chat.read.insert(me, until);
    }
    Ok(Answer::nothing())
}

/// The message that a path names, provided that the caller sent it.
fn own<'a>(
    world: &'a World,
    call: &Call,
    contact: Option<&str>,
    channel: Option<&str>,
) -> Result<&'a Message, Refusal> {
    let me = call.acting(world, call.segment(3))?;
    let (session, _) = session(world, me, contact, channel, &call.switches)?;
    let found = message(world, &session, call.segment(5))?;
    if found.author != me.id {
        return Err(Refusal::new(400, 200, "Only the sender of this message can make updates."));
    }
    Ok(found)
}
