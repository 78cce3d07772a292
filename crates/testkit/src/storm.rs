//! A storm: people write, edit and take back in both directions while everything goes wrong at times that follow from a
//! seed: the platforms refuse, fail before and after the effect, answer late or never; reports come twice, late, in
//! another order or not at all; the process dies anywhere and starts again. When it is over, everything that was said
//! must stand on the other side once, in order, by the right author, saying what it said last.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::judge::{Said, judge};
use crate::options::Setup;
use crate::people::{Actor, At};
use crate::place::Place;
use crate::world::World;

mod moods;

/// What a storm did and reached.
#[derive(Debug, Default)]
pub struct Report {
    /// What was reached, by name: deaths by the kind of point, strikes by the name of the fault.
    pub reached: BTreeMap<String, u64>,
    /// How many messages were written.
    pub written: usize,
}

struct Line {
    from: Actor,
    to: String,
    author: String,
    /// Which ledger judges it.
    target: Place,
    name: String,
}

struct Written {
    line: usize,
    said: Said,
    at: At,
    edits: u32,
    /// Whether its author likes it, if they ever did.
    liked: Option<bool>,
}

struct Storm {
    world: World,
    places: [Place; 2],
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

/// Runs the storm of a seed.
///
/// # Errors
/// What the judge found, or that the product never came to rest.
pub async fn storm(seed: u64) -> Result<Report, String> {
    let mut dice = StdRng::seed_from_u64(seed);
    let places = Place::PAIRS[dice.random_range(0..Place::PAIRS.len())];
    let mut setup = Setup::between(seed, &places);
    setup.limits = if dice.random_bool(0.3) { 1.0 } else { 0.0 };
    setup.first_contact = dice.random_bool(0.3);
    setup.teams.delegated_user_subscription = dice.random_bool(0.5);
    setup.teams.app_user_subscription = dice.random_bool(0.7);
    setup.socket_mode = dice.random_bool(0.3);
    setup.slack.events_first_share = if dice.random_bool(0.5) { 0.5 } else { 0.0 };
    setup.slack.text_posts_get_blocks = dice.random_bool(0.7);
    setup.slack.user_posts_carry_bot_id = dice.random_bool(0.5);
    let mut world = World::new(setup);
    world.sync().await;
    world.start(None, true).await;
    world.listening().await;
    let mut storm = Storm {
        world,
        places,
        dice,
        moods: StdRng::seed_from_u64(!seed),
        lines: Vec::new(),
        written: Vec::new(),
        untimely: BTreeSet::new(),
        report: Report::default(),
    };
    *storm.report.reached.entry(format!("{places:?}")).or_default() += 1;
    storm.meet().await;
    for _ in 0..40 {
        storm.step().await;
    }
    storm.calm().await
}

impl Storm {
    /// Two people of either side, each pair in both directions.
    async fn meet(&mut self) {
        let [here, there] = self.places;
        let people: Vec<_> = self.world.setup.people.clone();
        let (ours, theirs): (Vec<_>, Vec<_>) =
            people.into_iter().partition(|somebody| somebody.department == here.department());
        for one in &ours {
            for other in &theirs {
                for (from, at, to, target) in [(one, here, other, there), (other, there, one, here)] {
                    let author = self.world.address_at(target, &from.email).await;
                    self.lines.push(Line {
                        from: self.world.at(at, &from.email).await,
                        to: self.world.address_at(at, &to.email).await,
                        author: self.world.at(target, &author).await.id,
                        target,
                        name: format!("{} to {}", from.email, to.email),
                    });
                }
            }
        }
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
        let Line { from, to, author, name, .. } = &self.lines[line];
        let at = from.write(to, &text).await;
        let said = Said::once(name, author, &text);
        self.restore(rules);
        self.written.push(Written { line, said, at, edits: 0, liked: None });
        self.report.written += 1;
    }

    /// Not on Webex, which repeats no report, so an edit or deletion while the process is down is not heard of there, which
    /// the product says.
    fn changeable(&mut self) -> Option<usize> {
        let able = |w: &Written| {
            self.lines[w.line].from.place != Place::Webex && w.said.text.is_some() && w.edits < 8
        };
        let all: Vec<usize> = (0..self.written.len()).filter(|n| able(&self.written[*n])).collect();
        if all.is_empty() { None } else { Some(all[self.dice.random_range(0..all.len())]) }
    }

    async fn edit(&mut self) {
        let Some(n) = self.changeable() else { return };
        let rules = self.spare();
        let written = &mut self.written[n];
        written.edits += 1;
        let text = format!("{} v{}", written.said.token, written.edits);
        self.lines[written.line].from.edit(&written.at, &text).await;
        written.said.text = Some(text);
        self.restore(rules);
    }

    async fn take_back(&mut self) {
        let Some(n) = self.changeable() else { return };
        let rules = self.spare();
        let written = &mut self.written[n];
        self.lines[written.line].from.delete(&written.at).await;
        written.said.text = None;
        self.restore(rules);
    }

    /// What people do by hand succeeds; only the product meets the faults.
    fn spare(&mut self) -> [Vec<Rule>; 2] {
        self.places.map(|place| {
            let faults = self.world.faults(place);
            let rules = faults.rules();
            let hooks = |(rule, _): &&(Rule, u64)| rule.method == "HOOK";
            faults.set(rules.iter().filter(hooks).map(|(rule, _)| rule.clone()).collect());
            for (rule, struck) in &rules {
                *self.report.reached.entry(rule.name.clone()).or_default() += struck;
            }
            rules.into_iter().map(|(rule, _)| rule).collect()
        })
    }

    fn restore(&self, rules: [Vec<Rule>; 2]) {
        for (place, rules) in self.places.into_iter().zip(rules) {
            self.world.faults(place).set(rules);
        }
    }

    fn break_something(&mut self) {
        let share = [0.2, 0.5, 1.0][self.dice.random_range(0..3_usize)];
        let place = self.places[usize::from(self.dice.random_bool(0.5))];
        let rule = |name: &str, method: &str, fault, when| Rule {
            name: name.to_owned(),
            method: method.to_owned(),
            path: if method == "HOOK" { news_of(place).to_owned() } else { String::new() },
            fault,
            when,
            share,
            times: Some(12),
        };
        let status = |code| Fault::Status { code, retry_after: None };
        let after = |seconds: &str| Fault::Status { code: 429, retry_after: Some(seconds.to_owned()) };
        let menu = [
            rule("429", "*", after("2"), When::Before),
            rule("429 fractional", "POST", after("1.5"), When::Before),
            rule("503 before", "*", status(503), When::Before),
            rule("503 after", "POST", status(503), When::After),
            rule("500 after", "*", status(500), When::After),
            rule("timeout before", "POST", Fault::Timeout { millis: 40_000 }, When::Before),
            rule("timeout after", "POST", Fault::Timeout { millis: 40_000 }, When::After),
            rule("504 early", "POST", status(504), When::Late { millis: 20_000 }),
            rule("reset early", "POST", Fault::Reset, When::Late { millis: 2_000 }),
            rule("reset before", "*", Fault::Reset, When::Before),
            rule("reset after", "POST", Fault::Reset, When::After),
            rule("slow", "*", Fault::Slow { millis: 3_000 }, When::After),
            rule("reports twice", "HOOK", Fault::Duplicate { copies: 3 }, When::Before),
            rule("reports late", "HOOK", Fault::Delay { millis: 9_000 }, When::Before),
            rule("reports lost", "HOOK", Fault::Drop, When::Before),
        ];
        let chosen = menu[self.dice.random_range(0..menu.len())].clone();
        if place != Place::Webex && ["reports late", "reports lost"].contains(&chosen.name.as_str()) {
            self.untimely.insert(place);
        }
        let faults = self.world.faults(place);
        let mut rules: Vec<Rule> = faults.rules().into_iter().map(|(rule, _)| rule).collect();
        rules.push(chosen);
        faults.set(rules);
    }

    fn mend(&mut self) {
        drop(self.spare());
        self.restore([Vec::new(), Vec::new()]);
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
        for place in self.places {
            let expected: Vec<Said> = self
                .written
                .iter()
                .filter(|w| self.lines[w.line].target == place)
                .map(|w| w.said.clone())
                .collect();
            let mut verdict = judge(&expected, self.world.ledger(place));
            if self.places.iter().any(|source| *source != place && self.untimely.contains(source)) {
                verdict.reordered.clear();
            }
            if !verdict.is_clean() {
                let wrong = [&verdict.lost, &verdict.doubled, &verdict.reordered, &verdict.outdated];
                let wrong: Vec<String> = self
                    .written
                    .iter()
                    .filter(|w| wrong.iter().any(|tokens| tokens.contains(&w.said.token)))
                    .map(|w| format!("{} {} {:?}", w.said.conversation, w.said.token, w.said.text))
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

/// The reports of what is new, for rules about reports: what a platform tells of new messages can be found out later, of
/// changes it cannot everywhere.
fn news_of(place: Place) -> &'static str {
    match place {
        Place::Webex | Place::Teams => "*created",
        Place::Slack => "*events/message",
        Place::Zoom => "*dm_message_posted",
    }
}
