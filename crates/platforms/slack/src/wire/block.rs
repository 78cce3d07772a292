//! Blocks. "Reference: blocks", "Rich text block". Each is read by itself, so that one of a kind that does not exist yet
//! spoils no other.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Text;

/// Any block.
#[derive(Debug, Deserialize)]
pub(crate) struct Block<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
    /// A text object in most; plain text in a markdown block.
    #[serde(borrow)]
    pub(crate) text: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) fields: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub(crate) elements: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub(crate) alt_text: Option<Text<'a>>,
    /// A text object in images and videos.
    #[serde(borrow)]
    pub(crate) title: Option<&'a RawValue>,
}

/// A text object: `mrkdwn` or `plain_text`. Also what a context block holds beside images.
#[derive(Debug, Deserialize)]
pub(crate) struct TextObject<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
}

/// A part of a rich text block: section, list, quote or preformatted text.
#[derive(Debug, Deserialize)]
pub(crate) struct Part<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(borrow)]
    pub(crate) elements: Option<Vec<&'a RawValue>>,
    /// Of a list: `bullet` or `ordered`.
    #[serde(borrow)]
    pub(crate) style: Option<Text<'a>>,
    /// Of a list: how deep it stands.
    pub(crate) indent: Option<u32>,
    /// Whether a bar stands beside it, as beside a quote.
    pub(crate) border: Option<u32>,
    #[serde(borrow)]
    pub(crate) language: Option<Text<'a>>,
}

/// Something inside a part.
#[derive(Debug, Deserialize)]
pub(crate) struct Piece<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    #[serde(default)]
    pub(crate) style: Option<Style>,
    #[serde(borrow)]
    pub(crate) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) user_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) usergroup_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) team_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) channel_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) range: Option<Text<'a>>,
    /// Of an emoji: its name, its code points in hexadecimal joined by `-`.
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) unicode: Option<Text<'a>>,
    /// Of an emoji, where its name does not say it: 2, the lightest, to 6.
    pub(crate) skin_tone: Option<u32>,
    #[serde(borrow)]
    pub(crate) fallback: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) value: Option<Text<'a>>,
}

/// How a piece looks.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the vendor's")]
pub(crate) struct Style {
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    pub(crate) strike: bool,
    pub(crate) code: bool,
}
