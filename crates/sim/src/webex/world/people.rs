//! People and bots, by key, by address and by the beginning of their name.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use crate::webex::id;

/// A person or a bot.
#[derive(Debug, Clone)]
pub(in crate::webex) struct Person {
    pub(in crate::webex) uuid: Uuid,
    /// The REST id.
    pub(in crate::webex) id: Arc<str>,
    /// In lower case.
    pub(in crate::webex) email: String,
    pub(in crate::webex) name: String,
    pub(in crate::webex) org: Uuid,
    pub(in crate::webex) bot: bool,
    pub(in crate::webex) admin: bool,
    pub(in crate::webex) avatar: Option<String>,
    pub(in crate::webex) created: i64,
    pub(in crate::webex) modified: i64,
    pub(in crate::webex) last_activity: i64,
    /// A deleted bot: still the author of what it wrote, otherwise unknown.
    pub(in crate::webex) gone: bool,
    /// The rooms they are in.
    pub(in crate::webex) rooms: BTreeSet<Uuid>,
    /// Their webhooks, oldest first.
    pub(in crate::webex) hooks: Vec<Uuid>,
}

impl Person {
    pub(in crate::webex) fn new(uuid: Uuid, name: &str, email: &str, org: Uuid, now: i64) -> Self {
        Self {
            uuid,
            id: id::person(uuid).into(),
            email: email.to_lowercase(),
            name: name.to_owned(),
            org,
            bot: false,
            admin: false,
            avatar: None,
            created: now,
            modified: now,
            last_activity: now,
            gone: false,
            rooms: BTreeSet::new(),
            hooks: Vec::new(),
        }
    }
}

/// The directory.
#[derive(Debug, Default)]
pub(in crate::webex) struct People {
    all: HashMap<Uuid, Person>,
    addresses: HashMap<String, Uuid>,
    /// Bots apart, because a search by name leaves them out.
    names: [BTreeSet<(String, Uuid)>; 2],
}

impl People {
    pub(in crate::webex) fn insert(&mut self, person: Person) {
        self.addresses.insert(person.email.clone(), person.uuid);
        self.names[usize::from(person.bot)].insert((person.name.to_lowercase(), person.uuid));
        self.all.insert(person.uuid, person);
    }

    /// Somebody who exists.
    pub(in crate::webex) fn get(&self, uuid: Uuid) -> Option<&Person> {
        self.all.get(&uuid).filter(|person| !person.gone)
    }

    /// Somebody who exists or existed, e.g. the author of an old message.
    pub(in crate::webex) fn ever(&self, uuid: Uuid) -> Option<&Person> {
        self.all.get(&uuid)
    }

    pub(in crate::webex) fn get_mut(&mut self, uuid: Uuid) -> Option<&mut Person> {
        self.all.get_mut(&uuid)
    }

    pub(in crate::webex) fn by_email(&self, email: &str) -> Option<&Person> {
        self.get(*self.addresses.get(&email.trim().to_lowercase())?)
    }

    /// People (or bots) whose name begins with `prefix` regardless of case, by name, behind the key `after`.
    pub(in crate::webex) fn named<'a>(
        &'a self,
        bots: bool,
        prefix: &str,
        after: Option<(String, Uuid)>,
    ) -> impl Iterator<Item = &'a Person> + use<'a> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let prefix = prefix.to_lowercase();
        let from = match after {
            Some(key) => Excluded(key),
            None => Included((prefix.clone(), Uuid::nil())),
        };
        self.names[usize::from(bots)]
            .range((from, Unbounded))
            .take_while(move |(name, _)| name.starts_with(&prefix))
            .filter_map(|(_, uuid)| self.get(*uuid))
    }

    pub(in crate::webex) fn rename(&mut self, uuid: Uuid, name: &str, now: i64) {
        if let Some(person) = self.all.get_mut(&uuid) {
            let names = &mut self.names[usize::from(person.bot)];
            names.remove(&(person.name.to_lowercase(), uuid));
            names.insert((name.to_lowercase(), uuid));
            name.clone_into(&mut person.name);
            person.modified = now;
        }
    }

    /// Makes a bot unknown to everybody; its address becomes free for a new account.
    pub(in crate::webex) fn remove(&mut self, uuid: Uuid) {
        if let Some(person) = self.all.get_mut(&uuid) {
            person.gone = true;
            self.addresses.remove(&person.email);
            self.names[usize::from(person.bot)].remove(&(person.name.to_lowercase(), uuid));
        }
    }
}
