//! Every call a simulator answered, in order. The ledger is the judge of a run: what the product believes is never
//! asked whether a message was lost, doubled or reordered.

use std::sync::{Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One answered call, or one thing done by hand through `/_sim`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the ledger, from 1, without gaps.
    pub number: u64,
    /// ISO 8601, UTC, milliseconds, on the simulator's clock.
    pub at: String,
    /// HTTP method.
    pub method: String,
    /// Path as it was called, without the query.
    pub path: String,
    /// HTTP status that was (or would have been) answered. A response swallowed by a fault keeps the status of the effect.
    pub status: u16,
    /// Who called: the account's id, `app:<client id>`, or empty for a caller that could not be identified.
    pub who: String,
    /// What the call changed; `null` when it changed nothing. Always an object with `kind`, e.g. `message.created`.
    pub change: Value,
    /// The name of the fault that touched this call, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The ledger of one simulator.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<Vec<Entry>>,
    watcher: OnceLock<Watcher>,
}

/// Is told of every entry the moment it stands in the ledger.
struct Watcher(Box<dyn Fn(&Entry) + Send + Sync>);

impl std::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watcher")
    }
}

impl Ledger {
    /// Tells `watcher` of every entry from now on, in order. It must be quick and must not call back. The first one
    /// stays; answers whether this was it.
    pub fn watch(&self, watcher: impl Fn(&Entry) + Send + Sync + 'static) -> bool {
        self.watcher.set(Watcher(Box::new(watcher))).is_ok()
    }

    /// Appends an entry and gives it its number.
    pub fn append(&self, mut entry: Entry) -> u64 {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entry.number = entries.len() as u64 + 1;
        let number = entry.number;
        if let Some(Watcher(watcher)) = self.watcher.get() {
            watcher(&entry);
        }
        entries.push(entry);
        number
    }

    /// Names the fault that touched the call of entry `number`, after the fact: a fault that replaces an answer strikes
    /// outside the place where the call is recorded.
    pub fn name_fault(&self, number: u64, fault: String) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        if let Some(entry) = index.and_then(|index| entries.get_mut(index)) {
            entry.fault = Some(fault);
        }
    }

    /// At most `max` entries with a number greater than `after`, oldest first.
    pub fn read(&self, after: u64, max: usize) -> Vec<Entry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let from = usize::try_from(after).unwrap_or(usize::MAX).min(entries.len());
        entries[from..].iter().take(max).cloned().collect()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether nothing was called yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
