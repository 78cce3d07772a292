//! Files by id. A file belongs to whoever uploaded it and is seen by them and by the members of every conversation in
//! which a message names it.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::World;
use super::chats::Message;
use crate::files::File;

/// A file.
#[derive(Debug, Clone)]
pub(in crate::zoom) struct Held {
    pub(in crate::zoom) id: Arc<str>,
    /// A user id.
    pub(in crate::zoom) owner: Arc<str>,
    pub(in crate::zoom) file: File,
    /// Milliseconds since the Unix epoch.
    pub(in crate::zoom) created: i64,
    /// The messages that ever named it.
    messages: Vec<Uuid>,
}

/// All that were not deleted.
#[derive(Debug, Default)]
pub(in crate::zoom) struct Files {
    by_id: HashMap<Arc<str>, Held>,
}

impl Files {
    pub(in crate::zoom) fn get(&self, id: &str) -> Option<&Held> {
        self.by_id.get(id)
    }

    /// Those of a message that are still there.
    pub(in crate::zoom) fn of<'a>(&'a self, message: &'a Message) -> impl Iterator<Item = &'a Held> {
        message.content.files.iter().filter_map(|file| self.get(file))
    }

    pub(in crate::zoom) fn remove(&mut self, id: &str) {
        self.by_id.remove(id);
    }
}

impl World {
    /// Keeps a file that somebody uploaded; answers its id.
    pub(in crate::zoom) fn keep_file(&mut self, owner: &Arc<str>, file: File, now: i64) -> Arc<str> {
        let id: Arc<str> = self.dice.id().into();
        let held =
            Held { id: Arc::clone(&id), owner: Arc::clone(owner), file, created: now, messages: Vec::new() };
        self.files.by_id.insert(Arc::clone(&id), held);
        id
    }

    /// Notes that a message, which must exist, names files.
    pub(in crate::zoom) fn name_files(&mut self, message: Uuid) {
        let named = self.chats.message(message).map(|message| message.content.files.clone());
        for file in named.unwrap_or_default() {
            if let Some(held) = self.files.by_id.get_mut(&file)
                && !held.messages.contains(&message)
            {
                held.messages.push(message);
            }
        }
    }

    /// Whether somebody may see a file.
    pub(in crate::zoom) fn sees_file(&self, person: &str, held: &Held) -> bool {
        let shown = |uuid: &Uuid| {
            let message =
                self.chats.message(*uuid).filter(|message| message.content.files.contains(&held.id));
            let chat = message.and_then(|message| self.chats.get(&message.session));
            chat.is_some_and(|chat| chat.members.iter().any(|member| **member == *person))
        };
        *held.owner == *person || held.messages.iter().any(shown)
    }
}
