//! A thousand linked channels, all of which are written in at once.

use std::time::Duration;

use tokio::time::Instant;

use super::pairs::PEOPLE;
use super::small::mib;
use crate::four::{Four, hosts};
use crate::load::Typist as _;
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;
use crate::stats::{millis, percentile};

/// Channels, each on all four platforms.
const CHANNELS: usize = 1_000;
/// How long everything may take to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

/// Measures how long the wave takes, the first time in channels that nothing was said in and again.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    figures.note(hosts::DIFFERENCES.to_owned());
    let four = Four::start(settings, PEOPLE).await?;
    let began = Instant::now();
    let channels = four.link(0..CHANNELS).await?;
    let case = format!("{CHANNELS} linked channels of four");
    figures.put(&case, "links made in", Unit::Seconds, began.elapsed().as_secs_f64(), Target::None);
    let subject = four.product.server.process;
    subject.forget_peak()?;
    for (letter, what) in
        [('c', ["first wave, median", "first wave, all"]), ('e', ["wave, median", "wave, all"])]
    {
        let talk = four.talk_in(&channels, 0, letter)?;
        four.seat(&[&talk]);
        let tally = talk.tally();
        four.hosts.acks.take();
        let from = Instant::now();
        for conversation in 0..tally.len() {
            talk.apps.say(tally.say(conversation)).await?;
        }
        let arrived = tally.all(PATIENCE).await;
        let mut acks = four.hosts.acks.take();
        let slowest = percentile(&mut acks, 100.0).map(millis).unwrap_or_default();
        figures.put(&case, "slowest acknowledgement", Unit::Millis, slowest, Target::None);
        if !arrived {
            anyhow::bail!(
                "not everything arrived: {}: {}",
                tally.wrong().words(),
                tally.missing().join(", ")
            );
        }
        let mut added = tally.latencies(from, Instant::now());
        for (percent, what) in [50.0, 100.0].into_iter().zip(what) {
            let at = percentile(&mut added, percent).map(millis).unwrap_or_default();
            figures.put(&case, what, Unit::Millis, at, Target::None);
        }
        if !tally.wrong().nothing() {
            figures.void(format!("{case}: {}: {}", tally.wrong().words(), tally.notes().join("; ")));
        }
    }
    figures.put(&case, "peak memory", Unit::MiB, mib(subject.peak()?), Target::AtMost(128.0));
    Ok(())
}
