//! What the answer to a call means for its row. The variant decides, never a text.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{CallError, DropReason, LoginId, Loss, Receipt};
use entente_platform::Client;
use entente_store::{Finish, Head, StoreError, Work};

use crate::engine::Engine;
use crate::outbound::cutting;
use crate::payload::Payload;
use crate::planted::{Bug, planted};
use crate::reason::Reason;
use crate::schedule;

/// A login that was refused is tried again this often; a person must act before it can work.
const REFUSED_AGAIN: Duration = Duration::from_mins(1);

/// After an unknown outcome the target is looked at after this long for the first time.
pub(super) const FIRST_LOOK: Duration = Duration::from_secs(1);

impl Engine {
    pub(super) fn outcome(
        &self,
        head: &Head,
        payload: &Payload,
        result: Result<Receipt, CallError>,
        relayed: bool,
    ) -> Finish {
        let now = self.clock.now();
        match result {
            Ok(receipt) => {
                let message =
                    receipt.message.filter(|_| matches!(head.delivery.work, Work::Send | Work::Notice));
                let mut losses = receipt.losses;
                if payload.feeling.is_none() {
                    losses.extend(cutting::losses(head));
                }
                losses.extend(payload.losses());
                losses.extend(
                    (relayed && matches!(head.delivery.work, Work::Send | Work::React))
                        .then_some(Loss::Attribution),
                );
                Finish::Delivered { message, losses, at: receipt.at }
            }
            Err(CallError::Unknown) if planted(Bug::RepeatUnknown) => {
                Finish::RetryAt { at: now, reason: String::new() }
            }
            Err(CallError::Retry { .. }) if planted(Bug::GiveUpAtOnce) => {
                Finish::Dead { reason: String::new() }
            }
            // What is taken back is simply taken back again, so nothing needs to be looked for.
            Err(CallError::Unknown) if head.delivery.work == Work::Delete => {
                match self.again(head, None, Reason::NoAnswer) {
                    Finish::RetryAt { at, .. } => Finish::LookAt { at },
                    given_up => given_up,
                }
            }
            Err(CallError::Unknown) => Finish::LookAt { at: now.plus(FIRST_LOOK) },
            Err(CallError::Retry { after }) => self.retried(head, after),
            Err(CallError::Reauthorize) => self.refused(head),
            // Whoever consented before reactions were carried has not granted them, which must not hold up what they write.
            Err(error @ CallError::Lacks(_)) if head.delivery.work == Work::React => {
                Finish::Dead { reason: error.to_string() }
            }
            Err(CallError::Lacks(permission)) => self.lacking(head, &permission),
            Err(CallError::Reject(reason)) => Finish::Dead { reason },
            // What should be gone is gone.
            Err(CallError::Gone) if head.delivery.work == Work::Delete => {
                Finish::Delivered { message: None, losses: Vec::new(), at: now }
            }
            Err(CallError::Gone) if matches!(head.delivery.work, Work::Edit | Work::React) => {
                Finish::Dropped(DropReason::Gone)
            }
            Err(CallError::Gone) => Finish::Dead { reason: Reason::PlaceGone.name().to_owned() },
        }
    }

    /// Another attempt of what was certainly not done, after the pause that was asked for.
    pub(super) fn retried(&self, head: &Head, after: Option<Duration>) -> Finish {
        let why = if after.is_some() { Reason::Pause } else { Reason::Unreached };
        self.again(head, after, why)
    }

    /// Another attempt when the login that was refused may have been given anew.
    pub(super) fn refused(&self, head: &Head) -> Finish {
        self.again(head, Some(REFUSED_AGAIN), Reason::LoginRefused)
    }

    /// A client that acts as this login; or how the row waits for one.
    pub(super) async fn client_or_wait(
        &self,
        head: &Head,
        login: LoginId,
    ) -> Result<Result<Arc<dyn Client>, Finish>, StoreError> {
        match self.client(login).await {
            Ok(Some(client)) => Ok(Ok(client)),
            Ok(None) => Ok(Err(self.again(head, None, Reason::LoginGone))),
            Err(crate::EngineError::Store(error)) => Err(error),
            Err(_) => Ok(Err(self.again(head, None, Reason::LoginUnusable))),
        }
    }

    /// Another attempt when an administrator may have given the permission. Which one it is, is told to operators.
    fn lacking(&self, head: &Head, permission: &str) -> Finish {
        let reason = CallError::Lacks(permission.to_owned()).to_string();
        match self.again(head, Some(REFUSED_AGAIN), Reason::LoginUnusable) {
            Finish::RetryAt { at, .. } => Finish::RetryAt { at, reason },
            _ => Finish::Dead { reason },
        }
    }

    /// Another attempt later, unless the row has been tried for too long.
    pub(super) fn again(&self, head: &Head, after: Option<Duration>, why: Reason) -> Finish {
        let now = self.clock.now();
        if now.since(head.delivery.accepted_at) >= self.tuning.give_up_after {
            return Finish::Dead { reason: why.for_too_long() };
        }
        let wait = schedule::wait(&self.tuning.schedule, head.delivery.attempts + 1, after, &self.dice);
        Finish::RetryAt { at: now.plus(wait), reason: why.name().to_owned() }
    }
}
