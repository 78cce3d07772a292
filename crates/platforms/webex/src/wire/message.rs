//! Messages. "Get Message Details", "List Messages".

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Text;

/// A message as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) room_id: Text<'a>,
    /// The root of its thread.
    #[serde(borrow)]
    pub(crate) parent_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) person_id: Text<'a>,
    /// The plain rendering.
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    /// How it was written, if it was written by program.
    #[serde(borrow)]
    pub(crate) markdown: Option<Text<'a>>,
    /// What people see, if it is formatted or mentions somebody.
    #[serde(borrow)]
    pub(crate) html: Option<Text<'a>>,
    /// Addresses of files; their names take a call each.
    #[serde(borrow)]
    pub(crate) files: Option<Vec<Text<'a>>>,
    /// Cards.
    pub(crate) attachments: Option<Vec<Attachment>>,
    pub(crate) is_voice_clip: Option<bool>,
    #[serde(borrow)]
    pub(crate) mentioned_people: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(crate) created: Text<'a>,
    /// Present once it was edited.
    #[serde(borrow)]
    pub(crate) updated: Option<Text<'a>>,
    /// Fields whose content could not be decrypted; the fields then hold a notice that nobody wrote.
    pub(crate) errors: Option<IgnoredAny>,
}

/// A card.
#[derive(Debug, Deserialize)]
pub(crate) struct Attachment {
    /// An Adaptive Card.
    #[serde(default)]
    pub(crate) content: Value,
}

/// All that the receipt of a post needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Posted<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) room_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) created: Text<'a>,
    #[serde(borrow)]
    pub(crate) updated: Option<Text<'a>>,
}
