//! What goes wrong in a storm: one thing after the other, on a platform that the dice choose, until it is mended.

use entente_sim::faults::{Fault, Rule, When};
use rand::RngExt as _;

use super::Storm;
use crate::place::Place;

impl Storm {
    /// What people do by hand succeeds; only the product meets the faults.
    pub(super) fn spare(&mut self) -> Vec<Vec<Rule>> {
        let mut spared = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let faults = self.world.faults(*place);
            let rules = faults.rules();
            let hooks = |(rule, _): &&(Rule, u64)| rule.method == "HOOK";
            faults.set(rules.iter().filter(hooks).map(|(rule, _)| rule.clone()).collect());
            for (rule, struck) in &rules {
                *self.report.reached.entry(rule.name.clone()).or_default() += struck;
            }
            spared.push(rules.into_iter().map(|(rule, _)| rule).collect());
        }
        spared
    }

    pub(super) fn restore(&self, rules: Vec<Vec<Rule>>) {
        for (place, rules) in self.places.iter().zip(rules) {
            self.world.faults(*place).set(rules);
        }
    }

    pub(super) fn break_something(&mut self) {
        let share = [0.2, 0.5, 1.0][self.dice.random_range(0..3_usize)];
        let place = self.places[self.dice.random_range(0..self.places.len())];
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

    pub(super) fn mend(&mut self) {
        drop(self.spare());
        self.restore(vec![Vec::new(); self.places.len()]);
    }
}

/// The reports of what is new, for rules about reports: what a platform tells of new messages can be found out later, of
/// changes it cannot everywhere.
fn news_of(place: Place) -> &'static str {
    match place {
        Place::Webex | Place::Teams => "*created",
        Place::Slack => "*events/message",
        Place::Zoom => "*_message_posted",
    }
}
