//! Messages. "List user's chat messages", "Get a message", and the parts that events share with them.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A page of a conversation. Each message is read by itself, so that an odd one costs nobody the others.
#[derive(Debug, Deserialize)]
pub(crate) struct Messages<'a> {
    #[serde(borrow)]
    pub(crate) messages: Vec<&'a RawValue>,
    /// Empty on the last page.
    pub(crate) next_page_token: Option<String>,
}

/// A message as it is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    #[serde(rename = "message")]
    pub(crate) text: Option<String>,
    #[serde(rename = "message_type")]
    pub(crate) kind: Option<String>,
    /// The sender's address; empty for somebody of another account who is no contact.
    pub(crate) sender: Option<String>,
    pub(crate) send_member_id: Option<String>,
    /// What the sender is called.
    pub(crate) sender_display_name: Option<String>,
    /// When it was sent, in milliseconds.
    pub(crate) timestamp: i64,
    /// `Normal`, `Edited` or `Deleted`; only where changed messages are asked for.
    pub(crate) status: Option<String>,
    pub(crate) reply_main_message_id: Option<String>,
    #[serde(default)]
    pub(crate) at_items: Vec<AtItem>,
    #[serde(default)]
    pub(crate) rich_text: Vec<RichText>,
    #[serde(default)]
    pub(crate) files: Vec<File>,
    /// The first of `files` once more.
    pub(crate) file_name: Option<String>,
    #[serde(default)]
    pub(crate) interactive_cards: Vec<Card>,
    #[serde(default)]
    pub(crate) reactions: Option<Vec<Reacted>>,
}

/// A card. "Get a message", `interactive_cards`.
#[derive(Debug, Deserialize)]
pub(crate) struct Card {
    /// What a chatbot's `content` is, as a text of JSON.
    #[serde(default)]
    pub(crate) card_json: Option<String>,
}

/// An emoji, and who reacted with it.
#[derive(Debug, Deserialize)]
pub(crate) struct Reacted {
    /// `U+1F44D`, or the name of a custom one.
    pub(crate) emoji: Option<String>,
    /// In lists.
    #[serde(default)]
    pub(crate) senders: Vec<Reactor>,
    /// Of a single message.
    #[serde(default)]
    pub(crate) user_ids: Vec<String>,
}

/// Somebody who reacted.
#[derive(Debug, Deserialize)]
pub(crate) struct Reactor {
    /// Empty for somebody of another account.
    pub(crate) user_id: Option<String>,
}

/// As much of a message as says which one it is, by whom, and since when it is there.
#[derive(Debug, Deserialize)]
pub(crate) struct Outline {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) sender: Option<String>,
    pub(crate) send_member_id: Option<String>,
    pub(crate) status: Option<String>,
}

/// Somebody called by name.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AtItem {
    /// 1: a person; 2: everybody.
    pub(crate) at_type: i64,
    /// In history a user id, in events an address.
    pub(crate) at_contact: Option<String>,
    /// In events only.
    pub(crate) at_contact_user_id: Option<String>,
    pub(crate) start_position: i64,
    pub(crate) end_position: i64,
}

/// How a range of the text looks. "Send a chat message", `rich_text`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RichText {
    pub(crate) start_position: i64,
    /// One behind the last position.
    pub(crate) end_position: i64,
    pub(crate) format_type: String,
    pub(crate) format_attr: Option<String>,
}

/// A file that came with a message.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub(crate) struct File {
    pub(crate) file_id: Option<String>,
    /// How many bytes it has.
    pub(crate) file_size: Option<u64>,
    pub(crate) file_name: Option<String>,
    /// In events only: `file`, `image`, `audio`, `code snippet` and others.
    pub(crate) file_message_type: Option<String>,
}
