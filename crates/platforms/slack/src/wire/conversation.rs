//! Conversations. "Conversation object"; "conversations.info", "conversations.open", "conversations.create",
//! "users.conversations".

use entente_model::{AccountRef, WorkspaceRef};
use serde::Deserialize;

use super::answer::Metadata;
use crate::id;

/// A conversation.
#[derive(Debug, Deserialize)]
pub(crate) struct Conversation {
    pub(crate) id: String,
    pub(crate) is_im: Option<bool>,
    /// Direct messages of several, which are named by the service.
    pub(crate) is_mpim: Option<bool>,
    /// Of channels, and of direct messages.
    pub(crate) is_private: Option<bool>,
    /// Of channels: whether whoever asks is in it ("Conversation object").
    pub(crate) is_member: Option<bool>,
    /// Of channels.
    pub(crate) name: Option<String>,
    pub(crate) is_archived: Option<bool>,
    pub(crate) topic: Option<Topic>,
    /// The other one in a direct conversation, as the token's owner sees it.
    pub(crate) user: Option<String>,
    /// In seconds.
    pub(crate) created: Option<i64>,
    /// Who made it, of channels.
    pub(crate) creator: Option<String>,
}

impl Conversation {
    /// Who is in it, as its owner sees it who asks; empty where that is not told.
    pub(crate) fn members(&self, workspace: &WorkspaceRef, own: &str) -> Vec<AccountRef> {
        // The other one is told, oneself is not.
        let Some(other) = &self.user else { return Vec::new() };
        let mut members = vec![id::account(workspace, own)];
        // Notes to oneself are a conversation of one.
        if other != own {
            members.push(id::account(workspace, other));
        }
        members
    }
}

/// What a channel says that it is about.
#[derive(Debug, Deserialize)]
pub(crate) struct Topic {
    /// With `&`, `<` and `>` escaped.
    pub(crate) value: Option<String>,
}

/// One conversation.
#[derive(Debug, Deserialize)]
pub(crate) struct One {
    pub(crate) channel: Conversation,
}

/// Direct messages that were opened.
#[derive(Debug, Deserialize)]
pub(crate) struct Opened {
    pub(crate) channel: Conversation,
    /// They were there before.
    pub(crate) already_open: Option<bool>,
}

/// A page of conversations.
#[derive(Debug, Deserialize)]
pub(crate) struct Conversations {
    pub(crate) channels: Vec<Conversation>,
    pub(crate) response_metadata: Option<Metadata>,
}
