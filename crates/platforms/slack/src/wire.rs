//! Payloads as Slack names them, one file a resource. Unknown fields are ignored, and of known ones every one may be missing
//! or null, which Slack's own documents say of most.

pub(crate) mod answer;
pub(crate) mod block;
pub(crate) mod conversation;
pub(crate) mod envelope;
pub(crate) mod file;
pub(crate) mod message;
pub(crate) mod outgoing;
pub(crate) mod user;

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

/// A text that says something.
pub(crate) fn filled<'t>(text: Option<&'t Text<'_>>) -> Option<&'t str> {
    text.map(|text| &**text).filter(|text| !text.is_empty())
}
