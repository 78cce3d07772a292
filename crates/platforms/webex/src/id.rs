//! Webex's ids. "REST API Basics" and Cisco's own SDK: base64url of `ciscospark://<cluster>/<TYPE>/<key>`. The cluster of
//! rooms and messages is their region's, so an id is only ever taken from an answer; looking into one is done here alone,
//! to recognise a person whom a mention names by the bare key.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use entente_model::{AccountRef, ConversationRef, MessageRef, WorkspaceRef};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A person or bot.
pub(crate) fn account(workspace: &WorkspaceRef, id: &str) -> AccountRef {
    AccountRef { workspace: workspace.clone(), id: id.into() }
}

/// A room.
pub(crate) fn conversation(workspace: &WorkspaceRef, id: &str) -> ConversationRef {
    ConversationRef { workspace: workspace.clone(), id: id.into() }
}

/// A message in a room.
pub(crate) fn message(conversation: &ConversationRef, id: &str) -> MessageRef {
    MessageRef { conversation: conversation.clone(), id: id.into() }
}

/// The bare key in a REST id, in small letters. Mentions have been seen with either.
pub(crate) fn key(id: &str) -> Option<String> {
    let mut text = String::from_utf8(LENIENT.decode(id).ok()?).ok()?;
    let at = text.starts_with("ciscospark://").then(|| text.rfind('/'))??;
    Some(text.split_off(at + 1).to_ascii_lowercase())
}

/// An id as a segment of a path. Ids need no encoding; what is no id cannot reach another path.
pub(crate) fn segment(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Whether it is a bare key (a UUID) and not an id.
pub(crate) fn is_key(text: &str) -> bool {
    let sign = |(at, byte): (usize, u8)| {
        if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
    };
    text.len() == 36 && text.bytes().enumerate().all(sign)
}

/// Whether it can stand in a mention.
pub(crate) fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: &str = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1MDE";

    #[test]
    fn a_person_has_an_id_and_a_bare_key() {
        assert_eq!(key(PERSON).as_deref(), Some("11111111-2222-4333-8444-555555555501"));
        assert!(is_key("11111111-2222-4333-8444-555555555501") && !is_key(PERSON));
        assert_eq!((key("not base64!"), key("")), (None, None));
    }

    #[test]
    fn what_is_no_id_stays_in_its_segment() {
        assert_eq!(segment(PERSON), PERSON);
        assert_eq!(segment("../a?b#c/d e"), "%2E%2E%2Fa%3Fb%23c%2Fd%20e");
        assert!(is_plain(PERSON) && !is_plain("a|b") && !is_plain(""));
    }
}
