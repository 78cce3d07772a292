//! Bot Framework activities, both ways. Bot Connector REST API: `Activity`, `ConversationParameters`,
//! `ConversationResourceResponse`, `ResourceResponse`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// As much of an activity as its proof needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActivityProof<'a> {
    /// `msteams`.
    #[serde(borrow)]
    pub(crate) channel_id: Option<Cow<'a, str>>,
    /// Where answers go; the token names it too.
    #[serde(borrow)]
    pub(crate) service_url: Option<Cow<'a, str>>,
}

/// An activity.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Activity {
    /// `message`, `messageUpdate`, `messageDelete`, `conversationUpdate`, …
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The message's id.
    pub(crate) id: Option<String>,
    /// When it happened.
    pub(crate) timestamp: Option<String>,
    /// Who did it.
    pub(crate) from: Option<ChannelAccount>,
    /// Where.
    pub(crate) conversation: Option<ConversationAccount>,
    /// `plain`, `markdown` or `xml`.
    pub(crate) text_format: Option<String>,
    /// What was said.
    pub(crate) text: Option<String>,
    /// What goes with it; the text as HTML among them.
    #[serde(default)]
    pub(crate) attachments: Option<Vec<ActivityAttachment>>,
    /// The message it answers.
    pub(crate) reply_to_id: Option<String>,
    /// Who came into the conversation.
    #[serde(default)]
    pub(crate) members_added: Option<Vec<ChannelAccount>>,
    /// Who left it or was taken out.
    #[serde(default)]
    pub(crate) members_removed: Option<Vec<ChannelAccount>>,
}

/// Somebody.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChannelAccount {
    /// `29:…` for a person, `28:…` for a bot; only this bot knows it.
    pub(crate) id: Option<String>,
    /// Their object id in the directory.
    pub(crate) aad_object_id: Option<String>,
}

/// Where something was said.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConversationAccount {
    /// `a:1…` for a personal conversation.
    pub(crate) id: String,
    /// `personal`, `groupChat` or `channel`.
    pub(crate) conversation_type: Option<String>,
}

/// Something that goes with an activity.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActivityAttachment {
    /// `text/html` for the text itself, else a file or card.
    pub(crate) content_type: Option<String>,
    /// Text, or an object for files and cards.
    pub(crate) content: Option<serde_json::Value>,
    /// A file's name.
    pub(crate) name: Option<String>,
}

/// A message to be said or changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewActivity<'a> {
    /// `message`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// `xml`: a subset of HTML.
    pub(crate) text_format: &'static str,
    /// The markup.
    pub(crate) text: String,
    /// The message it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to_id: Option<&'a str>,
}

/// A personal conversation to be found or made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewConversation<'a> {
    /// `false`.
    pub(crate) is_group: bool,
    /// Us.
    pub(crate) bot: Id<'a>,
    /// The person, by object id.
    pub(crate) members: [Id<'a>; 1],
    /// Their organisation.
    pub(crate) tenant_id: &'a str,
    /// The same, where Teams looks for it.
    pub(crate) channel_data: ChannelData<'a>,
}

/// Somebody or something by id.
#[derive(Debug, Serialize)]
pub(crate) struct Id<'a> {
    /// The id.
    pub(crate) id: Cow<'a, str>,
}

/// What is particular to Teams.
#[derive(Debug, Serialize)]
pub(crate) struct ChannelData<'a> {
    /// The organisation.
    pub(crate) tenant: Id<'a>,
}

/// What was made.
#[derive(Debug, Deserialize)]
pub(crate) struct Made {
    /// Its id.
    pub(crate) id: String,
}

/// A member of a conversation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TeamsMember {
    /// `29:…`.
    pub(crate) id: String,
    /// Their object id in the directory.
    pub(crate) aad_object_id: Option<String>,
}
