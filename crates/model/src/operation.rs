//! What may be asked of a platform. One operation is one effect that people can see.

use crate::{AccountRef, Body, ConversationRef, Emoji, LoginId, MessageRef};

/// Something to be done on a target platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Say something new.
    Send {
        /// Where.
        to: Destination,
        /// The message *on the target* that this one answers.
        thread: Option<MessageRef>,
        /// What to say.
        body: Body,
    },
    /// Change what a message on the target says.
    Edit {
        /// The message on the target.
        target: MessageRef,
        /// What it should say.
        body: Body,
    },
    /// Take a message on the target back.
    Delete {
        /// The message on the target.
        target: MessageRef,
    },
    /// React to a message on the target, or take the sender's own reaction back. Done twice it changes nothing.
    React {
        /// The message on the target.
        target: MessageRef,
        /// With what.
        emoji: Emoji,
        /// Whether it should stand there from now on.
        on: bool,
    },
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Destination {
    /// A conversation that exists.
    Conversation(ConversationRef),
    /// The direct conversation between the sender and this account; opened by the first message if there is none.
    Direct(AccountRef),
}

/// As whom something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sender {
    /// A person's own account, by their consent.
    Account(LoginId),
    /// A bot that stands in for one person.
    Bot(LoginId),
    /// The workspace's Entente app.
    App(LoginId),
}

impl Sender {
    /// The credentials to use.
    pub fn login(self) -> LoginId {
        match self {
            Self::Account(login) | Self::Bot(login) | Self::App(login) => login,
        }
    }
}

/// Whose words the app passes on, for platforms that let it speak under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name to show. It says which platform its owner works in, so that nobody takes it for a colleague's account.
    pub name: String,
    /// Where their picture can be fetched, if there is one.
    pub picture: Option<String>,
}

/// An operation and who performs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What to do.
    pub operation: Operation,
    /// As whom.
    pub sender: Sender,
    /// Whose words the app passes on. Only where [`Sender::App`] speaks and its platform knows such names.
    pub alias: Option<Alias>,
}
