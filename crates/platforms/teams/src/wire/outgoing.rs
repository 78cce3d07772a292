//! What is sent to Graph. Graph: "Send chatMessage in a channel or a chat", "Update chatMessage", "Create chat",
//! `replyWithQuote` (service description, v1.0).

use std::borrow::Cow;

use serde::Serialize;

/// A new message, or what a message should be from now on.
#[derive(Debug, Serialize)]
pub(crate) struct NewMessage<'a> {
    /// What it says.
    pub(crate) body: NewBody,
    /// Who is called; each needs its `<at>` in the body and the reverse.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) mentions: Vec<NewMention>,
    /// What goes with it. Left out of an update, it is lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attachments: Vec<NewAttachment<'a>>,
}

/// `itemBody`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewBody {
    /// Always `html`: `text` is shown as it is.
    pub(crate) content_type: &'static str,
    /// The markup.
    pub(crate) content: String,
}

/// `chatMessageMention`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewMention {
    /// The number in `<at id>`.
    pub(crate) id: usize,
    /// The text in `<at>`.
    pub(crate) mention_text: String,
    /// Who.
    pub(crate) mentioned: Mentioned,
}

/// `chatMessageMentionedIdentitySet`.
#[derive(Debug, Serialize)]
pub(crate) struct Mentioned {
    /// The person.
    pub(crate) user: MentionedUser,
}

/// `teamworkUserIdentity`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MentionedUser {
    /// Object id.
    pub(crate) id: String,
    /// Their name.
    pub(crate) display_name: String,
    /// `aadUser`.
    pub(crate) user_identity_type: &'static str,
}

/// `chatMessageAttachment`, as it came.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewAttachment<'a> {
    /// What `<attachment id>` refers to.
    pub(crate) id: Cow<'a, str>,
    /// What it is.
    pub(crate) content_type: Cow<'a, str>,
    /// Where a file is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_url: Option<Cow<'a, str>>,
    /// A card or quote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<Cow<'a, str>>,
    /// A file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Cow<'a, str>>,
}

/// An answer that quotes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuotingReply<'a> {
    /// What is quoted.
    pub(crate) message_ids: [&'a str; 1],
    /// What is said about it.
    pub(crate) reply_message: &'a NewMessage<'a>,
}

/// What an attachment of content type `messageReference` holds, as JSON text.
#[derive(Debug, Serialize)]
pub(crate) struct MessageReference<'a> {
    /// What is quoted.
    #[serde(rename = "messageId")]
    pub(crate) id: &'a str,
    /// How it begins.
    #[serde(rename = "messagePreview")]
    pub(crate) preview: &'a str,
    /// Who said it.
    #[serde(rename = "messageSender", skip_serializing_if = "Option::is_none")]
    pub(crate) sender: Option<MessageSender<'a>>,
}

/// Who said what is quoted.
#[derive(Debug, Serialize)]
pub(crate) struct MessageSender<'a> {
    /// The person.
    pub(crate) user: SendingUser<'a>,
}

/// `teamworkUserIdentity`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendingUser<'a> {
    /// `aadUser`.
    pub(crate) user_identity_type: &'static str,
    /// Object id.
    pub(crate) id: &'a str,
    /// The name, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<&'a str>,
}

/// A direct chat to be found or made, or a group to be made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewChat {
    /// `oneOnOne` or `group`.
    pub(crate) chat_type: &'static str,
    /// Only groups have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) topic: Option<String>,
    /// All, the caller among them.
    pub(crate) members: Vec<NewMember>,
}

/// What a group should be called. Graph: "Update chat".
#[derive(Debug, Serialize)]
pub(crate) struct Topic<'a> {
    /// The name.
    pub(crate) topic: &'a str,
}

/// An app to be installed in a chat. Graph: "Add app to chat".
#[derive(Debug, Serialize)]
pub(crate) struct NewInstallation<'a> {
    /// The app, as an address in the catalog.
    #[serde(rename = "teamsApp@odata.bind")]
    pub(crate) app: &'a str,
}

/// `aadUserConversationMember`.
#[derive(Debug, Serialize)]
pub(crate) struct NewMember {
    /// `#microsoft.graph.aadUserConversationMember`.
    #[serde(rename = "@odata.type")]
    pub(crate) kind: &'static str,
    /// `owner`.
    pub(crate) roles: [&'static str; 1],
    /// The person, as an address.
    #[serde(rename = "user@odata.bind")]
    pub(crate) user: String,
}

/// What somebody feels about a message. Graph: "chatMessage: setReaction".
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewReaction<'a> {
    /// The emoji.
    pub(crate) reaction_type: &'a str,
}
