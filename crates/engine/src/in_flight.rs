//! Which lanes have a call on its way right now. An echo that overtakes its own answer waits here for the answer, so that
//! it is recognised by its id and need not be opened.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use entente_store::LaneKey;
use tokio::sync::watch;

/// The calls on their way, by lane. A hint for one process; what is true is in the store.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    lanes: Mutex<HashMap<LaneKey, watch::Sender<()>>>,
}

/// A call on its way, until dropped.
pub(crate) struct OnItsWay<'a> {
    all: &'a InFlight,
    lane: LaneKey,
}

impl InFlight {
    /// A call of this lane leaves now.
    pub(crate) fn enter(&self, lane: LaneKey) -> OnItsWay<'_> {
        self.lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(lane.clone(), watch::Sender::new(()));
        OnItsWay { all: self, lane }
    }

    /// Waits until no call of this lane is on its way, at most so long. `true` if there was one.
    pub(crate) async fn wait(&self, lane: &LaneKey, at_most: Duration) -> bool {
        let over = {
            let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            lanes.get(lane).map(watch::Sender::subscribe)
        };
        let Some(mut over) = over else { return false };
        // The sender is dropped when the call is over, which ends `changed` with an error.
        drop(tokio::time::timeout(at_most, over.changed()).await);
        true
    }
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        self.all.lanes.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.lane);
    }
}
