//! Clients that were used lately. Building one anew costs a read of the store, and ten thousand people's clients would hold
//! more memory than everything else together, so whoever has not been acted as for a while is forgotten, with their open
//! tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entente_model::{LoginId, Timestamp};
use entente_platform::Client;

use super::stored::Held;

/// A client is kept this long after it was last asked for: a conversation's messages come in bursts.
const IDLE: Duration = Duration::from_secs(15);

/// Clients, and what is known of tokens, by login.
#[derive(Default)]
pub(super) struct Kept(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    clients: HashMap<LoginId, Used>,
    /// What is known of each login's tokens, whoever acts as it.
    held: HashMap<LoginId, Held>,
    swept: Option<Timestamp>,
}

struct Used {
    client: Arc<dyn Client>,
    at: Timestamp,
}

impl Kept {
    /// The client of this login, used once more.
    pub(super) fn get(&self, id: LoginId, now: Timestamp) -> Option<Arc<dyn Client>> {
        let mut inner = self.lock();
        let used = inner.clients.get_mut(&id)?;
        used.at = now;
        Some(Arc::clone(&used.client))
    }

    /// Keeps a client, and lets those go that were not used for a while.
    pub(super) fn insert(&self, id: LoginId, client: Arc<dyn Client>, now: Timestamp) {
        self.lock().clients.insert(id, Used { client, at: now });
        self.sweep(now);
    }

    /// Forgets the client of this login.
    pub(super) fn remove(&self, id: LoginId) {
        self.lock().clients.remove(&id);
    }

    /// What is known of this login's tokens.
    pub(super) fn held(&self, id: LoginId) -> Held {
        Arc::clone(self.lock().held.entry(id).or_default())
    }

    /// Lets everything go that was not used for a while and that the store knows as well.
    pub(super) fn sweep(&self, now: Timestamp) {
        let mut inner = self.lock();
        if inner.swept.is_some_and(|swept| now.since(swept) < IDLE) {
            return;
        }
        inner.swept = Some(now);
        inner.clients.retain(|_, used| now.since(used.at) < IDLE);
        // Whoever renews or replaces tokens, or acts with them, holds a share.
        inner.held.retain(|_, held| {
            Arc::strong_count(held) > 1 || held.try_lock().map_or(true, |known| !known.in_store())
        });
        let (clients, tokens) = (inner.clients.len(), inner.held.len());
        inner.clients.shrink_to(clients * 2);
        inner.held.shrink_to(tokens * 2);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
