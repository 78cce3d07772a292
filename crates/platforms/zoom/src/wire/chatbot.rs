//! The chatbot. "Send Chatbot messages", "Edit a Chatbot message", "Delete a Chatbot message", event `bot_notification`.

use serde::{Deserialize, Serialize};

/// Something the chatbot says.
#[derive(Debug, Serialize)]
pub(crate) struct BotMessage<'a> {
    pub(crate) robot_jid: &'a str,
    pub(crate) account_id: &'a str,
    /// Not when it is edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to_jid: Option<&'a str>,
    pub(crate) user_jid: &'a str,
    /// The message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to: Option<&'a str>,
    pub(crate) content: Content<'a>,
}

/// What is shown.
#[derive(Debug, Serialize)]
pub(crate) struct Content<'a> {
    pub(crate) body: [Element<'a>; 1],
}

/// A piece of what is shown.
#[derive(Debug, Serialize)]
pub(crate) struct Element<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) text: &'a str,
}

/// The answer to all three calls.
#[derive(Debug, Deserialize)]
pub(crate) struct Sent {
    pub(crate) message_id: String,
}

/// Somebody wrote to the chatbot. The event tells no message id.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notification {
    pub(crate) cmd: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) to_jid: Option<String>,
    pub(crate) timestamp: Option<i64>,
}
