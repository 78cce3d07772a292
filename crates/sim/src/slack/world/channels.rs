//! Conversations ("Conversation object"): direct messages (two people, a person and a bot, or a person alone), direct messages
//! of several, and channels, public or private. Each kind has scopes of its own, which is why the kind is asked for them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::World;
use super::messages::{Message, Ts};

/// What sort of conversation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::slack) enum Sort {
    /// A direct message.
    Im,
    /// Direct messages of three to nine.
    Mpim,
    /// A public channel.
    Public,
    /// A private channel.
    Private,
}

impl Sort {
    /// What its scopes and subscriptions are called by: `im:read`, `message.im`.
    pub(in crate::slack) fn word(self) -> &'static str {
        match self {
            Self::Im => "im",
            Self::Mpim => "mpim",
            Self::Public => "channels",
            Self::Private => "groups",
        }
    }

    /// Whether it is a channel, whose name and members can be changed.
    pub(in crate::slack) fn is_channel(self) -> bool {
        matches!(self, Self::Public | Self::Private)
    }

    /// What events call it ("message" event: `channel_type`).
    pub(in crate::slack) fn kind(self) -> &'static str {
        match self {
            Self::Im => "im",
            Self::Mpim => "mpim",
            Self::Public => "channel",
            Self::Private => "group",
        }
    }

    /// What lists call it ("conversations.list": `types`).
    pub(in crate::slack) fn listed(self) -> &'static str {
        match self {
            Self::Im => "im",
            Self::Mpim => "mpim",
            Self::Public => "public_channel",
            Self::Private => "private_channel",
        }
    }
}

/// A channel's topic. "Conversation object": `topic`.
#[derive(Debug, Default)]
pub(in crate::slack) struct Topic {
    /// As it is stored, with `&`, `<` and `>` escaped.
    pub(in crate::slack) value: String,
    /// Who set it.
    pub(in crate::slack) creator: String,
    /// In seconds since the Unix epoch.
    pub(in crate::slack) last_set: i64,
}

/// A conversation.
#[derive(Debug)]
pub(in crate::slack) struct Channel {
    pub(in crate::slack) id: Arc<str>,
    pub(in crate::slack) sort: Sort,
    /// Empty for direct messages.
    pub(in crate::slack) name: String,
    pub(in crate::slack) creator: Arc<str>,
    pub(in crate::slack) archived: bool,
    /// What it says that it is about.
    pub(in crate::slack) topic: Topic,
    pub(in crate::slack) members: Vec<Arc<str>>,
    /// Milliseconds since the Unix epoch.
    pub(in crate::slack) created: i64,
    pub(in crate::slack) log: BTreeMap<Ts, Message>,
    /// Posts that named a `client_msg_id`, by it and by who posted.
    pub(in crate::slack) client_ids: HashMap<(String, Arc<str>), Ts>,
    last: Ts,
    /// How far each member has read (`conversations.mark`).
    pub(in crate::slack) read: HashMap<Arc<str>, Ts>,
}

impl Channel {
    pub(in crate::slack) fn has(&self, person: &str) -> bool {
        self.members.iter().any(|member| **member == *person)
    }

    /// The other party as `viewer` sees it; in a conversation with oneself, oneself.
    pub(in crate::slack) fn other(&self, viewer: &str) -> &Arc<str> {
        let other = self.members.iter().find(|member| ***member != *viewer);
        // There is always at least one member of direct messages; an empty channel is nobody's.
        other.or_else(|| self.members.first()).unwrap_or(&self.creator)
    }

    /// The `ts` for something that happens at `now` (milliseconds), unique within the conversation and increasing.
    pub(in crate::slack) fn next_ts(&mut self, now: i64) -> Ts {
        let next = Ts(now.saturating_mul(1000)).max(Ts(self.last.0 + 1));
        self.last = next;
        next
    }
}

/// All conversations.
#[derive(Debug, Default)]
pub(in crate::slack) struct Channels {
    all: HashMap<Arc<str>, Channel>,
    pairs: HashMap<(Arc<str>, Arc<str>), Arc<str>>,
    /// By everybody in it, in order of their ids.
    groups: HashMap<Vec<Arc<str>>, Arc<str>>,
}

impl Channels {
    pub(in crate::slack) fn get(&self, id: &str) -> Option<&Channel> {
        self.all.get(id)
    }

    pub(in crate::slack) fn get_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.all.get_mut(id)
    }

    /// A conversation that `person` is in.
    pub(in crate::slack) fn seen_by(&self, id: &str, person: &str) -> Option<&Channel> {
        self.get(id).filter(|channel| channel.has(person))
    }

    /// A conversation that `person` may know of: their own, and public channels.
    pub(in crate::slack) fn known_to(&self, id: &str, person: &str) -> Option<&Channel> {
        self.get(id).filter(|channel| channel.sort == Sort::Public || channel.has(person))
    }

    /// All public channels, by id.
    pub(in crate::slack) fn public(&self) -> impl Iterator<Item = &Arc<str>> {
        self.all.values().filter(|channel| channel.sort == Sort::Public).map(|channel| &channel.id)
    }

    /// Whether a channel has this name.
    pub(in crate::slack) fn named(&self, name: &str) -> bool {
        self.all.values().any(|channel| channel.sort.is_channel() && channel.name == name)
    }

    /// The direct messages of a pair, if they exist.
    pub(in crate::slack) fn direct(&self, one: &str, other: &str) -> Option<&Channel> {
        self.get(self.pairs.get(&pair(one, other))?)
    }
}

impl Channels {
    /// The direct messages of several, if they exist. `everybody` is in order.
    pub(in crate::slack) fn group(&self, everybody: &[Arc<str>]) -> Option<&Channel> {
        self.get(self.groups.get(everybody)?)
    }
}

fn pair(one: &str, other: &str) -> (Arc<str>, Arc<str>) {
    let (low, high) = if one < other { (one, other) } else { (other, one) };
    (low.into(), high.into())
}

impl World {
    /// The direct messages of a pair; made if there are none, which the second value says.
    pub(in crate::slack) fn open_direct(
        &mut self,
        one: &Arc<str>,
        other: &Arc<str>,
        now: i64,
    ) -> (Arc<str>, bool) {
        let key = pair(one, other);
        if let Some(known) = self.channels.pairs.get(&key) {
            return (Arc::clone(known), false);
        }
        let id = self.dice.id("D");
        let mut members = vec![Arc::clone(one), Arc::clone(other)];
        members.dedup();
        for member in &members {
            if let Some(person) = self.people.get_mut(member) {
                person.channels.insert(Arc::clone(&id));
            }
        }
        let channel = Channel {
            id: Arc::clone(&id),
            sort: Sort::Im,
            name: String::new(),
            creator: Arc::clone(one),
            archived: false,
            topic: Topic::default(),
            members,
            created: now,
            log: BTreeMap::new(),
            client_ids: HashMap::new(),
            last: Ts(0),
            read: HashMap::new(),
        };
        self.channels.pairs.insert(key, Arc::clone(&id));
        self.channels.all.insert(Arc::clone(&id), channel);
        self.tell_opened(&id, one);
        (id, true)
    }

    /// The direct messages of several, who are given in order; made if there are none, which the second value says. Its name
    /// is made of theirs, and who is in it never changes.
    pub(in crate::slack) fn open_group(
        &mut self,
        everybody: Vec<Arc<str>>,
        creator: &Arc<str>,
        now: i64,
    ) -> (Arc<str>, bool) {
        if let Some(known) = self.channels.groups.get(&everybody) {
            return (Arc::clone(known), false);
        }
        let handles: Vec<&str> = everybody
            .iter()
            .filter_map(|member| self.people.get(member))
            .map(|person| person.handle.as_str())
            .collect();
        let name = format!("mpdm-{}-1", handles.join("--"));
        let id = self.dice.id("C");
        let channel = Channel {
            id: Arc::clone(&id),
            sort: Sort::Mpim,
            name,
            creator: Arc::clone(creator),
            topic: Topic::default(),
            archived: false,
            members: everybody.clone(),
            created: now,
            log: BTreeMap::new(),
            client_ids: HashMap::new(),
            last: Ts(0),
            read: HashMap::new(),
        };
        self.channels.all.insert(Arc::clone(&id), channel);
        for member in &everybody {
            if let Some(person) = self.people.get_mut(member) {
                person.channels.insert(Arc::clone(&id));
            }
        }
        for member in &everybody {
            let inviter = Some(&**creator).filter(|by| *by != &**member);
            self.tell_member("member_joined_channel", &id, member, inviter);
        }
        self.channels.groups.insert(everybody, Arc::clone(&id));
        (id, true)
    }

    /// A channel with its creator in it.
    pub(in crate::slack) fn create_channel(
        &mut self,
        name: &str,
        private: bool,
        creator: &Arc<str>,
        now: i64,
    ) -> Arc<str> {
        let id = self.dice.id("C");
        let channel = Channel {
            id: Arc::clone(&id),
            sort: if private { Sort::Private } else { Sort::Public },
            name: name.to_owned(),
            creator: Arc::clone(creator),
            archived: false,
            topic: Topic::default(),
            members: Vec::new(),
            created: now,
            log: BTreeMap::new(),
            client_ids: HashMap::new(),
            last: Ts(0),
            read: HashMap::new(),
        };
        self.channels.all.insert(Arc::clone(&id), channel);
        self.enter(&id, creator, creator);
        id
    }

    /// Lets somebody in and tells of it; nothing happens if they are.
    pub(in crate::slack) fn enter(&mut self, channel: &Arc<str>, user: &Arc<str>, inviter: &str) {
        let Some(found) = self.channels.all.get_mut(channel).filter(|found| !found.has(user)) else { return };
        found.members.push(Arc::clone(user));
        if let Some(person) = self.people.get_mut(user) {
            person.channels.insert(Arc::clone(channel));
        }
        self.tell_member("member_joined_channel", channel, user, Some(inviter).filter(|by| *by != &**user));
    }

    /// Lets somebody out, and tells those of it who stay.
    pub(in crate::slack) fn leave(&mut self, channel: &Arc<str>, user: &str) {
        let Some(found) = self.channels.all.get_mut(channel) else { return };
        found.members.retain(|member| **member != *user);
        if let Some(person) = self.people.get_mut(user) {
            person.channels.remove(channel);
        }
        self.tell_member("member_left_channel", channel, user, None);
    }
}
