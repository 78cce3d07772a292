//! What is written of files: in histories and threads, in "Get file info", and in events, which carry no address.

use serde_json::{Value, json};

use super::base;
use crate::zoom::call::Call;
use crate::zoom::world::World;
use crate::zoom::world::chats::Message;
use crate::zoom::world::files::Held;

/// `message_type` of "List user's chat messages".
pub(in crate::zoom) fn message_type(world: &World, message: &Message) -> &'static str {
    let Some(first) = world.files.of(message).next() else { return "plain_text_message" };
    if !message.content.text.is_empty() {
        return "file_and_text";
    }
    match first.file.media.as_str() {
        "image/jpeg" => "jpg_image_file",
        "image/png" => "png_image_file",
        "image/gif" => "gif_file",
        media if media.starts_with("audio/") => "audio_file",
        media if media.starts_with("video/") => "video_file",
        _ => "others",
    }
}

/// The files of a message, each with its address.
pub(in crate::zoom) fn listed(world: &World, message: &Message, call: &Call) -> Vec<Value> {
    let files = world.files.of(message);
    files
        .map(|held| {
            json!({
                "file_id": &*held.id,
                "file_name": held.file.name,
                "file_size": held.file.size,
                "download_url": address(held, call),
            })
        })
        .collect()
}

/// Puts them into the shape of a message; the fields without a list repeat the first.
pub(in crate::zoom) fn attach(world: &World, message: &Message, call: &Call, shape: &mut Value) {
    let files = listed(world, message, call);
    let Some(Value::Object(first)) = files.first().cloned() else { return };
    if let Value::Object(shape) = shape {
        shape.extend(first);
    }
    shape["files"] = files.into();
}

/// "Get file info".
pub(super) fn info(held: &Held, call: &Call) -> Value {
    json!({
        "file_id": &*held.id,
        "file_name": held.file.name,
        "OS_file_type": kind(held),
        "length": held.file.size,
        "digest": held.file.sha256,
        "created_time": held.created,
        "modified_time": held.created,
        "download_url": address(held, call),
    })
}

/// `files` of an event.
pub(in crate::zoom) fn told(world: &World, message: &Message) -> Vec<Value> {
    let files = world.files.of(message);
    files
        .map(|held| {
            let media = held.file.media.split('/').next().unwrap_or_default();
            json!({
                "file_id": &*held.id,
                "file_name": held.file.name,
                "file_size": held.file.size,
                "OS_file_type": kind(held).to_uppercase(),
                "file_message_type": match media { "image" => "image", "audio" => "audio", _ => "file" },
            })
        })
        .collect()
}

fn kind(held: &Held) -> String {
    held.file.name.rsplit_once('.').map_or_else(String::new, |(_, kind)| kind.to_lowercase())
}

fn address(held: &Held, call: &Call) -> String {
    format!("{}/file/download/{}", base(call), held.id)
}
