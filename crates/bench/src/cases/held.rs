//! What a room that is rate-limited, or that hangs, does to all others: nothing that they would notice.
//!
//! The same conversations are loaded at the usual rate without and with two more beside them, whose calls are refused with
//! 429 or are never answered; people go on typing there. In the end those two are let go, and must have everything, in order.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use entente_sim::faults::{Fault, Rule, When};

use super::small::{PEOPLE, begin, judged};
use crate::judge::Direction;
use crate::load;
use crate::measure::Window;
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;
use crate::stats::{millis, percentile};
use crate::world::{Talk, World};

/// Conversations that go on.
const OTHERS: usize = 100;
/// Conversations that are held up.
const HELD: usize = 2;
const RATE: f64 = 200.0;
/// How often somebody types in those that are held up, a second in all.
const THERE: f64 = 4.0;
/// How long a call hangs before it is answered with 504; longer than a window is.
const HANGS: u64 = 15_000;
/// How long what was held up may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Measures a refused and a hanging pair of rooms against the same without.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    let world = World::start(settings, PEOPLE).await?;
    let others = world.talk_of(Direction::WebexToTeams, 0..OTHERS, 'w').await?;
    begin(&world, &others).await?;
    let without = latencies(figures, "nothing held up", &world, &others, settings).await?;
    let limited = Fault::Status { code: 429, retry_after: Some("2".to_owned()) };
    let hanging = Fault::Timeout { millis: HANGS };
    for (case, letter, fault) in [("two rooms answer 429", 'x', limited), ("two rooms hang", 'y', hanging)] {
        let held = world.talk_of(Direction::WebexToTeams, OTHERS..OTHERS + HELD, letter).await?;
        begin(&world, &held).await?;
        world.seat(&[&others, &held]);
        let mut rules = Vec::new();
        for pair in &held.judge.pairs {
            let chat = pair.place.get().context("a mirror is not open")?;
            rules.push(Rule {
                name: "held".to_owned(),
                method: "POST".to_owned(),
                path: format!("*/chats/{chat}/messages"),
                fault: fault.clone(),
                when: When::Before,
                share: 1.0,
                times: None,
            });
        }
        world.hosts.teams.faults().set(rules);
        let typing = tokio::spawn(type_on(Arc::clone(&held.apps), Arc::clone(held.tally()), settings.window));
        let with = latencies(figures, case, &world, &others, settings).await?;
        typing.await??;
        let waiting = held.tally().wrong().lost;
        ensure!(waiting > HELD, "{case}: nothing was held up");
        world.hosts.teams.faults().set(Vec::new());
        ensure!(held.tally().all(PATIENCE).await, "{case}: {} never arrived", held.tally().wrong().words());
        if !held.tally().wrong().nothing() {
            figures.void(format!("{case}: {} where it was held up", held.tally().wrong().words()));
        }
        figures.put(
            case,
            "others' p50 against without",
            Unit::Ratio,
            with.0 / without.0,
            Target::AtMost(1.1),
        );
        figures.put(
            case,
            "others' p99 against without",
            Unit::Ratio,
            with.1 / without.1,
            Target::AtMost(2.0),
        );
    }
    Ok(())
}

/// Median and 99th percentile in milliseconds of those who are not held up.
async fn latencies(
    figures: &mut Figures,
    case: &str,
    world: &World,
    others: &Talk,
    settings: &Settings,
) -> anyhow::Result<(f64, f64)> {
    let (subject, tally) = (world.product.server.process, others.tally());
    let window: Window = load::open(&others.apps, tally, subject, RATE, settings.window).await?;
    judged(figures, case, &window, tally);
    let mut added = tally.latencies(window.from, window.to);
    let mut at = |percent| percentile(&mut added, percent).map(millis).unwrap_or_default();
    let (p50, p99) = (at(50.0), at(99.0));
    figures.put(case, "others' p50", Unit::Millis, p50, Target::None);
    figures.put(case, "others' p99", Unit::Millis, p99, Target::None);
    Ok((p50, p99))
}

/// Types where nothing arrives, for about as long as a window takes.
async fn type_on(
    apps: Arc<crate::typists::Apps>,
    tally: Arc<crate::tally::Tally>,
    length: Duration,
) -> anyhow::Result<()> {
    use crate::load::Typist as _;
    let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / THERE));
    let until = tokio::time::Instant::now() + length;
    for number in 0.. {
        ticks.tick().await;
        if tokio::time::Instant::now() >= until {
            break;
        }
        apps.say(tally.say(number % tally.len())).await?;
    }
    Ok(())
}
