//! A body to what Slack shows: a rich text block, in which text is never markup, and the same as markup for notifications
//! ("chat.postMessage": with blocks, `text` is the fallback).
//!
//! Where both say exactly the same, the markup alone will do: see [`crate::render::Message::update`].

use entente_model::{Body, Loss};

use crate::profile::MAX_TEXT;
use crate::wire::outgoing::Part;

mod mrkdwn;
mod rich;

/// A printed body.
pub(crate) struct Printed {
    /// The parts of the rich text block.
    pub(crate) parts: Vec<Part>,
    /// The same as markup.
    pub(crate) text: String,
    /// Whether the markup holds nothing that could be read in another way.
    pub(crate) exact: bool,
    /// What could not be shown.
    pub(crate) losses: Vec<Loss>,
}

/// Prints a body.
pub(crate) fn print(body: &Body) -> Printed {
    let rich::Printed { parts, losses } = rich::print(body);
    let (text, exact) = (mrkdwn::print(&parts), mrkdwn::is_exact(&parts));
    Printed { parts, text, exact, losses }
}

/// How long a body is for Slack. The markup holds everything that the block does, and its own signs.
fn length(body: &Body) -> usize {
    print(body).text.encode_utf16().count()
}

/// The parts of a body, each short enough for one message.
pub(crate) fn split(body: Body) -> Vec<Body> {
    entente_text::fit(body, MAX_TEXT, &length)
}

#[cfg(test)]
mod tests;
