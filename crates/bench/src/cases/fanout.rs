//! What is said in a channel that is linked with three others: one report in, three messages out, three echoes back.

use super::pairs::PEOPLE;
use super::small::{judged, mib};
use crate::four::{Four, hosts};
use crate::load;
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;
use crate::stats::{millis, percentile};

/// Linked channels, each on all four platforms; a quarter of them is typed in on each.
const CHANNELS: usize = 200;
/// To how many channels each message goes.
const TARGETS: f64 = 3.0;
/// Messages a second of the latency figures.
const RATE: f64 = 50.0;

/// Measures it in many channels at once, and in a single one.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    figures.note(hosts::DIFFERENCES.to_owned());
    figures.note(hosts::CEILINGS.to_owned());
    let four = Four::start(settings, PEOPLE).await?;
    let channels = four.link(0..CHANNELS).await?;
    for count in [CHANNELS, 1] {
        let case = match count {
            1 => "channel 1 → 3, one channel".to_owned(),
            _ => format!("channel 1 → 3, {count} channels"),
        };
        let talk = four.talk_in(&channels[..count], 0, 'c')?;
        four.seat(&[&talk]);
        load::one_each(&talk.apps, talk.tally(), 0..count, 16).await?;
        let (subject, tally) = (four.product.server.process, talk.tally());
        let window = load::open(&talk.apps, tally, subject, RATE, settings.window).await?;
        judged(figures, &case, &window, tally);
        let mut added = tally.latencies(window.from, window.to);
        for (percent, what) in
            [(50.0, "all three have it at 50/s, p50"), (99.0, "all three have it at 50/s, p99")]
        {
            let at = percentile(&mut added, percent).map(millis).unwrap_or_default();
            figures.put(&case, what, Unit::Millis, at, Target::None);
        }
        subject.forget_peak()?;
        let window = load::closed(&talk.apps, tally, subject, 1, settings.window).await?;
        judged(figures, &case, &window, tally);
        let target = if count == 1 { Target::None } else { Target::AtLeast(3000.0) };
        figures.put(&case, "deliveries", Unit::PerSecond, window.rate() * TARGETS, target);
        figures.put(
            &case,
            "CPU per delivery",
            Unit::Micros,
            window.cpu_per_message() / TARGETS,
            Target::None,
        );
        figures.put(&case, "product's core", Unit::Percent, window.busy() * 100.0, Target::None);
        figures.put(&case, "load's core", Unit::Percent, window.load * 100.0, Target::None);
        figures.put(&case, "peak memory", Unit::MiB, mib(subject.peak()?), Target::AtMost(128.0));
    }
    Ok(())
}
