//! Does a message cost the same in a large organization? The same two hundred conversations are loaded while ever more
//! mirrors stand open beside them.

use std::time::Duration;

use super::small::{CONVERSATIONS, judged, mib};
use crate::judge::Direction;
use crate::load;
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;
use crate::world::World;

/// How many mirrors are opened at a time.
const OPENING: usize = 64;

/// When the product counts as at rest: after this time unused connections are closed, and what was freed is given back.
const REST: Duration = Duration::from_mins(2);

/// Measures it.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    let world = World::start(settings, settings.people).await?;
    let subject = world.product.server.process;
    let all = world.talk(Direction::WebexToTeams, 10_000).await?;
    let mut opened = 0;
    let mut smallest = figures.last("Webex → Teams, 200 conversations", "CPU per message");
    for mirrors in [1_000, 2_000, 10_000] {
        world.seat(&[&all]);
        load::one_each(&all.apps, all.tally(), opened..mirrors, OPENING).await?;
        opened = mirrors;
        let case = format!("{} people, {mirrors} mirrors", settings.people);
        if mirrors == 2_000 {
            tokio::time::sleep(REST).await;
            figures.put(&case, "memory at rest", Unit::MiB, mib(subject.memory()?), Target::AtMost(64.0));
            continue;
        }
        let talk = world.talk(Direction::WebexToTeams, CONVERSATIONS).await?;
        world.seat(&[&talk]);
        subject.forget_peak()?;
        let window = load::closed(&talk.apps, talk.tally(), subject, settings.deep, settings.window).await?;
        judged(figures, &case, &window, talk.tally());
        let cpu = window.cpu_per_message();
        figures.put(&case, "messages", Unit::PerSecond, window.rate(), Target::None);
        figures.put(&case, "CPU per message", Unit::Micros, cpu, Target::None);
        let smallest = *smallest.get_or_insert(cpu);
        figures.put(&case, "CPU against the smallest", Unit::Ratio, cpu / smallest, Target::AtMost(1.1));
        figures.put(&case, "peak memory", Unit::MiB, mib(subject.peak()?), Target::AtMost(128.0));
    }
    Ok(())
}
