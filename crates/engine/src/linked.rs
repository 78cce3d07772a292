//! Which channels are in a link, at hand for the door: what happens in any other channel is not even stored. And who was
//! found not to be in which of them, so that nobody is asked again for each message. What is true is in the store.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use entente_model::{ConversationRef, LinkId, LoginId, Timestamp};
use entente_store::{Store, StoreError};

/// Who was not in a channel is asked again after this long.
const AGAIN: Duration = Duration::from_mins(10);

/// Of so many it is remembered; then it begins anew.
const REMEMBERED: usize = 50_000;

/// The channels of links.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    ears: RwLock<BTreeMap<ConversationRef, Option<LoginId>>>,
    strangers: Mutex<HashMap<(ConversationRef, LoginId, Doing), Timestamp>>,
    /// Groups of which a mirror is not whole.
    unfinished: RwLock<BTreeSet<LinkId>>,
}

/// What a channel did not let somebody do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Doing {
    /// Saying something.
    Speaking,
    /// Reacting to a message. It is refused as well where the message is gone, which says nothing about speaking.
    Reacting,
    /// Passing a file on, which may be refused for the file's sake.
    Passing,
}

impl Linked {
    /// Reads them anew.
    pub(crate) async fn load(&self, store: &dyn Store) -> Result<(), StoreError> {
        let links = store.links().await?;
        let all = links.into_iter().flat_map(|link| link.members).map(|member| (member.at, member.listener));
        let all = all.collect();
        let unfinished = store.unfinished().await?.into_iter().collect();
        *self.ears.write().unwrap_or_else(PoisonError::into_inner) = all;
        *self.unfinished.write().unwrap_or_else(PoisonError::into_inner) = unfinished;
        self.strangers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    /// Whether a channel is in a link.
    pub(crate) fn has(&self, channel: &ConversationRef) -> bool {
        self.ears.read().unwrap_or_else(PoisonError::into_inner).contains_key(channel)
    }

    /// Whether a mirror of a group is not whole.
    pub(crate) fn is_unfinished(&self, link: LinkId) -> bool {
        self.unfinished.read().unwrap_or_else(PoisonError::into_inner).contains(&link)
    }

    /// The groups of which a mirror is not whole.
    pub(crate) fn unfinished(&self) -> Vec<LinkId> {
        self.unfinished.read().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Who hears in a channel.
    pub(crate) fn ear(&self, channel: &ConversationRef) -> Option<LoginId> {
        self.ears.read().unwrap_or_else(PoisonError::into_inner).get(channel).copied().flatten()
    }

    /// Those who hear in channels.
    pub(crate) fn hearers(&self) -> BTreeSet<LoginId> {
        let ears = self.ears.read().unwrap_or_else(PoisonError::into_inner);
        ears.values().copied().flatten().collect()
    }

    /// The channels that a login hears.
    pub(crate) fn heard_by(&self, login: LoginId) -> Vec<ConversationRef> {
        let ears = self.ears.read().unwrap_or_else(PoisonError::into_inner);
        ears.iter().filter(|(_, ear)| **ear == Some(login)).map(|(channel, _)| channel.clone()).collect()
    }

    /// A channel did not let this login do that.
    pub(crate) fn met_stranger(
        &self,
        channel: &ConversationRef,
        login: LoginId,
        doing: Doing,
        now: Timestamp,
    ) {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if strangers.len() >= REMEMBERED {
            strangers.clear();
        }
        strangers.insert((channel.clone(), login, doing), now);
    }

    /// Whether a channel did not let this login do that, or even speak, a short while ago.
    pub(crate) fn is_stranger(
        &self,
        channel: &ConversationRef,
        login: LoginId,
        doing: Doing,
        now: Timestamp,
    ) -> bool {
        let strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        let met = [doing, Doing::Speaking].map(|doing| strangers.get(&(channel.clone(), login, doing)));
        met.into_iter().flatten().any(|met| now.since(*met) < AGAIN)
    }
}
