//! Who has to be told that a message waits, died, or went through after all.

use std::collections::{BTreeMap, BTreeSet};

use entente_model::{DeliveryId, MessageRef, Timestamp};

use super::state::{Row, State, Told};
use crate::{About, DeadLetter, LaneId, News, What, Work};

/// Rows that are told of together, as they are gathered.
#[derive(Default)]
struct Gathered<'a> {
    sources: BTreeSet<&'a MessageRef>,
    works: Vec<Work>,
    since: Option<Timestamp>,
    newest: Option<DeliveryId>,
    first: i64,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, row: &'a Row) {
        let accepted_at = row.delivery.accepted_at;
        self.sources.extend(&row.delivery.source);
        self.first = if self.works.is_empty() { row.seq } else { self.first.min(row.seq) };
        self.works.push(row.delivery.work);
        self.since = Some(self.since.map_or(accepted_at, |since| since.min(accepted_at)));
        self.newest = self.newest.max(Some(row.delivery.id));
    }

    /// When the first was accepted, and its place in order of planning.
    fn order(&self) -> (Option<Timestamp>, i64) {
        (self.since, self.first)
    }

    fn about(&self) -> Option<About> {
        Some(About {
            messages: self.sources.len() as u64,
            rows: self.works.len() as u64,
            work: self.works.first().copied().filter(|work| self.works.iter().all(|other| other == work)),
            since: self.since?,
            newest: self.newest?,
        })
    }
}

/// Whether anybody can be told of a row.
fn concerns(row: &Row) -> bool {
    row.counts() && row.delivery.source.is_some()
}

impl State {
    pub(super) fn letter(&self, row: &Row) -> DeadLetter {
        DeadLetter {
            delivery: row.delivery.id,
            lane: self.key(row.lane).clone(),
            source: row.delivery.source.clone(),
            reason: row.reason.clone(),
            at: row.died.unwrap_or_default(),
        }
    }

    pub(super) fn news(&self, before: Timestamp, limit: usize) -> Vec<News> {
        let mut news = self.died(limit);
        news.extend(self.waits(before, limit, false));
        news.extend(self.went_through(limit));
        news
    }

    /// Lanes in which something accepted before `before` waits; only what was not told of, unless `all`.
    pub(super) fn waits(&self, before: Timestamp, limit: usize, all: bool) -> Vec<News> {
        let mut lanes: BTreeMap<LaneId, Gathered<'_>> = BTreeMap::new();
        for row in self.outbox.values().filter(|row| concerns(row) && (all || row.told == Told::Nothing)) {
            lanes.entry(row.lane).or_default().add(row);
        }
        let mut lanes: Vec<_> =
            lanes.into_iter().filter(|(_, gathered)| gathered.since.is_some_and(|at| at < before)).collect();
        lanes.sort_by_key(|(_, gathered)| gathered.order());
        let news = lanes.into_iter().take(limit).filter_map(|(lane, gathered)| {
            let wedged = self.wedged.get(&lane);
            let head = self.head(lane).and_then(|id| self.outbox.get(&id)).map(|row| &row.reason);
            let reason = wedged.or(head).cloned().unwrap_or_default();
            Some((lane, What::Waits { about: gathered.about()?, reason, stands: wedged.is_some() }))
        });
        news.map(|(lane, what)| self.news_of(lane, what)).collect()
    }

    fn died(&self, limit: usize) -> Vec<News> {
        let mut groups: BTreeMap<(LaneId, &str), Gathered<'_>> = BTreeMap::new();
        for row in self.dead.values().filter(|row| concerns(row) && row.told < Told::Died) {
            groups.entry((row.lane, &row.reason)).or_default().add(row);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, gathered)| gathered.order());
        let news = groups.into_iter().take(limit).filter_map(|((lane, reason), gathered)| {
            Some((lane, What::Died { about: gathered.about()?, reason: reason.to_owned() }))
        });
        news.map(|(lane, what)| self.news_of(lane, what)).collect()
    }

    fn went_through(&self, limit: usize) -> Vec<News> {
        let open: BTreeSet<LaneId> = self
            .outbox
            .values()
            .filter(|row| row.told > Told::Nothing)
            .chain(self.dead.values().filter(|row| concerns(row) && row.told == Told::Waits))
            .map(|row| row.lane)
            .collect();
        let mut lanes: BTreeMap<LaneId, (u64, u64)> = BTreeMap::new();
        for ((lane, _), died) in self.through.iter().filter(|((lane, _), _)| !open.contains(lane)) {
            let (delivered_so_far, died_so_far) = lanes.entry(*lane).or_default();
            *if *died { died_so_far } else { delivered_so_far } += 1;
        }
        let news = lanes.into_iter().take(limit);
        news.map(|(lane, (delivered, died))| self.news_of(lane, What::WentThrough { delivered, died }))
            .collect()
    }

    fn news_of(&self, lane: LaneId, what: What) -> News {
        News { lane: self.key(lane).clone(), lane_id: lane, what }
    }

    /// Records that it was told, unless it is not so any more.
    pub(super) fn told(&mut self, news: &News) -> bool {
        let lane = news.lane_id;
        match &news.what {
            What::Waits { about, .. } => {
                let meant = |row: &Row| row.lane == lane && concerns(row) && row.told == Told::Nothing;
                let mut gathered = Gathered::default();
                self.outbox.values().filter(|row| meant(row)).for_each(|row| gathered.add(row));
                if gathered.about().as_ref() != Some(about) {
                    return false;
                }
                self.outbox.values_mut().filter(|row| meant(row)).for_each(|row| row.told = Told::Waits);
            }
            What::Died { about, reason } => {
                let meant = |row: &Row| {
                    row.lane == lane && concerns(row) && row.told < Told::Died && row.reason == *reason
                };
                let mut gathered = Gathered::default();
                self.dead.values().filter(|row| meant(row)).for_each(|row| gathered.add(row));
                if gathered.about().as_ref() != Some(about) {
                    return false;
                }
                self.dead.values_mut().filter(|row| meant(row)).for_each(|row| row.told = Told::Died);
            }
            What::WentThrough { .. } => {
                if !self.went_through(usize::MAX).contains(news) {
                    return false;
                }
                self.through.retain(|(of, _), _| *of != lane);
            }
        }
        true
    }

    /// Notes what became of a row that was told of.
    pub(super) fn became(&mut self, lane: LaneId, source: &MessageRef) {
        let died = self.dead.values().any(|row| {
            row.lane == lane && row.told > Told::Nothing && row.delivery.source.as_ref() == Some(source)
        });
        self.through.insert((lane, source.clone()), died);
    }
}
