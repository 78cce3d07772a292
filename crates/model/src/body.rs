//! What a message says, in neutral words: a small tree of blocks and inlines that every platform's text is parsed into
//! and printed from. A literal "@all" in a [`Inline::Text`] stays text for ever; only a [`Mention`] is a mention.

use crate::AccountRef;

/// The longest line about something that cannot travel, in characters.
const LONGEST_LINE: usize = 200;

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
    /// Everybody in the conversation is called. Kept only where a link allows it; otherwise the name is all that is left.
    pub everybody: bool,
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

    /// The same with a line for people below it for each of what cannot travel. What somebody called it is not trusted to be a
    /// line.
    #[must_use]
    pub fn with_lines(&self, unsupported: &[String]) -> Self {
        let lines = unsupported.iter().map(|line| crate::plain_line(line, LONGEST_LINE));
        let lines = lines.flat_map(|line| Self::text(&format!("[{line}]")).0);
        Self(self.0.iter().cloned().chain(lines).collect())
    }

    /// Whether there is nothing to say: no block, or none with anything to see. Vendors refuse a message of white space.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(says_nothing)
    }
}

fn says_nothing(block: &Block) -> bool {
    match block {
        Block::Paragraph(content) | Block::Heading(_, content) => content.iter().all(shows_nothing),
        Block::Quote(inner) => inner.iter().all(says_nothing),
        Block::List { items, .. } => items.iter().flatten().all(says_nothing),
        Block::Code { text, .. } => !text.chars().any(crate::is_visible),
    }
}

fn shows_nothing(inline: &Inline) -> bool {
    match inline {
        Inline::Text(text) | Inline::Code(text) => !text.chars().any(crate::is_visible),
        Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => {
            inner.iter().all(shows_nothing)
        }
        Inline::Break => true,
        // Somebody is called, and an address is one without a label too.
        Inline::Link { .. } | Inline::Mention(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_see_is_nothing_to_say() {
        let text = |text: &str| Block::Paragraph(vec![Inline::Bold(vec![Inline::Text(text.to_owned())])]);
        for nothing in ["", " ", "\u{200b}\u{a0}", "\u{feff}\n\u{0}"] {
            let list = Block::List { ordered: false, items: vec![vec![text(nothing)], Vec::new()] };
            assert!(Body(vec![text(nothing), Block::Quote(vec![list])]).is_empty(), "{nothing:?}");
            let code = |text: &str| Block::Code { language: None, text: text.to_owned() };
            assert!(Body(vec![code(nothing)]).is_empty());
            assert!(!Body(vec![code(nothing), code("x")]).is_empty());
        }
        assert!(Body::default().is_empty());
        assert!(!Body(vec![text(" "), Block::Quote(vec![text("x")])]).is_empty());
        let called = Inline::Mention(Mention { everybody: false, account: None, name: String::new() });
        assert!(!Body(vec![Block::Paragraph(vec![called])]).is_empty());
    }

    #[test]
    fn what_cannot_travel_is_a_line_below() {
        let lines = ["card: \u{202e}Lunch\n?".to_owned(), "x".repeat(1_000)];
        let body = Body::text("look").with_lines(&lines);
        assert!(body.plain().starts_with("look\n[card: Lunch ?]\n[xxx"), "{}", body.plain());
        assert!(body.plain().ends_with("…]"));
        assert_eq!(body.plain().lines().last().map(|line| line.chars().count()), Some(LONGEST_LINE + 2));
    }
}
