//! Messages by key, and what putting, changing and removing one touches.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::World;
use crate::files::File;

/// A message.
#[derive(Debug, Clone)]
pub(in crate::webex) struct Message {
    pub(in crate::webex) uuid: Uuid,
    pub(in crate::webex) room: Uuid,
    pub(in crate::webex) parent: Option<Uuid>,
    pub(in crate::webex) author: Uuid,
    pub(in crate::webex) content: Content,
    pub(in crate::webex) created: i64,
    pub(in crate::webex) updated: Option<i64>,
    pub(in crate::webex) edits: u8,
    /// Where it stands in its room's log.
    pub(in crate::webex) position: usize,
}

/// What a message says; replaced whole by an edit.
#[derive(Debug, Clone, Default)]
pub(in crate::webex) struct Content {
    pub(in crate::webex) text: String,
    pub(in crate::webex) markdown: Option<String>,
    pub(in crate::webex) html: Option<String>,
    pub(in crate::webex) mentioned: Vec<Uuid>,
    pub(in crate::webex) mentions_all: bool,
    /// Cards, as they came.
    pub(in crate::webex) attachments: Option<Value>,
    /// What is attached. Through the API it is one file at most, in the app there can be several.
    pub(in crate::webex) files: Vec<Held>,
}

/// A file of a message.
#[derive(Debug, Clone)]
pub(in crate::webex) struct Held {
    pub(in crate::webex) file: File,
    /// What the scan for malware finds, and when.
    pub(in crate::webex) scan: Scan,
    pub(in crate::webex) scanned: i64,
    /// Scheme and authority that its address is told with where nobody called, in webhooks.
    pub(in crate::webex) base: Arc<str>,
}

/// What a scan finds ("List Messages" and "Get Message Details": `files`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::webex) enum Scan {
    #[default]
    Clean,
    Infected,
    /// E.g. an encrypted archive.
    Unscannable,
}

/// All messages that were not deleted.
#[derive(Debug, Default)]
pub(in crate::webex) struct Messages {
    by_uuid: HashMap<Uuid, Message>,
}

impl Messages {
    pub(in crate::webex) fn get(&self, uuid: Uuid) -> Option<&Message> {
        self.by_uuid.get(&uuid)
    }

    pub(super) fn forget(&mut self, uuid: Uuid) {
        self.by_uuid.remove(&uuid);
    }
}

impl World {
    /// Puts a message at the end of a room and tells everybody who may see it. The room must exist.
    pub(in crate::webex) fn post(
        &mut self,
        room: Uuid,
        author: Uuid,
        parent: Option<Uuid>,
        content: Content,
        now: i64,
    ) -> Uuid {
        let uuid = self.dice.time_uuid(now);
        let Some(place) = self.rooms.get_mut(room) else { return uuid };
        let (created, position) = (place.next_time(now), place.log.len());
        place.log.push((created, uuid));
        place.last_activity = created;
        for member in &mut place.members {
            member.hidden = false;
        }
        if let Some(parent) = parent {
            place.threads.entry(parent).or_default().push(position);
        }
        for person in &content.mentioned {
            place.mentions.entry(*person).or_default().push(position);
        }
        if let Some(author) = self.people.get_mut(author) {
            author.last_activity = created;
        }
        let message =
            Message { uuid, room, parent, author, content, created, updated: None, edits: 0, position };
        self.messages.by_uuid.insert(uuid, message);
        self.tell_message("created", uuid, author);
        uuid
    }

    /// Replaces what a message says and tells everybody who may see it.
    pub(in crate::webex) fn edit(&mut self, uuid: Uuid, content: Content, now: i64) {
        let Some(message) = self.messages.by_uuid.get_mut(&uuid) else { return };
        let author = message.author;
        let fresh: Vec<Uuid> = content
            .mentioned
            .iter()
            .filter(|person| !message.content.mentioned.contains(person))
            .copied()
            .collect();
        message.content = content;
        message.edits += 1;
        message.updated = Some(now.max(message.updated.unwrap_or(message.created) + 1));
        if let Some(room) = self.rooms.get_mut(message.room) {
            for person in fresh {
                let positions = room.mentions.entry(person).or_default();
                let at = positions.partition_point(|position| *position < message.position);
                positions.insert(at, message.position);
            }
        }
        self.tell_message("updated", uuid, author);
    }

    /// The replies to a message that are still there, oldest first.
    pub(in crate::webex) fn replies(&self, uuid: Uuid) -> Vec<Uuid> {
        let room = self.messages.get(uuid).and_then(|message| self.rooms.get(message.room));
        let Some(room) = room else { return Vec::new() };
        let positions = room.threads.get(&uuid).map_or(&[][..], Vec::as_slice);
        let replies = positions.iter().map(|position| room.log[*position].1);
        replies.filter(|reply| self.messages.get(*reply).is_some()).collect()
    }

    /// Removes a message; replies to it stay.
    pub(in crate::webex) fn delete(&mut self, uuid: Uuid, actor: Uuid) {
        self.tell_message("deleted", uuid, actor);
        self.messages.by_uuid.remove(&uuid);
    }
}
