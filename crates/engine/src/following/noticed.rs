//! What was noticed of channels and is to be looked at, or was found when they were looked at last. A hint for one process: what
//! is true is in the store, and with the platforms.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use entente_model::{ConversationRef, Timestamp};
use tokio::sync::Notify;

/// Of so many conversations of groups it is remembered when they were looked at; then it begins anew.
const REMEMBERED: usize = 50_000;

/// Which channels to look at.
#[derive(Debug, Default)]
pub(crate) struct Following {
    /// What was reported, and when it happened.
    hints: Mutex<BTreeMap<ConversationRef, Option<Timestamp>>>,
    pub(super) sooner: Notify,
    /// Channels that were not there when they were looked at last.
    missing: Mutex<HashSet<ConversationRef>>,
    /// Channels that nobody hears any more.
    deaf: Mutex<HashSet<ConversationRef>>,
    /// When a conversation of a group was looked at last.
    groups: Mutex<HashMap<ConversationRef, Timestamp>>,
}

impl Following {
    /// Something happened to a channel: it is looked at.
    pub(super) fn look_soon(&self, channel: ConversationRef, when: Option<Timestamp>) {
        let mut hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        let known = hints.entry(channel).or_default();
        *known = (*known).max(when);
        drop(hints);
        self.sooner.notify_one();
    }

    /// What happened to channels since this was asked last.
    pub(super) fn hints(&self) -> BTreeMap<ConversationRef, Option<Timestamp>> {
        std::mem::take(&mut *self.hints.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Remembers whether a channel was there; whether it was missed before.
    pub(super) fn missed(&self, channel: &ConversationRef, missed: bool) -> bool {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missed { !missing.insert(channel.clone()) } else { missing.remove(channel) }
    }

    /// Whether a conversation of a group is to be looked at again, as it was not for so long; it is taken to be.
    pub(crate) fn is_due(&self, group: &ConversationRef, now: Timestamp, every: Duration) -> bool {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.get(group).is_some_and(|looked| now.since(*looked) < every) {
            return false;
        }
        if groups.len() >= REMEMBERED {
            groups.clear();
        }
        groups.insert(group.clone(), now);
        true
    }

    /// Nobody hears in a channel any more; whether that is new.
    pub(super) fn went_deaf(&self, channel: &ConversationRef) -> bool {
        self.deaf.lock().unwrap_or_else(PoisonError::into_inner).insert(channel.clone())
    }

    /// Somebody hears in a channel.
    pub(super) fn hears_again(&self, channel: &ConversationRef) {
        self.deaf.lock().unwrap_or_else(PoisonError::into_inner).remove(channel);
    }

    /// Whether nobody was found who hears in a channel.
    pub(super) fn is_deaf(&self, channel: &ConversationRef) -> bool {
        self.deaf.lock().unwrap_or_else(PoisonError::into_inner).contains(channel)
    }
}
