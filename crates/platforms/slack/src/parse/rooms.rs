//! Reports about channels and groups themselves: what they are called, whether they are there, who comes and goes.

use entente_platform::{ChannelHead, Item, Joined};

use super::watcher;
use crate::id;
use crate::receiver::SlackReceiver;
use crate::wire::envelope::{Envelope, Event};
use crate::wire::{Text, filled};

/// Whether the service writes it where a channel is renamed, or says something else about itself. "message" event, subtypes.
pub(super) fn is_about_the_channel(subtype: &str) -> bool {
    let what = subtype.strip_prefix("channel_").or_else(|| subtype.strip_prefix("group_"));
    matches!(what, Some("name" | "topic" | "archive" | "unarchive"))
}

/// A report about a channel itself, which names it by its id or shows it. "`channel_rename`", "`channel_archive`" and others.
pub(super) fn channel(receiver: &SlackReceiver, event: &Event<'_>) -> Option<Item> {
    #[derive(serde::Deserialize)]
    struct Shown<'a> {
        #[serde(borrow)]
        id: Text<'a>,
    }
    let raw = event.channel?.get();
    let id = serde_json::from_str::<Text<'_>>(raw).ok();
    let id = id.or_else(|| serde_json::from_str::<Shown<'_>>(raw).ok().map(|shown| shown.id))?;
    let at = id::conversation(&receiver.workspace, &id);
    let when = event.reported_ts.as_ref().and_then(|ts| id::written(ts));
    Some(Item::Channel(ChannelHead { at, when }))
}

/// A report that somebody came or left. "`member_joined_channel`", "`member_left_channel`": of channels and of direct messages of
/// several; which of them is not told.
pub(super) fn joined(
    receiver: &SlackReceiver,
    envelope: &Envelope<'_>,
    event: &Event<'_>,
) -> Result<Item, &'static str> {
    let channel = event.channel.and_then(|raw| serde_json::from_str::<Text<'_>>(raw.get()).ok());
    let channel = filled(channel.as_ref()).ok_or("somebody came or left without a channel")?;
    let user = event.user.and_then(|raw| serde_json::from_str::<Text<'_>>(raw.get()).ok());
    let user = filled(user.as_ref()).ok_or("nobody came or left")?;
    let authorized = envelope.authorizations.as_deref().unwrap_or_default();
    let Some(watcher) = watcher(receiver, authorized, std::iter::empty()) else {
        return Ok(Item::Unknown("joined_for_nobody_of_ours".to_owned()));
    };
    Ok(Item::Joined(Joined {
        conversation: id::conversation(&receiver.workspace, channel),
        account: id::account(&receiver.workspace, user),
        came: &*event.kind == "member_joined_channel",
        watcher,
    }))
}
