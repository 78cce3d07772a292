//! A storm: people write, edit and take back in both directions while everything goes wrong at times that follow from a
//! seed: the platforms refuse, fail before and after the effect, answer late or never; reports come twice, late, in
//! another order or not at all; the process dies anywhere and starts again. When it is over, everything that was said
//! must stand on the other side once, in order, by the right author, saying what it said last.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::judge::{Said, judge};
use crate::options::Setup;
use crate::people::At;
use crate::place::Place;
use crate::world::World;
use lines::Line;

mod lines;
mod moods;
mod trouble;

/// What a storm did and reached.
#[derive(Debug, Default)]
pub struct Report {
    /// What was reached, by name: deaths by the kind of point, strikes by the name of the fault.
    pub reached: BTreeMap<String, u64>,
    /// How many messages were written.
    pub written: usize,
}

struct Written {
    line: usize,
    /// Its first word, which stays.
    token: String,
    /// What it says at the end; `None` when it was taken back.
    text: Option<String>,
    at: At,
    edits: u32,
    /// Whether its author likes it, if they ever did.
    liked: Option<bool>,
}

struct Storm {
    world: World,
    places: Vec<Place>,
    dice: StdRng,
    /// What people feel is diced for by itself, so that a seed says the same with and without it.
    moods: StdRng,
    lines: Vec<Line>,
    written: Vec<Written>,
    /// Where reports came late or never by themselves. What was written there may be passed on late, which the product says
    /// of all platforms whose histories are not read with every report.
    untimely: BTreeSet<Place>,
    report: Report,
}

/// Runs the storm of a seed among people of two platforms who write to each other.
///
/// # Errors
/// What the judge found, or that the product never came to rest.
pub async fn storm(seed: u64) -> Result<Report, String> {
    let mut dice = StdRng::seed_from_u64(seed);
    let places = Place::PAIRS[dice.random_range(0..Place::PAIRS.len())];
    let mut storm = Storm::new(seed, &places, dice).await;
    storm.meet().await;
    storm.rage().await
}

/// Runs the storm of a seed in channels of two to four platforms that are linked.
///
/// # Errors
/// What the judge found, or that the product never came to rest.
pub async fn storm_in_channels(seed: u64) -> Result<Report, String> {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut places = Place::ALL.to_vec();
    while places.len() > 2 && dice.random_bool(0.5) {
        places.swap_remove(dice.random_range(0..places.len()));
    }
    let mut storm = Storm::new(seed, &places, dice).await;
    storm.gather().await;
    storm.rage().await
}

impl Storm {
    async fn new(seed: u64, places: &[Place], mut dice: StdRng) -> Self {
        let mut setup = Setup::between(seed, places);
        setup.limits = if dice.random_bool(0.3) { 1.0 } else { 0.0 };
        setup.first_contact = dice.random_bool(0.3);
        setup.teams.delegated_user_subscription = dice.random_bool(0.5);
        setup.teams.app_user_subscription = dice.random_bool(0.7);
        // What is said by an app whose answer was lost could not be changed any more, which the product says.
        setup.zoom.bot_ids_of_histories = true;
        setup.socket_mode = dice.random_bool(0.3);
        setup.slack.events_first_share = if dice.random_bool(0.5) { 0.5 } else { 0.0 };
        setup.slack.text_posts_get_blocks = dice.random_bool(0.7);
        setup.slack.user_posts_carry_bot_id = dice.random_bool(0.5);
        let mut world = World::new(setup);
        world.sync().await;
        world.start(None, true).await;
        world.listening().await;
        let mut storm = Self {
            world,
            places: places.to_vec(),
            dice,
            moods: StdRng::seed_from_u64(!seed),
            lines: Vec::new(),
            written: Vec::new(),
            untimely: BTreeSet::new(),
            report: Report::default(),
        };
        *storm.report.reached.entry(format!("{places:?}")).or_default() += 1;
        storm
    }

    async fn rage(mut self) -> Result<Report, String> {
        for _ in 0..40 {
            self.step().await;
        }
        self.calm().await
    }

    async fn step(&mut self) {
        match self.dice.random_range(0..100_u32) {
            0..50 => self.write().await,
            50..58 => self.edit().await,
            58..62 => self.take_back().await,
            62..78 => self.break_something(),
            78..84 => self.mend(),
            84..90 => self.die().await,
            _ => {}
        }
        if self.moods.random_bool(0.15) {
            self.feel().await;
        }
        let pause = if self.dice.random_bool(0.7) { 300 } else { 8_000 };
        let pause = self.dice.random_range(0..pause);
        if self.world.wait_for_death(Duration::from_millis(pause)).await {
            self.restart().await;
        }
    }

    async fn write(&mut self) {
        // Most of what people write goes on in a conversation that is under way.
        let line = match self.written.last() {
            Some(last) if self.dice.random_bool(0.6) => last.line,
            _ => self.dice.random_range(0..self.lines.len()),
        };
        let text = format!("m{} v0", self.written.len());
        let rules = self.spare();
        let at = self.lines[line].say(&text).await;
        self.restore(rules);
        let token = format!("m{}", self.written.len());
        self.written.push(Written { line, token, text: Some(text), at, edits: 0, liked: None });
        self.report.written += 1;
    }

    /// Not on Webex, which repeats no report, so an edit or deletion while the process is down is not heard of there, which
    /// the product says.
    fn changeable(&mut self) -> Option<usize> {
        let able =
            |w: &Written| self.lines[w.line].from.place != Place::Webex && w.text.is_some() && w.edits < 8;
        let all: Vec<usize> = (0..self.written.len()).filter(|n| able(&self.written[*n])).collect();
        if all.is_empty() { None } else { Some(all[self.dice.random_range(0..all.len())]) }
    }

    async fn edit(&mut self) {
        let Some(n) = self.changeable() else { return };
        let rules = self.spare();
        let written = &mut self.written[n];
        written.edits += 1;
        let text = format!("{} v{}", written.token, written.edits);
        self.lines[written.line].from.edit(&written.at, &text).await;
        written.text = Some(text);
        self.restore(rules);
    }

    async fn take_back(&mut self) {
        let Some(n) = self.changeable() else { return };
        let rules = self.spare();
        let written = &mut self.written[n];
        self.lines[written.line].from.delete(&written.at).await;
        written.text = None;
        self.restore(rules);
    }

    async fn die(&mut self) {
        if self.dice.random_bool(0.5) {
            let more = self.dice.random_range(1..80);
            self.world.gate().kill_after(more);
        } else {
            self.world.crash();
            *self.report.reached.entry("death from outside".to_owned()).or_default() += 1;
            self.restart().await;
        }
    }

    async fn restart(&mut self) {
        match self.dice.random_range(0..10_u32) {
            0..5 => {
                let down = self.dice.random_range(0..40_000);
                tokio::time::sleep(Duration::from_millis(down)).await;
            }
            // Longer than anything is compared with; what people write meanwhile is found by reading on alone.
            5 => {
                self.write().await;
                tokio::time::sleep(Duration::from_mins(25)).await;
                *self.report.reached.entry("long outages".to_owned()).or_default() += 1;
            }
            _ => {}
        }
        *self.report.reached.entry("starts".to_owned()).or_default() += 1;
        // It may die again while it starts.
        let die_at = self.dice.random_bool(0.2).then(|| self.dice.random_range(1..60));
        self.world.start(die_at, true).await;
        if !self.world.is_running() {
            self.world.start(None, true).await;
        }
    }

    /// Both ledgers side by side, for somebody who replays a seed.
    fn print_ledgers(&self) {
        let named = |place: &Place| {
            let line = |e: entente_sim::ledger::Entry| {
                format!("{} {place:?} {} {} {} {:?} {}", e.at, e.status, e.method, e.path, e.fault, e.change)
            };
            self.world.ledger(*place).read(0, usize::MAX).into_iter().map(line).collect::<Vec<_>>()
        };
        let mut all: Vec<String> = self.places.iter().flat_map(named).collect();
        all.sort();
        println!("{}", all.join("\n"));
    }

    /// Everything is mended; the product comes to rest and is judged.
    async fn calm(mut self) -> Result<Report, String> {
        self.mend();
        if self.world.wait_for_death(Duration::from_mins(1)).await {
            self.world.start(None, true).await;
        }
        self.world.gate().forgive();
        if self.report.reached.contains_key("starts") {
            self.feel_again().await;
        }
        // Long enough for a report that was lost to be missed.
        tokio::time::sleep(Duration::from_mins(12)).await;
        let rest = self.world.settle(Duration::from_hours(4)).await;
        for (name, count) in self.world.gate().names() {
            *self.report.reached.entry(format!("point {name}")).or_default() += count;
        }
        let counts = self.world.counts().await;
        for place in self.places.clone() {
            let stands = |w: &Written| self.lines[w.line].stands(place, &w.token, w.text.as_deref());
            let expected: Vec<Said> = self.written.iter().filter_map(stands).collect();
            let mut verdict = judge(&expected, self.world.ledger(place));
            if self.places.iter().any(|source| *source != place && self.untimely.contains(source)) {
                verdict.reordered.clear();
            }
            if !verdict.is_clean() {
                let wrong = [&verdict.lost, &verdict.doubled, &verdict.reordered, &verdict.outdated];
                let wrong: Vec<String> = self
                    .written
                    .iter()
                    .filter(|w| wrong.iter().any(|tokens| tokens.contains(&w.token)))
                    .map(|w| format!("{} {} {:?}", self.lines[w.line].name, w.token, w.text))
                    .collect();
                if std::env::var_os("ENTENTE_LEDGERS").is_some() {
                    self.print_ledgers();
                }
                return Err(format!("in {place:?}: {verdict} {wrong:?} {counts:?}"));
            }
        }
        if let Some(wrong) = self.wrong_feeling() {
            return Err(format!("{wrong} {counts:?}"));
        }
        if !rest {
            return Err(format!("never at rest: {counts:?}"));
        }
        Ok(self.report)
    }
}
