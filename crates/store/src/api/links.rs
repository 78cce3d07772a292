//! What is known of conversations and messages.

use async_trait::async_trait;
use entente_model::{
    AccountId, Conversation, ConversationRef, Emoji, LinkId, MessageId, MessageRef, Pair, Timestamp,
    WorkspaceRef,
};

use crate::StoreError;

/// Whether a conversation concerns us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interest {
    /// Nobody has looked who is in it, or people have changed since.
    Unknown,
    /// It joins two represented people of whom at least one works elsewhere.
    Yes,
    /// It does not.
    No,
}

/// A conversation as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownConversation {
    /// Whether it concerns us.
    pub interest: Interest,
    /// Whose direct conversation it is.
    pub pair: Option<Pair>,
    /// The newest message that was read, and when it was written.
    pub mark: Option<(MessageId, Timestamp)>,
}

/// What is known of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Whether we wrote it.
    pub ours: bool,
    /// When its text was last changed, or when it was written.
    pub version: Timestamp,
    /// Whether it is gone.
    pub deleted: bool,
    /// Whether it said nothing, so that nothing of it is anywhere else.
    pub silent: bool,
}

/// A message and its copies, read at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Everywhere {
    /// What all of them were made from.
    pub origin: MessageRef,
    /// Whether that is gone.
    pub gone: bool,
    /// Who reacts with what to which of them, in this order.
    pub reactions: Vec<(ConversationRef, AccountId, Emoji)>,
}

/// What is known, read at once.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The conversation, if it was ever recorded.
    pub conversation: Option<KnownConversation>,
    /// The link that it is a channel of, or was one of last.
    pub link: Option<LinkId>,
    /// Each message that was asked about, in the order of asking.
    pub seen: Vec<Option<Seen>>,
}

/// Conversations.
#[async_trait]
pub trait Links: Send + Sync {
    /// What is known of a conversation and of these messages in it.
    async fn known(
        &self,
        conversation: &ConversationRef,
        messages: &[MessageId],
    ) -> Result<Known, StoreError>;

    /// The reactions to a message that were recorded last ([`crate::Routed::reactions`]), in no order that means anything.
    async fn reactions(
        &self,
        conversation: &ConversationRef,
        message: &MessageId,
    ) -> Result<Vec<(AccountId, Emoji)>, StoreError>;

    /// The reactions to a message wherever it stands: to what it was made from and to everything that was made from that.
    async fn reactions_everywhere(&self, message: &MessageRef) -> Result<Everywhere, StoreError>;

    /// The conversations in which copies of a message stand that we made, each once, in no order that means anything.
    async fn copies(&self, message: &MessageRef) -> Result<Vec<ConversationRef>, StoreError>;

    /// Records who is in a conversation and whether it concerns us. Told twice, the later counts; a pair that has a
    /// conversation in that workspace already keeps it, and then this one is remembered without a pair. A channel of a link
    /// stays of interest: whoever looked may have begun before the link was made. So does a room of the app and somebody.
    async fn remember(
        &self,
        conversation: &Conversation,
        interest: Interest,
        pair: Option<Pair>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Forgets whose conversation it is: it has vanished, or one of the two is not in it any more. What is reported about
    /// it is looked into anew; nothing else about it is forgotten. Nothing of a channel of a link, or of a room of the app and somebody.
    async fn forget(&self, conversation: &ConversationRef) -> Result<(), StoreError>;

    /// The direct conversation of a pair in a workspace, if it was opened or found.
    async fn direct(
        &self,
        pair: Pair,
        workspace: &WorkspaceRef,
    ) -> Result<Option<ConversationRef>, StoreError>;

    /// All conversations of pairs in a workspace of which `person`'s account must hear.
    async fn directs_of(
        &self,
        person: entente_model::PersonId,
        workspace: &WorkspaceRef,
    ) -> Result<Vec<ConversationRef>, StoreError>;
}
