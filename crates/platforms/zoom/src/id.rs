//! Zoom's ids. User ids are 22 characters of base64url, distinguished by case; nothing here depends on more than that they
//! hold no `:`.
//!
//! A direct conversation has no id in the API: one writes to a contact and lists what was said with a contact. Events name a
//! session, whose form is not documented and has been seen in small letters, which user ids do not survive. So the name of a
//! direct conversation is made of its two ends in order: `{one}:{other}`.
//!
//! The reference shows one and the same message in capital letters (history, events), in small letters (the answer to a
//! send) and in braces (threads, `reply_main_message_id`). The form of history is the one that other calls are told to
//! take their ids from, so it is the one that is kept.

use std::fmt::Write as _;

use entente_model::{AccountRef, ConversationRef, MessageRef, WorkspaceRef};

/// A person.
pub(crate) fn account(workspace: &WorkspaceRef, id: &str) -> AccountRef {
    AccountRef { workspace: workspace.clone(), id: id.into() }
}

/// The direct conversation of two people.
pub(crate) fn direct(workspace: &WorkspaceRef, one: &str, other: &str) -> ConversationRef {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    ConversationRef { workspace: workspace.clone(), id: [first, ":", second].concat().into() }
}

/// Both ends of a direct conversation; `None` when it is something else.
pub(crate) fn ends(conversation: &ConversationRef) -> Option<(&str, &str)> {
    let (one, other) = conversation.id.as_str().split_once(':')?;
    (is_id(one) && is_id(other)).then_some((one, other))
}

/// Whom somebody talks to in a direct conversation; `None` when they are not in it.
pub(crate) fn other<'a>(conversation: &'a ConversationRef, own: &str) -> Option<&'a str> {
    match ends(conversation)? {
        (one, other) if one == own => Some(other),
        (one, other) if other == own => Some(one),
        _ => None,
    }
}

/// A channel, by the id that it has in the API, which no direct conversation and none of the chatbot's looks like.
pub(crate) fn channel_at(workspace: &WorkspaceRef, id: &str) -> ConversationRef {
    ConversationRef { workspace: workspace.clone(), id: id.into() }
}

/// The channel that a conversation is; `None` when it is something else.
pub(crate) fn channel(conversation: &ConversationRef) -> Option<&str> {
    Some(conversation.id.as_str()).filter(|id| is_id(id))
}

/// Where in Zoom a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// With somebody.
    Contact(&'a str),
    /// In a channel.
    Channel(&'a str),
}

impl<'a> Place<'a> {
    /// Where a conversation is for somebody; `None` when they are not in it.
    pub(crate) fn of(conversation: &'a ConversationRef, own: &str) -> Option<Self> {
        let direct = other(conversation, own).map(Self::Contact);
        direct.or_else(|| channel(conversation).map(Self::Channel))
    }

    /// The parameter that names it, and its value.
    pub(crate) fn parameter(self) -> (&'static str, &'a str) {
        match self {
            Self::Contact(id) => ("to_contact", id),
            Self::Channel(id) => ("to_channel", id),
        }
    }

    /// The contact, if it is one.
    pub(crate) fn contact(self) -> Option<&'a str> {
        if let Self::Contact(id) = self { Some(id) } else { None }
    }

    /// The channel, if it is one.
    pub(crate) fn channel(self) -> Option<&'a str> {
        if let Self::Channel(id) = self { Some(id) } else { None }
    }
}

/// A message in a conversation, in whatever spelling it came.
pub(crate) fn message(conversation: &ConversationRef, id: &str) -> MessageRef {
    MessageRef { conversation: conversation.clone(), id: normal(id).into() }
}

/// The one spelling of a message's id.
pub(crate) fn normal(id: &str) -> String {
    let bare = id.strip_prefix('{').and_then(|id| id.strip_suffix('}')).unwrap_or(id);
    if is_uuid(bare) { bare.to_ascii_uppercase() } else { bare.to_owned() }
}

/// Whether it can be a user's id.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_uuid(text: &str) -> bool {
    let sign = |(at, byte): (usize, u8)| {
        if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
    };
    text.len() == 36 && text.bytes().enumerate().all(sign)
}

/// An id as a segment of a path: whatever it holds, it cannot leave its place.
pub(crate) fn segment(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "Ada0000000000000000001";
    const BOB: &str = "bOb-00000000000000_002";

    fn workspace() -> WorkspaceRef {
        WorkspaceRef { platform: "zoom".into(), id: "acme".into() }
    }

    #[test]
    fn both_ends_call_their_conversation_the_same() {
        let one = direct(&workspace(), ADA, BOB);
        assert_eq!(one, direct(&workspace(), BOB, ADA));
        assert_eq!((other(&one, ADA), other(&one, BOB), other(&one, "Eve")), (Some(BOB), Some(ADA), None));
    }

    #[test]
    fn what_is_no_pair_is_no_direct_conversation() {
        for id in ["", ":", "a:", "a:b:c", "5b1f0e7c2a944f0f9d3a6c1e8b7d2f40", "a/b:c"] {
            let conversation = ConversationRef { workspace: workspace(), id: id.into() };
            assert_eq!(ends(&conversation), None, "{id}");
        }
    }

    #[test]
    fn three_spellings_are_one_message() {
        let normal_form = "0C9B6C0E-2A77-4C1B-9D1E-3F1A5B7C9D10";
        for id in
            [normal_form, "0c9b6c0e-2a77-4c1b-9d1e-3f1a5b7c9d10", "{0C9B6C0E-2A77-4C1B-9D1E-3F1A5B7C9D10}"]
        {
            assert_eq!(normal(id), normal_form);
        }
        // What is no UUID is not touched: it may be that case counts in it.
        assert_eq!(normal("20260102030405678_AbCdEf1_aw1"), "20260102030405678_AbCdEf1_aw1");
        assert_eq!(normal("{"), "{");
    }

    #[test]
    fn a_segment_stays_a_segment() {
        assert_eq!(segment("0C9B-_"), "0C9B-_");
        assert_eq!(segment("../a?b#c{}"), "%2E%2E%2Fa%3Fb%23c%7B%7D");
    }
}
