//! Conversations ("Conversation object"). Direct messages only: two people, a person and a bot, or a person alone. Each
//! kind has scopes of its own, which is why the kind is asked for them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::World;
use super::messages::{Message, Ts};

/// What sort of conversation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::slack) enum Sort {
    /// A direct message.
    Im,
}

impl Sort {
    /// What its scopes and subscriptions are called by: `im:read`, `message.im`.
    pub(in crate::slack) fn word(self) -> &'static str {
        match self {
            Self::Im => "im",
        }
    }
}

/// A conversation.
#[derive(Debug)]
pub(in crate::slack) struct Channel {
    pub(in crate::slack) id: Arc<str>,
    pub(in crate::slack) sort: Sort,
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
        // There is always at least one member.
        other.unwrap_or(&self.members[0])
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

    /// The direct messages of a pair, if they exist.
    pub(in crate::slack) fn direct(&self, one: &str, other: &str) -> Option<&Channel> {
        self.get(self.pairs.get(&pair(one, other))?)
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
}
