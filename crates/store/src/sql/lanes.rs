//! Claiming and giving back. Only wedging is durable.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entente_model::Timestamp;
use tokio::sync::Notify;

use super::Sqlite;
use super::run::Run;
use super::tx::LeaseEffect;
use crate::{Claim, LaneId, Lanes, Side, StoreError};

const WEDGE: &str = "insert or replace into wedged (lane, reason) values (?1, ?2)";
const UNWEDGE: &str = "delete from wedged where lane = ?1";

#[async_trait]
impl Lanes for Sqlite {
    async fn claim(
        &self,
        side: Side,
        max: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Claim>, StoreError> {
        Ok(self.shared.leases.claim(side, max, lease, now))
    }

    async fn extend(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        self.shared.leases.extend(claim, until)
    }

    async fn release(&self, claim: Claim, ready_at: Option<Timestamp>) -> Result<(), StoreError> {
        self.shared.leases.release(&claim, ready_at);
        Ok(())
    }

    async fn wedge(&self, claim: Claim, reason: &str) -> Result<(), StoreError> {
        let (lane, key, reason) = (claim.lane, claim.key.clone(), reason.to_owned());
        self.write_under(&claim, Vec::new(), move |tx| {
            tx.conn.run(WEDGE, (lane.0, reason))?;
            tx.effects.leases.push(LeaseEffect::Wedge(lane, key));
            Ok(())
        })
        .await
    }

    async fn unwedge(&self, lane: LaneId) -> Result<bool, StoreError> {
        self.write(move |tx| {
            if tx.conn.run(UNWEDGE, [lane.0])? == 0 {
                return Ok(false);
            }
            let key = tx.shared.names.lane_key(tx.conn, lane)?;
            tx.effects.leases.push(LeaseEffect::Unwedge(lane, key));
            Ok(true)
        })
        .await
    }

    async fn next_ready(&self, side: Side) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.shared.leases.next_ready(side))
    }

    fn woken(&self, side: Side) -> Arc<Notify> {
        self.shared.leases.woken(side)
    }
}
