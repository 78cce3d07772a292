//! A storm: people write, edit and take back in both directions while everything goes wrong at times that follow from a
//! seed: the platforms refuse, fail before and after the effect, answer late or never; reports come twice, late, in
//! another order or not at all; the process dies anywhere and starts again. When it is over, everything that was said
//! must stand on the other side once, in order, by the right author, saying what it said last.

use std::collections::BTreeMap;
use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::judge::{Said, judge};
use crate::people::{Actor, At};
use crate::world::{Setup, World};

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
    on_teams: bool,
    name: String,
}

struct Written {
    line: usize,
    said: Said,
    at: At,
    edits: u32,
}

struct Storm {
    world: World,
    dice: StdRng,
    lines: Vec<Line>,
    written: Vec<Written>,
    report: Report,
}

/// Runs the storm of a seed.
///
/// # Errors
/// What the judge found, or that the product never came to rest.
pub async fn storm(seed: u64) -> Result<Report, String> {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut setup = Setup::small(seed);
    setup.limits = if dice.random_bool(0.3) { 1.0 } else { 0.0 };
    setup.first_contact = dice.random_bool(0.3);
    setup.teams.delegated_user_subscription = dice.random_bool(0.5);
    setup.teams.app_user_subscription = dice.random_bool(0.7);
    let mut world = World::new(setup);
    world.sync().await;
    world.start(None, true).await;
    world.listening().await;
    let mut storm = Storm { world, dice, lines: Vec::new(), written: Vec::new(), report: Report::default() };
    storm.meet().await;
    for _ in 0..40 {
        storm.step().await;
    }
    storm.calm().await
}

impl Storm {
    /// Two engineers and two sales people, each pair in both directions.
    async fn meet(&mut self) {
        let people: Vec<_> = self.world.setup.people.clone();
        let (engineers, sales): (Vec<_>, Vec<_>) = people.into_iter().partition(|p| p.on_webex);
        for engineer in &engineers {
            for seller in &sales {
                let bot = self.world.bot_of(&seller.email).await;
                let bot_id = self.world.at_webex(&bot).await.id;
                let on_teams = self.world.at_teams(&engineer.email).await;
                self.lines.push(Line {
                    from: self.world.at_webex(&engineer.email).await,
                    to: bot,
                    author: on_teams.id,
                    on_teams: true,
                    name: format!("{} to {}", engineer.email, seller.email),
                });
                self.lines.push(Line {
                    from: self.world.at_teams(&seller.email).await,
                    to: engineer.email.clone(),
                    author: bot_id,
                    on_teams: false,
                    name: format!("{} to {}", seller.email, engineer.email),
                });
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
        self.written.push(Written { line, said, at, edits: 0 });
        self.report.written += 1;
    }

    /// Only on the second platform: the first one repeats no report, so an edit or deletion while the process is down is
    /// not heard of there, which the product says.
    fn changeable(&mut self) -> Option<usize> {
        let able = |w: &Written| !self.lines[w.line].on_teams && w.said.text.is_some() && w.edits < 8;
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
        [self.world.webex.faults(), self.world.teams.faults()].map(|faults| {
            let rules = faults.rules();
            let hooks = |(rule, _): &&(Rule, u64)| rule.method == "HOOK";
            faults.set(rules.iter().filter(hooks).map(|(rule, _)| rule.clone()).collect());
            for (rule, struck) in &rules {
                *self.report.reached.entry(rule.name.clone()).or_default() += struck;
            }
            rules.into_iter().map(|(rule, _)| rule).collect()
        })
    }

    fn restore(&self, [webex, teams]: [Vec<Rule>; 2]) {
        self.world.webex.faults().set(webex);
        self.world.teams.faults().set(teams);
    }

    fn break_something(&mut self) {
        let share = [0.2, 0.5, 1.0][self.dice.random_range(0..3_usize)];
        let rule = |name: &str, method: &str, fault, when| Rule {
            name: name.to_owned(),
            method: method.to_owned(),
            path: if method == "HOOK" { "*created".to_owned() } else { String::new() },
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
        let faults =
            if self.dice.random_bool(0.5) { self.world.webex.faults() } else { self.world.teams.faults() };
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
        let named = |name: &'static str, ledger: &entente_sim::ledger::Ledger| {
            let line = |e: entente_sim::ledger::Entry| {
                format!("{} {name} {} {} {} {:?} {}", e.at, e.status, e.method, e.path, e.fault, e.change)
            };
            ledger.read(0, usize::MAX).into_iter().map(line).collect::<Vec<_>>()
        };
        let mut all = named("webex", self.world.webex.ledger());
        all.extend(named("teams", self.world.teams.ledger()));
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
        // Long enough for a report that was lost to be missed.
        tokio::time::sleep(Duration::from_mins(12)).await;
        let rest = self.world.settle(Duration::from_hours(4)).await;
        for (name, count) in self.world.gate().names() {
            *self.report.reached.entry(format!("point {name}")).or_default() += count;
        }
        let counts = self.world.counts().await;
        for on_teams in [true, false] {
            let expected: Vec<Said> = self
                .written
                .iter()
                .filter(|w| self.lines[w.line].on_teams == on_teams)
                .map(|w| w.said.clone())
                .collect();
            let ledger = if on_teams { self.world.teams.ledger() } else { self.world.webex.ledger() };
            let verdict = judge(&expected, ledger);
            if !verdict.is_clean() {
                let side = if on_teams { "in Teams" } else { "in Webex" };
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
                return Err(format!("{side}: {verdict} {wrong:?} {counts:?}"));
            }
        }
        if !rest {
            return Err(format!("never at rest: {counts:?}"));
        }
        Ok(self.report)
    }
}
