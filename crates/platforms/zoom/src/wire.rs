//! Payloads as Zoom names them, one file a resource. Unknown fields are ignored: objects grow often. Fields about people of
//! other accounts come as empty texts, not as missing ones.

pub(crate) mod chatbot;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod file;
pub(crate) mod message;
pub(crate) mod outgoing;
pub(crate) mod session;
pub(crate) mod socket;
pub(crate) mod user;

/// A text that is there and not empty.
pub(crate) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
