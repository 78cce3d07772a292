//! What nobody would send who means well, or who looked at it first. Each has one end, which its sender sees in their app or an
//! administrator in `entente dead`, `links` or `status`, and none holds up what comes behind it.
//!
//! - Files that lie about their length, end early, never end, are too large, infected, or of a kind that a platform does not want
//!   ([`files`]; limits of size from and to everywhere in `matrix/features.rs`, `FileLarge` and behind it): the file, or a line in
//!   its place that says why.
//! - Names that hide or turn what stands around them, or are 10,000 marks: of people ([`names`]), files ([`files`]), channels and
//!   groups ([`names`]): a plain line, one way for all (`plain_line` in the model).
//! - A mention of somebody unknown ([`strangers`]): their name, which calls nobody, and a loss that is recorded. One whom a platform
//!   refuses to call: `a_message_that_is_refused_for_whom_it_calls_is_said_with_the_name` in `mentions.rs`.
//! - A reaction to a message that is gone ([`strangers`], and in `reactions.rs`): nothing, and a drop that is counted.
//! - An edit that empties a message ([`emptied`]): its copies are taken back, and it is new if it says something again.
//! - A link of a channel with itself, or that would close a loop (`what_is_wrong_with_a_link_is_said` in `channels.rs`), or with a
//!   channel that the app is not in, or is in no longer ([`links`]): refused with the reason, or stopped with one.

use std::time::Duration;

use entente_model::is_visible;
use entente_testkit::{Place, Setup, World};

mod emptied;
mod files;
mod links;
mod names;
mod strangers;

const SOON: Duration = Duration::from_mins(10);

async fn settle(world: &World) {
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
}

/// A world in which somebody is called what they should not be.
fn called(mut setup: Setup, email: &str, name: &str) -> Setup {
    let found = setup.people.iter_mut().find(|somebody| somebody.email == email);
    name.clone_into(&mut found.expect("they work there").name);
    setup
}

/// A name of two words to see, and much that is not seen or that harms what stands around it.
fn hostile(first: &str, last: &str) -> String {
    format!("\u{202e}{first}\r\n\u{0}\u{200b} {last}{}\u{2066}", "\u{301}".repeat(10_000))
}

/// The same as far as a platform lets a conversation be called so: Webex says nothing of the length of titles, the others do.
fn hostile_title(place: Place, first: &str, last: &str) -> String {
    match place {
        Place::Webex => hostile(first, last),
        _ => format!("\u{202e}{first}\u{200b} {last}{}\u{2066}", "\u{301}".repeat(40)),
    }
}

/// That a text shows this name and nothing that could hide or turn what stands around it.
fn shows_clean(text: &str, name: &str) {
    assert!(text.contains(name), "no {name:?} in {text:?}");
    assert!(text.chars().all(|c| is_visible(c) || matches!(c, ' ' | '\n' | '\u{200d}')), "{text:?}");
    assert!(!text.contains(['\u{202e}', '\u{2066}']), "{text:?}");
    assert!(text.matches('\u{301}').count() < 10, "{} marks", text.matches('\u{301}').count());
}
