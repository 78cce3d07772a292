//! Chats as they are kept: by id, by pair, by person.
//!
//! Graph: "chat resource type". A one-on-one chat exists once for two people; asking for it again finds it. Message ids
//! are milliseconds, strictly rising within a chat, and unique only there; two posts in one millisecond are told apart
//! by adding one. The time of the last change rises strictly too and is what lists are sorted and filtered by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::message::Message;
use super::people::Person;
use crate::files::File;

/// The kind of a chat; meetings are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Two people, or one and a bot.
    OneOnOne,
    /// Any number, with or without a topic.
    Group,
    /// A channel of a team; its topic is its name.
    Channel,
}

impl Kind {
    /// Graph's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::OneOnOne => "oneOnOne",
            Self::Group => "group",
            Self::Channel => "channel",
        }
    }
}

/// One chat with everything said in it.
#[derive(Debug)]
pub(crate) struct Chat {
    /// `19:…`.
    pub(crate) id: Arc<str>,
    /// One-on-one or group.
    pub(crate) kind: Kind,
    /// Only groups have one.
    pub(crate) topic: Option<String>,
    /// What a channel says that it is about.
    pub(crate) about: Option<String>,
    /// Whether a channel is archived.
    pub(crate) archived: bool,
    /// Milliseconds since the epoch.
    pub(crate) created: i64,
    /// Moves on renaming and membership, not on messages.
    pub(crate) updated: i64,
    /// The people.
    pub(crate) members: Vec<Arc<Person>>,
    /// The team, of a channel.
    pub(crate) team: Option<Arc<str>>,
    /// Client ids of the apps that are installed in a channel's team or in a group.
    pub(crate) apps: Vec<Arc<str>>,
    /// From which moment on somebody who was let into a group may read it, by object id; absent, everything.
    pub(crate) readable: HashMap<Arc<str>, i64>,
    /// Client id of the bot, in a personal chat with one.
    pub(crate) bot: Option<Arc<str>>,
    /// By id.
    pub(crate) messages: BTreeMap<i64, Message>,
    /// By time of the last change, then id.
    pub(crate) by_change: BTreeSet<(i64, i64)>,
    /// How far each person has read, by object id.
    pub(crate) read: HashMap<Arc<str>, i64>,
    latest: i64,
}

impl Chat {
    fn new(id: Arc<str>, kind: Kind, topic: Option<String>, members: Vec<Arc<Person>>, now: i64) -> Self {
        Self {
            id,
            kind,
            topic,
            about: None,
            archived: false,
            created: now,
            updated: now,
            members,
            team: None,
            apps: Vec::new(),
            readable: HashMap::new(),
            bot: None,
            messages: BTreeMap::new(),
            by_change: BTreeSet::new(),
            read: HashMap::new(),
            latest: 0,
        }
    }

    /// Whether this person is in it.
    pub(crate) fn has(&self, person: &str) -> bool {
        self.members.iter().any(|member| &*member.id == person)
    }

    /// The moment from which on this person may read; apps read everything.
    pub(crate) fn readable_by(&self, person: Option<&Arc<Person>>) -> i64 {
        person.and_then(|person| self.readable.get(&person.id).copied()).unwrap_or(0)
    }

    /// The present moment in this chat: later than everything that happened in it. Ids of messages and times of changes
    /// come from this one clock, so both rise strictly.
    pub(crate) fn tick(&mut self, now: i64) -> i64 {
        self.latest = now.max(self.latest + 1);
        self.latest
    }

    /// Puts a message in, new or changed.
    pub(crate) fn put(&mut self, message: Message) {
        if let Some(before) = self.messages.get(&message.id) {
            self.by_change.remove(&(before.modified, before.id));
        }
        self.by_change.insert((message.modified, message.id));
        self.messages.insert(message.id, message);
    }

    /// The newest message.
    pub(crate) fn last(&self) -> Option<&Message> {
        self.messages.last_key_value().map(|(_, message)| message)
    }

    /// The object ids of the members.
    pub(crate) fn member_ids(&self) -> Vec<Arc<str>> {
        self.members.iter().map(|member| Arc::clone(&member.id)).collect()
    }
}

/// A team. Everybody in it is in its channels.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    /// A GUID.
    pub(crate) id: Arc<str>,
    /// As it is shown.
    pub(crate) name: String,
}

/// All chats.
#[derive(Debug, Default)]
pub(crate) struct Chats {
    teams: Vec<Team>,
    by_id: HashMap<Arc<str>, Chat>,
    pairs: HashMap<(Arc<str>, Arc<str>), Arc<str>>,
    of_person: HashMap<Arc<str>, Vec<Arc<str>>>,
    conversations: HashMap<String, Arc<str>>,
}

impl Chats {
    /// A chat by id.
    pub(crate) fn get(&self, id: &str) -> Option<&Chat> {
        self.by_id.get(id)
    }

    /// A chat by id, to change it.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Chat> {
        self.by_id.get_mut(id)
    }

    /// An image in the content of any message, by its id.
    pub(crate) fn hosted(&self, id: &str) -> Option<File> {
        let mut images =
            self.by_id.values().flat_map(|chat| chat.messages.values()).flat_map(|message| &message.hosted);
        images.find(|(hosted, _)| hosted == id).map(|(_, file)| file.clone())
    }

    /// The ids of somebody's chats, in the order they came about.
    pub(crate) fn of(&self, person: &str) -> &[Arc<str>] {
        self.of_person.get(person).map_or(&[], Vec::as_slice)
    }

    /// The one-on-one chat of two people, if there is one.
    pub(crate) fn pair(&self, a: &Arc<str>, b: &Arc<str>) -> Option<&Arc<str>> {
        self.pairs.get(&ordered(a, b))
    }

    /// Adds the one-on-one chat of two people.
    pub(crate) fn add_pair(&mut self, id: Arc<str>, members: Vec<Arc<Person>>, now: i64) {
        if let [a, b] = members.as_slice() {
            self.pairs.insert(ordered(&a.id, &b.id), Arc::clone(&id));
        }
        self.add(Chat::new(id, Kind::OneOnOne, None, members, now));
    }

    /// Adds a group.
    pub(crate) fn add_group(
        &mut self,
        id: Arc<str>,
        topic: Option<String>,
        members: Vec<Arc<Person>>,
        now: i64,
    ) {
        self.add(Chat::new(id, Kind::Group, topic, members, now));
    }

    /// Adds a personal chat with a bot, which the bot knows as `conversation`. Does nothing if it is there.
    pub(crate) fn add_bot(
        &mut self,
        id: &Arc<str>,
        person: &Arc<Person>,
        bot: &Arc<str>,
        conversation: String,
        now: i64,
    ) {
        if self.by_id.contains_key(id) {
            return;
        }
        let mut chat = Chat::new(Arc::clone(id), Kind::OneOnOne, None, vec![Arc::clone(person)], now);
        chat.bot = Some(Arc::clone(bot));
        self.conversations.insert(conversation, Arc::clone(id));
        self.add(chat);
    }

    /// Adds a channel of a team, and the team if it is new. It is in nobody's list of chats.
    pub(crate) fn add_channel(
        &mut self,
        id: Arc<str>,
        team: Team,
        name: String,
        members: Vec<Arc<Person>>,
        apps: Vec<Arc<str>>,
        now: i64,
    ) {
        let mut chat = Chat::new(Arc::clone(&id), Kind::Channel, Some(name), members, now);
        chat.team = Some(Arc::clone(&team.id));
        chat.apps = apps;
        self.by_id.insert(id, chat);
        if !self.teams.iter().any(|known| known.id == team.id) {
            self.teams.push(team);
        }
    }

    /// Lets somebody into a team's channel; `false` if there is none.
    pub(crate) fn join(&mut self, team: &str, channel: &str, person: Arc<Person>) -> bool {
        let chat = self.by_id.get_mut(channel).filter(|chat| chat.team.as_deref() == Some(team));
        let Some(chat) = chat else { return false };
        if !chat.members.iter().any(|member| member.id == person.id) {
            chat.members.push(person);
        }
        true
    }

    /// Lets somebody into a group, to read it from this moment on. Whoever is in it stays as they are.
    pub(crate) fn admit(&mut self, id: &str, person: &Arc<Person>, readable: Option<i64>, now: i64) {
        let Some(chat) = self.by_id.get_mut(id).filter(|chat| !chat.has(&person.id)) else { return };
        chat.members.push(Arc::clone(person));
        chat.updated = now;
        if let Some(readable) = readable {
            chat.readable.insert(Arc::clone(&person.id), readable);
        }
        self.of_person.entry(Arc::clone(&person.id)).or_default().push(Arc::clone(&chat.id));
    }

    /// Takes somebody out of a group.
    pub(crate) fn dismiss(&mut self, id: &str, person: &str, now: i64) {
        let Some(chat) = self.by_id.get_mut(id) else { return };
        chat.members.retain(|member| &*member.id != person);
        chat.readable.remove(person);
        chat.updated = now;
        if let Some(chats) = self.of_person.get_mut(person) {
            chats.retain(|chat| &**chat != id);
        }
    }

    /// All teams.
    pub(crate) fn teams(&self) -> &[Team] {
        &self.teams
    }

    /// The channels that somebody is in, with their teams, by id.
    pub(crate) fn channels_of(&self, person: &str) -> Vec<(&Team, &Chat)> {
        let team = |chat: &Chat| self.teams.iter().find(|team| Some(&team.id) == chat.team.as_ref());
        let mine = self.by_id.values().filter(|chat| chat.has(person));
        let mut found: Vec<_> = mine.filter_map(|chat| Some((team(chat)?, chat))).collect();
        found.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
        found
    }

    /// The channel of this id in this team.
    pub(crate) fn channel(&self, team: &str, id: &str) -> Option<&Chat> {
        self.by_id.get(id).filter(|chat| chat.team.as_deref() == Some(team))
    }

    /// The channels of a team, by id.
    pub(crate) fn channels(&self, team: &str) -> Vec<&Chat> {
        let mut found: Vec<&Chat> =
            self.by_id.values().filter(|chat| chat.team.as_deref() == Some(team)).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }

    /// The chat a bot knows as `conversation`.
    pub(crate) fn conversation(&self, conversation: &str) -> Option<&Arc<str>> {
        self.conversations.get(conversation)
    }

    fn add(&mut self, chat: Chat) {
        for member in &chat.members {
            self.of_person.entry(Arc::clone(&member.id)).or_default().push(Arc::clone(&chat.id));
        }
        self.by_id.insert(Arc::clone(&chat.id), chat);
    }
}

fn ordered(a: &Arc<str>, b: &Arc<str>) -> (Arc<str>, Arc<str>) {
    if a <= b { (Arc::clone(a), Arc::clone(b)) } else { (Arc::clone(b), Arc::clone(a)) }
}
