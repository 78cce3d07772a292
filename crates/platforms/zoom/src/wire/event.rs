//! Events. "Using webhooks", "Team Chat events": `team_chat.dm_message_*`, and `chat_message.*`, which are older and name
//! some of the same things otherwise.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::message::{AtItem, File, RichText};

/// What every event has.
#[derive(Debug, Deserialize)]
pub(crate) struct Event<'a> {
    #[serde(borrow)]
    #[serde(rename = "event")]
    pub(crate) name: Cow<'a, str>,
    /// When it happened, in milliseconds.
    #[serde(rename = "event_ts")]
    pub(crate) at: Option<i64>,
    #[serde(borrow)]
    pub(crate) payload: Option<&'a RawValue>,
}

/// The hand-shake's payload. "Using webhooks", validate your webhook endpoint.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Validation {
    pub(crate) plain_token: String,
}

/// Whom an event about a message concerns, before anything that was written is read. Of the forms that nobody expects here.
#[derive(Debug, Deserialize)]
pub(crate) struct Ends {
    /// Who did it; empty for somebody of another account.
    #[serde(default)]
    pub(crate) operator_id: Value,
    pub(crate) object: EndsObject,
}

/// Whom the message of an event was said to.
#[derive(Debug, Deserialize)]
pub(crate) struct EndsObject {
    /// `to_contact` or `to_channel`; in the older events only.
    #[serde(rename = "type", default)]
    pub(crate) kind: Value,
    /// Who is written to; empty for somebody of another account.
    #[serde(default)]
    pub(crate) contact_id: Value,
    /// The channel that it is written in.
    #[serde(default)]
    pub(crate) channel_id: Value,
}

/// The payload of an event about a message.
#[derive(Debug, Deserialize)]
pub(crate) struct Payload {
    /// Who did it; empty for somebody of another account.
    pub(crate) operator_id: Option<String>,
    /// The only id of somebody of another account.
    pub(crate) operator_member_id: Option<String>,
    /// Whoever did it is of another account.
    #[serde(default)]
    pub(crate) by_external_user: Option<bool>,
    pub(crate) object: Object,
}

impl Payload {
    /// Who did it: a user id, or somebody else's member id.
    pub(crate) fn operator(&self) -> Option<&str> {
        let own = self.operator_id.as_deref().filter(|id| crate::id::is_id(id));
        let outside = self
            .operator_member_id
            .as_deref()
            .filter(|id| self.by_external_user == Some(true) && !id.trim().is_empty());
        own.or(outside)
    }
}

/// The message that an event is about.
#[derive(Debug, Deserialize)]
pub(crate) struct Object {
    /// `id` in the older events, `msg_id` in those of reactions.
    #[serde(alias = "id", alias = "msg_id")]
    pub(crate) message_id: String,
    /// Who is written to; empty for somebody of another account.
    pub(crate) contact_id: Option<String>,
    /// The channel that it is written in.
    pub(crate) channel_id: Option<String>,
    /// When it was sent, in milliseconds; in the older event of an edit, when it was edited.
    pub(crate) timestamp: i64,
    pub(crate) message: Option<String>,
    /// `parent_msg_id` in the older events.
    #[serde(alias = "parent_msg_id")]
    pub(crate) reply_main_message_id: Option<String>,
    #[serde(default)]
    pub(crate) at_items: Vec<AtItem>,
    #[serde(default)]
    pub(crate) rich_text: Vec<RichText>,
    #[serde(default)]
    pub(crate) files: Vec<File>,
}

/// Who came into a channel or left it. "Team Chat events", `chat_channel.*`.
#[derive(Debug, Deserialize)]
pub(crate) struct Roster {
    /// Who did it.
    pub(crate) operator_id: Option<String>,
    pub(crate) object: RosterObject,
}

/// The channel, and whom it is about.
#[derive(Debug, Deserialize)]
pub(crate) struct RosterObject {
    pub(crate) id: Option<String>,
    /// 4 for a group chat.
    #[serde(rename = "type")]
    pub(crate) kind: Option<u8>,
    /// Missing where somebody did it to themselves.
    pub(crate) members: Option<Vec<RosterMember>>,
}

/// Somebody of whom a report about a channel tells.
#[derive(Debug, Deserialize)]
pub(crate) struct RosterMember {
    pub(crate) id: Option<String>,
}

/// Somebody took back what they granted to the app. "App deauthorized".
#[derive(Debug, Deserialize)]
pub(crate) struct Deauthorized {
    pub(crate) user_id: Option<String>,
}
