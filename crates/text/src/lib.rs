//! Text conversions: HTML and Markdown to and from the neutral [`entente_model::Body`], and cutting what is too long.
//!
//! Everything here is pure and knows no platform: what is particular to one comes in as options and hooks
//! ([`html_in::Elements`], the mention printers). Four rules hold throughout.
//!
//! - *Text stays text.* Whatever people type, printing it never makes markup or a mention; only an
//!   [`entente_model::Inline::Mention`] can become one, and only through the caller's printer.
//! - *What is said survives.* Parsing what was printed gives a body that says the same
//!   ([`entente_model::Body::canonical`]); property tests hold both dialects to it.
//! - *Bounded.* Parsers work token by token on a bounded input and build trees of a bounded depth, so no message can
//!   exhaust the stack or the memory.
//! - *One shape.* Parsers nest inlines in one order (link, bold, italic, strike) and merge neighbours, so that two
//!   spellings of the same text are the same body. Connectors whose vendor sends trees instead of markup keep it by way of
//!   [`runs`].

#[cfg(feature = "bodies")]
pub mod bodies;
mod build;
mod emoji;
pub mod fit;
pub mod html_in;
pub mod html_out;
mod link;
pub mod markdown_in;
pub mod markdown_out;
pub mod runs;

pub use emoji::{emoji, emoji_of, shortcode};
pub use fit::fit;
pub use html_in::{Element, Elements, NoElements, Treat, html_in};
pub use html_out::{HtmlDialect, html_out};
pub use link::clean_url;
pub use markdown_in::markdown_in;
pub use markdown_out::{MarkdownDialect, markdown_out};

/// No more than so many bytes of a text are read. The longest that any service lets people write is far below.
pub const MAX_INPUT: usize = 128 * 1024;

/// What stands for the rest of a text that is longer, as a line for people.
pub const TOO_LONG: &str = "the rest of a text that is too long";

/// As much of a text as is read.
pub fn bounded(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_INPUT)]
}

/// A printed body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Printed {
    /// The text in the dialect asked for.
    pub text: String,
    /// What the dialect could not show, each kind once.
    pub losses: Vec<entente_model::Loss>,
}

impl Printed {
    fn lost(&mut self, loss: entente_model::Loss) {
        if !self.losses.contains(&loss) {
            self.losses.push(loss);
        }
    }
}

/// Prints a mention in the target's markup; `None` where it must become a plain name.
pub type MentionPrinter<'a> = &'a dyn Fn(&entente_model::Mention) -> Option<String>;
