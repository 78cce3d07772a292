//! What a message says, in neutral words: a small tree of blocks and inlines that every platform's text is parsed into
//! and printed from. A literal "@all" in a [`Inline::Text`] stays text for ever; only a [`Mention`] is a mention.

use crate::AccountRef;

/// The whole text of a message. Empty when there is nothing to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body(pub Vec<Block>);

/// Something that stands on lines of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A heading of level 1 to 6.
    Heading(u8, Vec<Inline>),
    /// What somebody else said.
    Quote(Vec<Block>),
    /// Items, each of blocks.
    List {
        /// Numbered from 1, or bulleted.
        ordered: bool,
        /// The items in order.
        items: Vec<Vec<Block>>,
    },
    /// Verbatim text; its line ends are `\n`, without a trailing one.
    Code {
        /// What the author called the language, if anything.
        language: Option<String>,
        /// The text.
        text: String,
    },
}

/// A run of text inside a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Plain text without line ends.
    Text(String),
    /// Strong.
    Bold(Vec<Inline>),
    /// Emphasised.
    Italic(Vec<Inline>),
    /// Struck through.
    Strike(Vec<Inline>),
    /// Verbatim.
    Code(String),
    /// A link; the label is never empty.
    Link {
        /// An absolute `http`, `https` or `mailto` address; nothing else becomes a link.
        url: String,
        /// What is shown.
        label: Vec<Inline>,
    },
    /// A real mention in the source.
    Mention(Mention),
    /// A line end inside a block.
    Break,
}

/// Somebody or everybody called by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Who; `None` for everybody in the conversation, or for somebody the source does not name.
    pub account: Option<AccountRef>,
    /// The name as the source shows it, without an `@`. Empty where it names somebody by id alone.
    pub name: String,
}

impl Body {
    /// One paragraph of plain text; line ends become breaks.
    pub fn text(text: &str) -> Self {
        let mut inlines = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if index > 0 {
                inlines.push(Inline::Break);
            }
            if !line.is_empty() {
                inlines.push(Inline::Text(line.to_owned()));
            }
        }
        Self(if inlines.is_empty() { Vec::new() } else { vec![Block::Paragraph(inlines)] })
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
