//! What was reported to us, until it is routed.

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{
    AccountId, AccountRef, ArrivalId, Backfill, DeliveryId, DropReason, Emoji, LinkId, LoginId, MessageId,
    MessageRef, Timestamp, WorkspaceRef,
};

use crate::{Claim, Plan, StoreError};

/// What a report says happened to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Report {
    /// It is new.
    Created,
    /// It changed in some way.
    Changed,
    /// It is gone.
    Deleted,
    /// Reactions to it changed, or may have. Stored of messages that we wrote too.
    Reacted,
    /// Nothing about one message: something in the conversation may have been missed. Stored unless one is waiting
    /// already; the message's id means nothing.
    Look,
}

/// A report to be stored.
#[derive(Debug, Clone)]
pub struct NewArrival {
    /// About which message.
    pub message: MessageRef,
    /// What happened to it.
    pub report: Report,
    /// Whose subscription told us.
    pub watcher: LoginId,
    /// Who did it, if the report said so in clear.
    pub actor: Option<AccountRef>,
    /// What is needed to open it; kept sealed, and only where [`NewArrival::always`] or the conversation is known to be
    /// of interest. Elsewhere the report is kept as a mere pointer.
    pub body: Option<Bytes>,
    /// Of interest whatever the conversation is: something said to the Entente app.
    pub always: bool,
}

/// What a webhook reported and could not be read.
#[derive(Debug, Clone)]
pub struct Unreadable {
    /// Where it came from.
    pub workspace: WorkspaceRef,
    /// What is wrong, without any text of it.
    pub reason: String,
    /// As it came; kept sealed.
    pub body: Bytes,
}

/// What became of the reports of one webhook. The sum is their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accepted {
    /// Stored, their lanes woken.
    pub stored: usize,
    /// Known already; nothing was stored.
    pub repeats: usize,
    /// About messages that we wrote; nothing was stored.
    pub echoes: usize,
    /// In conversations known to be of no interest; nothing was stored.
    pub uninteresting: usize,
}

/// A stored report.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Its row.
    pub id: ArrivalId,
    /// About which message.
    pub message: MessageRef,
    /// What happened to it.
    pub report: Report,
    /// Whose subscription told us.
    pub watcher: LoginId,
    /// Who did it, if the report said so in clear.
    pub actor: Option<AccountRef>,
    /// What is needed to open it, unsealed; `None` for a pointer.
    pub body: Option<Bytes>,
    /// When it was stored.
    pub accepted_at: Timestamp,
}

/// What the inbound worker made of some arrivals of its lane, written at once.
#[derive(Debug, Clone, Default)]
pub struct Routed {
    /// Arrivals that are done; their rows and bodies go.
    pub done: Vec<ArrivalId>,
    /// How messages of the lane's conversation stand now; they count as seen from here on.
    pub seen: Vec<SeenNow>,
    /// How reactions to messages of the lane's conversation stand now; they take the place of what was known of each.
    pub reactions: Vec<ReactionsNow>,
    /// How far the conversation has been read; never moves back.
    pub mark: Option<(MessageId, Timestamp)>,
    /// What is to be done, in this order.
    pub plans: Vec<Plan>,
    /// What goes no further, and why; counted.
    pub drops: Vec<DropReason>,
    /// Deliveries whose effect was recognised in an arrival.
    pub settled: Vec<Settled>,
    /// The group whose mirrors that are ready show it from here on: what they were made for is planned.
    pub shown: Option<LinkId>,
    /// How far what was written there before this link was made has been passed on, if the conversation is still a channel of it;
    /// `None` within: all of it.
    pub backfill: Option<(LinkId, Option<Backfill>)>,
}

/// How a message of the lane's conversation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNow {
    /// Which one.
    pub message: MessageId,
    /// When its text was last changed, or when it was written.
    pub version: Timestamp,
    /// Whether it is gone.
    pub deleted: bool,
    /// Whether it says nothing: whatever of it was anywhere else is taken back, and what it may say later is new there.
    pub silent: bool,
}

/// How reactions to a message of the lane's conversation stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionsNow {
    /// To which one.
    pub message: MessageId,
    /// All of them: whose, in the conversation's workspace, and which.
    pub all: Vec<(AccountId, Emoji)>,
}

/// A begun delivery that turned out to have been done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Which one. One that is settled or gone already is left as it is.
    pub delivery: DeliveryId,
    /// The message that it made.
    pub message: MessageRef,
    /// When, by the platform's clock.
    pub at: Timestamp,
}

/// Reports.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Stores what is new and wakes its lanes; a webhook that held nothing else may be acknowledged when this returns.
    /// A new message is stored once, however often and by whomever it is reported; `Changed` and `Deleted` are stored
    /// each time unless the message is one that we wrote, `Reacted` in any case. Counts all of them.
    async fn accept(&self, arrivals: Vec<NewArrival>, now: Timestamp) -> Result<Accepted, StoreError> {
        self.accept_all(arrivals, Vec::new(), now).await
    }

    /// The same for all that one webhook held: what could not be read is set aside, as by
    /// [`Console::set_aside`](crate::Console::set_aside), with the rest or not at all.
    async fn accept_all(
        &self,
        arrivals: Vec<NewArrival>,
        unreadable: Vec<Unreadable>,
        now: Timestamp,
    ) -> Result<Accepted, StoreError>;

    /// The oldest arrivals of the claimed lane, in order of acceptance. Changes nothing.
    async fn arrived(&self, under: &Claim, limit: usize) -> Result<Vec<Arrived>, StoreError>;

    /// Writes what was made of arrivals: all of it or nothing. Wakes the lanes of the plans.
    async fn routed(&self, under: &Claim, routed: Routed, now: Timestamp) -> Result<(), StoreError>;
}
