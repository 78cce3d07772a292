//! Deliveries.

use async_trait::async_trait;
use entente_model::{DeliveryId, MessageRef, Timestamp};

use super::Memory;
use super::state::{Row, State, Told};
use crate::{
    Begin, Begun, Claim, Counterpart, DeliveryState, Finish, Finished, Head, LaneId, LaneKey, Outbox, Plan,
    StoreError, UNKNOWN_OUTCOME,
};

#[async_trait]
impl Outbox for Memory {
    async fn head(&self, under: &Claim) -> Result<Option<Head>, StoreError> {
        let state = self.state();
        self.leases().check(under)?;
        let Some(row) = state.head(under.lane).and_then(|id| state.outbox.get(&id)) else {
            return Ok(None);
        };
        let counterparts = match &row.delivery.source {
            Some(source) => state.counterparts_of(source, under.lane).cloned().collect(),
            None => Vec::new(),
        };
        let thread = row.thread.as_ref().and_then(|answered| state.counterpart(answered, under));
        Ok(Some(Head { delivery: row.delivery.clone(), counterparts, thread }))
    }

    async fn begin(&self, under: &Claim, begin: Begin) -> Result<(), StoreError> {
        let mut state = self.state();
        self.leases().check(under)?;
        let head = state.head(under.lane);
        let Some(row) = state.outbox.get_mut(&begin.delivery).filter(|row| row.lane == under.lane) else {
            self.leases().revoke(under, begin.at);
            return Err(StoreError::LeaseLost);
        };
        if head != Some(begin.delivery) {
            return Err(StoreError::Inconsistent { table: "outbox", column: "seq" });
        }
        let first = match row.delivery.state {
            DeliveryState::Begun { at, .. } => at,
            DeliveryState::Planned { .. } => begin.at,
        };
        row.delivery.state = DeliveryState::Begun { at: first, not_before: begin.at };
        row.delivery.attempts += 1;
        row.fingerprint = begin.fingerprint;
        Ok(())
    }

    async fn finish(
        &self,
        under: &Claim,
        delivery: DeliveryId,
        finish: Finish,
        now: Timestamp,
    ) -> Result<Finished, StoreError> {
        let mut state = self.state();
        self.leases().check(under)?;
        let head = state.head(under.lane);
        let Some(row) = state.outbox.get_mut(&delivery).filter(|row| row.lane == under.lane) else {
            return Ok(Finished::Settled);
        };
        match finish {
            Finish::RetryAt { at, reason } => {
                row.delivery.state = DeliveryState::Planned { not_before: at };
                row.reason = reason;
            }
            Finish::LookAt { at } => {
                match &mut row.delivery.state {
                    DeliveryState::Planned { not_before } | DeliveryState::Begun { not_before, .. } => {
                        *not_before = at;
                    }
                }
                UNKNOWN_OUTCOME.clone_into(&mut row.reason);
            }
            Finish::Replaced(plans) => {
                let same = plans.iter().all(|plan| plan.lane == under.key);
                if !same || head != Some(delivery) {
                    return Err(StoreError::Inconsistent { table: "outbox", column: "lane" });
                }
                state.replace(delivery, plans, now);
            }
            Finish::Delivered { message, losses, at } => {
                if let Some(row) = state.take(delivery) {
                    state.delivered(row, message, &losses, at, now);
                }
            }
            Finish::Dead { reason } => {
                if let Some(mut row) = state.take(delivery) {
                    row.reason = reason;
                    row.died = Some(now);
                    let told =
                        (row.told > Told::Nothing).then_some(row.lane).zip(row.delivery.source.clone());
                    state.dead.insert(delivery, row);
                    if let Some((lane, source)) = told {
                        state.became(lane, &source);
                    }
                }
            }
            Finish::Dropped(reason) => {
                if let Some(row) = state.take(delivery)
                    && row.counts()
                {
                    state.tally.drop_row(reason.name());
                }
            }
        }
        Ok(Finished::Written)
    }

    async fn begun(&self, lane: &LaneKey) -> Result<Vec<Begun>, StoreError> {
        let state = self.state();
        let head = state.known_lane(lane).and_then(|lane| state.head(lane));
        let row = head.and_then(|id| state.outbox.get(&id));
        Ok(row.and_then(begun).into_iter().collect())
    }

    async fn plan(&self, plans: Vec<Plan>, now: Timestamp) -> Result<(), StoreError> {
        outbound(&plans)?;
        let mut state = self.state();
        self.plan_all(&mut state, plans, now);
        Ok(())
    }
}

impl Memory {
    /// Plans rows, and wakes their lanes.
    pub(super) fn plan_all(&self, state: &mut State, plans: Vec<Plan>, now: Timestamp) {
        for plan in plans {
            let lane = state.plan(plan, None, now);
            self.leases().wake(lane, state.key(lane), now);
        }
    }
}

/// That all of these go out.
pub(super) fn outbound(plans: &[Plan]) -> Result<(), StoreError> {
    if plans.iter().any(|plan| matches!(plan.lane, LaneKey::Reports(_))) {
        return Err(StoreError::Inconsistent { table: "outbox", column: "lane" });
    }
    Ok(())
}

/// Only the head of a lane is ever begun.
fn begun(row: &Row) -> Option<Begun> {
    match row.delivery.state {
        DeliveryState::Begun { at, .. } => {
            Some(Begun { delivery: row.delivery.id, fingerprint: row.fingerprint, at })
        }
        DeliveryState::Planned { .. } => None,
    }
}

impl State {
    fn counterparts_of(&self, source: &MessageRef, lane: LaneId) -> impl Iterator<Item = &Counterpart> {
        let parts = (source.clone(), lane, 0)..=(source.clone(), lane, u32::MAX);
        self.counterparts.range(parts).flat_map(|(_, of_part)| of_part)
    }

    /// What a message is where the lane leads: itself where it stands there, what it became, what it was made from, or what else
    /// was made from that.
    fn counterpart(&self, answered: &MessageRef, under: &Claim) -> Option<MessageRef> {
        if under.key.leads_to(answered) {
            return Some(answered.clone());
        }
        if let Some(first) = self.counterparts_of(answered, under.lane).next() {
            return Some(first.message.clone());
        }
        let origin = self.messages.get(answered)?.origin.as_ref()?;
        if under.key.leads_to(origin) {
            return Some(origin.clone());
        }
        // Both were made from the same message, which stands in a third place.
        self.counterparts_of(origin, under.lane).next().map(|third| third.message.clone())
    }

    /// Puts rows where the head of their lane was: everything in front of it is gone, so they count down from there.
    fn replace(&mut self, head: DeliveryId, plans: Vec<Plan>, now: Timestamp) {
        let Some(row) = self.take(head) else { return };
        if row.counts() {
            self.tally.planned -= 1;
        }
        let last = row.seq + 1 - i64::try_from(plans.len()).unwrap_or(i64::MAX);
        for (seq, plan) in (last..).zip(plans) {
            self.plan_told(plan, Some(seq), row.told, now);
        }
    }
}
