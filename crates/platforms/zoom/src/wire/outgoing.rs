//! What is written. "Send a chat message", "Update a message".

use serde::Serialize;

/// A new message.
#[derive(Debug, Serialize)]
pub(crate) struct NewMessage<'a> {
    pub(crate) message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to_contact: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to_channel: Option<&'a str>,
    /// The first message of the thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reply_main_message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) rich_text: &'a [Range],
    /// Who is called.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) at_items: &'a [Call],
}

/// Somebody is called by a range of the text, which begins with an `@`. Positions as those of [`Range`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Call {
    /// 2: everybody.
    pub(crate) at_type: u8,
    pub(crate) start_position: usize,
    pub(crate) end_position: usize,
}

/// How a range of the text looks, in UTF-16 units, the end one behind the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Range {
    pub(crate) start_position: usize,
    pub(crate) end_position: usize,
    pub(crate) format_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format_attr: Option<String>,
}

/// What a message says from now on.
#[derive(Debug, Serialize)]
pub(crate) struct Edit<'a> {
    pub(crate) message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to_contact: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to_channel: Option<&'a str>,
}

/// What somebody feels about a message.
#[derive(Debug, Serialize)]
pub(crate) struct React<'a> {
    /// `add` or `remove`.
    pub(crate) action: &'static str,
    /// `U+1F44D`.
    pub(crate) emoji: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to_contact: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to_channel: Option<&'a str>,
}

/// The answer to a new message.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Sent {
    pub(crate) id: String,
}
