//! Lanes are the leased unit, not messages: one ordered queue per conversation and direction, worked on by one holder
//! at a time. A lane exists while it has work. Wake-ups carry no data.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entente_model::{AccountRef, ConversationRef, LoginId, MessageRef, Pair, Timestamp, WorkspaceRef};
use tokio::sync::Notify;

use crate::StoreError;

/// Which way a lane leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// From a conversation to us.
    Inbound,
    /// From us to a conversation.
    Outbound,
}

/// A lane's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId(pub i64);

/// What a lane is the queue of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LaneKey {
    /// What was reported about a conversation.
    Reports(ConversationRef),
    /// What goes to the direct conversation of two people in a workspace, opened or not.
    Direct(Pair, WorkspaceRef),
    /// What goes to a conversation that exists and is not a pair's.
    Conversation(ConversationRef),
    /// What the Entente app of this login says to an account, in their own conversation.
    App(LoginId, AccountRef),
}

impl LaneKey {
    /// Which way it leads.
    pub fn side(&self) -> Side {
        match self {
            Self::Reports(_) => Side::Inbound,
            Self::Direct(..) | Self::Conversation(_) | Self::App(..) => Side::Outbound,
        }
    }

    /// Whether a message stands where this lane leads.
    pub fn leads_to(&self, message: &MessageRef) -> bool {
        match self {
            Self::Direct(_, workspace) => message.conversation.workspace == *workspace,
            Self::Conversation(conversation) => message.conversation == *conversation,
            Self::Reports(_) | Self::App(..) => false,
        }
    }
}

/// The right to work on one lane. Every write under it names the epoch, so a holder that lost it changes nothing.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Which lane.
    pub lane: LaneId,
    /// What it is the queue of.
    pub key: LaneKey,
    /// Rises with every claim of this lane.
    pub epoch: i64,
    /// When the right ends by itself.
    pub until: Timestamp,
}

/// Claiming and giving back.
#[async_trait]
pub trait Lanes: Send + Sync {
    /// Claims up to `max` lanes of `side` that have work that is due at `now`, are not wedged and are not claimed,
    /// longest-waiting first.
    async fn claim(
        &self,
        side: Side,
        max: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Gives a lane back. If work came in while it was claimed, or `ready_at` is past, it is claimable at once;
    /// otherwise at `ready_at`; with `None` only when new work comes in. Giving back a lane that was lost does nothing.
    async fn release(&self, claim: Claim, ready_at: Option<Timestamp>) -> Result<(), StoreError>;

    /// Keeps a lane until then, for work that takes longer than a lease.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when somebody else has it, or may have it any moment: then the work must stop.
    async fn extend(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError>;

    /// Stops a lane until [`Lanes::unwedge`], for this reason, and gives it back.
    async fn wedge(&self, claim: Claim, reason: &str) -> Result<(), StoreError>;

    /// Lets a wedged lane go on. Does nothing to others, and says so with `false`.
    async fn unwedge(&self, lane: LaneId) -> Result<bool, StoreError>;

    /// When the next lane of this side becomes claimable by time alone.
    async fn next_ready(&self, side: Side) -> Result<Option<Timestamp>, StoreError>;

    /// Notified (one permit kept) whenever a lane of this side may have become claimable. Carries nothing.
    fn woken(&self, side: Side) -> Arc<Notify>;
}
