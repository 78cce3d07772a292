//! What changes a conversation, and what the service tells of it ("message" event and its subtypes).

use std::sync::Arc;

use serde_json::{Value, json};

use super::World;
use super::messages::{Content, Custom, Message, Ts, Via};
use crate::slack::shape;

/// A message that is about to be posted.
#[derive(Debug)]
pub(in crate::slack) struct Draft {
    pub(in crate::slack) channel: Arc<str>,
    pub(in crate::slack) user: Arc<str>,
    pub(in crate::slack) via: Option<Via>,
    pub(in crate::slack) client_msg_id: Option<String>,
    pub(in crate::slack) content: Content,
    pub(in crate::slack) custom: Option<Custom>,
    pub(in crate::slack) root: Option<Ts>,
    pub(in crate::slack) broadcast: bool,
}

impl World {
    /// Puts a message at the end of a conversation, which must exist, and tells of it.
    pub(in crate::slack) fn post(&mut self, draft: Draft, now: i64) -> Ts {
        let Some(channel) = self.channels.get_mut(&draft.channel) else { return Ts(0) };
        let ts = channel.next_ts(now);
        let message = Message {
            ts,
            user: draft.user,
            via: draft.via,
            client_msg_id: draft.client_msg_id,
            content: draft.content,
            custom: draft.custom,
            root: draft.root,
            broadcast: draft.broadcast,
            edited: None,
            replies: std::collections::BTreeSet::new(),
            tombstone: false,
            reactions: Vec::new(),
        };
        channel.log.insert(ts, message);
        let before = draft.root.and_then(|root| self.shown(&draft.channel, root));
        if let Some(root) = draft.root.and_then(|root| self.message_mut(&draft.channel, root)) {
            root.replies.insert(ts);
        }
        if let Some(inner) = self.shown(&draft.channel, ts) {
            self.tell_message(&draft.channel, inner, ts);
        }
        if let (Some(root), Some(before)) = (draft.root, before) {
            self.tell_root(&draft.channel, root, &before, now);
        }
        ts
    }

    /// Replaces what a message says.
    pub(in crate::slack) fn edit(&mut self, channel: &str, ts: Ts, content: Content, marked: bool, now: i64) {
        let Some(before) = self.shown(channel, ts) else { return };
        let at = self.channels.get_mut(channel).map(|channel| channel.next_ts(now));
        if let Some(message) = self.message_mut(channel, ts) {
            message.content = content;
            if marked {
                message.edited = at;
            }
        }
        self.tell_changed(channel, ts, &before, now);
    }

    /// Attaches a link's preview, which changes nothing that anybody wrote.
    pub(in crate::slack) fn unfurl(&mut self, channel: &str, ts: Ts, preview: Value, now: i64) {
        let Some(before) = self.shown(channel, ts) else { return };
        if let Some(message) = self.message_mut(channel, ts).filter(|message| !message.tombstone) {
            message.content.attachments.push(preview);
            self.tell_changed(channel, ts, &before, now);
        }
    }

    /// Removes a message. A root with answers leaves a stone behind, which goes with its last answer.
    pub(in crate::slack) fn delete(&mut self, channel: &str, ts: Ts, now: i64) {
        let Some(before) = self.shown(channel, ts) else { return };
        let Some(message) = self.message_mut(channel, ts) else { return };
        let files = std::mem::take(&mut message.content.files);
        let answered = !message.replies.is_empty();
        if answered {
            message.tombstone = true;
            message.reactions.clear();
            message.content = Content::default();
        }
        for file in files {
            self.files.unshare(&file, channel, ts);
        }
        if answered {
            self.tell_changed(channel, ts, &before, now);
            return;
        }
        let removed = self.channels.get_mut(channel).and_then(|found| found.log.remove(&ts));
        let root = removed.and_then(|message| message.root);
        self.tell_deleted(channel, ts, &before, now);
        let Some(root) = root else { return };
        let before = self.shown(channel, root);
        let Some(found) = self.message_mut(channel, root) else { return };
        found.replies.remove(&ts);
        let (empty, stone) = (found.replies.is_empty(), found.tombstone);
        let Some(before) = before else { return };
        if empty && stone {
            if let Some(found) = self.channels.get_mut(channel) {
                found.log.remove(&root);
            }
            self.tell_deleted(channel, root, &before, now);
        } else {
            self.tell_root(channel, root, &before, now);
        }
    }

    /// A message as events show it, without its metadata.
    pub(super) fn shown(&self, channel: &str, ts: Ts) -> Option<Value> {
        let channel = self.channels.get(channel)?;
        let mut shape = shape::message(self, channel, channel.log.get(&ts)?, false);
        if self.events.control.board.get().file_events_are_bare {
            crate::slack::files::shape::strip(&mut shape);
        }
        Some(shape)
    }

    fn message_mut(&mut self, channel: &str, ts: Ts) -> Option<&mut Message> {
        self.channels.get_mut(channel)?.log.get_mut(&ts)
    }

    pub(super) fn tell_changed(&mut self, channel: &str, ts: Ts, before: &Value, now: i64) {
        let Some(mut message) = self.shown(channel, ts) else { return };
        let Some(at) = self.channels.get_mut(channel).map(|channel| channel.next_ts(now)) else { return };
        let team = self.team.id.to_string();
        if message["subtype"] != "tombstone" {
            message["source_team"] = team.as_str().into();
            message["user_team"] = team.into();
        }
        let inner = json!({
            "type": "message",
            "subtype": "message_changed",
            "hidden": true,
            "message": message,
            "previous_message": before,
            "ts": at.to_string(),
        });
        self.tell_message(channel, inner, at);
    }

    fn tell_deleted(&mut self, channel: &str, ts: Ts, before: &Value, now: i64) {
        let Some(at) = self.channels.get_mut(channel).map(|channel| channel.next_ts(now)) else { return };
        let inner = json!({
            "type": "message",
            "subtype": "message_deleted",
            "hidden": true,
            "deleted_ts": ts.to_string(),
            "previous_message": before,
            "ts": at.to_string(),
        });
        self.tell_message(channel, inner, at);
    }

    /// What a reply does to its root: `message_replied`, whose subtype is missing over the Events API, and a change in
    /// which only the thread's figures differ.
    fn tell_root(&mut self, channel: &str, root: Ts, before: &Value, now: i64) {
        let switches = self.events.control.board.get();
        if switches.replies_are_told_of_the_root {
            let Some(message) = self.shown(channel, root) else { return };
            let Some(at) = self.channels.get_mut(channel).map(|channel| channel.next_ts(now)) else { return };
            let inner = json!({"type": "message", "hidden": true, "message": message, "ts": at.to_string()});
            self.tell_message(channel, inner, at);
        }
        if switches.replies_change_the_root {
            self.tell_changed(channel, root, before, now);
        }
    }
}
