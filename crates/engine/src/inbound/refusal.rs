//! When nobody who was told of something may read it. A platform that is down is waited for; one that refuses will mostly
//! refuse again, and what was reported later must not wait for it for ever. So a refusal is asked about again for a while
//! (rights arrive late, and a lost consent may be given again), and then the report is set aside for an operator.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use entente_model::CallError;
use entente_platform::Client;
use entente_store::Arrived;

use crate::engine::Engine;
use crate::inbound::{Aside, Hold, Reported};

/// What may not be read now may be readable a moment later; for so long it is asked for again.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// What those who were asked so far answered.
#[derive(Debug, Default)]
pub(super) struct Refusals(Option<(Duration, String)>);

impl Refusals {
    /// One more answer. An error: there is no use in asking the others.
    pub(super) fn take(&mut self, error: CallError, give_up_after: Duration) -> Result<(), Hold> {
        let refusal = match error {
            CallError::Gone => return Ok(()),
            CallError::Retry { after } => return Err(Hold::Later(after)),
            CallError::Unknown => return Err(Hold::Later(None)),
            // A person may give consent again.
            CallError::Reauthorize => {
                (give_up_after, "the login of whoever was told of it was refused".to_owned())
            }
            // An administrator may give it.
            error @ CallError::Lacks(_) => (give_up_after, error.to_string()),
            CallError::Reject(reason) => (PATIENCE, reason),
        };
        // As long as one of them may still be let in, it is waited for.
        if self.0.as_ref().is_none_or(|(patience, _)| *patience < refusal.0) {
            self.0 = Some(refusal);
        }
        Ok(())
    }

    /// After everybody was asked: the hold, unless nobody refused because there is nothing.
    pub(super) fn hold(self) -> Result<(), Hold> {
        self.0.map_or(Ok(()), |(patience, reason)| Err(Hold::Refused { patience, reason }))
    }
}

/// What a platform answered, good or bad; a hold where it did not, or not now.
pub(super) fn answered<T>(answer: Result<T, CallError>) -> Result<Result<T, CallError>, Hold> {
    match answer {
        Err(CallError::Retry { after }) => Err(Hold::Later(after)),
        Err(CallError::Unknown) => Err(Hold::Later(None)),
        answer => Ok(answer),
    }
}

/// Why something that was asked for was not done, if it was not.
pub(crate) fn refused(answer: Result<(), CallError>) -> Result<Option<String>, Hold> {
    Ok(answered(answer)?.err().map(|error| match error {
        CallError::Reject(why) => why,
        error => error.to_string(),
    }))
}

impl Engine {
    /// Clients of those who were told and still exist, in the order in which they were told; in a channel, whoever hears there
    /// comes first.
    pub(super) async fn listeners(&self, reported: &Reported<'_>) -> Result<Vec<Arc<dyn Client>>, Hold> {
        let (mut asked, mut clients) = (Vec::new(), Vec::new());
        // In a channel many are told of something, and not all of them may read all of it.
        if let Some(ear) = self.linked.ear(reported.conversation) {
            asked.push(ear);
            clients.extend(self.client_or_hold(ear).await?);
        }
        for arrival in reported.arrivals {
            if asked.contains(&arrival.watcher) {
                continue;
            }
            asked.push(arrival.watcher);
            clients.extend(self.client_or_hold(arrival.watcher).await?);
        }
        Ok(clients)
    }

    /// Whether a refused report has waited long enough.
    pub(super) fn ripe(&self, arrival: &Arrived, patience: Duration) -> bool {
        self.clock.now().since(arrival.accepted_at) >= patience
    }

    /// Whether all of them have.
    pub(super) fn all_ripe(&self, reported: &Reported<'_>, patience: Duration) -> bool {
        reported.arrivals.iter().all(|arrival| self.ripe(arrival, patience))
    }
}

/// A refused report as it is kept. One without a body is a pointer, and where it points to is kept.
pub(super) fn aside(arrival: &Arrived, reason: &str) -> Aside {
    let at = &arrival.message;
    let body = arrival.body.clone();
    let body = body.unwrap_or_else(|| Bytes::from(format!("{}/{}", at.conversation.id, at.id)));
    tracing::warn!(workspace = %at.conversation.workspace.id, reason, "a report is set aside: nobody may read it");
    Aside { reason: reason.to_owned(), body }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_hours(24);

    fn after(errors: &[CallError]) -> Result<(), Hold> {
        let mut refusals = Refusals::default();
        errors.iter().try_for_each(|error| refusals.take(error.clone(), LONG))?;
        refusals.hold()
    }

    #[test]
    fn what_does_not_exist_holds_nothing_up() {
        assert!(after(&[]).is_ok());
        assert!(after(&[CallError::Gone, CallError::Gone]).is_ok());
    }

    #[test]
    fn whoever_may_be_let_in_the_longest_decides_how_long_it_waits() {
        let reject = CallError::Reject("no".to_owned());
        let waits = |errors: &[CallError]| match after(errors) {
            Err(Hold::Refused { patience, .. }) => patience,
            other => panic!("{other:?}"),
        };
        assert_eq!(waits(&[reject.clone(), CallError::Gone]), PATIENCE);
        assert_eq!(waits(&[reject.clone(), CallError::Reauthorize, reject.clone()]), LONG);
        assert_eq!(waits(&[CallError::Reauthorize]), LONG);
        assert_eq!(waits(&[CallError::Lacks("reading".to_owned()), reject]), LONG);
    }

    #[test]
    fn a_platform_that_is_down_is_waited_for() {
        let asked = Some(Duration::from_secs(7));
        let hold = after(&[CallError::Reauthorize, CallError::Retry { after: asked }]);
        assert!(matches!(hold, Err(Hold::Later(after)) if after == asked));
        assert!(matches!(after(&[CallError::Unknown]), Err(Hold::Later(None))));
    }
}
