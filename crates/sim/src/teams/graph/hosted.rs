//! Images in the content of a message. Graph: "Send chatMessage in a channel or a chat" (`hostedContents`), "Get
//! chatMessageHostedContent".
//!
//! Whoever sends one names it by a temporary id, `../hostedContents/1/$value`; the saved content has an address in its place
//! that asks for a token which may read the message.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{chat, edit, list_messages, odata, post};
use crate::files::File;
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::Caller;
use crate::teams::message::Message;
use crate::teams::sim::Sim;

/// `hostedContents` of a message that is sent, by temporary id.
pub(super) fn read(sent: &Value, kept: bool) -> Result<Vec<(String, File)>, Refusal> {
    let wrong = || Refusal::bad("Invalid hosted content.");
    let one = |content: &Value| {
        let id = content["@microsoft.graph.temporaryId"].as_str().filter(|id| !id.is_empty());
        let media = content["contentType"].as_str().filter(|media| media.starts_with("image/"));
        let bytes = content["contentBytes"].as_str().and_then(|text| STANDARD.decode(text).ok());
        let (Some(id), Some(media), Some(bytes)) = (id, media, bytes) else { return Err(wrong()) };
        let name = format!("image.{}", media.trim_start_matches("image/"));
        Ok((id.to_owned(), File::new(&name, media, Bytes::from(bytes), kept)))
    };
    sent.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(one).collect()
}

/// Gives the images of a new message their ids, and the content their addresses.
pub(super) fn place(message: &mut Message, base: &str, chat: &str) {
    for (index, (id, _)) in message.hosted.iter_mut().enumerate() {
        let named = URL_SAFE_NO_PAD.encode(format!("id=x_{}_{index},type=1,url=", message.id));
        let address =
            format!("{base}/v1.0/chats/{chat}/messages/{}/hostedContents/{named}/$value", message.id);
        message.content = message.content.replace(&format!("../hostedContents/{id}/$value"), &address);
        *id = named;
    }
}

/// `GET …/hostedContents`: ids alone.
pub(super) fn list(sim: &Sim, call: &Call, caller: &Caller, id: &str, message: &str) -> Outcome {
    let found = seen(sim, caller, id, message)?;
    let items = found.hosted.iter();
    let items = items.map(|(id, _)| json!({"id": id, "contentBytes": null, "contentType": null})).collect();
    let context = format!("chats('{}')/messages('{message}')/hostedContents", post::encoded(id));
    Ok(Answer::ok(odata::page(call, &context, items, None, None)))
}

/// `GET …/hostedContents/{id}/$value`: the bytes.
pub(super) fn value(sim: &Sim, caller: &Caller, id: &str, message: &str, content: &str) -> Outcome {
    let found = seen(sim, caller, id, message)?;
    let hosted = found.hosted.into_iter().find(|(hosted, _)| hosted == content);
    let (_, mut file) = hosted.ok_or_else(|| Refusal::not_found("The hosted content is not found."))?;
    if !sim.switches().hosted_type_told {
        "application/octet-stream".clone_into(&mut file.media);
    }
    Ok(Answer::bytes(file))
}

fn seen(sim: &Sim, caller: &Caller, id: &str, message: &str) -> Result<Message, Refusal> {
    list_messages::admitted(sim, caller, id)?;
    let mut chats = sim.chats();
    let chat = chat::open(sim, &mut chats, caller, id)?;
    let found = edit::find(chat, message)?;
    if found.deleted.is_some() {
        return Err(Refusal::not_found("The message is not found."));
    }
    Ok(found.clone())
}
