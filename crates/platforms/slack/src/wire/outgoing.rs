//! What is sent. "chat.postMessage", "chat.update", "chat.delete"; "Rich text block".

use serde::Serialize;

/// A new message. What previews links to people is left as it is for what they type; names and `@` in the text are left alone.
#[derive(Debug, Serialize)]
pub(crate) struct NewMessage<'a> {
    pub(crate) channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) thread_ts: Option<&'a str>,
    /// For notifications, when there are blocks.
    pub(crate) text: &'a str,
    pub(crate) blocks: [RichText<'a>; 1],
    pub(crate) parse: &'static str,
    pub(crate) link_names: bool,
    pub(crate) unfurl_links: bool,
    pub(crate) unfurl_media: bool,
    /// Another name and picture than the app's (`chat:write.customize`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) icon_url: Option<&'a str>,
}

/// What a message should say. Without blocks the text is what is shown, and earlier blocks go.
#[derive(Debug, Serialize)]
pub(crate) struct Update<'a> {
    pub(crate) channel: &'a str,
    pub(crate) ts: &'a str,
    pub(crate) text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blocks: Option<[RichText<'a>; 1]>,
    pub(crate) parse: &'static str,
    pub(crate) link_names: bool,
}

/// A rich text block.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "rich_text")]
pub(crate) struct RichText<'a> {
    pub(crate) elements: &'a [Part],
}

/// A part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub(crate) enum Part {
    #[serde(rename = "rich_text_section")]
    Section { elements: Vec<Piece> },
    #[serde(rename = "rich_text_list")]
    List {
        style: &'static str,
        indent: u32,
        /// How many items of the same list came before.
        #[serde(skip_serializing_if = "is_zero")]
        offset: usize,
        border: u32,
        /// Sections.
        elements: Vec<Part>,
    },
    #[serde(rename = "rich_text_quote")]
    Quote { elements: Vec<Piece> },
    #[serde(rename = "rich_text_preformatted")]
    Preformatted { border: u32, elements: Vec<Piece> },
}

/// Something in a part. Text here is never markup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Piece {
    Text {
        text: String,
        #[serde(skip_serializing_if = "Style::is_plain")]
        style: Style,
    },
    Link {
        url: String,
        text: String,
        #[serde(skip_serializing_if = "Style::is_plain")]
        style: Style,
    },
    User {
        user_id: String,
    },
    /// Everybody is called: `here`, `channel` or `everyone`.
    Broadcast {
        range: &'static str,
    },
}

/// How a piece looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the vendor's")]
pub(crate) struct Style {
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) bold: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) italic: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) strike: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) code: bool,
}

impl Style {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &usize) -> bool {
    *value == 0
}
