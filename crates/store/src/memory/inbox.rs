//! Reports.

use async_trait::async_trait;
use entente_model::{ArrivalId, DropReason, MessageRef, Timestamp};

use super::Memory;
use super::state::State;
use crate::{
    Accepted, Arrived, Claim, DeliveryState, Inbox, Interest, LaneId, LaneKey, NewArrival, ReactionsNow,
    Report, Routed, SetAside, Settled, StoreError, Unreadable,
};

#[async_trait]
impl Inbox for Memory {
    async fn accept_all(
        &self,
        arrivals: Vec<NewArrival>,
        unreadable: Vec<Unreadable>,
        now: Timestamp,
    ) -> Result<Accepted, StoreError> {
        let mut state = self.state();
        for Unreadable { workspace, reason, body } in unreadable {
            state.aside.push((SetAside { workspace, reason, at: now }, body));
        }
        let mut accepted = Accepted::default();
        for arrival in arrivals {
            let interest = state.interest(&arrival.message.conversation);
            if interest == Interest::No && !arrival.always {
                accepted.uninteresting += 1;
                continue;
            }
            match state.known_already(&arrival) {
                Some(DropReason::Echo) => accepted.echoes += 1,
                Some(_) => accepted.repeats += 1,
                None => {
                    accepted.stored += 1;
                    let kept = arrival.always || interest == Interest::Yes;
                    let (lane, key) = state.store(arrival, kept, now);
                    self.leases().wake(lane, &key, now);
                }
            }
        }
        state.tally.accepted += accepted.stored as u64;
        state.tally.other(DropReason::Repeat.name(), accepted.repeats as u64);
        state.tally.other(DropReason::Echo.name(), accepted.echoes as u64);
        state.tally.other(DropReason::NoInterest.name(), accepted.uninteresting as u64);
        Ok(accepted)
    }

    async fn arrived(&self, under: &Claim, limit: usize) -> Result<Vec<Arrived>, StoreError> {
        let state = self.state();
        self.leases().check(under)?;
        let lane = (under.lane, ArrivalId(i64::MIN))..=(under.lane, ArrivalId(i64::MAX));
        Ok(state.inbox.range(lane).take(limit).map(|(_, arrived)| arrived.clone()).collect())
    }

    async fn routed(&self, under: &Claim, routed: Routed, now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.state();
        self.leases().check(under)?;
        let LaneKey::Reports(conversation) = &under.key else {
            return Err(StoreError::Inconsistent { table: "lane", column: "key" });
        };
        if routed.plans.iter().any(|plan| matches!(plan.lane, LaneKey::Reports(_))) {
            return Err(StoreError::Inconsistent { table: "outbox", column: "lane" });
        }
        for id in routed.done {
            state.done(under.lane, id);
        }
        for settled in routed.settled {
            self.settle(&mut state, settled, now);
        }
        for seen in routed.seen {
            let message = MessageRef { conversation: conversation.clone(), id: seen.message };
            let trace = state.trace(&message, now);
            trace.version = Some(seen.version);
            trace.deleted = seen.deleted;
            trace.silent = seen.silent;
        }
        for ReactionsNow { message, mut all } in routed.reactions {
            let message = MessageRef { conversation: conversation.clone(), id: message };
            all.sort();
            all.dedup();
            state.trace(&message, now).reactions = all;
        }
        if let Some((message, at)) = routed.mark {
            let link = state.links.entry(conversation.clone()).or_default();
            if link.mark.as_ref().is_none_or(|(_, before)| *before <= at) {
                link.mark = Some((message, at));
            }
        }
        self.plan_all(&mut state, routed.plans, now);
        if let Some(link) = routed.shown {
            state.show(link);
        }
        if let Some((link, backfill)) = routed.backfill {
            state.carry_on(link, conversation, backfill);
        }
        for reason in routed.drops {
            *state.tally.dropped.entry(reason.name().to_owned()).or_default() += 1;
        }
        Ok(())
    }
}

impl State {
    /// Why a report need not be stored.
    fn known_already(&self, arrival: &NewArrival) -> Option<DropReason> {
        let trace = self.messages.get(&arrival.message);
        let known = match arrival.report {
            Report::Look => self.looks.contains(&arrival.message.conversation),
            Report::Reacted => false,
            _ if trace.is_some_and(|trace| trace.ours) => return Some(DropReason::Echo),
            Report::Created => {
                trace.is_some_and(|trace| trace.version.is_some()) || self.pending.contains(&arrival.message)
            }
            Report::Changed | Report::Deleted => false,
        };
        known.then_some(DropReason::Repeat)
    }

    fn store(&mut self, arrival: NewArrival, kept: bool, now: Timestamp) -> (LaneId, LaneKey) {
        let NewArrival { mut message, report, watcher, actor, body, .. } = arrival;
        let key = LaneKey::Reports(message.conversation.clone());
        let lane = self.lane(&key);
        let id = ArrivalId(self.next_id());
        if report == Report::Look {
            self.looks.insert(message.conversation.clone());
            message.id = "".into();
        } else {
            self.trace(&message, now);
        }
        if report == Report::Created {
            self.pending.insert(message.clone());
        }
        let body = body.filter(|_| kept);
        let arrived = Arrived { id, message, report, watcher, actor, body, accepted_at: now };
        self.inbox.insert((lane, id), arrived);
        (lane, key)
    }

    fn done(&mut self, lane: LaneId, id: ArrivalId) {
        let Some(arrived) = self.inbox.remove(&(lane, id)) else { return };
        match arrived.report {
            Report::Created => self.pending.remove(&arrived.message),
            Report::Look => self.looks.remove(&arrived.message.conversation),
            Report::Changed | Report::Deleted | Report::Reacted => false,
        };
    }
}

impl Memory {
    fn settle(&self, state: &mut State, settled: Settled, now: Timestamp) {
        let begun = state
            .outbox
            .get(&settled.delivery)
            .is_some_and(|row| matches!(row.delivery.state, DeliveryState::Begun { .. }));
        if !begun {
            return;
        }
        if let Some(row) = state.take(settled.delivery) {
            let lane = row.lane;
            state.delivered(row, Some(settled.message), &[], settled.at, now);
            if state.head(lane).is_some() {
                self.leases().wake(lane, state.key(lane), now);
            }
        }
    }
}
