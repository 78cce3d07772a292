//! Messages ("Message" event, "Retrieving messages") and their ids.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// A message's id within its conversation: seconds and six digits, which make it unique and sortable. Here it is
/// microseconds since the Unix epoch, which writes the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::slack) struct Ts(pub(in crate::slack) i64);

impl fmt::Display for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}.{:06}", self.0.div_euclid(1_000_000), self.0.rem_euclid(1_000_000))
    }
}

impl Ts {
    /// Reads `"<10 digits>.<6 digits>"` and nothing else, as an id has to be given back as it was got.
    pub(in crate::slack) fn read(text: &str) -> Option<Self> {
        let (seconds, micros) = text.split_once('.')?;
        let digits =
            |part: &str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(seconds, 10) || !digits(micros, 6) {
            return None;
        }
        Some(Self(seconds.parse::<i64>().ok()? * 1_000_000 + micros.parse::<i64>().ok()?))
    }

    /// Reads a bound of a range, which may have fewer digits: `0`, `1700000000`, `1700000000.5`.
    pub(in crate::slack) fn bound(text: &str) -> Option<Self> {
        let (seconds, micros) = text.split_once('.').unwrap_or((text, ""));
        if micros.len() > 6 || !micros.bytes().chain(seconds.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let micros = format!("{micros:0<6}").parse::<i64>().ok()?;
        Some(Self(seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(micros)?))
    }
}

/// A message.
#[derive(Debug, Clone)]
pub(in crate::slack) struct Message {
    pub(in crate::slack) ts: Ts,
    /// Whose token posted it: a person or a bot's user.
    pub(in crate::slack) user: Arc<str>,
    /// The app it came through; what was typed in Slack's own client has none.
    pub(in crate::slack) via: Option<Via>,
    pub(in crate::slack) client_msg_id: Option<String>,
    pub(in crate::slack) content: Content,
    /// The name and icon it was posted under instead of the app's (`chat:write.customize`).
    pub(in crate::slack) custom: Option<Custom>,
    /// The root that it answers.
    pub(in crate::slack) root: Option<Ts>,
    /// Whether the answer is shown in the conversation as well.
    pub(in crate::slack) broadcast: bool,
    pub(in crate::slack) edited: Option<Ts>,
    /// What answers it.
    pub(in crate::slack) replies: BTreeSet<Ts>,
    /// A root that was deleted while there were answers.
    pub(in crate::slack) tombstone: bool,
    /// Short names and who reacted with them, in the order in which they came.
    pub(in crate::slack) reactions: Vec<(String, Vec<Arc<str>>)>,
}

/// Through which app a message came.
#[derive(Debug, Clone)]
pub(in crate::slack) struct Via {
    /// `A…`.
    pub(in crate::slack) app: Arc<str>,
    /// `B…`; absent if a person's token does not carry it.
    pub(in crate::slack) bot_id: Option<Arc<str>>,
    /// Whether the app's own bot wrote it, and not a person through the app.
    pub(in crate::slack) as_bot: bool,
}

/// Another name and picture.
#[derive(Debug, Clone)]
pub(in crate::slack) struct Custom {
    pub(in crate::slack) username: Option<String>,
    pub(in crate::slack) icons: Value,
}

/// What a message says.
#[derive(Debug, Clone, Default)]
pub(in crate::slack) struct Content {
    /// Markup, escaped.
    pub(in crate::slack) text: String,
    pub(in crate::slack) blocks: Vec<Value>,
    pub(in crate::slack) attachments: Vec<Value>,
    /// `event_type` and `event_payload`.
    pub(in crate::slack) metadata: Option<Value>,
    /// `F…`, in the order in which they were attached.
    pub(in crate::slack) files: Vec<Arc<str>>,
}

impl Message {
    /// Whether it stands in the conversation itself and not only in a thread.
    pub(in crate::slack) fn in_channel(&self) -> bool {
        self.root.is_none() || self.broadcast
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_only_as_it_is_written() {
        let ts = Ts(1_733_000_000_000_100);
        assert_eq!(ts.to_string(), "1733000000.000100");
        assert_eq!(Ts::read("1733000000.000100"), Some(ts));
        for wrong in
            ["1733000000.0001", "1733000000", "1733000000.0001000", "-733000000.000100", "1733000000.00010x"]
        {
            assert_eq!(Ts::read(wrong), None, "{wrong}");
        }
        assert_eq!(Ts::bound("0"), Some(Ts(0)));
        assert_eq!(Ts::bound("1733000000.5"), Some(Ts(1_733_000_000_500_000)));
        assert_eq!(Ts::bound("now"), None);
    }
}
