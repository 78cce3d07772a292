//! What is told of a channel itself: `channel_rename`, `channel_archive`, `channel_unarchive` and those of private channels,
//! `group_…`; and the message that the service writes into the channel, whose subtype is `channel_name`, `channel_topic`,
//! `channel_archive` or `channel_unarchive` (`group_…` in private channels).

use serde_json::json;

use super::{Inner, Occurrence};
use crate::slack::world::World;
use crate::slack::world::channels::Sort;
use crate::slack::world::messages::Ts;

impl World {
    /// Tells what became of a channel: `rename`, `topic`, `archive` or `unarchive`.
    pub(in crate::slack) fn tell_channel(&mut self, what: &str, channel: &str, by: &str, now: i64) {
        let Some(found) = self.channels.get_mut(channel) else { return };
        let at = found.next_ts(now);
        let (word, scope) = match found.sort {
            Sort::Private => ("group", "groups:read"),
            Sort::Public | Sort::Im | Sort::Mpim => ("channel", "channels:read"),
        };
        let kind = format!("{word}_{what}");
        let event = match what {
            "rename" => Some(json!({
                "type": kind,
                "channel": {"id": channel, "name": found.name, "name_normalized": found.name,
                    "created": found.created.div_euclid(1000)},
                "event_ts": at.to_string(),
            })),
            "topic" => None,
            _ => Some(json!({"type": kind, "channel": channel, "user": by, "event_ts": at.to_string()})),
        };
        let note = if what == "rename" { "name" } else { what };
        let mut written = json!({
            "type": "message",
            "subtype": format!("{word}_{note}"),
            "user": by,
            "ts": at.to_string(),
            "text": format!("<@{by}> changed this channel"),
        });
        match what {
            "rename" => written["name"] = found.name.as_str().into(),
            "topic" => written["topic"] = found.topic.value.as_str().into(),
            _ => {}
        }
        if let Some(event) = event {
            self.publish(&Occurrence {
                subscription: &kind,
                scope: Some(scope),
                channel: Some(channel),
                inner: Inner::Same(event),
                at: Ts(at.0),
            });
        }
        self.tell_message(channel, written, at);
    }
}
