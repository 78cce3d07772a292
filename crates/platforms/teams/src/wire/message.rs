//! A chat message as Graph shows it. Graph: `chatMessage` and the types in it.

use serde::Deserialize;

/// `chatMessage`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatMessage {
    /// Milliseconds since the Unix epoch, as text; unique inside one chat only.
    pub(crate) id: String,
    /// The chat; `None` for a message in a channel.
    pub(crate) chat_id: Option<String>,
    /// The message of a channel that this one hangs below.
    pub(crate) reply_to_id: Option<String>,
    /// What hangs below it, if it was asked for.
    #[serde(default)]
    pub(crate) replies: Option<Vec<ChatMessage>>,
    /// `message`, or something the service says itself.
    pub(crate) message_type: Option<String>,
    /// When it was written.
    pub(crate) created_date_time: Option<String>,
    /// When its text was last changed.
    pub(crate) last_edited_date_time: Option<String>,
    /// When it was taken back.
    pub(crate) deleted_date_time: Option<String>,
    /// Who wrote it; `None` when the service did.
    pub(crate) from: Option<IdentitySet>,
    /// What it says.
    pub(crate) body: Option<ItemBody>,
    /// What goes with it.
    #[serde(default)]
    pub(crate) attachments: Option<Vec<Attachment>>,
    /// Who is called.
    #[serde(default)]
    pub(crate) mentions: Option<Vec<Mention>>,
    /// What people feel about it.
    #[serde(default)]
    pub(crate) reactions: Option<Vec<Reacted>>,
}

/// `chatMessageReaction`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reacted {
    /// An emoji, one of the older names, or `custom`.
    pub(crate) reaction_type: Option<String>,
    /// The name of a custom one, between colons.
    pub(crate) display_name: Option<String>,
    /// Who; in lists often without an id.
    pub(crate) user: Option<IdentitySet>,
}

/// `chatMessageFromIdentitySet` and `chatMessageMentionedIdentitySet`, as far as they say who.
#[derive(Debug, Deserialize)]
pub(crate) struct IdentitySet {
    /// A person.
    pub(crate) user: Option<Identity>,
    /// A bot or another app.
    pub(crate) application: Option<Identity>,
}

/// `identity`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    /// The object id, or the app's id.
    pub(crate) id: Option<String>,
    /// The name; often missing.
    pub(crate) display_name: Option<String>,
}

/// `itemBody`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemBody {
    /// `text` or `html`.
    pub(crate) content_type: Option<String>,
    /// The text.
    pub(crate) content: Option<String>,
}

/// `chatMessageAttachment`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attachment {
    /// What `<attachment id>` in the body refers to; of a quote the quoted message's id.
    pub(crate) id: Option<String>,
    /// What it is: `reference` (a file), `messageReference` (a quote), a card's media type, …
    pub(crate) content_type: Option<String>,
    /// Where a file is.
    pub(crate) content_url: Option<String>,
    /// A card or quote, as JSON text.
    pub(crate) content: Option<String>,
    /// A file's name.
    pub(crate) name: Option<String>,
}

/// `chatMessageMention`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mention {
    /// What `<at id>` in the body refers to.
    pub(crate) id: Option<i64>,
    /// Who.
    pub(crate) mentioned: Option<MentionedSet>,
}

/// `chatMessageMentionedIdentitySet`.
#[derive(Debug, Deserialize)]
pub(crate) struct MentionedSet {
    /// A person.
    pub(crate) user: Option<Identity>,
    /// Everybody in a team, a channel or a chat.
    pub(crate) conversation: Option<MentionedPlace>,
}

/// `teamworkConversationIdentity`.
#[derive(Debug, Deserialize)]
pub(crate) struct MentionedPlace {}
