//! Does a message cost the same however many there are beside it? The same conversations are loaded while ten times and a
//! hundred times as many links exist, and in organizations of ten times and a hundred times as many people.

use super::pairs::PEOPLE;
use super::small::{begin, judged};
use crate::four::Four;
use crate::judge::Direction;
use crate::load;
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;
use crate::world::World;

/// Channels that are loaded, and links that exist.
const LOADED: usize = 10;
const LINKS: [usize; 3] = [LOADED, 10 * LOADED, 100 * LOADED];
/// Messages a second: the same work is compared, which a processor that is full would group otherwise.
const RATE_IN_CHANNELS: f64 = 200.0;

/// Conversations that are loaded, and people.
const CONVERSATIONS: usize = 50;
const EVERYBODY: [usize; 3] = [100, 1_000, 10_000];
const RATE: f64 = 1_000.0;

/// Within what a figure is called flat.
const FLAT: f64 = 1.1;

/// Measures both.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    links(settings, figures).await?;
    people(settings, figures).await
}

async fn links(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    let four = Four::start(settings, PEOPLE).await?;
    let mut channels = Vec::new();
    let mut smallest = None;
    for links in LINKS {
        channels.extend(four.link(channels.len()..links).await?);
        let case = format!("{LOADED} channels of {links} links");
        let talk = four.talk_in(&channels[..LOADED], 0, 'c')?;
        four.seat(&[&talk]);
        let (subject, tally) = (four.product.server.process, talk.tally());
        load::one_each(&talk.apps, tally, 0..LOADED, LOADED).await?;
        let window = load::open(&talk.apps, tally, subject, RATE_IN_CHANNELS, settings.window).await?;
        judged(figures, &case, &window, tally);
        against(figures, &case, window.cpu_per_message(), &mut smallest);
    }
    Ok(())
}

async fn people(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    let mut smallest = None;
    for people in EVERYBODY {
        let world = World::start(settings, people).await?;
        let case = format!("Webex → Teams, {people} people");
        let talk = world.talk(Direction::WebexToTeams, CONVERSATIONS).await?;
        begin(&world, &talk).await?;
        let subject = world.product.server.process;
        let window = load::open(&talk.apps, talk.tally(), subject, RATE, settings.window).await?;
        judged(figures, &case, &window, talk.tally());
        against(figures, &case, window.cpu_per_message(), &mut smallest);
    }
    Ok(())
}

fn against(figures: &mut Figures, case: &str, cpu: f64, smallest: &mut Option<f64>) {
    let target = if smallest.is_some() { Target::AtMost(FLAT) } else { Target::None };
    let smallest = *smallest.get_or_insert(cpu);
    figures.put(case, "CPU per message", Unit::Micros, cpu, Target::None);
    figures.put(case, "CPU against the smallest", Unit::Ratio, cpu / smallest, target);
}
