//! Slack's ids. Accounts (`U…`, `W…`) and conversations (`D…`) are opaque. A message's id is its `ts`: seconds since the Unix
//! epoch, a point, and six digits that count up within a second. It is unique in its conversation only, sorts messages, and
//! tells when one was written ("message event"). It is never taken for a floating point number, which cannot hold it.

use entente_model::{AccountRef, ConversationRef, MessageRef, Timestamp, WorkspaceRef};

/// The platform's name.
pub(crate) const PLATFORM: &str = "slack";

/// A person or bot.
pub(crate) fn account(workspace: &WorkspaceRef, id: &str) -> AccountRef {
    AccountRef { workspace: workspace.clone(), id: id.into() }
}

/// A conversation.
pub(crate) fn conversation(workspace: &WorkspaceRef, id: &str) -> ConversationRef {
    ConversationRef { workspace: workspace.clone(), id: id.into() }
}

/// A message in a conversation.
pub(crate) fn message(conversation: &ConversationRef, ts: &str) -> MessageRef {
    MessageRef { conversation: conversation.clone(), id: ts.into() }
}

/// When a message was written, to the microsecond that its id pretends to. `None` for what is no `ts`.
pub(crate) fn written(ts: &str) -> Option<Timestamp> {
    let (seconds, count) = ts.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if seconds.is_empty() || seconds.len() > 12 || count.len() != 6 || !digits(seconds) || !digits(count) {
        return None;
    }
    let (seconds, count): (i64, i64) = (seconds.parse().ok()?, count.parse().ok()?);
    Some(Timestamp(seconds * 1_000_000 + count))
}

/// An instant as a `ts`, for `oldest` and `latest`.
pub(crate) fn ts(at: Timestamp) -> String {
    let micros = at.0.max(0);
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// Whether it can be an id: nothing in it ends a mention.
pub(crate) fn is_plain(id: &str) -> bool {
    (2..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ts_is_a_time_and_back() {
        let at = written("1733000000.000100").unwrap();
        assert_eq!(at, Timestamp(1_733_000_000_000_100));
        assert_eq!(ts(at), "1733000000.000100");
        for bad in
            ["", ".", "1733000000", "1733000000.1", "1733000000.0001000", "x.000100", "-1.000100", "1.00 100"]
        {
            assert_eq!(written(bad), None, "{bad}");
        }
    }
}
