//! What the vendor sends to us, for one workspace. Pure: no call, no clock but the argument.

use bytes::Bytes;
use entente_model::{AccountRef, ConversationRef, LoginId, MessageRef, Snapshot, Timestamp};
use http::Response;

use crate::{Hook, Unverified, Verified};

/// Takes webhooks of one workspace.
pub trait Receiver: Send + Sync {
    /// Is this really from the vendor, and fresh? At most the signature's envelope is read before the proof.
    ///
    /// # Errors
    /// Why it is refused; see [`Refused`] for what the caller answers.
    fn check(&self, hook: Hook<Unverified>, now: Timestamp) -> Result<Checked, Refused>;

    /// The clear envelope only: which conversation, which message, what kind. Decrypts nothing. A kind that is not
    /// known, and an item that cannot be read, become items of their own and never spoil their neighbours.
    fn heads(&self, hook: &Hook<Verified>) -> Vec<Item>;

    /// Opens what came with a head (decrypts, parses) and says how the message stands now. Called by the inbound worker
    /// only for conversations of interest.
    ///
    /// # Errors
    /// What is wrong with the body, without any of its text.
    fn open(&self, message: &MessageRef, body: &[u8]) -> Result<Snapshot, String>;

    /// The vendor's answer to a well-formed delivery, where it is particular about it. 200 without a body elsewhere.
    fn thanks(&self) -> http::StatusCode {
        http::StatusCode::OK
    }
}

/// What to do with a webhook that passed the check.
#[derive(Debug)]
pub enum Checked {
    /// A hand-shake: answer exactly this and nothing else happens.
    Answer(Response<Bytes>),
    /// A delivery.
    Deliver(Hook<Verified>),
}

/// Why a webhook is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// The signature, token or shared secret is missing or wrong. Answered 401.
    #[error("not signed by the vendor")]
    Forged,
    /// A signed time is too old or too far ahead. Answered 401.
    #[error("stale")]
    Stale,
    /// The signature's envelope cannot be read. Answered 400.
    #[error("unreadable")]
    Malformed,
    /// Signed with a key we do not hold yet. Answered 503, the vendor tries again, and the keys are fetched meanwhile.
    #[error("signed with an unknown key")]
    UnknownKey,
}

/// One thing that a delivery reports.
#[derive(Debug, Clone)]
pub enum Item {
    /// Something about a message.
    Head(Head),
    /// Who is in a group changed.
    Joined(Joined),
    /// Something about a channel itself: its name, its topic, whether it is archived or gone. How it stands now is looked at.
    Channel(ChannelHead),
    /// Something about a subscription.
    Lifecycle(Lifecycle),
    /// A kind we do not carry; acknowledged and counted by this name.
    Unknown(String),
    /// Properly signed but unreadable; acknowledged, set aside with the reason and counted.
    Malformed {
        /// What is wrong, without any text of the item.
        reason: String,
        /// The item as it came.
        body: Bytes,
    },
}

/// The clear part of a report about a message.
#[derive(Debug, Clone)]
pub struct Head {
    /// Which message.
    pub message: MessageRef,
    /// What happened to it.
    pub kind: HeadKind,
    /// The login whose subscription reported it.
    pub watcher: LoginId,
    /// Who did it, where the clear envelope says so.
    pub actor: Option<AccountRef>,
    /// Where it is, as far as the clear envelope says.
    pub place: Place,
    /// What [`Receiver::open`] needs; `None` where the report is only a pointer.
    pub body: Option<Bytes>,
}

/// Somebody came into a group or left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Which group.
    pub conversation: ConversationRef,
    /// Who came or left. It may be the watcher's own account.
    pub account: AccountRef,
    /// Whether it came; otherwise it left or was taken out.
    pub came: bool,
    /// The login whose subscription reported it.
    pub watcher: LoginId,
}

/// What kind of conversation a report is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Certainly a direct one.
    Direct,
    /// Certainly no direct one; it may be a group.
    Group,
    /// Certainly neither a direct one nor a group.
    Channel,
    /// The envelope does not say.
    Untold,
}

/// What is reported about a channel.
#[derive(Debug, Clone)]
pub struct ChannelHead {
    /// Which one.
    pub at: ConversationRef,
    /// When it happened, by the vendor's clock.
    pub when: Option<Timestamp>,
}

/// What a head reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeadKind {
    /// A new message. Accepted once per message, however often it is reported.
    Created,
    /// The message changed in some way: a dirty mark, never taken for a repeat.
    Changed,
    /// The message is gone.
    Deleted,
    /// Reactions to the message changed: a dirty mark too, and also taken of messages that we wrote. How they stand now is
    /// fetched.
    Reacted,
}

/// Something happened to a subscription.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    /// Whose subscription.
    pub login: LoginId,
    /// What happened.
    pub kind: LifecycleKind,
}

/// What can happen to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifecycleKind {
    /// It ends soon unless it is confirmed.
    Reauthorize,
    /// It has ended; what happened since must be read from the history.
    Removed,
    /// Something was not reported; read the history.
    Missed,
}
