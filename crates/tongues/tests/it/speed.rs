//! A mebibyte of whatever is most hostile is read without harm, and in a time that grows with its length.
//!
//! Times are asked for in optimized builds only (`cargo xtask gate` runs this file in one): a debug build is slower by a factor
//! that says nothing of the product. That nothing overruns the stack holds in both.

use std::time::{Duration, Instant};

use entente_model::Body;
use entente_tongues::bombs::{self, Bomb};
use entente_tongues::{ALL, dialect};

/// What reading or writing one message may cost.
const BUDGET: Duration = Duration::from_millis(50);

/// What cutting one may cost: it is a search, and prints each part some twenty to thirty times.
const SEARCH: Duration = Duration::from_millis(1_500);

/// The shortest of a few runs, and what came of the last.
#[expect(clippy::disallowed_methods, reason = "what is measured is time on the machine's own clock")]
fn timed<T>(runs: u32, work: impl Fn() -> T) -> (Duration, T) {
    let mut shortest = Duration::MAX;
    let mut result = None;
    for _ in 0..runs {
        let begun = Instant::now();
        result = Some(work());
        shortest = shortest.min(begun.elapsed());
    }
    (shortest, result.expect("at least one run"))
}

/// How often it is tried. In debug builds times are not asked for.
const RUNS: u32 = if cfg!(debug_assertions) { 1 } else { 4 };

/// Tells what took too long. In debug builds nothing does.
fn judge(slow: &[String]) {
    assert!(slow.is_empty() || cfg!(debug_assertions), "too slow:\n{}", slow.join("\n"));
}

/// In a debug build, which takes some minutes for all, every seventh.
fn bombs() -> impl Iterator<Item = Bomb> {
    bombs::all().into_iter().step_by(if cfg!(debug_assertions) { 7 } else { 1 })
}

fn read(bomb: &Bomb) -> (Duration, Body) {
    let from = dialect(bomb.platform);
    let message = from.message(&bomb.fields);
    let (took, read) = timed(RUNS, || from.tongue.read(&message));
    (took, read.unwrap_or_else(|error| panic!("{} of {}: {error}", bomb.name, bomb.platform)).body)
}

#[test]
fn reading_is_linear() {
    let mut slow = Vec::new();
    for bomb in bombs() {
        let (took, _) = read(&bomb);
        if took > BUDGET {
            slow.push(format!("{} of {}: {took:?}", bomb.name, bomb.platform));
        }
    }
    judge(&slow);
}

#[test]
fn writing_is_linear() {
    let mut slow = Vec::new();
    for bomb in bombs() {
        let (_, body) = read(&bomb);
        for to in &ALL {
            for (name, work) in [
                ("written", timed(RUNS, || drop(to.tongue.write(&body))).0),
                ("rewritten", timed(RUNS, || drop(to.tongue.rewrite(&body))).0),
            ] {
                if work > BUDGET {
                    slow.push(format!("{} of {} {name} for {}: {work:?}", bomb.name, bomb.platform, to.name));
                }
            }
        }
    }
    judge(&slow);
}

/// Cutting prints what it cuts several times, so it may take longer by that, and not by the number of parts.
#[test]
fn cutting_is_linear() {
    let mut slow = Vec::new();
    for bomb in bombs() {
        let (_, body) = read(&bomb);
        for to in &ALL {
            let (took, parts) = timed(RUNS / 4 + 1, || to.tongue.split(body.clone()));
            if took > SEARCH {
                let parts = parts.len();
                slow.push(format!(
                    "{} of {} cut for {} into {parts}: {took:?}",
                    bomb.name, bomb.platform, to.name
                ));
            }
        }
    }
    judge(&slow);
}
