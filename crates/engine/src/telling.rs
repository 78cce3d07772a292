//! The few things that Entente says to people of its own accord: that a message waits or died, once, and that it went
//! through after all. Said in the conversation where the message was written, by whoever stands in for the other person
//! there. And the housekeeping that destroys what need not be known any more.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{Block, Body, Inline, Pair, WorkspaceRef};
use entente_store::{LaneKey, Overdue, OverdueState, Plan, StoreError, Work};
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::payload::{Payload, Speaker, To};

const TOGETHER: usize = 100;
const EVERY: Duration = Duration::from_secs(5);
const SWEEP_EVERY: Duration = Duration::from_secs(20);

/// Dead letters and things set aside are kept for so long.
const KEEP_DEAD: Duration = Duration::from_hours(7 * 24);

/// What was seen is remembered for so long, longer than any platform repeats a report.
pub(crate) const KEEP_SEEN: Duration = Duration::from_hours(60 * 24);

impl Engine {
    pub(crate) async fn telling(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = tokio::time::sleep(EVERY.min(self.tuning.tell_after)) => {}
                () = stop.cancelled() => return,
            }
            if let Err(error) = self.tell().await {
                tracing::error!(%error, "senders could not be told");
            }
        }
    }

    pub(crate) async fn sweeping(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = tokio::time::sleep(SWEEP_EVERY) => {}
                () = stop.cancelled() => return,
            }
            let now = self.clock.now();
            if let Err(error) = self.store.sweep(now.minus(KEEP_DEAD), now.minus(KEEP_SEEN), now).await {
                tracing::error!(%error, "what need not be known any more could not be destroyed");
            }
        }
    }

    async fn tell(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        for overdue in self.store.overdue(now.minus(self.tuning.tell_after), TOGETHER).await? {
            // Told first: after a crash in between nobody is told, which is better than being told twice.
            self.store.told(overdue.delivery).await?;
            let text = self.words(&overdue);
            if let LaneKey::Direct(pair, target) = &overdue.lane {
                self.say_back(*pair, target, &text).await?;
            }
        }
        for lane in self.store.went_through(TOGETHER).await? {
            if let LaneKey::Direct(pair, target) = &lane {
                self.say_back(*pair, target, "Your earlier messages have gone through now.").await?;
            }
        }
        Ok(())
    }

    fn words(&self, overdue: &Overdue) -> String {
        let there = crate::outbound::target(&overdue.lane).and_then(|at| self.sites.get(&at.id));
        let there = there.map_or("the other side", |workspace| workspace.profile().name);
        let reason =
            if overdue.reason.is_empty() { String::new() } else { format!(" Reason: {}.", overdue.reason) };
        match overdue.state {
            OverdueState::Waiting => format!(
                "Your message has not reached {there} yet. It is kept and will be delivered as soon as possible.{reason}"
            ),
            OverdueState::Dead => format!("Your message could not be delivered to {there}.{reason}"),
        }
    }

    /// Says something to those of a pair who write from elsewhere than `target`, in their own mirror.
    async fn say_back(&self, pair: Pair, target: &WorkspaceRef, text: &str) -> Result<(), StoreError> {
        let Some(people) = self.store.pair(pair).await? else { return Ok(()) };
        let now = self.clock.now();
        let mut plans = Vec::new();
        for told in &people {
            let Some(primary) = &told.person.primary else { continue };
            let home = &primary.account.workspace;
            if home == target || self.store.direct(pair, home).await?.is_none() {
                continue;
            }
            let body = Body(vec![Block::Paragraph(vec![
                Inline::Bold(vec![Inline::Text("Entente:".to_owned())]),
                Inline::Text(format!(" {text}")),
            ])]);
            let payload = Payload {
                speaker: Speaker::Person(pair.other(told.person.id)),
                to: To::Account(primary.account.id.clone()),
                body: Some(body),
                cut: true,
                introduced: true,
                anew: false,
            };
            plans.push(Plan {
                lane: LaneKey::Direct(pair, home.clone()),
                work: Work::Notice,
                source: None,
                part: 0,
                thread: None,
                payload: payload.encode(),
                accepted_at: now,
            });
        }
        if plans.is_empty() { Ok(()) } else { self.store.plan(plans, now).await }
    }
}
