//! Conversations. "Conversation object"; "conversations.info", "conversations.open", "users.conversations".

use serde::Deserialize;

use super::answer::Metadata;

/// A conversation.
#[derive(Debug, Deserialize)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) is_im: Option<bool>,
    /// The other one in a direct conversation, as the token's owner sees it.
    pub(crate) user: Option<String>,
    /// In seconds.
    pub(crate) created: Option<i64>,
}

/// One conversation.
#[derive(Debug, Deserialize)]
pub(crate) struct One {
    pub(crate) channel: Conversation,
}

/// A page of conversations.
#[derive(Debug, Deserialize)]
pub(crate) struct Conversations {
    pub(crate) channels: Vec<Conversation>,
    pub(crate) response_metadata: Option<Metadata>,
}
