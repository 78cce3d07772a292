//! Payloads as Webex names them, one file a resource. Unknown fields are ignored: objects grow often.

pub(crate) mod application;
pub(crate) mod delivery;
pub(crate) mod error;
pub(crate) mod list;
pub(crate) mod message;
pub(crate) mod outgoing;
pub(crate) mod person;
pub(crate) mod room;
pub(crate) mod webhook;

use std::borrow::Cow;
use std::ops::Deref;

use serde::Deserialize;

/// A text of a payload, borrowed from it where nothing in it is escaped.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}
