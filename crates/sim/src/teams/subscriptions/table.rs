//! Subscriptions as they are kept, and which of them a message concerns.
//!
//! Graph: "subscription resource type". Found by chat, by person and by tenant, so that a message costs the number of
//! subscriptions it concerns and not the number there are.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::teams::clockwork::zulu;
use crate::teams::notify::Change;
use crate::teams::notify::seal::Recipient;
use crate::teams::people::Person;

/// What is listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// `/chats/{id}/messages`.
    Chat(Arc<str>),
    /// `/users/{id}/chats/getAllMessages`.
    Person(Arc<str>),
    /// `/chats/getAllMessages`.
    Tenant,
}

/// One subscription; never changed in place, always replaced.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    /// A GUID.
    pub(crate) id: Arc<str>,
    /// As the subscriber wrote it.
    pub(crate) resource: String,
    /// What it means.
    pub(crate) target: Target,
    /// Accepted, but never fires.
    pub(crate) silent: bool,
    /// `created`, `updated`, `deleted`, as written.
    pub(crate) change_type: String,
    /// Where notifications go.
    pub(crate) notification_url: Arc<str>,
    /// Where lifecycle notifications go.
    pub(crate) lifecycle_url: Option<Arc<str>>,
    /// Sent back with every notification.
    pub(crate) client_state: Option<String>,
    /// When it ends.
    pub(crate) expires: Timestamp,
    /// Client id of the subscriber.
    pub(crate) app: Arc<str>,
    /// The person whose token made it; `None` for an app.
    pub(crate) person: Option<Arc<Person>>,
    /// Whom rich notifications are encrypted for; `None` for thin ones.
    pub(crate) recipient: Option<Arc<Recipient>>,
    /// Whether delivery waits for a new authorization.
    pub(crate) suspended: bool,
    /// Goes up with every change, so that timers of an earlier version know they are stale.
    pub(crate) version: u64,
    /// Whether the subscriber asked to see all enumeration members.
    pub(crate) all_members: bool,
}

impl Subscription {
    /// Whether it wants to hear of this.
    pub(crate) fn hears(&self, change: Change) -> bool {
        self.change_type.split(',').any(|one| one.trim() == change.word())
    }

    /// As Graph shows it.
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": &*self.id,
            "resource": self.resource,
            "applicationId": &*self.app,
            "changeType": self.change_type,
            "clientState": self.client_state,
            "notificationUrl": &*self.notification_url,
            "lifecycleNotificationUrl": self.lifecycle_url.as_deref(),
            "notificationQueryOptions": null,
            "expirationDateTime": zulu(self.expires),
            "creatorId": self.person.as_ref().map_or(&*self.app, |person| &*person.id),
            "includeResourceData": self.recipient.is_some(),
            "latestSupportedTlsVersion": "v1_2",
            "encryptionCertificate": null,
            "encryptionCertificateId": self.recipient.as_ref().map(|one| one.id.clone()),
            "notificationUrlAppId": null,
        })
    }
}

/// All subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    by_id: HashMap<Arc<str>, Arc<Subscription>>,
    of_chat: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    of_person: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    of_tenant: BTreeSet<Arc<str>>,
}

impl Subscriptions {
    /// One by id.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Subscription>> {
        self.by_id.get(id)
    }

    /// All of them, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Subscription>> {
        self.by_id.values()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Those on one target.
    pub(crate) fn on<'a>(&'a self, target: &Target) -> impl Iterator<Item = &'a Arc<Subscription>> {
        let ids = match target {
            Target::Chat(id) => self.of_chat.get(id),
            Target::Person(id) => self.of_person.get(id),
            Target::Tenant => Some(&self.of_tenant),
        };
        ids.into_iter().flatten().filter_map(|id| self.by_id.get(id))
    }

    /// Adds or replaces one.
    pub(crate) fn put(&mut self, subscription: Subscription) -> Arc<Subscription> {
        let id = Arc::clone(&subscription.id);
        let ids = match &subscription.target {
            Target::Chat(chat) => self.of_chat.entry(Arc::clone(chat)).or_default(),
            Target::Person(person) => self.of_person.entry(Arc::clone(person)).or_default(),
            Target::Tenant => &mut self.of_tenant,
        };
        ids.insert(Arc::clone(&id));
        let subscription = Arc::new(subscription);
        self.by_id.insert(id, Arc::clone(&subscription));
        subscription
    }

    /// Removes one.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<Subscription>> {
        let gone = self.by_id.remove(id)?;
        match &gone.target {
            Target::Chat(chat) => drop(self.of_chat.get_mut(chat).map(|ids| ids.remove(id))),
            Target::Person(person) => drop(self.of_person.get_mut(person).map(|ids| ids.remove(id))),
            Target::Tenant => drop(self.of_tenant.remove(id)),
        }
        Some(gone)
    }

    /// Everything that hears of a change in `chat` with these members, in order of id for the sake of repeatability.
    pub(crate) fn concerned(
        &self,
        chat: &Arc<str>,
        members: &[Arc<str>],
        channel: bool,
        change: Change,
        now: Timestamp,
    ) -> Vec<Arc<Subscription>> {
        if self.by_id.is_empty() {
            return Vec::new();
        }
        let ids = self.of_chat.get(chat).into_iter().flatten();
        // What listens to chats hears nothing of channels.
        let people: &[Arc<str>] = if channel { &[] } else { members };
        let tenant = self.of_tenant.iter().filter(|_| !channel);
        let ids = ids.chain(people.iter().filter_map(|member| self.of_person.get(member)).flatten());
        let found = ids.chain(tenant).filter_map(|id| self.by_id.get(id));
        let mut found: Vec<Arc<Subscription>> = found
            .filter(|one| !one.silent && !one.suspended && one.expires > now && one.hears(change))
            .filter(|one| one.person.as_ref().is_none_or(|person| members.contains(&person.id)))
            .cloned()
            .collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }
}
