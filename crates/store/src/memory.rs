//! The memory twin: the same promises over ordered maps behind one lock, for deterministic simulation.
//!
//! It does no I/O, asks no clock and draws no random number, and no method awaits inside, so a simulation that drops a
//! future at any await sees either all of a transaction or nothing. It seals nothing, since nothing leaves the process.
//! Its right to stand in for the database is the conformance suite (`tests/it/conformance.rs`).

mod channels;
mod console;
mod inbox;
mod lanes;
mod links;
mod logins;
mod making;
mod mirrors;
mod outbox;
mod overdue;
mod people;
mod queues;
mod rooms;
mod settings;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::state::State;
use crate::leases::Leases;

/// A store in memory. Clones share it.
#[derive(Clone)]
pub struct Memory {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    leases: Leases,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::new(State::new()), leases: Leases::new(1) }) }
    }

    /// What a new boot of the process does to the store: every claim is void, and every lane that has work can be
    /// claimed. Nothing that was committed is lost.
    pub fn restarted(&self) {
        let mut state = self.state();
        state.boot += 1;
        self.leases().reboot(state.boot);
        for (lane, key, at) in state.lanes_with_work() {
            self.leases().wake(lane, &key, at);
        }
        for lane in state.wedged.keys() {
            self.leases().wedge(*lane, state.key(*lane));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leases(&self) -> &Leases {
        &self.shared.leases
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}
