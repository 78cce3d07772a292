//! What operators see.

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{DeliveryId, Timestamp, WorkspaceRef};

use super::Memory;
use super::outbox::outbound;
use super::state::State;
use crate::{Console, Counts, DeadLetter, DeliveryState, EXPIRED, News, Plan, Queue, SetAside, StoreError};

#[async_trait]
impl Console for Memory {
    async fn counts(&self) -> Result<Counts, StoreError> {
        let state = self.state();
        Ok(Counts {
            accepted: state.tally.accepted,
            unrouted: state.inbox.len() as u64,
            unrouted_since: state.inbox.values().map(|arrived| arrived.accepted_at).min(),
            planned: state.tally.planned,
            delivered: state.tally.delivered,
            dropped: state.tally.dropped.clone(),
            dropped_rows: state.tally.dropped_rows,
            waiting: state.outbox.values().filter(|row| row.counts()).count() as u64,
            dead: state.dead.values().filter(|row| row.counts()).count() as u64,
            wedged: state.wedged.len() as u64,
            aside: state.aside.len() as u64,
            aside_since: state.aside.iter().map(|(aside, _)| aside.at).min(),
            other: state.tally.other.clone(),
        })
    }

    fn count(&self, name: &str, by: u64) {
        self.state().tally.other(name, by);
    }

    async fn set_aside(
        &self,
        workspace: &WorkspaceRef,
        reason: &str,
        body: Bytes,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let aside = SetAside { workspace: workspace.clone(), reason: reason.to_owned(), at: now };
        self.state().aside.push((aside, body));
        Ok(())
    }

    async fn aside(&self, limit: usize) -> Result<Vec<SetAside>, StoreError> {
        let state = self.state();
        let mut newest: Vec<_> = state.aside.iter().rev().map(|(aside, _)| aside.clone()).collect();
        newest.sort_by_key(|aside| std::cmp::Reverse(aside.at));
        newest.truncate(limit);
        Ok(newest)
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        let state = self.state();
        let mut letters: Vec<_> = state.dead.values().map(|row| state.letter(row)).collect();
        letters.sort_by_key(|letter| std::cmp::Reverse((letter.at, letter.delivery)));
        letters.truncate(limit);
        Ok(letters)
    }

    async fn queues(&self, limit: usize) -> Result<Vec<Queue>, StoreError> {
        Ok(self.state().queues(limit))
    }

    async fn replay(&self, delivery: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.state();
        let Some(mut row) = state.dead.remove(&delivery) else { return Ok(false) };
        row.seq = state.next_seq();
        row.died = None;
        row.delivery.attempts = 0;
        row.delivery.state = DeliveryState::Planned { not_before: now };
        let lane = row.lane;
        state.queue.insert((lane, row.seq), delivery);
        state.outbox.insert(delivery, row);
        self.leases().wake(lane, state.key(lane), now);
        Ok(true)
    }

    async fn news(&self, before: Timestamp, limit: usize) -> Result<Vec<News>, StoreError> {
        Ok(self.state().news(before, limit))
    }

    async fn told(&self, news: &News, notices: Vec<Plan>, now: Timestamp) -> Result<bool, StoreError> {
        outbound(&notices)?;
        let mut state = self.state();
        let told = state.told(news);
        if told {
            self.plan_all(&mut state, notices, now);
        }
        Ok(told)
    }

    async fn late(&self, before: Timestamp, limit: usize) -> Result<Vec<News>, StoreError> {
        Ok(self.state().waits(before, limit, true))
    }

    async fn sweep(
        &self,
        before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut guard = self.state();
        let state = &mut *guard;
        for (_, row) in state.dead.extract_if(.., |_, row| row.died.is_some_and(|died| died < before)) {
            if row.counts() {
                state.tally.drop_row(EXPIRED);
            }
        }
        state.aside.retain(|(aside, _)| aside.at >= before);
        state.grants.retain(|_, grant| now < grant.expires_at);
        state.forget_messages(seen_before);
        Ok(())
    }
}

impl State {
    /// Forgets old messages that no report names, and what joined them to others.
    fn forget_messages(&mut self, seen_before: Timestamp) {
        let named: std::collections::BTreeSet<_> =
            self.inbox.values().map(|arrived| arrived.message.clone()).collect();
        self.messages.retain(|message, trace| trace.at >= seen_before || named.contains(message));
        let messages = &self.messages;
        self.counterparts.retain(|(source, ..), of_part| {
            of_part.retain(|counterpart| messages.contains_key(&counterpart.message));
            messages.contains_key(source) && !of_part.is_empty()
        });
        let forgotten: Vec<_> = messages
            .iter()
            .filter(|(_, trace)| trace.origin.as_ref().is_some_and(|origin| !messages.contains_key(origin)))
            .map(|(message, _)| message.clone())
            .collect();
        for message in forgotten {
            if let Some(trace) = self.messages.get_mut(&message) {
                trace.origin = None;
            }
        }
    }
}
