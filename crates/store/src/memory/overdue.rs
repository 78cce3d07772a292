//! Who has to be told that a message waits, died, or went through after all.

use std::collections::BTreeMap;

use entente_model::{DeliveryId, Timestamp};

use super::state::{Row, State};
use crate::{DeadLetter, LaneId, LaneKey, Overdue, OverdueState};

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

    pub(super) fn overdue(&self, before: Timestamp, limit: usize) -> Vec<Overdue> {
        let waiting = self.outbox.values().filter(|row| row.delivery.accepted_at < before);
        let mut oldest: BTreeMap<LaneId, &Row> = BTreeMap::new();
        for row in waiting.chain(self.dead.values()) {
            if row.told || !row.counts() || row.delivery.source.is_none() {
                continue;
            }
            let first = oldest.entry(row.lane).or_insert(row);
            if row.seq < first.seq {
                *first = row;
            }
        }
        let mut rows: Vec<&Row> = oldest.into_values().collect();
        rows.sort_by_key(|row| (row.delivery.accepted_at, row.seq));
        rows.into_iter().take(limit).filter_map(|row| self.overdue_row(row)).collect()
    }

    fn overdue_row(&self, row: &Row) -> Option<Overdue> {
        let wedged = if row.died.is_none() { self.wedged.get(&row.lane) } else { None };
        Some(Overdue {
            delivery: row.delivery.id,
            lane: self.key(row.lane).clone(),
            lane_id: row.lane,
            source: row.delivery.source.clone()?,
            reason: wedged.unwrap_or(&row.reason).clone(),
            payload: row.delivery.payload.clone(),
            state: if row.died.is_some() { OverdueState::Dead } else { OverdueState::Waiting },
        })
    }

    pub(super) fn told(&mut self, delivery: DeliveryId) {
        let row = self.outbox.get(&delivery).or_else(|| self.dead.get(&delivery));
        let Some((lane, seq)) = row.map(|row| (row.lane, row.seq)) else { return };
        for row in self.outbox.values_mut().chain(self.dead.values_mut()) {
            if row.lane == lane && row.seq >= seq && row.counts() {
                row.told = true;
            }
        }
    }

    pub(super) fn went_through(&mut self, limit: usize) -> Vec<LaneKey> {
        let waits = |lane: LaneId| {
            let rows = self.queue.range((lane, i64::MIN)..=(lane, i64::MAX));
            rows.into_iter().any(|(_, id)| self.outbox.get(id).is_some_and(|row| row.told))
        };
        let lanes: Vec<_> = self.through.iter().copied().filter(|&lane| !waits(lane)).take(limit).collect();
        lanes
            .into_iter()
            .map(|lane| {
                self.through.remove(&lane);
                self.key(lane).clone()
            })
            .collect()
    }
}
