//! What operators see, and what waits for them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{DeliveryId, MessageRef, Timestamp, WorkspaceRef};

use crate::{LaneId, LaneKey, Plan, StoreError, Work};

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
    /// Reports that were set aside and are kept.
    pub aside: u64,
    /// When the oldest of them came.
    pub aside_since: Option<Timestamp>,
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

/// The reason in [`What::Waits`] of a row that may have been done and is being looked for.
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

/// A lane with work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its row, for [`crate::Lanes::unwedge`].
    pub lane_id: LaneId,
    /// What it is the queue of.
    pub lane: LaneKey,
    /// How many rows or reports wait in it.
    pub waiting: u64,
    /// When the first of them was accepted.
    pub since: Timestamp,
    /// Why it stands, or what came of the first row the last time; empty if that was never tried, and for reports.
    pub reason: String,
    /// When the first row is due; `None` for reports, and while it stands.
    pub next: Option<Timestamp>,
    /// Whether it stands until a person acts.
    pub wedged: bool,
}

/// Something that the sender of messages should be told, about all of them at once.
///
/// Which row was told what is data. A waiting row is either not told of, or told that it waits, or (replayed after its
/// death was told) told that it died; a dead row the same. What becomes of a message that was told of is kept until
/// nothing that was told of waits in its lane any more, and is then the last news about all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The lane of the rows that it is about.
    pub lane: LaneKey,
    /// That lane's row.
    pub lane_id: LaneId,
    /// What there is to tell.
    pub what: What,
}

/// What there is to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// These still wait.
    Waits {
        /// Which.
        about: About,
        /// Why the first of the lane waits, by a stable name for people to read, or why the lane stands; empty if
        /// nothing was tried yet.
        reason: String,
        /// Whether the lane stands until a person acts.
        stands: bool,
    },
    /// These are dead, all for the same reason.
    Died {
        /// Which.
        about: About,
        /// Why.
        reason: String,
    },
    /// Nothing that was told of as waiting waits any more.
    WentThrough {
        /// Messages that were delivered.
        delivered: u64,
        /// Messages of which something died, and their sender was told of that too.
        died: u64,
    },
}

/// Rows that are told of together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// How many messages they come from.
    pub messages: u64,
    /// How many rows they are.
    pub rows: u64,
    /// What kind of effect they all are; `None` if they differ.
    pub work: Option<Work>,
    /// When the report of the first of them was accepted.
    pub since: Timestamp,
    /// The newest of them.
    pub newest: DeliveryId,
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

    /// Lanes with work: those that stand until a person acts first, then the longest-waiting.
    async fn queues(&self, limit: usize) -> Result<Vec<Queue>, StoreError>;

    /// Puts a dead letter back at the end of its lane, as if it had never been tried. `false` if it is none.
    async fn replay(&self, delivery: DeliveryId, now: Timestamp) -> Result<bool, StoreError>;

    /// What senders should be told now, at most `limit` of each kind, the oldest first: of deaths, of what waits in
    /// lanes where something not told of was accepted before `before`, and of lanes whose waiting is over. Notices are
    /// never told of.
    async fn news(&self, before: Timestamp, limit: usize) -> Result<Vec<News>, StoreError>;

    /// Plans the notices that tell of it and records that it was told, both or neither. `false`, and nothing is written,
    /// if it is not so any more: other rows wait, or others died, than the news says.
    async fn told(&self, news: &News, notices: Vec<Plan>, now: Timestamp) -> Result<bool, StoreError>;

    /// Lanes in which something (no notices) accepted before `before` still waits, told of or not, the oldest first. Each
    /// is a [`What::Waits`] about all that waits in the lane.
    async fn late(&self, before: Timestamp, limit: usize) -> Result<Vec<News>, StoreError>;

    /// Forgets what need not be known any more: dead letters and things set aside before `before`, seen messages before
    /// `seen_before`. Destroys the keys of payloads that are gone.
    async fn sweep(
        &self,
        before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
