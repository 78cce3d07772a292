//! A platform may refuse a message for whom it calls: an account that was removed there, or that cannot be called in this
//! conversation. The refusal is certain, so the message is said again with names alone; what is refused then too was refused
//! for something else.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use entente_model::{CallError, DeliveryId, Draft, Operation, Receipt};
use entente_store::{Finish, Head};

use crate::engine::Engine;
use crate::naming::calls_somebody;
use crate::reason::Reason;

/// So many rows are remembered; one that is forgotten is refused once more.
const REMEMBERED: usize = 1_000;

/// The rows that call nobody any more. A hint for one process.
#[derive(Debug, Default)]
pub(crate) struct Uncalled(Mutex<HashSet<DeliveryId>>);

impl Uncalled {
    /// Whether this row calls nobody any more.
    pub(super) fn has(&self, delivery: DeliveryId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&delivery)
    }

    fn add(&self, delivery: DeliveryId) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.len() >= REMEMBERED {
            rows.clear();
        }
        rows.insert(delivery);
    }
}

impl Engine {
    /// What becomes of a message that calls somebody and was refused.
    pub(super) fn named_instead(
        &self,
        head: &Head,
        draft: &Draft,
        result: &Result<Receipt, CallError>,
    ) -> Option<Finish> {
        let (Operation::Send { body, .. } | Operation::Edit { body, .. }) = &draft.operation else {
            return None;
        };
        if !matches!(result, Err(CallError::Reject(_))) || !calls_somebody(body) {
            return None;
        }
        self.uncalled.add(head.delivery.id);
        self.store.count("named_instead", 1);
        Some(Finish::RetryAt { at: self.clock.now(), reason: Reason::Refused.name().to_owned() })
    }
}
