//! The outbound worker: claims what goes to one conversation and performs it, one row at a time, in order.
//!
//! Before the visible call leaves, its intent is committed; after the answer, its outcome. A row found begun may have
//! been done: it is looked for and never simply repeated. That is also what happens after a crash, so there is no
//! recovery path besides the ordinary one.

use entente_model::{Destination, Draft, Operation};
use entente_platform::Step;
use entente_store::{Begin, Claim, DeliveryState, Finish, Head, LaneKey, StoreError, Work};

use crate::engine::Engine;
use crate::planted::{Bug, planted};
use crate::sites::Workspace;

mod anew;
pub(crate) mod calling;
pub(crate) mod cutting;
mod feeling;
mod look;
mod outcome;
mod passing;
pub(crate) mod preparing;
mod relaying;
mod room;

use preparing::Prepared;

/// What the lane does next.
pub(crate) enum Next {
    /// The head is finished, or has become another row.
    GoOn,
    /// Nothing can be done before then.
    WaitUntil(entente_model::Timestamp),
}

impl Engine {
    /// Works on a claimed outbound lane until it is empty or must wait.
    pub(crate) async fn work_outbound(&self, claim: Claim) -> Result<(), StoreError> {
        let Some(workspace) = target(&claim.key).and_then(|at| self.sites.get(&at.id)).cloned() else {
            // The workspace was taken out of the configuration; its rows wait until it is back.
            let later = self.clock.now().plus(std::time::Duration::from_mins(5));
            return self.store.release(claim, Some(later)).await;
        };
        // A row that is begun late waits for its turn until after the lease, and whoever has the lane then would look for what
        // has not left yet.
        while self.clock.now().plus(self.tuning.lease / 2) < claim.until {
            let Some(head) = self.store.head(&claim).await? else {
                return self.store.release(claim, None).await;
            };
            let next = match head.delivery.state {
                DeliveryState::Planned { not_before } | DeliveryState::Begun { not_before, .. }
                    if not_before > self.clock.now() =>
                {
                    Next::WaitUntil(not_before)
                }
                DeliveryState::Begun { at, .. } if doubles(head.delivery.work) => {
                    self.look(&claim, &workspace, &head, at).await?
                }
                DeliveryState::Begun { at, .. } if head.delivery.work != Work::Delete => {
                    self.look_at_change(&claim, &workspace, &head, at).await?
                }
                DeliveryState::Planned { .. } | DeliveryState::Begun { .. } => {
                    self.perform(&claim, &workspace, &head).await?
                }
            };
            if let Next::WaitUntil(at) = next {
                return self.store.release(claim, Some(at)).await;
            }
        }
        let now = self.clock.now();
        self.store.release(claim, Some(now)).await
    }

    async fn perform(&self, claim: &Claim, workspace: &Workspace, head: &Head) -> Result<Next, StoreError> {
        let now = self.clock.now();
        let (draft, client, fingerprint, payload, relayed) =
            match self.prepare(claim, workspace, head).await? {
                Prepared::Do { draft, client, fingerprint, payload, relayed } => {
                    (draft, client, fingerprint, payload, relayed)
                }
                Prepared::Not(finish) => return self.finish(claim, head, finish).await,
            };
        let source = match &payload.file {
            Some(carried) => {
                match self.open_source(claim, workspace, head, (&payload, carried), relayed).await? {
                    Ok(source) => Some(source),
                    Err(finish) => return self.finish(claim, head, finish).await,
                }
            }
            None => None,
        };
        let begin = Begin { delivery: head.delivery.id, fingerprint, at: now };
        if planted(Bug::DoneBeforeSent) && doubles(head.delivery.work) {
            let done = Finish::Delivered { message: None, losses: Vec::new(), at: now };
            let next = self.finish(claim, head, done).await;
            drop(client.deliver(&draft).await);
            return next;
        }
        if !planted(Bug::NoIntent) {
            self.store.begin(claim, begin).await?;
        }
        self.steps.reached(Step::Begun);
        let on_its_way = self.in_flight.enter(claim.key.clone());
        let result = match &source {
            Some(source) => self.pass(claim, &*client, &draft, source).await?,
            None => client.deliver(&draft).await,
        };
        let opened = result.is_ok() && opens(&draft);
        let mut instead = self.named_instead(head, &draft, &result);
        if instead.is_none() {
            instead = self.relay_instead(claim, workspace, &payload, (&draft, &result), relayed);
        }
        if let (None, Some(source)) = (&instead, &source) {
            instead = self.unpassed(claim, workspace, head, &payload, (source, &result));
        }
        if instead.is_none() {
            instead = self.open_anew(claim, head, &payload, (&draft, &result)).await?;
        }
        if instead.is_none() {
            instead = self.out_of_reach(claim, head, &draft, &result).await?;
        }
        let finish = match instead {
            Some(instead) => instead,
            None => self.outcome(head, &payload, result, relayed),
        };
        let next = self.finish(claim, head, finish).await;
        if opened {
            self.attend_opened();
        }
        drop(on_its_way);
        next
    }

    /// Writes how the head, or an attempt at it, ended.
    async fn finish(&self, claim: &Claim, head: &Head, finish: Finish) -> Result<Next, StoreError> {
        let next = match &finish {
            Finish::RetryAt { at, .. } | Finish::LookAt { at } => Next::WaitUntil(*at),
            _ => Next::GoOn,
        };
        self.store.finish(claim, head.delivery.id, finish, self.clock.now()).await?;
        self.steps.reached(Step::Finished);
        // An echo may have settled the row meanwhile; the head is read again in any case, and a wait that means nothing
        // any more ends at once because the next row is due.
        Ok(match next {
            Next::WaitUntil(at) if at <= self.clock.now() => Next::GoOn,
            next => next,
        })
    }
}

/// Whether the call opened a direct conversation, or found one that was not known.
fn opens(draft: &Draft) -> bool {
    matches!(&draft.operation, Operation::Send { to: Destination::Direct(_), .. })
}

/// Whether doing the work twice could be seen: setting a text, or taking a message back, leaves the same behind each time.
fn doubles(work: Work) -> bool {
    matches!(work, Work::Send | Work::Notice)
}

/// Where a lane leads.
pub(crate) fn target(key: &LaneKey) -> Option<&entente_model::WorkspaceRef> {
    match key {
        LaneKey::Reports(_) => None,
        LaneKey::Direct(_, workspace) => Some(workspace),
        LaneKey::Conversation(conversation) => Some(&conversation.workspace),
        LaneKey::App(_, account) => Some(&account.workspace),
    }
}
