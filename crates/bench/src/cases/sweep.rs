//! Latency over load: the same conversations at ever higher rates, until no more passes.

use std::time::Duration;

use super::small::{CONVERSATIONS, PEOPLE, begin, judged};
use crate::chart::{Curve, Point};
use crate::judge::Direction;
use crate::load;
use crate::report::Figures;
use crate::run::Settings;
use crate::stats::{millis, percentile};
use crate::world::World;

/// Messages a second.
const RATES: [u32; 9] = [25, 50, 100, 200, 400, 800, 1200, 1600, 2400];
/// How long at each.
const LONG: Duration = Duration::from_secs(4);
/// Beyond this the rate is more than passes, and the next one would say nothing.
const ENOUGH: f64 = 1000.0;

/// Measures both directions.
pub(super) async fn measure(
    settings: &Settings,
    figures: &mut Figures,
    curves: &mut Vec<Curve>,
) -> anyhow::Result<()> {
    for direction in [Direction::WebexToTeams, Direction::TeamsToWebex] {
        let world = World::start(settings, PEOPLE).await?;
        let mut points = Vec::new();
        for rate in RATES {
            let talk = world.talk(direction, CONVERSATIONS).await?;
            begin(&world, &talk).await?;
            let subject = world.product.server.process;
            let window = load::open(&talk.apps, talk.tally(), subject, f64::from(rate), LONG).await?;
            let mut added = talk.tally().latencies(window.from, window.to);
            judged(figures, &format!("{} at {rate}/s", direction.name()), &window, talk.tally());
            let mut at = |percent| percentile(&mut added, percent).map(millis).unwrap_or_default();
            let point = Point { rate: f64::from(rate), p50: at(50.0), p99: at(99.0) };
            println!(
                "    {} at {rate}/s: p50 {:.2} ms, p99 {:.2} ms",
                direction.name(),
                point.p50,
                point.p99
            );
            points.push(point);
            if point.p50 > ENOUGH {
                break;
            }
        }
        curves.push(Curve { name: direction.name(), points });
    }
    figures.note("Latency over load is drawn in `latency.svg`.".to_owned());
    Ok(())
}
