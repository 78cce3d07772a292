//! What people feel in a storm: authors like their own messages, or not any more. At the end a reaction must stand wherever
//! the message is read exactly as its author's does.

use rand::RngExt as _;

use super::lines::Hearer;
use super::{Storm, Written};
use crate::felt::felt;
use crate::place::Place;

impl Storm {
    /// An author likes their message, or not any more.
    pub(super) async fn feel(&mut self) {
        let able = |w: &Written| self.lines[w.line].from.place != Place::Webex && w.text.is_some();
        let all: Vec<usize> = (0..self.written.len()).filter(|n| able(&self.written[*n])).collect();
        if all.is_empty() {
            return;
        }
        let n = all[self.moods.random_range(0..all.len())];
        let rules = self.spare();
        let written = &mut self.written[n];
        let on = written.liked != Some(true);
        written.liked = Some(on);
        let from = &self.lines[written.line].from;
        from.react(&written.at, thumb(from.place), on).await;
        self.restore(rules);
        *self.report.reached.entry("reactions".to_owned()).or_default() += 1;
    }

    /// Slack repeats a report for six minutes, so what people felt there while the process was away longer is found with the
    /// next reaction to the same message, which the product says.
    pub(super) async fn feel_again(&self) {
        for w in self.written.iter().filter(|w| w.text.is_some()) {
            let from = &self.lines[w.line].from;
            if let (Place::Slack, Some(on)) = (from.place, w.liked) {
                from.react(&w.at, thumb(from.place), !on).await;
                from.react(&w.at, thumb(from.place), on).await;
            }
        }
    }

    /// The first message of which not the right ones think well, wherever it is read.
    pub(super) fn wrong_feeling(&self) -> Option<String> {
        for w in &self.written {
            for Hearer { place: target, feeler, .. } in &self.lines[w.line].hearers {
                // What was taken back has no reactions, but a line below it must have gone as well.
                if w.text.is_none() && *target != Place::Webex {
                    continue;
                }
                let liked = w.liked == Some(true) && w.text.is_some();
                let expected = if liked { vec![feeler.clone()] } else { Vec::new() };
                let stands = felt(self.world.ledger(*target), &w.token);
                if stands != expected {
                    if std::env::var_os("ENTENTE_LEDGERS").is_some() {
                        self.print_ledgers();
                    }
                    let found = format!("{} is liked by {stands:?}, not {expected:?}", w.token);
                    return Some(format!("in {target:?}: {found}"));
                }
            }
        }
        None
    }
}

/// What everybody reacts with, as people on this platform do.
fn thumb(place: Place) -> &'static str {
    if place == Place::Slack { "+1" } else { "👍" }
}
