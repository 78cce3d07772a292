//! Lanes with work, as operators see them.

use std::collections::BTreeSet;

use entente_model::Timestamp;

use super::state::State;
use crate::{LaneId, Queue};

impl State {
    /// Those that stand first, then the longest-waiting.
    pub(super) fn queues(&self, limit: usize) -> Vec<Queue> {
        let with_work =
            self.queue.keys().map(|(lane, _)| *lane).chain(self.inbox.keys().map(|(lane, _)| *lane));
        let lanes: BTreeSet<LaneId> = with_work.chain(self.wedged.keys().copied()).collect();
        let mut found: Vec<Queue> = lanes.into_iter().map(|lane| self.queue(lane)).collect();
        found.sort_by_key(|queue| {
            let since = if queue.wedged { Timestamp::default() } else { queue.since };
            (!queue.wedged, since, queue.lane_id)
        });
        found.truncate(limit);
        found
    }

    fn queue(&self, lane: LaneId) -> Queue {
        let stands = self.wedged.get(&lane);
        let head = self.head(lane).and_then(|id| self.outbox.get(&id));
        let rows = self.queue.range((lane, i64::MIN)..=(lane, i64::MAX)).count();
        let reports = self.inbox.iter().filter(|((of, _), _)| *of == lane).map(|(_, arrived)| arrived);
        let since = head
            .map(|row| row.delivery.accepted_at)
            .or_else(|| reports.clone().next().map(|first| first.accepted_at));
        Queue {
            lane_id: lane,
            lane: self.key(lane).clone(),
            waiting: (rows + reports.count()) as u64,
            since: since.unwrap_or_default(),
            reason: stands.cloned().or_else(|| head.map(|row| row.reason.clone())).unwrap_or_default(),
            next: head.filter(|_| stands.is_none()).map(|row| row.delivery.state.not_before()),
            wedged: stands.is_some(),
        }
    }
}
