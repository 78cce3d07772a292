//! The forms of the vendor's ids.
//!
//! A user id is 22 characters and case-sensitive, and a JID is the same in lower case, from which there is no way back
//! ("Zoom Developer Support: JIDs"). A message id is a UUID that the reference shows in lower case where a message is
//! sent, in upper case in histories and events, and between braces in threads; whoever compares them as text is wrong.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How a message id is written at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdForm {
    /// `8cfaf567-…`, as the answer of "Send a chat message" shows it.
    Lower,
    /// `8CFAF567-…`, as "List user's chat messages" shows it.
    Upper,
    /// `{8CFAF567-…}`, as "Retrieve a thread" shows it.
    Braced,
}

impl IdForm {
    /// A message's id in this form.
    pub(super) fn write(self, uuid: Uuid) -> String {
        match self {
            Self::Lower => uuid.hyphenated().to_string(),
            Self::Upper => format!("{:X}", uuid.hyphenated()),
            Self::Braced => format!("{{{:X}}}", uuid.hyphenated()),
        }
    }
}

/// A message's id in any form.
pub(super) fn read_message(text: &str) -> Option<Uuid> {
    let bare = text.strip_prefix('{').map_or(Some(text), |rest| rest.strip_suffix('}'))?;
    if bare.len() != 36 {
        return None;
    }
    Uuid::try_parse(bare).ok()
}

/// The JID of a user.
pub(super) fn jid(user: &str) -> String {
    format!("{}@xmpp.zoom.us", user.to_lowercase())
}

/// What the JID of a channel ends with.
pub(super) const CHANNELS: &str = "@conference.xmpp.zoom.us";

/// The part of a JID before the host.
pub(super) fn local(jid: &str) -> Option<&str> {
    jid.strip_suffix("@xmpp.zoom.us")
}

/// The session of two people, or of a person and a bot: the same, whoever wrote first.
pub(super) fn session(one: &str, other: &str) -> String {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    if one < other { format!("{one}:{other}") } else { format!("{other}:{one}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_the_same_in_every_form() {
        let uuid = Uuid::from_u128(0x0C9B_6C0E_2A77_4C1B_9D1E_3F1A_5B7C_9D10);
        assert_eq!(IdForm::Lower.write(uuid), "0c9b6c0e-2a77-4c1b-9d1e-3f1a5b7c9d10");
        assert_eq!(IdForm::Upper.write(uuid), "0C9B6C0E-2A77-4C1B-9D1E-3F1A5B7C9D10");
        assert_eq!(IdForm::Braced.write(uuid), "{0C9B6C0E-2A77-4C1B-9D1E-3F1A5B7C9D10}");
        for form in [IdForm::Lower, IdForm::Upper, IdForm::Braced] {
            assert_eq!(read_message(&form.write(uuid)), Some(uuid));
        }
        for broken in ["", "{}", "{0C9B6C0E-2A77-4C1B-9D1E-3F1A5B7C9D10", "0c9b6c0e2a774c1b9d1e3f1a5b7c9d10"]
        {
            assert_eq!(read_message(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_session_does_not_depend_on_who_wrote_first() {
        assert_eq!(session("Bb", "aA"), "aa:bb");
        assert_eq!(session("aA", "Bb"), "aa:bb");
    }
}
