//! The keeper of feeds: where a workspace's reports come over a connection that we open, it holds one open. What comes in is
//! stored as a webhook's reports are, and acknowledged only then.
//!
//! A connection that ends is a gap for everybody who hears by it, and so is the time until the next one stands: meanwhile the
//! workspace counts as deaf, its logins show why, and their gaps stay open, so that the conversations are read on as soon as
//! reports come again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use entente_model::{CallError, WorkspaceId};
use entente_platform::{Fed, Feed, Inflow, Step};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::keeper::Keeper;
use crate::sites::{Sites, Workspace};

/// The pause before another connection is tried; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The pause where only a person can help.
const HOPELESS_PAUSE: Duration = Duration::from_mins(5);

/// A connection that stood for so long was a good one.
const STOOD: Duration = Duration::from_mins(1);

/// The feeds that are to be kept. Until one stands, its workspace is deaf.
pub(crate) fn feeds(sites: &Sites, keeper: &Keeper) -> Vec<(WorkspaceId, Arc<dyn Feed>)> {
    let fed = |workspace: &Arc<Workspace>| {
        let feed = keeper.feed(workspace)?;
        workspace.set_deaf(Some("the connection that reports come by is not open yet".to_owned()));
        Some((workspace.at().id.clone(), feed))
    };
    sites.iter().filter_map(fed).collect()
}

impl Engine {
    pub(crate) async fn feeding(self: Arc<Self>, stop: CancellationToken) {
        let keeping = self.feeds.iter().filter_map(|(name, feed)| {
            let workspace = self.sites.get(name)?;
            Some(self.keep(workspace, feed.as_ref()))
        });
        let all = futures_util::future::join_all(keeping);
        tokio::select! {
            _ = all => {}
            () = stop.cancelled() => {}
        }
    }

    /// Holds a connection open. Ends with the process only.
    async fn keep(&self, workspace: &Workspace, feed: &dyn Feed) {
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match feed.open().await {
                Ok(mut inflow) => {
                    let since = Instant::now();
                    self.tell_ears(workspace, None);
                    let error = self.take_in(workspace, inflow.as_mut()).await;
                    if since.elapsed() >= STOOD {
                        pause = FIRST_PAUSE;
                    }
                    error
                }
                Err(error) => error,
            };
            let why = format!("the connection that reports come by does not stand: {error}");
            // What is known already needs no telling, and nothing came in that could have been missed since.
            if workspace.deaf().as_ref() != Some(&why) {
                tracing::warn!(workspace = %workspace.at().id, %error, "a feed ended");
                self.tell_ears(workspace, Some(why));
            }
            let wait = match error {
                CallError::Retry { after } => after.unwrap_or_default().max(pause),
                CallError::Unknown => pause,
                CallError::Reject(_) | CallError::Lacks(_) | CallError::Reauthorize | CallError::Gone => {
                    HOPELESS_PAUSE
                }
            };
            pause = (pause * 2).min(LONGEST_PAUSE);
            tokio::time::sleep(wait).await;
        }
    }

    /// Reports come again, or for this reason do not: whoever hears there is seen to at once.
    fn tell_ears(&self, workspace: &Workspace, deaf: Option<String>) {
        workspace.set_deaf(deaf);
        self.ears.sooner.notify_one();
    }

    /// Stores what comes in until the connection ends.
    async fn take_in(&self, workspace: &Workspace, inflow: &mut dyn Inflow) -> CallError {
        loop {
            let Fed { hook, ticket } = match inflow.next().await {
                Ok(fed) => fed,
                Err(error) => return error,
            };
            let items = workspace.receiver().heads(&hook);
            if let Err(error) = self.store_items(workspace, items).await {
                // Not acknowledged, so a vendor that asks will tell it again; of others it has to be read.
                tracing::error!(workspace = %workspace.at().id, %error, "a report of a feed could not be stored");
                workspace.missed.store(true, Ordering::Relaxed);
                continue;
            }
            self.steps.reached(Step::Accepted);
            if let Some(ticket) = ticket
                && let Err(error) = inflow.stored(&ticket).await
            {
                return error;
            }
        }
    }
}
