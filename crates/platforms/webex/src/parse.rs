//! Payloads to neutral words.

use bytes::Bytes;
use entente_model::{ConversationRef, LoginId, Message, Snapshot, Timestamp, WorkspaceRef};
use entente_platform::{Head, HeadKind, Item, Joined, Place};
use serde_json::error::Category;

use crate::wire::delivery::{Data, Delivery, Seat};
use crate::wire::message;
use crate::{id, text_in};

/// What a delivery reports.
pub(crate) fn head(workspace: &WorkspaceRef, watcher: LoginId, body: &Bytes) -> Item {
    let delivery: Delivery<'_> = match serde_json::from_slice(body) {
        Ok(delivery) => delivery,
        Err(error) => return malformed("a report", &error, body),
    };
    let kind = match (&*delivery.resource, &*delivery.event) {
        ("messages", "created") => HeadKind::Created,
        ("messages", "updated") => HeadKind::Changed,
        ("messages", "deleted") => HeadKind::Deleted,
        ("memberships", "created") => return joined(workspace, watcher, &delivery, true, body),
        ("memberships", "deleted") => return joined(workspace, watcher, &delivery, false, body),
        (resource, event) => return Item::Unknown(format!("{resource}:{event}")),
    };
    let data = delivery.data.map_or("null", |data| data.get());
    let data: Data<'_> = match serde_json::from_str(data) {
        Ok(data) => data,
        Err(error) => return malformed("what a report says of its message", &error, body),
    };
    let conversation = id::conversation(workspace, &data.room_id);
    // A message is written and edited by its author; it may be deleted by somebody else.
    let author = data.person_id.or_else(|| delivery.actor_id.clone());
    let actor = if kind == HeadKind::Deleted { delivery.actor_id.or(author) } else { author };
    Item::Head(Head {
        place: match data.room_type.as_deref() {
            Some("direct") => Place::Direct,
            // Spaces are groups and channels in one.
            Some("group") => Place::Group,
            _ => Place::Untold,
        },
        message: id::message(&conversation, &data.id),
        kind,
        watcher,
        actor: actor.map(|actor| id::account(workspace, &actor)),
        body: None,
    })
}

/// Who came into a group room or left it. "Webhooks" guide, `memberships`.
fn joined(
    workspace: &WorkspaceRef,
    watcher: LoginId,
    delivery: &Delivery<'_>,
    came: bool,
    body: &Bytes,
) -> Item {
    let data = delivery.data.map_or("null", |data| data.get());
    match serde_json::from_str::<Seat<'_>>(data) {
        // A direct room is told with its first message.
        Ok(seat) if seat.room_type.as_deref() == Some("direct") => {
            Item::Unknown("memberships:direct".to_owned())
        }
        Ok(seat) => Item::Joined(Joined {
            conversation: id::conversation(workspace, &seat.room_id),
            account: id::account(workspace, &seat.person_id),
            came,
            watcher,
        }),
        Err(error) => malformed("what a report says of who is in a room", &error, body),
    }
}

/// The reason names a place and a kind, never a value.
fn malformed(what: &str, error: &serde_json::Error, body: &Bytes) -> Item {
    let wrong = match error.classify() {
        Category::Data => "lacks a field that Webex documents, or has it in another form",
        Category::Syntax | Category::Eof | Category::Io => "is no JSON",
    };
    let reason = format!("{what} {wrong} (line {}, column {})", error.line(), error.column());
    Item::Malformed { reason, body: body.clone() }
}

/// A message as it is now. `None` when Webex does not say when it was written.
pub(crate) fn snapshot(conversation: &ConversationRef, read: &message::Message<'_>) -> Option<Snapshot> {
    let workspace = &conversation.workspace;
    let said = text_in::body(workspace, read);
    Some(Snapshot {
        message: Message {
            at: id::message(conversation, &read.id),
            thread: read.parent_id.as_ref().map(|parent| id::message(conversation, parent)),
            author: id::account(workspace, &read.person_id),
            body: said.body,
            files: said.files,
            unsupported: said.unsupported,
        },
        created_at: Timestamp::parse(&read.created)?,
        edited_at: read.updated.as_ref().and_then(|updated| Timestamp::parse(updated)),
        deleted: false,
        reactions: None,
    })
}

#[cfg(test)]
mod tests;
