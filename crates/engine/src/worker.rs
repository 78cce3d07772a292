//! The workers: register for the wake-up, *then* claim; if lanes were claimed, work on them; otherwise wait for the
//! wake-up, for the next lane to become due, for the poll interval, or for the end. One loop for new work, retries and
//! recovery.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use entente_platform::Step;
use entente_store::{Claim, Side, StoreError};
use futures_util::FutureExt as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::planted::{Bug, planted};

impl Engine {
    /// Runs everything until `stop`: both sides' workers and the reconcilers. Returns when what was under way has been
    /// finished. Dropping the future instead ends everything where it is, which is safe too.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut tasks = JoinSet::new();
        for side in [Side::Inbound, Side::Outbound] {
            tasks.spawn(Arc::clone(&self).work(side, stop.clone()));
        }
        tasks.spawn(Arc::clone(&self).listening(stop.clone()));
        tasks.spawn(Arc::clone(&self).feeding(stop.clone()));
        tasks.spawn(Arc::clone(&self).asking(stop.clone()));
        tasks.spawn(Arc::clone(&self).telling(stop.clone()));
        tasks.spawn(Arc::clone(&self).following(stop.clone()));
        tasks.spawn(Arc::clone(&self).sweeping(stop.clone()));
        tasks.spawn(Arc::clone(&self).keys(stop.clone()));
        let (engine, stopped) = (Arc::clone(&self), stop.clone());
        tasks.spawn(async move { engine.provisioning(stopped).await });
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended
                && error.is_panic()
            {
                tracing::error!("a part of the engine panicked; stopping");
                stop.cancel();
            }
        }
        // What a vendor gave is stored, also where nobody waits for it any more.
        self.keeper.at_rest().await;
    }

    /// Works on the lanes of one side.
    async fn work(self: Arc<Self>, side: Side, stop: CancellationToken) {
        let woken = self.store.woken(side);
        let mut lanes = JoinSet::new();
        while !stop.is_cancelled() {
            let wake_up = woken.notified();
            let free = self.tuning.lanes_at_once - lanes.len();
            let claims = match self.store.claim(side, free, self.tuning.lease, self.clock.now()).await {
                Ok(claims) => claims,
                Err(error) => {
                    tracing::error!(%error, "lanes could not be claimed");
                    Vec::new()
                }
            };
            let idle = claims.is_empty();
            for claim in claims {
                self.steps.reached(Step::Claimed);
                lanes.spawn(Arc::clone(&self).lane(side, claim));
            }
            while lanes.try_join_next().is_some() {}
            if !idle && lanes.len() < self.tuning.lanes_at_once {
                continue;
            }
            let pause = self.pause(side).await;
            tokio::select! {
                () = wake_up, if lanes.len() < self.tuning.lanes_at_once => {}
                Some(_) = lanes.join_next(), if lanes.len() >= self.tuning.lanes_at_once => {}
                () = tokio::time::sleep(pause), if lanes.len() < self.tuning.lanes_at_once => {}
                () = stop.cancelled() => {}
            }
        }
        while lanes.join_next().await.is_some() {}
    }

    /// How long there is certainly nothing to claim, unless somebody wakes us.
    async fn pause(&self, side: Side) -> std::time::Duration {
        let next = self.store.next_ready(side).await.ok().flatten();
        let until = next.map_or(self.tuning.poll, |at| at.since(self.clock.now()));
        until.min(self.tuning.poll)
    }

    /// Works on one lane. A panic is a mistake of ours in this one lane: it stands until a person has looked, and the
    /// others go on.
    async fn lane(self: Arc<Self>, side: Side, claim: Claim) {
        let lane = claim.lane;
        let kept = claim.clone();
        let work = async {
            assert!(!planted(Bug::Panic), "a panic was planted");
            match side {
                Side::Inbound => self.work_inbound(claim).await,
                Side::Outbound => self.work_outbound(claim).await,
            }
        };
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(StoreError::LeaseLost)) => tracing::debug!(lane.id = lane.0, "a lane was taken over"),
            Ok(Err(error)) => {
                tracing::error!(lane.id = lane.0, %error, "a lane could not be worked on");
                let again = self.clock.now().plus(std::time::Duration::from_secs(1));
                drop(self.store.release(kept, Some(again)).await);
            }
            Err(_) => {
                tracing::error!(
                    lane.id = lane.0,
                    "working on a lane panicked; it stands until it is let go on"
                );
                drop(self.store.wedge(kept, "an internal error; see the log").await);
            }
        }
    }
}
