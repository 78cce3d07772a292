//! Something that happened in one conversation. Connectors report messages *as they are now* ([`Snapshot`]); the engine
//! compares a snapshot with what it knows and makes the event, so that repeats, late news and missed news are one case.

use crate::{AccountRef, Body, ConversationRef, EventKey, FileRef, MessageRef, Reaction, Timestamp};

/// A happening in a conversation, in neutral words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Equal for repeats of the same happening.
    pub key: EventKey,
    /// Where it happened.
    pub conversation: ConversationRef,
    /// Who did it; `None` when the platform does not say.
    pub actor: Option<AccountRef>,
    /// When it happened, by the platform's clock.
    pub occurred_at: Timestamp,
    /// What happened.
    pub change: Change,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new message.
    Created(Message),
    /// A message says something else now.
    Edited {
        /// Which one.
        target: MessageRef,
        /// What it says now.
        body: Body,
        /// When it was edited, by the platform's clock; grows with every edit.
        version: Timestamp,
    },
    /// A message is gone.
    Deleted {
        /// Which one.
        target: MessageRef,
    },
}

/// A message as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it stands.
    pub at: MessageRef,
    /// The message it answers: the root of its thread, or the one it quotes.
    pub thread: Option<MessageRef>,
    /// Who wrote it.
    pub author: AccountRef,
    /// What it says.
    pub body: Body,
    /// The files that it carries, in order.
    pub files: Vec<FileRef>,
    /// What the message carries beside text and files that cannot travel (cards, voice), each as a line for people to read.
    pub unsupported: Vec<String>,
}

/// A message as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The message. Of a deleted one only `at` and `author` count.
    pub message: Message,
    /// When it was written, by the platform's clock.
    pub created_at: Timestamp,
    /// When its text was last changed; `None` when it never was. Reactions and previews do not count.
    pub edited_at: Option<Timestamp>,
    /// Whether it is gone.
    pub deleted: bool,
    /// All reactions to it, if whatever it was read from tells them. `None`: not told, which says nothing about them.
    pub reactions: Option<Vec<Reaction>>,
}
