//! How a call ended. The lane acts on the variant, never on a text.

use std::time::Duration;

use crate::{MessageRef, Timestamp};

/// What the platform answered to a performed operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The message as it stands on the target, for a send.
    pub message: Option<MessageRef>,
    /// The platform's time of the effect.
    pub at: Timestamp,
    /// What was lost on the way.
    pub losses: Vec<Loss>,
}

/// What degradation took away from a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loss {
    /// Formatting the target cannot show was flattened to text.
    Formatting,
    /// A mention became the plain name.
    Mention,
    /// A thread became a quote.
    Thread,
    /// The message was cut into parts.
    Split,
    /// An edit became a new message.
    EditAsReply,
    /// Something that cannot travel (a card, a file that is too large) became a line of text.
    Unsupported,
    /// A reaction became a line of text, or took the place of an earlier one.
    Reaction,
    /// The app said it, with its author's name.
    Attribution,
}

/// Every failed call is one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Certainly not done; may be tried again, not before `after`.
    #[error("not done, may be tried again")]
    Retry {
        /// What the platform asked for (`Retry-After`).
        after: Option<Duration>,
    },
    /// May have been done: look before doing it again.
    #[error("unknown whether it was done")]
    Unknown,
    /// The login is dead until a person acts.
    #[error("the login was refused")]
    Reauthorize,
    /// Certainly not done, because the login lacks a permission that an administrator can give. The text names it, as the vendor
    /// does.
    #[error("a permission is missing: {0}")]
    Lacks(String),
    /// Certainly refused for good. The text is for operators and holds no content.
    #[error("refused: {0}")]
    Reject(String),
    /// The conversation or message does not exist any more.
    #[error("gone")]
    Gone,
}

/// Why an event goes no further. Shown in the console as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DropReason {
    /// Our own message coming back.
    Echo,
    /// Reported before.
    Repeat,
    /// The conversation does not join two represented people of different primaries.
    NoInterest,
    /// Typed by hand from a secondary account, whose owner chose to keep such messages there.
    OwnSecondary,
    /// Nothing in it can be shown on the target.
    NothingToSay,
    /// The message it changes never went out, or is not ours to change.
    NoCounterpart,
    /// Gone before it could be read.
    Gone,
    /// Nobody who was told of it may read it.
    Refused,
    /// A command to the Entente app, answered and not carried.
    Command,
    /// Nobody stands in for the sender or the recipient on the target.
    NoStandIn,
    /// Its author is nobody of the organization, or a bot.
    Outsider,
    /// The link is paused, or what happens in this channel is not passed on.
    Paused,
}

impl DropReason {
    /// A stable name for the database, the console and the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Repeat => "repeat",
            Self::NoInterest => "no_interest",
            Self::OwnSecondary => "own_secondary",
            Self::NothingToSay => "nothing_to_say",
            Self::NoCounterpart => "no_counterpart",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::Command => "command",
            Self::NoStandIn => "no_stand_in",
            Self::Outsider => "outsider",
            Self::Paused => "paused",
        }
    }
}

impl Loss {
    /// A stable name for the database and the console.
    pub fn name(self) -> &'static str {
        match self {
            Self::Formatting => "formatting",
            Self::Mention => "mention",
            Self::Thread => "thread",
            Self::Split => "split",
            Self::EditAsReply => "edit_as_reply",
            Self::Unsupported => "unsupported",
            Self::Reaction => "reaction",
            Self::Attribution => "attribution",
        }
    }
}
