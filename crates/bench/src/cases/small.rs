//! The cases of the small world: four hundred people, two hundred of whose conversations are loaded.

use std::sync::Arc;
use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};

use super::floors::{self, DURABLE, RSA, SYNC};
use crate::judge::Direction;
use crate::load;
use crate::measure::{FULL, Window};
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;
use crate::stats::{millis, percentile};
use crate::tally::Tally;
use crate::world::{Talk, World};

/// People in the small world.
pub(super) const PEOPLE: usize = 400;
/// Conversations that are loaded.
pub(super) const CONVERSATIONS: usize = 200;
/// Conversations with a far side that is slow.
const SLOW: usize = 100;
/// The usual rate of the latency figures.
const RATE: f64 = 200.0;
/// How many mirrors are opened at a time before a load.
const OPENING: usize = 32;

/// Adds whatever makes a window void.
pub(super) fn judged(figures: &mut Figures, name: &str, window: &Window, tally: &Tally) {
    if window.load > FULL {
        figures.void(format!("{name}: the load kept its core {:.0} % busy", window.load * 100.0));
    }
    figures.disturbed(window.others);
    let wrong = tally.wrong();
    if !wrong.nothing() {
        let notes = tally.notes().join("; ");
        figures.void(format!("{name}: {}{}{notes}", wrong.words(), if notes.is_empty() { "" } else { ": " }));
    }
}

/// Opens every mirror of a talk with its first message.
pub(super) async fn begin(world: &World, talk: &Talk) -> anyhow::Result<()> {
    world.seat(&[talk]);
    load::one_each(&talk.apps, talk.tally(), 0..talk.tally().len(), OPENING).await
}

/// Both directions: how long one message takes, and how many pass.
pub(super) async fn messages(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    let world = World::start(settings, PEOPLE).await?;
    let directions = [Direction::WebexToTeams, Direction::TeamsToWebex];
    for direction in directions {
        let talk = world.talk(direction, CONVERSATIONS).await?;
        begin(&world, &talk).await?;
        latency(settings, figures, &world, &talk).await?;
    }
    for direction in directions {
        let talk = world.talk(direction, CONVERSATIONS).await?;
        begin(&world, &talk).await?;
        throughput(settings, figures, &world, &talk).await?;
    }
    Ok(())
}

/// Added latency and acknowledgements at the usual rate.
async fn latency(
    settings: &Settings,
    figures: &mut Figures,
    world: &World,
    talk: &Talk,
) -> anyhow::Result<()> {
    let case = format!("{}, 200/s", talk.judge.direction.name());
    world.hosts.acks.take();
    let subject = world.product.server.process;
    let window = load::open(&talk.apps, talk.tally(), subject, RATE, settings.window).await?;
    let mut acks = world.hosts.acks.take();
    let mut added = talk.tally().latencies(window.from, window.to);
    world.check_rooms(talk).await?;
    judged(figures, &case, &window, talk.tally());
    let at = |values: &mut Vec<_>, percent| percentile(values, percent).map(millis).unwrap_or_default();
    let (p50, p99) = (at(&mut added, 50.0), at(&mut added, 99.0));
    figures.put(&case, "added latency, p50", Unit::Millis, p50, Target::AtMost(5.0));
    figures.put(&case, "added latency, p99", Unit::Millis, p99, Target::AtMost(25.0));
    let (ack50, ack99) = (at(&mut acks, 50.0), at(&mut acks, 99.0));
    figures.put(&case, "webhook acknowledged, p50", Unit::Millis, ack50, Target::None);
    figures.put(&case, "webhook acknowledged, p99", Unit::Millis, ack99, Target::AtMost(20.0));
    if let Some(sync) = figures.last(floors::CASE, SYNC) {
        figures.put(&case, "added latency p50 in fsyncs", Unit::Ratio, p50 / sync, Target::None);
        figures.put(&case, "acknowledged p50 in fsyncs", Unit::Ratio, ack50 / sync, Target::AtMost(2.0));
    }
    figures.put(&case, "CPU per message", Unit::Micros, window.cpu_per_message(), Target::None);
    Ok(())
}

/// As much as passes.
async fn throughput(
    settings: &Settings,
    figures: &mut Figures,
    world: &World,
    talk: &Talk,
) -> anyhow::Result<()> {
    let direction = talk.judge.direction;
    let case = format!("{}, 200 conversations", direction.name());
    let (subject, tally) = (world.product.server.process, talk.tally());
    subject.forget_peak()?;
    let before = Counters::read(world).await?;
    let said = tally.count();
    // Graph does not promise that notifications arrive in order; two messages typed at once in one chat have none.
    let deep = if direction == Direction::TeamsToWebex { 1 } else { settings.deep };
    let window = load::closed(&talk.apps, tally, subject, deep, settings.window).await?;
    let after = Counters::read(world).await?;
    world.check_rooms(talk).await?;
    judged(figures, &case, &window, tally);
    let target = match direction {
        Direction::WebexToTeams => Target::AtLeast(2000.0),
        Direction::TeamsToWebex => Target::None,
    };
    figures.put(&case, "messages", Unit::PerSecond, window.rate(), target);
    if let Some(floor) = figures.last(floors::CASE, DURABLE) {
        let target = match direction {
            Direction::WebexToTeams => Target::AtLeast(0.15),
            Direction::TeamsToWebex => Target::None,
        };
        figures.put(&case, "of the durable floor", Unit::Ratio, window.rate() / floor, target);
    }
    if let Some(rsa) = figures.last(floors::CASE, RSA) {
        let target = match direction {
            Direction::WebexToTeams => Target::None,
            Direction::TeamsToWebex => Target::AtLeast(0.6),
        };
        figures.put(&case, "of RSA alone", Unit::Ratio, window.rate() / rsa, target);
    }
    figures.put(&case, "CPU per message", Unit::Micros, window.cpu_per_message(), Target::None);
    figures.put(&case, "product's core", Unit::Percent, window.busy() * 100.0, Target::None);
    figures.put(&case, "load's core", Unit::Percent, window.load * 100.0, Target::None);
    figures.put(&case, "peak memory", Unit::MiB, mib(subject.peak()?), Target::AtMost(128.0));
    let messages = tally.count() - said;
    before.compare(figures, &case, &after, messages);
    Ok(())
}

/// A far side that takes 50 ms for each post.
pub(super) async fn slow(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    const CASE: &str = "Webex → Teams, far side 50 ms, 100 conversations";
    let world = World::start(settings, PEOPLE).await?;
    let talk = world.talk(Direction::WebexToTeams, SLOW).await?;
    begin(&world, &talk).await?;
    world.hosts.teams.faults().set(vec![Rule {
        name: "far".to_owned(),
        method: "POST".to_owned(),
        path: "*/messages".to_owned(),
        fault: Fault::Slow { millis: 50 },
        when: When::Before,
        share: 1.0,
        times: None,
    }]);
    let window =
        load::closed(&talk.apps, talk.tally(), world.product.server.process, settings.deep, settings.window)
            .await?;
    judged(figures, CASE, &window, talk.tally());
    figures.put(CASE, "messages", Unit::PerSecond, window.rate(), Target::AtLeast(1000.0));
    figures.put(CASE, "load's core", Unit::Percent, window.load * 100.0, Target::None);
    Ok(())
}

/// Ten minutes at half the target's rate: memory at the end against memory after the first minute.
pub(super) async fn long(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    const CASE: &str = "Webex → Teams, 1,000/s for 10 minutes";
    let world = World::start(settings, PEOPLE).await?;
    let talk = world.talk(Direction::WebexToTeams, CONVERSATIONS).await?;
    begin(&world, &talk).await?;
    let (subject, tally) = (world.product.server.process, Arc::clone(talk.tally()));
    load::open(&talk.apps, &tally, subject, 1000.0, Duration::from_mins(1)).await?;
    let early = subject.memory()?;
    let window = load::open(&talk.apps, &tally, subject, 1000.0, Duration::from_mins(7)).await?;
    let late = subject.memory()?;
    judged(figures, CASE, &window, &tally);
    figures.put(CASE, "memory after a minute", Unit::MiB, mib(early), Target::None);
    figures.put(CASE, "memory at the end", Unit::MiB, mib(late), Target::None);
    let growth = mib(late) - mib(early);
    figures.put(CASE, "growth", Unit::MiB, growth, Target::AtMost(4.0));
    Ok(())
}

/// KiB in MiB.
#[expect(clippy::cast_precision_loss, reason = "some thousand MiB at most")]
pub(super) fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// What the product counts about itself.
pub(super) struct Counters {
    opened: Option<u64>,
    commits: Option<u64>,
}

impl Counters {
    /// As they stand.
    pub(super) async fn read(world: &World) -> anyhow::Result<Self> {
        let opened = world.product.counter("opened").await?;
        Ok(Self { opened, commits: world.product.counter("commits").await? })
    }

    #[expect(clippy::cast_precision_loss, reason = "some hundred thousand messages")]
    fn compare(&self, figures: &mut Figures, case: &str, after: &Self, messages: usize) {
        let per = |before: Option<u64>, after: Option<u64>| {
            let difference = after?.saturating_sub(before.unwrap_or_default());
            Some(difference as f64 / messages.max(1) as f64)
        };
        if let Some(opened) = per(self.opened, after.opened) {
            figures.put(case, "decryptions per message", Unit::Ratio, opened, Target::None);
        }
        if let Some(commits) = per(self.commits, after.commits) {
            figures.put(case, "commits per message", Unit::Ratio, commits, Target::None);
        }
    }
}
