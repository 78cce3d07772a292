//! Thirty deaths, and the mistakes that they have to find.

use std::time::Duration;

use entente_platform::Step;
use entente_testkit::Verdict;

use crate::campaign::{Place, Plan};
use crate::{run, seed};

/// At most so long from the start of the process to its first new delivery, for the median start: the machine may be
/// busy with something else now and then.
const AGAIN: Duration = Duration::from_secs(1);

fn boundaries(each: usize, outside: usize) -> Vec<Place> {
    let at = Step::ALL.into_iter().flat_map(|step| vec![Place::At(step); each]);
    at.chain(vec![Place::Outside; outside]).collect()
}

#[test]
fn nothing_is_lost_when_it_is_killed_thirty_times() {
    let plan =
        Plan { seed: seed(), deaths: boundaries(2, 14), planted: None, hopeless: Duration::from_secs(75) };
    let mut outcome = run(plan);
    assert!(outcome.is_clean());
    assert_eq!(outcome.deaths.values().sum::<u32>(), 30);
    for step in Step::ALL {
        assert!(outcome.deaths.get(step.name()).is_some_and(|deaths| *deaths >= 2), "{}", step.name());
    }
    outcome.recoveries.sort_unstable();
    let median = outcome.recoveries[outcome.recoveries.len() / 2];
    assert!(median <= AGAIN, "delivering again took {median:?}");
}

/// How a mistake shows. A run that merely took too long for a busy machine must not count as having found it.
#[derive(Debug, Clone, Copy)]
enum Shows {
    Lost,
    Doubled,
    Reordered,
}

fn is_found(planted: &'static str, shows: Shows) {
    let plan = Plan {
        seed: seed(),
        deaths: boundaries(1, 2),
        planted: Some(planted),
        hopeless: Duration::from_secs(20),
    };
    let outcome = run(plan);
    let found = |verdict: &Verdict| match shows {
        Shows::Lost => verdict.lost.len(),
        Shows::Doubled => verdict.doubled.len(),
        Shows::Reordered => verdict.reordered.len(),
    };
    let found: usize = outcome.verdicts.iter().map(found).sum();
    assert!(found > 0, "{planted} went unnoticed: {shows:?} was expected");
}

#[test]
fn a_call_without_intent_is_found() {
    is_found("NoIntent", Shows::Doubled);
}

#[test]
fn a_row_done_before_it_was_sent_is_found() {
    is_found("DoneBeforeSent", Shows::Lost);
}

#[test]
fn a_refusal_for_the_moment_taken_for_good_is_found() {
    is_found("GiveUpAtOnce", Shows::Lost);
}

#[test]
fn a_repeated_unknown_is_found() {
    is_found("RepeatUnknown", Shows::Doubled);
}

#[test]
fn an_order_by_id_is_found() {
    is_found("OrderById", Shows::Reordered);
}
