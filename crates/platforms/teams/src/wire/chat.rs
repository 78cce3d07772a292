//! A chat. Graph: `chat`, `conversationMember`, `chatMessageInfo`.

use serde::Deserialize;

/// `chat`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Chat {
    /// `19:…`.
    pub(crate) id: String,
    /// `oneOnOne`, `group` or `meeting`.
    #[serde(rename = "chatType")]
    pub(crate) kind: Option<String>,
    /// What it is called, if it is a group that was given a name.
    pub(crate) topic: Option<String>,
    /// When it was made.
    pub(crate) created_date_time: Option<String>,
    /// Who is in it, if it was asked for.
    #[serde(default)]
    pub(crate) members: Option<Vec<Member>>,
    /// The newest message, if it was asked for.
    pub(crate) last_message_preview: Option<Preview>,
}

/// `aadUserConversationMember`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    /// Of the membership. Opaque.
    pub(crate) id: Option<String>,
    /// Object id; may be missing for people of other organisations.
    pub(crate) user_id: Option<String>,
}

/// `chatMessageInfo`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preview {
    /// When the newest message was written.
    pub(crate) created_date_time: Option<String>,
}
