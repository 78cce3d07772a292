//! What operators see, and what waits for them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{DeliveryId, MessageRef, Timestamp, WorkspaceRef};

use crate::{LaneId, LaneKey, StoreError};

/// Where all work is. `planned = delivered + waiting + dead + dropped_rows` holds at every instant.
///
/// Notices are in none of the five: Entente says them itself, and nobody waits for them. Rows that were replaced are not
/// in `planned` any more; those that took their place are. `dropped` holds `dropped_rows` and, beside them, the events
/// that led to no row at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Reports stored since the beginning.
    pub accepted: u64,
    /// Reports stored and not yet routed.
    pub unrouted: u64,
    /// When the oldest of those was stored.
    pub unrouted_since: Option<Timestamp>,
    /// Rows planned since the beginning, those of notices and replaced rows left out.
    pub planned: u64,
    /// Rows done since the beginning.
    pub delivered: u64,
    /// Events and rows that went no further, by the reason's stable name.
    pub dropped: BTreeMap<String, u64>,
    /// Of `dropped`, those that were rows: dropped by their lane, or dead until they expired ([`EXPIRED`]).
    pub dropped_rows: u64,
    /// Rows in their lanes now (notices left out).
    pub waiting: u64,
    /// Rows refused for good that were neither replayed nor discarded (notices left out).
    pub dead: u64,
    /// Lanes that stand until a person acts.
    pub wedged: u64,
    /// Reports absorbed at the door (`echo`, `repeat`, `no_interest`), losses (`loss_` and the loss's name), and what
    /// [`Console::count`] was told, such as refused webhooks or messages that came `late`; by stable names. A store on disk adds what it has done
    /// since it was opened: [`COMMITS`] and [`SYNCS`].
    pub other: BTreeMap<String, u64>,
}

/// The reason in [`Counts::dropped`] of rows that were dead until [`Console::sweep`] forgot them.
pub const EXPIRED: &str = "expired";

/// The name in [`Counts::other`] of commits that wrote something, since the store was opened; nothing if it has no disk.
pub const COMMITS: &str = "commits";

/// The name in [`Counts::other`] of how often the store waited for its disk to sync, since it was opened: for commits, for
/// keys, and for writing back the log.
pub const SYNCS: &str = "syncs";

/// The reason in [`Overdue::reason`] of a row that may have been done and is being looked for.
pub const UNKNOWN_OUTCOME: &str = "unknown_outcome";

/// A row refused for good.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// Its row.
    pub delivery: DeliveryId,
    /// Its lane.
    pub lane: LaneKey,
    /// The message it came from.
    pub source: Option<MessageRef>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A lane that stands until a person acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wedged {
    /// Its row, for [`crate::Lanes::unwedge`].
    pub lane_id: LaneId,
    /// What it is the queue of.
    pub lane: LaneKey,
    /// Why it stands.
    pub reason: String,
}

/// A message whose sender should be told.
#[derive(Debug, Clone)]
pub struct Overdue {
    /// Its row.
    pub delivery: DeliveryId,
    /// Its lane.
    pub lane: LaneKey,
    /// That lane's row.
    pub lane_id: LaneId,
    /// The message it came from.
    pub source: MessageRef,
    /// Why it waits or died, by a stable name or sentence; empty if it was never tried.
    pub reason: String,
    /// What the engine needs; opaque here.
    pub payload: Bytes,
    /// What is to be told.
    pub state: OverdueState,
}

/// What is to be told about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverdueState {
    /// It still waits.
    Waiting,
    /// It is dead.
    Dead,
}

/// Something that was properly signed and could not be read.
#[derive(Debug, Clone)]
pub struct SetAside {
    /// Where it came from.
    pub workspace: WorkspaceRef,
    /// What is wrong with it.
    pub reason: String,
    /// When it came.
    pub at: Timestamp,
}

/// For operators.
#[async_trait]
pub trait Console: Send + Sync {
    /// Where all work is.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// Adds to a counter in [`Counts::other`]. May be written a moment later, with the next transaction.
    fn count(&self, name: &str, by: u64);

    /// Sets a report aside, sealed.
    async fn set_aside(
        &self,
        workspace: &WorkspaceRef,
        reason: &str,
        body: Bytes,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// What was set aside, newest first.
    async fn aside(&self, limit: usize) -> Result<Vec<SetAside>, StoreError>;

    /// Dead letters, newest first.
    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError>;

    /// Lanes that stand until a person acts.
    async fn wedged(&self, limit: usize) -> Result<Vec<Wedged>, StoreError>;

    /// Puts a dead letter back at the end of its lane, as if it had never been tried. `false` if it is none.
    async fn replay(&self, delivery: DeliveryId, now: Timestamp) -> Result<bool, StoreError>;

    /// Messages (no notices) accepted before `before` that still wait, or dead ones, whose senders were not told yet.
    /// At most one per lane, the oldest.
    async fn overdue(&self, before: Timestamp, limit: usize) -> Result<Vec<Overdue>, StoreError>;

    /// Records that the sender was told about this row and everything behind it in its lane.
    async fn told(&self, delivery: DeliveryId) -> Result<(), StoreError>;

    /// Lanes of which told rows have since been delivered and none waits any more, so that the sender can be told that
    /// they went through; each is returned once.
    async fn went_through(&self, limit: usize) -> Result<Vec<LaneKey>, StoreError>;

    /// Forgets what need not be known any more: dead letters and things set aside before `before`, seen messages before
    /// `seen_before`. Destroys the keys of payloads that are gone.
    async fn sweep(
        &self,
        before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
