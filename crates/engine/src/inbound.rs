//! The inbound worker: claims what was reported about one conversation, learns how the messages stand now, and plans.
//!
//! Reports are hints. What counts is the snapshot: read from the conversation's history where reports are only pointers,
//! opened from the report where it came along, fetched otherwise. A conversation is looked into only once it is known to
//! join two represented people; until then not even a report's body is kept.
//!
//! A report waits as long as its platform cannot answer. One that nobody who was told may read is set aside with the
//! reason after a while, so that it does not hold up what was reported after it.

use std::time::Duration;

use bytes::Bytes;
use entente_model::{ConversationRef, DropReason, MessageId, Pair, Timestamp};
use entente_platform::Step;
use entente_store::{Arrived, Claim, Known, LaneKey, Routed, StoreError};

use crate::engine::Engine;
use crate::planted::{Bug, planted};
use crate::schedule;
use crate::sites::Workspace;
use concern::Concern;

mod backfill;
mod concern;
mod echo;
mod feelings;
mod gathering;
pub(crate) mod groups;
mod linked;
mod news;
mod planning;
mod refusal;

pub(crate) use refusal::refused;

/// How many reports of a lane are taken together.
const TOGETHER: usize = 64;

/// How long a conversation is left alone when it cannot be read: as long as it has been tried already, within these.
const LEAST_WAIT: Duration = Duration::from_millis(500);
const MOST_WAIT: Duration = Duration::from_mins(5);

/// Why reports cannot be worked on now.
#[derive(Debug)]
pub(crate) enum Hold {
    /// A platform cannot be read; not before so long, if it said so.
    Later(Option<Duration>),
    /// Nobody who was told may read it, for this reason. Reports that have waited for `patience` are set aside.
    Refused { patience: Duration, reason: String },
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Hold {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What reports of one lane are about.
pub(crate) struct Reported<'a> {
    /// Where the conversation is.
    pub(crate) workspace: &'a Workspace,
    /// The conversation.
    pub(crate) conversation: &'a ConversationRef,
    /// The reports, in order of acceptance. Never empty.
    pub(crate) arrivals: &'a [Arrived],
    /// How many gaps had been made up for before the reports were read.
    pub(crate) as_of: u64,
}

impl Reported<'_> {
    /// The first of the reports, so many.
    fn first(&self, count: usize) -> Self {
        Self { arrivals: &self.arrivals[..count], ..*self }
    }
}

/// What is carried of a conversation.
pub(crate) struct Talk {
    /// The queue of what we say there.
    pub(crate) lane: LaneKey,
    /// What was written before is not passed on.
    pub(crate) since: Option<Timestamp>,
}

/// What reports come to.
pub(crate) struct Digest {
    /// What is written about them.
    pub(crate) routed: Routed,
    /// What is kept for an operator to look at.
    pub(crate) aside: Vec<Aside>,
}

/// A report that could not be read, and why.
#[derive(Debug)]
pub(crate) struct Aside {
    pub(crate) reason: String,
    pub(crate) body: Bytes,
}

impl Engine {
    /// Works on a claimed inbound lane until it is empty or must wait.
    pub(crate) async fn work_inbound(&self, claim: Claim) -> Result<(), StoreError> {
        let LaneKey::Reports(conversation) = claim.key.clone() else {
            return self.store.release(claim, None).await;
        };
        let Some(workspace) = self.sites.get(&conversation.workspace.id) else {
            // The workspace was taken out of the configuration; its reports wait until it is back.
            return self.store.release(claim, Some(self.clock.now().plus(MOST_WAIT))).await;
        };
        while self.clock.now() < claim.until {
            let as_of = self.ears.closed();
            let arrivals = self.store.arrived(&claim, TOGETHER).await?;
            let Some(oldest) = arrivals.first().map(|arrival| arrival.accepted_at) else {
                return self.store.release(claim, None).await;
            };
            let (arrivals, gathering) = self.gathered(workspace, &conversation, arrivals).await?;
            if let (true, Some(at)) = (arrivals.is_empty(), gathering) {
                return self.store.release(claim, Some(at)).await;
            }

            let reported = Reported { workspace, conversation: &conversation, arrivals: &arrivals, as_of };
            match self.digest_what_can_be(&reported).await {
                Ok(Digest { routed, aside }) => {
                    // Kept first: after a crash in between it is kept twice, which harms nobody.
                    for Aside { reason, body } in aside {
                        self.store.set_aside(workspace.at(), &reason, body, self.clock.now()).await?;
                    }
                    let settles = !routed.settled.is_empty();
                    let shows = routed.shown.is_some();
                    self.store.routed(&claim, routed, self.clock.now()).await?;
                    self.steps.reached(Step::Planned);
                    if settles {
                        // What an echo settled may have opened the conversation.
                        self.attend_opened();
                    }
                    if shows {
                        self.linked.load(self.store.as_ref()).await?;
                    }
                }
                Err(Hold::Later(_)) if planted(Bug::SwallowTrouble) => {
                    let done = nothing(&reported, DropReason::Gone);
                    self.store.routed(&claim, done, self.clock.now()).await?;
                }
                Err(hold @ (Hold::Later(_) | Hold::Refused { .. })) => {
                    let asked = if let Hold::Later(asked) = hold { asked } else { None };
                    let now = self.clock.now();
                    let ripening = schedule::ripening(oldest, now, LEAST_WAIT, MOST_WAIT);
                    let at = now.plus(asked.unwrap_or_default().max(ripening));
                    return self.store.release(claim, Some(at)).await;
                }
                Err(Hold::Store(error)) => return Err(error),
            }
        }
        let now = self.clock.now();
        self.store.release(claim, Some(now)).await
    }

    /// What is to be written for these reports; if some of them are refused and have waited long enough, for those and
    /// what came before them.
    async fn digest_what_can_be(&self, reported: &Reported<'_>) -> Result<Digest, Hold> {
        let mut count = reported.arrivals.len();
        loop {
            let hold = match self.digest(&reported.first(count)).await {
                Err(Hold::Refused { patience, reason }) => Hold::Refused { patience, reason },
                done => return done,
            };
            let Hold::Refused { patience, .. } = hold else { return Err(hold) };
            let ripe =
                reported.arrivals[..count].iter().take_while(|arrival| self.ripe(arrival, patience)).count();
            if ripe == 0 || ripe == count {
                return Err(hold);
            }
            count = ripe;
        }
    }

    /// What is to be written for these reports.
    async fn digest(&self, reported: &Reported<'_>) -> Result<Digest, Hold> {
        let ids: Vec<MessageId> =
            reported.arrivals.iter().map(|arrival| arrival.message.id.clone()).collect();
        let known = self.store.known(reported.conversation, &ids).await?;
        if let Some(link) = known.link {
            return self.digest_linked(reported, &known, link).await;
        }
        if let Some(pair) = self.rooms.pair(reported.conversation) {
            if self.still_concerns(reported, pair).await? {
                return self.digest_pair(reported, &known, pair).await;
            }
            return Ok(Digest { routed: nothing(reported, DropReason::NoInterest), aside: Vec::new() });
        }
        if reported.workspace.app_login() == Some(reported.arrivals[0].watcher) {
            return self.obey(reported, &known, reported.arrivals[0].watcher).await;
        }
        let routed = match self.concern(reported, known.conversation.as_ref()).await {
            Ok(Concern::App(app)) => return self.obey(reported, &known, app).await,
            Ok(Concern::Group(link)) => return self.digest_linked(reported, &known, link).await,
            Ok(Concern::Pair(pair)) => return self.digest_pair(reported, &known, pair).await,
            Ok(Concern::Nobody) => nothing(reported, DropReason::NoInterest),
            Err(Hold::Refused { patience, reason }) if self.all_ripe(reported, patience) => {
                let aside =
                    reported.arrivals.iter().map(|arrival| refusal::aside(arrival, &reason)).collect();
                return Ok(Digest { routed: nothing(reported, DropReason::Refused), aside });
            }
            Err(hold) => return Err(hold),
        };
        Ok(Digest { routed, aside: Vec::new() })
    }

    /// What is to be written for these reports of a pair's conversation.
    async fn digest_pair(&self, reported: &Reported<'_>, known: &Known, pair: Pair) -> Result<Digest, Hold> {
        let lane = LaneKey::Direct(pair, reported.conversation.workspace.clone());
        let talk = Talk { lane, since: None };
        let mut news = self.news(reported, known, Some(&talk)).await?;
        let aside = std::mem::take(&mut news.aside);
        let routed = self.planning(reported, pair, news).await?;
        Ok(Digest { routed, aside })
    }
}

/// All reports done, all of them for this reason.
pub(crate) fn nothing(reported: &Reported<'_>, reason: DropReason) -> Routed {
    Routed {
        done: reported.arrivals.iter().map(|arrival| arrival.id).collect(),
        drops: vec![reason; reported.arrivals.len()],
        ..Routed::default()
    }
}

/// When the oldest of the reports about this message was accepted.
pub(crate) fn accepted_at(reported: &Reported<'_>, message: &MessageId) -> Timestamp {
    let about = reported.arrivals.iter().filter(|arrival| arrival.message.id == *message);
    about.map(|arrival| arrival.accepted_at).min().unwrap_or(reported.arrivals[0].accepted_at)
}
