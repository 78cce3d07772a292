//! Claiming and giving back.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entente_model::Timestamp;
use tokio::sync::Notify;

use super::Memory;
use crate::{Claim, LaneId, Lanes, Side, StoreError};

#[async_trait]
impl Lanes for Memory {
    async fn claim(
        &self,
        side: Side,
        max: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Claim>, StoreError> {
        Ok(self.leases().claim(side, max, lease, now))
    }

    async fn extend(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        self.leases().extend(claim, until)
    }

    async fn release(&self, claim: Claim, ready_at: Option<Timestamp>) -> Result<(), StoreError> {
        self.leases().release(&claim, ready_at);
        Ok(())
    }

    async fn wedge(&self, claim: Claim, reason: &str) -> Result<(), StoreError> {
        let mut state = self.state();
        self.leases().check(&claim)?;
        state.wedged.insert(claim.lane, reason.to_owned());
        self.leases().wedge(claim.lane, &claim.key);
        Ok(())
    }

    async fn unwedge(&self, lane: LaneId) -> Result<bool, StoreError> {
        let mut state = self.state();
        let stood = state.wedged.remove(&lane).is_some();
        if stood {
            self.leases().unwedge(lane, state.key(lane));
        }
        Ok(stood)
    }

    async fn next_ready(&self, side: Side) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.leases().next_ready(side))
    }

    fn woken(&self, side: Side) -> Arc<Notify> {
        self.leases().woken(side)
    }
}
