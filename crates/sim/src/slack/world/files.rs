//! Files ("File object"), from the promise of an upload to the stone that a deleted one leaves.
//!
//! A file belongs to whoever's token asked for its upload, and is seen by them and by the members of every conversation it
//! was shared into. It is never part of a message: messages name it, and show what has become of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};

use super::World;
use super::messages::{Content, Custom, Ts, Via};
use super::write::Draft;
use crate::files::File;

/// A file.
#[derive(Debug, Clone)]
pub(in crate::slack) struct Held {
    /// `F…`.
    pub(in crate::slack) id: Arc<str>,
    pub(in crate::slack) owner: Arc<str>,
    pub(in crate::slack) name: String,
    pub(in crate::slack) title: String,
    /// What the upload was announced with, in bytes.
    pub(in crate::slack) length: u64,
    /// Seconds since the Unix epoch.
    pub(in crate::slack) created: i64,
    /// Scheme and authority of its addresses.
    pub(in crate::slack) base: String,
    /// Absent until it was uploaded.
    pub(in crate::slack) file: Option<File>,
    pub(in crate::slack) completed: bool,
    pub(in crate::slack) deleted: bool,
    /// When it was shared first, in milliseconds since the Unix epoch.
    pub(in crate::slack) shared: Option<i64>,
    /// The messages that name it, by conversation.
    pub(in crate::slack) shares: BTreeMap<Arc<str>, Vec<Ts>>,
}

/// All files, and the secret addresses that are still open for an upload.
#[derive(Debug, Default)]
pub(in crate::slack) struct Files {
    by_id: HashMap<Arc<str>, Held>,
    tickets: HashMap<String, Arc<str>>,
}

impl Files {
    pub(in crate::slack) fn get(&self, id: &str) -> Option<&Held> {
        self.by_id.get(id)
    }

    pub(in crate::slack) fn get_mut(&mut self, id: &str) -> Option<&mut Held> {
        self.by_id.get_mut(id)
    }

    pub(in crate::slack) fn insert(&mut self, held: Held) {
        self.by_id.insert(Arc::clone(&held.id), held);
    }

    /// Opens an address for the upload of a file.
    pub(in crate::slack) fn open(&mut self, ticket: String, held: Held) {
        self.tickets.insert(ticket, Arc::clone(&held.id));
        self.insert(held);
    }

    /// The file that may be uploaded to an address.
    pub(in crate::slack) fn awaited(&self, ticket: &str) -> Option<&Held> {
        self.get(self.tickets.get(ticket)?).filter(|held| !held.completed && !held.deleted)
    }

    /// A message is gone, and shows the file to nobody any more.
    pub(super) fn unshare(&mut self, file: &str, channel: &str, ts: Ts) {
        if let Some(shares) = self.by_id.get_mut(file).and_then(|held| held.shares.get_mut(channel)) {
            shares.retain(|other| *other != ts);
        }
    }
}

/// A message with files that is about to be posted.
#[derive(Debug, Clone)]
pub(in crate::slack) struct Share {
    pub(in crate::slack) channel: Arc<str>,
    pub(in crate::slack) user: Arc<str>,
    pub(in crate::slack) via: Option<Via>,
    pub(in crate::slack) custom: Option<Custom>,
    pub(in crate::slack) client_msg_id: Option<String>,
    pub(in crate::slack) content: Content,
    pub(in crate::slack) root: Option<Ts>,
}

impl World {
    /// Whether somebody may see a file.
    pub(in crate::slack) fn sees_file(&self, user: &str, held: &Held) -> bool {
        let shared = |(channel, shares): (&Arc<str>, &Vec<Ts>)| {
            !shares.is_empty() && self.channels.seen_by(channel, user).is_some()
        };
        *held.owner == *user || held.shares.iter().any(shared)
    }

    /// Posts a message with files, all of which must exist, and tells of it and of them. What is told of the files comes
    /// before or after the message, as the dice fall. The ledger gets an entry of its own, as the call may be long over.
    pub(in crate::slack) fn share(&mut self, share: Share, now: i64) -> Ts {
        let Share { channel, user, via, custom, client_msg_id, content, root } = share;
        let (files, text) = (content.files.clone(), content.text.clone());
        for file in &files {
            if let Some(held) = self.files.get_mut(file) {
                held.shared.get_or_insert(now);
            }
        }
        let app = via.as_ref().map(|via| via.app.to_string());
        let early = self.dice.hits(0.5);
        if early {
            self.tell_shared(&files, &channel, &user, now);
        }
        let channel_id = Arc::clone(&channel);
        let author = Arc::clone(&user);
        let draft = Draft { channel, user, via, client_msg_id, content, custom, root, broadcast: false };
        let ts = self.post(draft, now);
        for file in &files {
            if let Some(held) = self.files.get_mut(file) {
                held.shares.entry(Arc::clone(&channel_id)).or_default().push(ts);
            }
        }
        if !early {
            self.tell_shared(&files, &channel_id, &author, now);
        }
        let facts: Vec<Value> =
            files.iter().filter_map(|file| self.files.get(file)?.file.as_ref()).map(File::facts).collect();
        let change = json!({
            "message": ts.to_string(),
            "channel": &*channel_id,
            "author": &*author,
            "app": app,
            "parent": root.map(|root| root.to_string()),
            "text": text,
            "parts": 1,
            "opened": false,
            "files": facts,
        });
        self.events.control.note("message.created", change);
        ts
    }

    fn tell_shared(&mut self, files: &[Arc<str>], channel: &str, user: &str, now: i64) {
        let at = Ts(now * 1000);
        for file in files {
            let created = json!({"file_id": &**file, "user_id": user, "file": {"id": &**file}});
            let mut shared = created.clone();
            shared["channel_id"] = channel.into();
            self.tell_file("file_created", channel, created, at);
            self.tell_file("file_shared", channel, shared, at);
        }
    }

    /// Deletes a file: every message that names it has a stone in its place, which is told as a change of the message.
    pub(in crate::slack) fn delete_file(&mut self, id: &str, now: i64) {
        let Some(held) = self.files.get(id) else { return };
        let shares: Vec<(Arc<str>, Ts)> = held
            .shares
            .iter()
            .flat_map(|(channel, shares)| shares.iter().map(|ts| (Arc::clone(channel), *ts)))
            .collect();
        let channels: Vec<String> = held.shares.keys().map(ToString::to_string).collect();
        let before: Vec<Option<Value>> =
            shares.iter().map(|(channel, ts)| self.shown(channel, *ts)).collect();
        if let Some(held) = self.files.get_mut(id) {
            held.deleted = true;
            held.file = None;
        }
        for ((channel, ts), before) in shares.iter().zip(before) {
            if let Some(before) = before {
                self.tell_changed(channel, *ts, &before, now);
            }
        }
        for channel in &channels {
            let inner = json!({"file_id": id, "channel_ids": channels});
            self.tell_file("file_deleted", channel, inner, Ts(now * 1000));
        }
    }
}
