//! Conversations and what was said in them.
//!
//! A conversation is known by its session: the two user ids for a direct one. It has members rather than two sides, so
//! that channels are conversations of another session and little else. A timestamp is the ordering key of a
//! conversation ("List user's chat messages") and is never given twice.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

/// A conversation.
#[derive(Debug)]
pub(in crate::zoom) struct Chat {
    pub(in crate::zoom) session: Arc<str>,
    /// What it is called and whose it is, if it is a channel; its session is its id then.
    pub(in crate::zoom) channel: Option<Channel>,
    /// User ids, or the JID of a bot.
    pub(in crate::zoom) members: Vec<Arc<str>>,
    /// Everything ever said with its timestamp, oldest first, deleted messages included.
    pub(in crate::zoom) log: Vec<(i64, Uuid)>,
    /// The timestamp of the last message.
    pub(in crate::zoom) last: i64,
    /// Until when somebody has read.
    pub(in crate::zoom) read: HashMap<Arc<str>, i64>,
}

/// What a channel is.
#[derive(Debug, Clone)]
pub(in crate::zoom) struct Channel {
    pub(in crate::zoom) name: String,
    /// A user id.
    pub(in crate::zoom) owner: Arc<str>,
    /// 1, 2 private, 3 public, 4 a group chat ("Create a channel").
    pub(in crate::zoom) kind: u8,
}

/// A message.
#[derive(Debug)]
pub(in crate::zoom) struct Message {
    pub(in crate::zoom) uuid: Uuid,
    pub(in crate::zoom) session: Arc<str>,
    /// A user id, or the JID of a bot.
    pub(in crate::zoom) author: Arc<str>,
    pub(in crate::zoom) content: Content,
    /// The main message of the thread.
    pub(in crate::zoom) parent: Option<Uuid>,
    /// Replies, oldest first.
    pub(in crate::zoom) replies: Vec<Uuid>,
    pub(in crate::zoom) timestamp: i64,
    pub(in crate::zoom) edited: bool,
    pub(in crate::zoom) deleted: bool,
    /// What a chatbot said.
    pub(in crate::zoom) bot: Option<BotPart>,
    /// Emoji and who reacted with them, in the order in which they came.
    pub(in crate::zoom) reactions: Vec<(String, Vec<Arc<str>>)>,
}

/// What a message says.
#[derive(Debug, Clone, Default)]
pub(in crate::zoom) struct Content {
    pub(in crate::zoom) text: String,
    pub(in crate::zoom) mentions: Vec<Mention>,
    pub(in crate::zoom) rich: Vec<Rich>,
    /// Ids of files, in the order in which they were attached.
    pub(in crate::zoom) files: Vec<Arc<str>>,
}

/// One of `at_items`.
#[derive(Debug, Clone)]
pub(in crate::zoom) struct Mention {
    /// A user id; `None` is everybody (`at_type` 2).
    pub(in crate::zoom) person: Option<Arc<str>>,
    pub(in crate::zoom) start: usize,
    pub(in crate::zoom) end: usize,
}

/// One of `rich_text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::zoom) struct Rich {
    pub(in crate::zoom) start: usize,
    pub(in crate::zoom) end: usize,
    pub(in crate::zoom) kind: String,
    pub(in crate::zoom) attribute: Option<String>,
}

/// The chatbot's side of a message.
#[derive(Debug, Clone)]
pub(in crate::zoom) struct BotPart {
    /// The id that the chatbot API knows it by.
    pub(in crate::zoom) id: String,
    pub(in crate::zoom) content: Value,
    pub(in crate::zoom) to: String,
    pub(in crate::zoom) user: Option<String>,
}

/// What was said and who said it, before it is kept.
#[derive(Debug)]
pub(in crate::zoom) struct New {
    pub(in crate::zoom) author: Arc<str>,
    pub(in crate::zoom) content: Content,
    pub(in crate::zoom) parent: Option<Uuid>,
    pub(in crate::zoom) bot: Option<BotPart>,
}

/// All of them.
#[derive(Debug, Default)]
pub(in crate::zoom) struct Chats {
    by_session: HashMap<Arc<str>, Chat>,
    messages: HashMap<Uuid, Message>,
    /// The sessions of a user.
    of: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Chatbots' messages by their own ids.
    bots: HashMap<String, Uuid>,
}

impl Chats {
    pub(in crate::zoom) fn get(&self, session: &str) -> Option<&Chat> {
        self.by_session.get(session)
    }

    pub(in crate::zoom) fn get_mut(&mut self, session: &str) -> Option<&mut Chat> {
        self.by_session.get_mut(session)
    }

    pub(in crate::zoom) fn message(&self, uuid: Uuid) -> Option<&Message> {
        self.messages.get(&uuid)
    }

    /// A chatbot's message by its own id.
    pub(in crate::zoom) fn bot_message(&self, id: &str) -> Option<&Message> {
        self.messages.get(self.bots.get(id)?)
    }

    /// The conversations of a user.
    pub(in crate::zoom) fn of(&self, person: &str) -> impl Iterator<Item = &Chat> {
        let sessions = self.of.get(person).into_iter().flatten();
        sessions.filter_map(|session| self.by_session.get(session))
    }

    /// Messages of a conversation, oldest first.
    pub(in crate::zoom) fn log<'a>(&'a self, chat: &'a Chat) -> impl DoubleEndedIterator<Item = &'a Message> {
        chat.log.iter().filter_map(|(_, uuid)| self.messages.get(uuid))
    }

    /// Those of a conversation that were said from `from` until before `until`, oldest first.
    pub(in crate::zoom) fn between<'a>(
        &'a self,
        chat: &'a Chat,
        from: i64,
        until: i64,
    ) -> impl Iterator<Item = &'a Message> {
        let start = chat.log.partition_point(|(at, _)| *at < from);
        let end = chat.log.partition_point(|(at, _)| *at < until).max(start);
        chat.log[start..end].iter().filter_map(|(_, uuid)| self.messages.get(uuid))
    }

    /// Keeps a message; the conversation is made if there is none.
    pub(in crate::zoom) fn say(
        &mut self,
        session: &str,
        members: &[Arc<str>],
        uuid: Uuid,
        new: New,
        now: i64,
    ) -> Uuid {
        if !self.by_session.contains_key(session) {
            self.open(session, members);
        }
        let Some(chat) = self.by_session.get_mut(session) else { return uuid };
        chat.last = now.max(chat.last + 1);
        let New { author, content, parent, bot } = new;
        if let Some(bot) = &bot {
            self.bots.insert(bot.id.clone(), uuid);
        }
        if let Some(parent) = parent.and_then(|parent| self.messages.get_mut(&parent)) {
            parent.replies.push(uuid);
        }
        let message = Message {
            uuid,
            session: Arc::clone(&chat.session),
            author,
            content,
            parent,
            replies: Vec::new(),
            timestamp: chat.last,
            edited: false,
            deleted: false,
            bot,
            reactions: Vec::new(),
        };
        chat.log.push((chat.last, uuid));
        self.messages.insert(uuid, message);
        uuid
    }

    fn open(&mut self, session: &str, members: &[Arc<str>]) {
        let session: Arc<str> = session.into();
        for member in members {
            self.of.entry(Arc::clone(member)).or_default().insert(Arc::clone(&session));
        }
        let chat = Chat {
            session: Arc::clone(&session),
            channel: None,
            members: members.to_vec(),
            log: Vec::new(),
            last: 0,
            read: HashMap::new(),
        };
        self.by_session.insert(session, chat);
    }

    /// Makes a channel with these members.
    pub(in crate::zoom) fn open_channel(&mut self, id: &str, channel: Channel, members: &[Arc<str>]) {
        self.open(id, members);
        if let Some(chat) = self.by_session.get_mut(id) {
            chat.channel = Some(channel);
        }
    }

    /// Lets somebody into a channel.
    pub(in crate::zoom) fn enter(&mut self, id: &str, person: &Arc<str>) {
        let Some(chat) = self.by_session.get_mut(id).filter(|chat| !chat.members.contains(person)) else {
            return;
        };
        chat.members.push(Arc::clone(person));
        self.of.entry(Arc::clone(person)).or_default().insert(Arc::clone(&chat.session));
    }

    /// Lets somebody out of a channel.
    pub(in crate::zoom) fn leave(&mut self, id: &str, person: &str) {
        if let Some(chat) = self.by_session.get_mut(id) {
            chat.members.retain(|member| **member != *person);
        }
        if let Some(sessions) = self.of.get_mut(person) {
            sessions.remove(id);
        }
    }

    /// Calls a channel something else.
    pub(in crate::zoom) fn rename(&mut self, id: &str, name: String) {
        if let Some(channel) = self.by_session.get_mut(id).and_then(|chat| chat.channel.as_mut()) {
            channel.name = name;
        }
    }

    /// Whether somebody is the owner of a channel of this name.
    pub(in crate::zoom) fn named(&self, owner: &str, name: &str) -> bool {
        let mut channels = self.of(owner).filter_map(|chat| chat.channel.as_ref());
        channels.any(|channel| *channel.owner == *owner && channel.name == name)
    }

    /// Replaces what a message says.
    pub(in crate::zoom) fn edit(&mut self, uuid: Uuid, content: Content, bot: Option<Value>) {
        if let Some(message) = self.messages.get_mut(&uuid) {
            message.content = content;
            message.edited = true;
            if let (Some(part), Some(content)) = (&mut message.bot, bot) {
                part.content = content;
            }
        }
    }

    /// Adds or takes away somebody's reaction. Whether that changed anything.
    pub(in crate::zoom) fn react(&mut self, uuid: Uuid, person: &Arc<str>, emoji: &str, on: bool) -> bool {
        let Some(message) = self.messages.get_mut(&uuid) else { return false };
        let there = message.reactions.iter().any(|(of, people)| of == emoji && people.contains(person));
        if there == on {
            return false;
        }
        if on {
            match message.reactions.iter_mut().find(|(of, _)| of == emoji) {
                Some((_, people)) => people.push(Arc::clone(person)),
                None => message.reactions.push((emoji.to_owned(), vec![Arc::clone(person)])),
            }
        } else {
            for (_, people) in message.reactions.iter_mut().filter(|(of, _)| of == emoji) {
                people.retain(|one| one != person);
            }
            message.reactions.retain(|(_, people)| !people.is_empty());
        }
        true
    }

    /// Empties a message; its place stays, and so do replies to it.
    pub(in crate::zoom) fn delete(&mut self, uuid: Uuid) {
        if let Some(message) = self.messages.get_mut(&uuid) {
            message.content = Content::default();
            message.reactions.clear();
            message.deleted = true;
        }
    }
}
