//! What the service writes of a file ("File object"), in messages and in `files.info`.

use serde_json::{Map, Value, json};

use crate::files::percent_encoded;
use crate::slack::world::World;
use crate::slack::world::files::Held;
use crate::slack::world::messages::Message;

/// Puts its files into the shape of a message, and the subtype that such messages have.
pub(in crate::slack) fn attach(world: &World, message: &Message, shape: &mut Value) {
    let files = message.content.files.iter().filter_map(|file| world.files.get(file));
    shape["files"] = files.map(|held| file(world, held)).collect::<Vec<_>>().into();
    shape["upload"] = true.into();
    shape["display_as_bot"] = false.into();
    if shape["subtype"].is_null() {
        shape["subtype"] = "file_share".into();
    }
}

/// Leaves of a message's files what is told where the other side has to ask first (`check_file_info`).
pub(in crate::slack) fn strip(shape: &mut Value) {
    let Some(files) = shape.get_mut("files").and_then(Value::as_array_mut) else { return };
    for file in files.iter_mut().filter(|file| file["mode"] != "tombstone") {
        *file = json!({
            "id": file["id"],
            "created": 0,
            "timestamp": 0,
            "user": "",
            "mode": "file_access",
            "file_access": "check_file_info",
        });
    }
}

/// A file as messages have it. Of a deleted one there is only the stone; one that is being processed has no type, no size
/// and no address yet.
pub(super) fn file(world: &World, held: &Held) -> Value {
    let Some(file) = held.file.as_ref().filter(|_| !held.deleted) else {
        return json!({"id": &*held.id, "mode": "tombstone"});
    };
    let switches = world.events.control.board.get();
    let delay = i64::try_from(switches.file_processing_ms).unwrap_or(i64::MAX);
    let now = world.events.control.clock.millis();
    let processed = delay == 0 || held.shared.is_some_and(|shared| shared.saturating_add(delay) <= now);
    let team = &*world.team.id;
    let name = percent_encoded(&held.name.to_lowercase().replace(' ', "_"));
    let place = format!("{}/files-pri/{team}-{}", held.base, held.id);
    let permalink =
        format!("https://{}.slack.com/files/{}/{}/{name}", world.team.domain, held.owner, held.id);
    let kind = held.name.rsplit_once('.').map_or("binary", |(_, extension)| extension).to_lowercase();
    let mut shape = json!({
        "id": &*held.id,
        "created": held.created,
        "timestamp": held.created,
        "name": held.name,
        "title": held.title,
        "mimetype": "",
        "filetype": "",
        "pretty_type": "",
        "user": &*held.owner,
        "user_team": team,
        "editable": false,
        "size": 0,
        "mode": "hosted",
        "is_external": false,
        "external_type": "",
        "is_public": false,
        "public_url_shared": false,
        "display_as_bot": false,
        "username": "",
        "permalink": permalink,
        "file_access": "visible",
    });
    if processed {
        shape["mimetype"] = file.media.as_str().into();
        shape["pretty_type"] = kind.to_uppercase().into();
        shape["filetype"] = kind.into();
        shape["size"] = file.size.into();
        shape["url_private"] = format!("{place}/{name}").into();
        shape["url_private_download"] = format!("{place}/download/{name}").into();
    }
    shape
}

/// Adds where a file was shared. Direct messages are `private`.
pub(super) fn shared(world: &World, held: &Held, shape: &mut Value) {
    let mut private = Map::new();
    for (channel, shares) in &held.shares {
        let found = world.channels.get(channel);
        let shares = shares.iter().map(|ts| {
            let message = found.and_then(|found| found.log.get(ts));
            let mut place = json!({
                "ts": ts.to_string(),
                "reply_users": [],
                "reply_users_count": 0,
                "reply_count": message.map_or(0, |message| message.replies.len()),
                "team_id": &*world.team.id,
                "share_user_id": &*held.owner,
            });
            if let Some(root) = message.and_then(|message| message.root) {
                place["thread_ts"] = root.to_string().into();
            }
            place
        });
        let shares: Vec<Value> = shares.collect();
        if !shares.is_empty() {
            private.insert(channel.to_string(), shares.into());
        }
    }
    shape["channels"] = json!([]);
    shape["groups"] = json!([]);
    shape["ims"] = private.keys().cloned().collect::<Vec<_>>().into();
    shape["shares"] = if private.is_empty() { json!({}) } else { json!({"private": private}) };
}
