//! The gate through which everything passes that the engine asks of the outside: each call to the store and to a
//! platform has one point before it and one behind it. At a chosen point the process "dies": whoever is there, and
//! whoever comes after, never returns, and the harness drops them all. Between two points the engine only computes, so a
//! death there looks like a death at the next point; enumerating the points enumerates every death that can be told
//! apart.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::Notify;

/// Counts points and kills at one.
pub struct Gate {
    state: Mutex<State>,
    /// Told when the process has died.
    pub died: Notify,
}

struct State {
    passed: u64,
    die_at: Option<u64>,
    dead: bool,
    dice: Option<StdRng>,
    names: BTreeMap<&'static str, u64>,
    last: &'static str,
}

impl Gate {
    /// A gate that dies at point number `die_at` (from 1), if one is given, and that gives way to other tasks at random
    /// points when `seed` is given, so that every seed interleaves them differently.
    pub fn new(die_at: Option<u64>, seed: Option<u64>) -> Self {
        let dice = seed.map(StdRng::seed_from_u64);
        let state = State { passed: 0, die_at, dead: false, dice, names: BTreeMap::new(), last: "" };
        Self { state: Mutex::new(state), died: Notify::new() }
    }

    /// How many points were passed.
    pub fn passed(&self) -> u64 {
        self.state().passed
    }

    /// The name of the point where it died, or of the last one that was passed.
    pub fn last(&self) -> &'static str {
        self.state().last
    }

    /// How often each kind of point was passed.
    pub fn names(&self) -> BTreeMap<&'static str, u64> {
        self.state().names.clone()
    }

    /// Dies now, wherever everybody is.
    pub fn kill(&self) {
        self.state().dead = true;
        self.died.notify_one();
    }

    /// Dies at the `more`th point from here.
    pub fn kill_after(&self, more: u64) {
        let mut state = self.state();
        state.die_at = Some(state.passed + more.max(1));
    }

    /// Does not die at a chosen point any more.
    pub fn forgive(&self) {
        self.state().die_at = None;
    }

    /// Passes `call` with a point before and a point behind it.
    pub async fn through<T>(&self, name: &'static str, call: impl Future<Output = T>) -> T {
        self.point(name).await;
        let result = call.await;
        self.point(name).await;
        result
    }

    async fn point(&self, name: &'static str) {
        let (dead, yields) = {
            let mut state = self.state();
            if !state.dead {
                state.passed += 1;
                state.last = name;
                *state.names.entry(name).or_default() += 1;
                if state.die_at == Some(state.passed) {
                    state.dead = true;
                    self.died.notify_one();
                }
            }
            let yields = state.dice.as_mut().map_or(0, |dice| dice.random_range(0..4_u8));
            (state.dead, yields)
        };
        if dead {
            pending::<()>().await;
        }
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
