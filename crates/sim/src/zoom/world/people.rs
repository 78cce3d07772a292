//! Users of the account and outsiders, by user id, member id and address.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Somebody with a Zoom account.
#[derive(Debug, Clone)]
pub(in crate::zoom) struct Person {
    /// The user id.
    pub(in crate::zoom) id: Arc<str>,
    /// The member id, the only one that other accounts see.
    pub(in crate::zoom) member: Arc<str>,
    /// In lower case.
    pub(in crate::zoom) email: String,
    pub(in crate::zoom) name: String,
    pub(in crate::zoom) department: String,
    /// The account they belong to.
    pub(in crate::zoom) account: Arc<str>,
    pub(in crate::zoom) admin: bool,
    pub(in crate::zoom) active: bool,
    /// Whether the account's settings let them chat; without it a send answers 5418.
    pub(in crate::zoom) may_chat: bool,
    pub(in crate::zoom) created: i64,
    /// The token of the vendor's own app.
    pub(in crate::zoom) session: String,
    /// Accepted contacts, by user id.
    pub(in crate::zoom) contacts: BTreeSet<Arc<str>>,
    /// Those who invited them and wait for an answer.
    pub(in crate::zoom) invited_by: BTreeSet<Arc<str>>,
    /// Those whose messages they refuse.
    pub(in crate::zoom) blocked: BTreeSet<Arc<str>>,
}

impl Person {
    pub(in crate::zoom) fn new(
        id: &Arc<str>,
        member: Arc<str>,
        name: &str,
        email: &str,
        account: &Arc<str>,
        session: &str,
        now: i64,
    ) -> Self {
        Self {
            id: Arc::clone(id),
            member,
            email: email.to_lowercase(),
            name: name.to_owned(),
            department: String::new(),
            account: Arc::clone(account),
            admin: false,
            active: true,
            may_chat: true,
            created: now,
            session: session.to_owned(),
            contacts: BTreeSet::new(),
            invited_by: BTreeSet::new(),
            blocked: BTreeSet::new(),
        }
    }

    /// Given name and surname, split at the first space.
    pub(in crate::zoom) fn names(&self) -> (&str, &str) {
        self.name.split_once(' ').unwrap_or((&self.name, ""))
    }
}

/// The directory.
#[derive(Debug, Default)]
pub(in crate::zoom) struct People {
    all: HashMap<Arc<str>, Person>,
    order: Vec<Arc<str>>,
    addresses: HashMap<String, Arc<str>>,
    members: HashMap<Arc<str>, Arc<str>>,
    jids: HashMap<String, Arc<str>>,
    names: BTreeMap<(String, Arc<str>), Arc<str>>,
}

impl People {
    pub(in crate::zoom) fn insert(&mut self, person: Person) {
        let id = Arc::clone(&person.id);
        self.addresses.insert(person.email.clone(), Arc::clone(&id));
        self.members.insert(Arc::clone(&person.member), Arc::clone(&id));
        self.jids.insert(id.to_lowercase(), Arc::clone(&id));
        self.names.insert((person.name.to_lowercase(), Arc::clone(&id)), Arc::clone(&id));
        self.order.push(Arc::clone(&id));
        self.all.insert(id, person);
    }

    /// By user id, which is case-sensitive.
    pub(in crate::zoom) fn get(&self, id: &str) -> Option<&Person> {
        self.all.get(id)
    }

    pub(in crate::zoom) fn get_mut(&mut self, id: &str) -> Option<&mut Person> {
        self.all.get_mut(id)
    }

    /// By user id, e-mail address or member id.
    pub(in crate::zoom) fn find(&self, key: &str) -> Option<&Person> {
        let by_member = || self.members.get(key);
        let id = self.all.get_key_value(key).map(|(id, _)| id).or_else(by_member);
        let id = id.or_else(|| self.addresses.get(&key.trim().to_lowercase()))?;
        self.all.get(id)
    }

    /// By the local part of a JID, which is the user id in lower case.
    pub(in crate::zoom) fn by_jid(&self, local: &str) -> Option<&Person> {
        self.all.get(self.jids.get(&local.to_lowercase())?)
    }

    /// The owner of the account.
    pub(in crate::zoom) fn first(&self) -> Option<&Person> {
        self.all.get(self.order.first()?)
    }

    /// In the order in which they came.
    pub(in crate::zoom) fn list(&self) -> impl Iterator<Item = &Person> {
        self.order.iter().filter_map(|id| self.all.get(id))
    }

    /// By name.
    pub(in crate::zoom) fn by_name(&self) -> impl Iterator<Item = &Person> {
        self.names.values().filter_map(|id| self.all.get(id))
    }

    pub(in crate::zoom) fn rename(&mut self, id: &str, name: &str) {
        if let Some(person) = self.all.get_mut(id) {
            self.names.remove(&(person.name.to_lowercase(), Arc::clone(&person.id)));
            name.clone_into(&mut person.name);
            self.names.insert((name.to_lowercase(), Arc::clone(&person.id)), Arc::clone(&person.id));
        }
    }
}
