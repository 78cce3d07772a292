//! Who came into a group or left it, as reports tell. "Team Chat events", `chat_channel.created`, `.member_invited`,
//! `.member_removed`, `.member_left`. Unlike reports of messages these say what kind of channel it is, and name who is
//! concerned.

use bytes::Bytes;
use entente_platform::{Item, Joined};
use serde_json::value::RawValue;

use crate::groups::GROUP;
use crate::hook::ZoomReceiver;
use crate::id;
use crate::wire::event::{Event, Roster};

/// What a proven report tells of a group; `None` for what tells nothing of that. Of a group that nobody of ours is concerned with
/// it is told all the same, by any login: who was in it before is not told.
pub(crate) fn told(receiver: &ZoomReceiver, body: &Bytes) -> Option<Vec<Item>> {
    let event: Event<'_> = serde_json::from_slice(body).ok()?;
    let came = match &*event.name {
        "chat_channel.created" | "chat_channel.member_invited" => true,
        "chat_channel.member_removed" | "chat_channel.member_left" => false,
        _ => return None,
    };
    let told: Roster = serde_json::from_str(event.payload.map_or("null", RawValue::get)).ok()?;
    let channel = told.object.id.filter(|id| id::is_id(id)).filter(|_| told.object.kind == Some(GROUP))?;
    let operator = told.operator_id.filter(|id| id::is_id(id));
    let named = told.object.members.into_iter().flatten().filter_map(|member| member.id);
    let mut people: Vec<String> = named.filter(|id| id::is_id(id)).collect();
    if people.is_empty() {
        // Whoever leaves does so by themselves.
        people.extend(operator.clone());
    }
    let login = |who: &String| receiver.logins.get(&who.as_str().into()).copied();
    let concerned = operator.iter().chain(&people).find_map(login);
    let watcher = concerned.or_else(|| receiver.logins.values().next().copied())?;
    let conversation = id::channel_at(&receiver.workspace, &channel);
    let joined = |who: String| {
        let account = id::account(&receiver.workspace, &who);
        Item::Joined(Joined { conversation: conversation.clone(), account, came, watcher })
    };
    Some(people.into_iter().map(joined).collect())
}

#[cfg(test)]
mod tests;
