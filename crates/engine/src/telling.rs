//! The few things that Entente says to people of its own accord: that messages wait or died, once, and that they went
//! through after all. Said in the conversation where they were written, by whoever stands in for the other person
//! there. And the housekeeping that destroys what need not be known any more.
//!
//! What is told is planned in the transaction that records that it was told, which fails if it is not so any more: no
//! crash makes a notice twice, or loses one, or lets one say what is not recorded.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{Block, Body, Inline, MirrorState, Pair, StandInMode, StandInState, WorkspaceRef};
use entente_store::{LaneKey, LoginState, Plan, Represented, StoreError, What, Work};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::payload::{Payload, Speaker, To};

mod words;

use words::{Around, words};

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
        for news in self.store.news(now.minus(self.tuning.tell_after), TOGETHER).await? {
            let notices = match &news.lane {
                LaneKey::Direct(pair, target) => self.notices(&news.what, *pair, target).await?,
                _ => Vec::new(),
            };
            // What is not so any more is told, as it is then, in the next round.
            self.store.told(&news, notices, now).await?;
        }
        Ok(())
    }

    /// What is said to those of a pair who write from elsewhere than `target`, in their own mirror.
    async fn notices(&self, what: &What, pair: Pair, target: &WorkspaceRef) -> Result<Vec<Plan>, StoreError> {
        let Some(people) = self.store.pair(pair).await? else { return Ok(Vec::new()) };
        let now = self.clock.now();
        let there = self.sites.get(&target.id).map_or("the other side", |there| there.profile().name);
        let mut plans = Vec::new();
        for (told, other) in [(&people[0], &people[1]), (&people[1], &people[0])] {
            let Some(primary) = &told.person.primary else { continue };
            let home = &primary.account.workspace;
            if home == target || !self.have_conversation(pair, home).await? {
                continue;
            }
            let link = match what {
                What::Waits { stands: false, .. } => self.consent_link(told, target).await?,
                _ => None,
            };
            let around = Around { there, other: &other.person.name, link: link.is_some(), now };
            let Some(said) = words(what, &around) else { continue };
            let mut inlines = vec![
                Inline::Bold(vec![Inline::Text("Entente:".to_owned())]),
                Inline::Text(format!(" {}", said.text)),
            ];
            if let Some(link) = link.filter(|_| said.link) {
                inlines.push(Inline::Link {
                    url: link.to_string(),
                    label: vec![Inline::Text(link.to_string())],
                });
            }
            let payload = Payload {
                body: Some(Body(vec![Block::Paragraph(inlines)])),
                cut: true,
                introduced: true,
                ..Payload::new(Speaker::Person(other.person.id), To::Account(primary.account.id.clone()))
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
        Ok(plans)
    }

    /// Whether the two have a conversation there in which something can be said.
    async fn have_conversation(&self, pair: Pair, home: &WorkspaceRef) -> Result<bool, StoreError> {
        if self.store.direct(pair, home).await?.is_some() {
            return Ok(true);
        }
        let room = self.store.room(pair, home).await?;
        Ok(room.is_some_and(|room| !room.abandoned && matches!(room.state, MirrorState::Whole { .. })))
    }

    /// By which somebody can consent to be spoken for by their own account there. `None` if nothing is missing, or not
    /// theirs to give. A link that is never followed expires; whoever else follows it consents to nothing, because
    /// consent counts only when the expected account gives it.
    async fn consent_link(
        &self,
        sender: &Represented,
        target: &WorkspaceRef,
    ) -> Result<Option<Url>, StoreError> {
        let stand_in = sender.stand_ins.iter().find(|stand_in| stand_in.workspace == *target);
        let Some(stand_in) = stand_in.filter(|stand_in| stand_in.mode == StandInMode::Account) else {
            return Ok(None);
        };
        let refused = match stand_in.login {
            Some(login) => {
                self.store.login(login).await?.is_some_and(|login| login.state == LoginState::Refused)
            }
            None => false,
        };
        if stand_in.state != StandInState::AwaitingConsent && !refused {
            return Ok(None);
        }
        match self.invite(sender.person.id, &target.id).await {
            Ok(link) => Ok(Some(link)),
            Err(EngineError::Store(error)) => Err(error),
            // The administrator has to find out what keeps this person from consenting.
            Err(_) => Ok(None),
        }
    }
}
