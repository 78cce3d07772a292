//! The proof by kill -9: the real binary with its real database and real ports stands between both simulators, under load
//! and with one call in twenty failing, and is killed again and again. Whatever it was doing, in the end everything that
//! was written stands on the other side once, in order, by the right author. The simulators' ledgers alone are asked.
//!
//! It needs the feature `steps`, with which the binary can kill itself at every named boundary and mistakes can be planted
//! in it; they have to be found by the same means.

use std::time::Duration;

use crate::campaign::{Outcome, Place, Plan};

mod browser;
mod campaign;
mod people;
mod process;
mod report;
mod thorough;
mod world;

/// One at a time: two would take each other's processor.
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Carries a plan out and prints what happened.
fn run(plan: Plan) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = runtime.expect("a runtime").block_on(async {
        let _one = ONE.lock().await;
        campaign::run(plan).await
    });
    report::print(&outcome);
    outcome
}

/// The seed of a run; the environment may name another.
fn seed() -> u64 {
    std::env::var("ENTENTE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

#[test]
fn nothing_is_lost_when_it_is_killed_a_few_times() {
    let deaths = vec![Place::Outside; 4];
    let plan = Plan { seed: seed(), deaths, planted: None, hopeless: Duration::from_secs(40) };
    assert!(run(plan).is_clean());
}
