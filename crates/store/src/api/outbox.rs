//! What is to be done on platforms. One row is one effect that people can see; its intent is committed before its last
//! call can land.

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{DeliveryId, DropReason, Loss, MessageRef, Timestamp};

use crate::{Claim, LaneKey, StoreError};

/// What kind of effect a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// A message is passed on.
    Send,
    /// What it says is changed.
    Edit,
    /// It is taken back.
    Delete,
    /// Entente itself says something. Never waits to be told as undelivered.
    Notice,
    /// Somebody reacts to the message that the row answers, or takes that back. Makes no message, so it has no source.
    React,
}

/// Something to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In which queue.
    pub lane: LaneKey,
    /// What kind of effect.
    pub work: Work,
    /// The message it comes from; `None` for notices and reactions.
    pub source: Option<MessageRef>,
    /// Which part of the message, from 0.
    pub part: u32,
    /// The message *on the source* that this one answers; its counterpart is looked up at the head of the lane.
    pub thread: Option<MessageRef>,
    /// What the engine needs to do it; opaque here, kept sealed.
    pub payload: Bytes,
    /// When the report that led to it was accepted.
    pub accepted_at: Timestamp,
}

/// A planned row.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its row.
    pub id: DeliveryId,
    /// What kind of effect.
    pub work: Work,
    /// The message it comes from.
    pub source: Option<MessageRef>,
    /// Which part of the message.
    pub part: u32,
    /// What the engine needs to do it, unsealed.
    pub payload: Bytes,
    /// When the report that led to it was accepted.
    pub accepted_at: Timestamp,
    /// How often it was begun.
    pub attempts: u32,
    /// Where it is.
    pub state: DeliveryState,
}

/// Where a row is, as long as it is not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryState {
    /// Never tried, or certainly not done. Not to be tried before.
    Planned {
        /// Earliest instant.
        not_before: Timestamp,
    },
    /// Its intent is committed and its outcome is not: it may have been done.
    Begun {
        /// When the first attempt that may have been done began.
        at: Timestamp,
        /// Not to be looked at before.
        not_before: Timestamp,
    },
}

impl DeliveryState {
    /// The instant before which the row need not be looked at.
    pub fn not_before(&self) -> Timestamp {
        match self {
            Self::Planned { not_before } | Self::Begun { not_before, .. } => *not_before,
        }
    }
}

/// The head of a lane and what it needs to know.
#[derive(Debug, Clone)]
pub struct Head {
    /// The row.
    pub delivery: Delivery,
    /// What its source has become in the lane's target so far, in order of parts.
    pub counterparts: Vec<Counterpart>,
    /// The counterpart, in the lane's target, of the message that its source answers: what it became there, or what it
    /// was made from there.
    pub thread: Option<MessageRef>,
}

/// A message on a target that a source message became. What a part is, is the engine's affair: it gives a part that has
/// to be sent again (an edit that had to become a new message) a higher number of its own, so that each number stands for
/// one message. Should a number have come to several messages all the same, all are kept, oldest first, and the last is
/// the one that an edit or deletion of that number counts for. Deleted ones are not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterpart {
    /// Which part of the source.
    pub part: u32,
    /// The message on the target.
    pub message: MessageRef,
    /// How often it was edited by us.
    pub edits: u32,
}

/// The intent of an attempt.
#[derive(Debug, Clone)]
pub struct Begin {
    /// Which row.
    pub delivery: DeliveryId,
    /// What its effect can be recognised by: a keyed hash of author, place and canonical text. Keeps no text.
    pub fingerprint: [u8; 32],
    /// The present instant.
    pub at: Timestamp,
}

/// A row whose effect may have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Which row.
    pub delivery: DeliveryId,
    /// What its effect can be recognised by.
    pub fingerprint: [u8; 32],
    /// When it began.
    pub at: Timestamp,
}

/// How an attempt, or the row, ended.
#[derive(Debug, Clone)]
pub enum Finish {
    /// It was done.
    Delivered {
        /// The message on the target, for a send or notice.
        message: Option<MessageRef>,
        /// What was lost on the way.
        losses: Vec<Loss>,
        /// When, by the platform's clock.
        at: Timestamp,
    },
    /// Certainly not done; to be tried again then.
    RetryAt {
        /// When.
        at: Timestamp,
        /// Why, by a stable name for people to read.
        reason: String,
    },
    /// It may have been done; to be looked for then. The row stays begun.
    LookAt {
        /// When.
        at: Timestamp,
    },
    /// Refused for good. The payload is kept, sealed, until it is replayed, discarded or expires.
    Dead {
        /// Why, for people to read, without any text of the message.
        reason: String,
    },
    /// Not to be done after all.
    Dropped(DropReason),
    /// Replaced by these rows, which take its place in the lane in this order.
    Replaced(Vec<Plan>),
}

/// What a finish met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// The outcome was written.
    Written,
    /// An arrival had settled the row before; nothing was changed.
    Settled,
}

/// Deliveries.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// The first unfinished row of the claimed lane, due or not.
    async fn head(&self, under: &Claim) -> Result<Option<Head>, StoreError>;

    /// Commits the intent of one attempt: when this returns, the call may leave.
    async fn begin(&self, under: &Claim, begin: Begin) -> Result<(), StoreError>;

    /// Writes an outcome. A delivered send records the counterpart, marks the target message as ours, and, for a direct
    /// lane, remembers its conversation as the pair's. Payloads of finished rows go, except those of dead ones.
    async fn finish(
        &self,
        under: &Claim,
        delivery: DeliveryId,
        finish: Finish,
        now: Timestamp,
    ) -> Result<Finished, StoreError>;

    /// The rows of a lane that may have been done and are not settled.
    async fn begun(&self, lane: &LaneKey) -> Result<Vec<Begun>, StoreError>;

    /// Appends plans outside of any claim (notices), and wakes their lanes.
    async fn plan(&self, plans: Vec<Plan>, now: Timestamp) -> Result<(), StoreError>;
}
