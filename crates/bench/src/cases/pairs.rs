//! Direct messages between every two platforms, each way: how long one takes, and how many pass.

use super::small::judged;
use crate::four::{Four, Talk, hosts};
use crate::judge::Platform;
use crate::load;
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;
use crate::stats::{millis, percentile};

/// People, a quarter of whom works on each platform.
pub(super) const PEOPLE: usize = 56;
/// Conversations of each ordered pair.
const CONVERSATIONS: usize = 100;
/// Messages a second of the latency figures.
const RATE: f64 = 100.0;
/// How many mirrors are opened at a time.
const OPENING: usize = 16;

/// Measures all twelve.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    figures.note(hosts::DIFFERENCES.to_owned());
    let four = Four::start(settings, PEOPLE).await?;
    for from in Platform::ALL {
        for to in Platform::ALL.into_iter().filter(|to| *to != from) {
            let talk = four.talk(from, to, CONVERSATIONS).await?;
            four.seat(&[&talk]);
            load::one_each(&talk.apps, talk.tally(), 0..CONVERSATIONS, OPENING).await?;
            pair(settings, figures, &four, &talk, (from, to)).await?;
        }
    }
    Ok(())
}

async fn pair(
    settings: &Settings,
    figures: &mut Figures,
    four: &Four,
    talk: &Talk,
    (from, to): (Platform, Platform),
) -> anyhow::Result<()> {
    let case = format!("{} → {}", from.name(), to.name());
    let (subject, tally) = (four.product.server.process, talk.tally());
    let window = load::open(&talk.apps, tally, subject, RATE, settings.window).await?;
    judged(figures, &case, &window, tally);
    let mut added = tally.latencies(window.from, window.to);
    for (percent, what) in [(50.0, "added latency at 100/s, p50"), (99.0, "added latency at 100/s, p99")] {
        let at = percentile(&mut added, percent).map(millis).unwrap_or_default();
        figures.put(&case, what, Unit::Millis, at, Target::None);
    }
    // One at a time in each conversation: not every platform promises that what was typed at once is reported in order.
    let window = load::closed(&talk.apps, tally, subject, 1, settings.window).await?;
    judged(figures, &case, &window, tally);
    figures.put(&case, "messages", Unit::PerSecond, window.rate(), Target::None);
    figures.put(&case, "CPU per message", Unit::Micros, window.cpu_per_message(), Target::None);
    Ok(())
}
