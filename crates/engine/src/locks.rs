//! Who is being worked on right now in this process, so that a reconciler, an operator and a person who consents do not
//! write over each other. What is true is in the store; after a crash these mean nothing and nothing is missing.

use entente_model::{LinkId, PersonId};
use tokio::sync::{Mutex, MutexGuard};

/// Two people rarely share a lock, and nothing breaks if they do. Nobody may hold two of them.
const SHARDS: usize = 64;

/// The locks of a process.
pub(crate) struct Locks {
    people: Vec<Mutex<()>>,
    /// Held for a whole pass of the reconciler of stand-ins.
    pub(crate) pass: Mutex<()>,
    /// Held while an app's own login is made or replaced.
    pub(crate) apps: Mutex<()>,
    /// Held while channels are made to be linked.
    pub(crate) channels: Mutex<()>,
    mirrors: Vec<Mutex<()>>,
}

impl Locks {
    /// The right to change one person's stand-ins: read, call and write under it.
    pub(crate) async fn person(&self, person: PersonId) -> MutexGuard<'_, ()> {
        let last = person.0.as_bytes()[15];
        self.people[usize::from(last) % SHARDS].lock().await
    }

    /// The right to make the mirrors of a group: a worker whose lane was taken over does not make them as well.
    pub(crate) async fn mirrors(&self, link: LinkId) -> MutexGuard<'_, ()> {
        let last = link.0.as_bytes()[15];
        self.mirrors[usize::from(last) % SHARDS].lock().await
    }
}

impl Default for Locks {
    fn default() -> Self {
        Self {
            people: (0..SHARDS).map(|_| Mutex::new(())).collect(),
            pass: Mutex::new(()),
            apps: Mutex::new(()),
            channels: Mutex::new(()),
            mirrors: (0..SHARDS).map(|_| Mutex::new(())).collect(),
        }
    }
}
