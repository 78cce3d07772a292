//! Teams' ids: chats are `19:…` (Graph) or `a:…` (a bot's personal conversation), messages are milliseconds since the
//! Unix epoch and unique inside their chat only, people are object ids of the directory. All are opaque but for the two
//! things here: reading them out of a notification's resource, and putting them into a path.

use std::borrow::Cow;

use entente_model::{
    AccountId, AccountRef, ConversationId, ConversationRef, MessageRef, Timestamp, WorkspaceRef,
};

/// An account of this workspace.
pub(crate) fn account(workspace: &WorkspaceRef, id: &str) -> AccountRef {
    AccountRef { workspace: workspace.clone(), id: AccountId::from(id) }
}

/// Who wrote what nobody wrote: that a call began, that somebody was added. No object id looks like it, so it stands for
/// no person, and such a message concerns nobody.
pub(crate) const SYSTEM: &str = "system";

/// A message of this workspace.
pub(crate) fn message(workspace: &WorkspaceRef, chat: &str, id: &str) -> MessageRef {
    let conversation = conversation(workspace, chat);
    MessageRef { conversation, id: id.into() }
}

/// A conversation of this workspace.
pub(crate) fn conversation(workspace: &WorkspaceRef, id: &str) -> ConversationRef {
    ConversationRef { workspace: workspace.clone(), id: ConversationId::from(id) }
}

/// Whether it is a personal conversation of a bot, which Graph knows under another id. Bot Framework ids begin so.
pub(crate) fn is_bots(conversation: &ConversationId) -> bool {
    conversation.as_str().starts_with("a:")
}

/// When a message was written, by its id.
pub(crate) fn written(message: &str) -> Option<Timestamp> {
    parts(message).1.parse().ok().filter(|millis| *millis > 0).map(Timestamp::from_millis)
}

/// What a notification is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// A message in a chat.
    ChatMessage {
        /// The chat.
        chat: String,
        /// The message.
        message: String,
    },
    /// A message in a channel.
    ChannelMessage {
        /// The team.
        team: String,
        /// The channel.
        channel: String,
        /// The message.
        message: String,
        /// The message that it hangs below.
        root: Option<String>,
    },
    /// Anything else.
    Other,
}

/// Reads a resource path in either of its forms, `chats('…')/messages('…')` (functions; as notifications have it)
/// and `chats/…/messages/…`, below a user or not, ids percent-encoded or not.
pub(crate) fn resource(path: &str) -> Resource {
    let mut chat = None;
    let mut rest = path.trim_start_matches('/');
    if rest.starts_with("teams") {
        return in_channel(rest).unwrap_or(Resource::Other);
    }
    while !rest.is_empty() {
        let end = rest.find(['/', '(']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let Some((value, after)) = value(behind) else { return Resource::Other };
        match (name, chat) {
            ("users", None) => chat = None,
            ("chats", None) => chat = Some(value),
            ("messages", Some(chat)) if after.is_empty() => {
                let (chat, message) = (decode(chat).into_owned(), decode(value).into_owned());
                return if is_id(&chat) && is_id(&message) {
                    Resource::ChatMessage { chat, message }
                } else {
                    Resource::Other
                };
            }
            _ => return Resource::Other,
        }
        rest = after;
    }
    Resource::Other
}

/// `teams('…')/channels('…')/messages('…')`, and `/replies('…')` behind it.
fn in_channel(path: &str) -> Option<Resource> {
    let mut found = Vec::with_capacity(4);
    let mut rest = path;
    for wanted in ["teams", "channels", "messages", "replies"] {
        if rest.is_empty() && found.len() == 3 {
            break;
        }
        let end = rest.find(['/', '('])?;
        let (name, behind) = rest.split_at(end);
        let (value, after) = value(behind)?;
        let value = decode(value).into_owned();
        if name != wanted || !is_id(&value) {
            return None;
        }
        found.push(value);
        rest = after;
    }
    if !rest.is_empty() {
        return None;
    }
    let mut found = found.into_iter();
    let (team, channel, first) = (found.next()?, found.next()?, found.next()?);
    Some(match found.next() {
        Some(reply) => Resource::ChannelMessage { team, channel, message: reply, root: Some(first) },
        None => Resource::ChannelMessage { team, channel, message: first, root: None },
    })
}

/// A channel, which is found below its team and nowhere else, so both are its name here.
pub(crate) fn channel_at(workspace: &WorkspaceRef, team: &str, channel: &str) -> ConversationRef {
    conversation(workspace, &format!("{team}/{channel}"))
}

/// Team and channel of a conversation; `None` for chats.
pub(crate) fn channel(conversation: &ConversationId) -> Option<(&str, &str)> {
    conversation.as_str().split_once('/')
}

/// A message in a channel. A reply is found below its root and nowhere else, so both are its name here.
pub(crate) fn in_thread(at: &ConversationRef, root: Option<&str>, message: &str) -> MessageRef {
    let id = match root.filter(|root| !root.is_empty() && *root != message) {
        Some(root) => format!("{root}/{message}").into(),
        None => message.into(),
    };
    MessageRef { conversation: at.clone(), id }
}

/// The root of a message's thread, if it is a reply, and the message's own id.
pub(crate) fn parts(message: &str) -> (Option<&str>, &str) {
    match message.split_once('/') {
        Some((root, own)) => (Some(root), own),
        None => (None, message),
    }
}

/// The value behind a segment's name, and what follows it.
fn value(behind: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = behind.strip_prefix("('") {
        let (value, after) = quoted.split_once("')")?;
        return Some((value, after.trim_start_matches('/')));
    }
    let plain = behind.strip_prefix('/')?;
    Some(plain.split_once('/').unwrap_or((plain, "")))
}

/// Whether it can be an id: something, and nothing that could mean more than itself in a path.
fn is_id(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(['/', '\\', '?', '#', '%', '\''])
        && !text.chars().any(char::is_control)
}

/// Percent-decodes; text that is not encoded, or wrongly so, stays as it is.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%')
            .then(|| {
                after.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok())
            })
            .flatten();
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// An id as one segment of a path: whatever it holds, it cannot leave its place.
pub(crate) fn segment(id: &str) -> String {
    let mut out = String::with_capacity(id.len() + 8);
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' | b':' | b'@' => {
                out.push(char::from(byte));
            }
            b'.' if id != "." && id != ".." => out.push('.'),
            // A path of dots alone would be taken for a step upwards, encoded or not; a bar keeps it where it is.
            b'.' => out.push_str("%7C."),
            byte => {
                out.push('%');
                out.push(char::from(b"0123456789ABCDEF"[usize::from(byte >> 4)]));
                out.push(char::from(b"0123456789ABCDEF"[usize::from(byte & 15)]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(chat: &str, message: &str) -> Resource {
        Resource::ChatMessage { chat: chat.into(), message: message.into() }
    }

    #[test]
    fn both_forms_of_a_resource_are_read() {
        let wanted = found("19:a_b@unq.gbl.spaces", "1767607200123");
        for path in [
            "chats('19:a_b@unq.gbl.spaces')/messages('1767607200123')",
            "/chats/19:a_b@unq.gbl.spaces/messages/1767607200123",
            "chats/19%3Aa_b%40unq.gbl.spaces/messages/1767607200123",
            "chats('19%3aa_b%40unq.gbl.spaces')/messages('1767607200123')",
            "users('a11ce000')/chats('19:a_b@unq.gbl.spaces')/messages('1767607200123')",
            "users/a11ce000/chats/19:a_b@unq.gbl.spaces/messages/1767607200123",
        ] {
            assert_eq!(resource(path), wanted, "{path}");
        }
    }

    #[test]
    fn other_resources_are_told_apart() {
        let channel = "teams('t')/channels('19:c@thread.tacv2')/messages('1')";
        let found = |message: &str, root: Option<&str>| Resource::ChannelMessage {
            team: "t".into(),
            channel: "19:c@thread.tacv2".into(),
            message: message.into(),
            root: root.map(str::to_owned),
        };
        assert_eq!(resource(channel), found("1", None));
        assert_eq!(resource(&format!("{channel}/replies('2')")), found("2", Some("1")));
        assert_eq!(resource("teams('t')/channels('19:c')"), Resource::Other);
        for path in [
            "",
            "/",
            "chats('19:a')",
            "chats('19:a')/members('x')",
            "chats('')/messages('1')",
            "chats('19:a')/messages('')",
            "chats('19:a/../b')/messages('1')",
            "chats('19:a%2F..')/messages('1')",
            "chats('19:a')/messages('1')/hostedContents('2')",
            "messages('1')",
            "chats(19:a)/messages(1)",
            "chats",
        ] {
            assert_eq!(resource(path), Resource::Other, "{path}");
        }
    }

    #[test]
    fn a_segment_stays_a_segment() {
        assert_eq!(segment("19:a_b@unq.gbl.spaces"), "19:a_b@unq.gbl.spaces");
        assert_eq!(segment("a/b?c#d%e;f"), "a%2Fb%3Fc%23d%25e%3Bf");
        let base = url::Url::parse("https://graph.microsoft.com/v1.0/").unwrap();
        for id in [".", "..", "../..", "%2e%2e", "a\\..\\b", "é"] {
            let url = base.join(&format!("chats/{}/messages", segment(id))).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 4, "{id}: {url}");
            assert!(url.path().starts_with("/v1.0/chats/"), "{id}: {url}");
        }
    }

    #[test]
    fn an_id_tells_when_it_was_written() {
        assert_eq!(written("1767607200123"), Some(Timestamp(1_767_607_200_123_000)));
        assert_eq!(written("1:abc"), None);
    }
}
