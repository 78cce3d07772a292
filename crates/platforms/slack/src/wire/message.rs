//! Messages, as in events and in the history. "message event", "conversations.history", "conversations.replies".

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Text;
use super::answer::Metadata;

/// A message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message<'a> {
    #[serde(borrow)]
    pub(crate) subtype: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) ts: Option<Text<'a>>,
    /// The first message of the thread it is in; its own `ts` if it is that.
    #[serde(borrow)]
    pub(crate) thread_ts: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) user: Option<Text<'a>>,
    /// Of messages by way of an app, also those in a person's name.
    #[serde(borrow)]
    pub(crate) bot_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) blocks: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub(crate) files: Option<Vec<File<'a>>>,
    #[serde(borrow)]
    pub(crate) attachments: Option<Vec<Attachment<'a>>>,
    #[serde(borrow)]
    pub(crate) edited: Option<Edited<'a>>,
    pub(crate) hidden: Option<bool>,
    #[serde(borrow)]
    pub(crate) reactions: Option<Vec<Reacted<'a>>>,
    /// Of the first message of a thread: when it was last answered.
    #[serde(borrow)]
    pub(crate) latest_reply: Option<Text<'a>>,
}

/// An emoji, and who reacted with it: not always all of them, but always the one who asks. "reactions.get".
#[derive(Debug, Deserialize)]
pub(crate) struct Reacted<'a> {
    #[serde(borrow)]
    pub(crate) name: Text<'a>,
    #[serde(borrow)]
    pub(crate) users: Option<Vec<Text<'a>>>,
}

/// When a message was edited.
#[derive(Debug, Deserialize)]
pub(crate) struct Edited<'a> {
    #[serde(borrow)]
    pub(crate) user: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) ts: Option<Text<'a>>,
}

/// A file of a message. "File object".
#[derive(Debug, Deserialize)]
pub(crate) struct File<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    pub(crate) size: Option<u64>,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) title: Option<Text<'a>>,
    /// `tombstone` once it is deleted.
    #[serde(borrow)]
    pub(crate) mode: Option<Text<'a>>,
    /// Where people of the workspace see it.
    #[serde(borrow)]
    pub(crate) permalink: Option<Text<'a>>,
}

/// What hangs below a message: a shared message, a link preview, or content of an app.
#[derive(Debug, Deserialize)]
pub(crate) struct Attachment<'a> {
    /// Only a preview of this address.
    #[serde(borrow)]
    pub(crate) from_url: Option<Text<'a>>,
    pub(crate) is_msg_unfurl: Option<bool>,
    pub(crate) is_share: Option<bool>,
    #[serde(borrow)]
    pub(crate) pretext: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) fields: Option<Vec<Field<'a>>>,
    #[serde(borrow)]
    pub(crate) fallback: Option<Text<'a>>,
}

/// A pair of words and what they are about. "Legacy secondary message attachments".
#[derive(Debug, Deserialize)]
pub(crate) struct Field<'a> {
    #[serde(borrow)]
    pub(crate) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) value: Option<Text<'a>>,
}

/// A page of messages.
#[derive(Debug, Deserialize)]
pub(crate) struct Messages<'a> {
    #[serde(borrow)]
    pub(crate) messages: Vec<&'a RawValue>,
    pub(crate) response_metadata: Option<Metadata>,
}

/// "chat.postMessage", "chat.update".
#[derive(Debug, Deserialize)]
pub(crate) struct Posted<'a> {
    #[serde(borrow)]
    pub(crate) channel: Text<'a>,
    #[serde(borrow)]
    pub(crate) ts: Text<'a>,
    #[serde(borrow)]
    pub(crate) message: Option<PostedMessage<'a>>,
}

/// As much of the message as a receipt needs.
#[derive(Debug, Deserialize)]
pub(crate) struct PostedMessage<'a> {
    #[serde(borrow)]
    pub(crate) edited: Option<Edited<'a>>,
}
