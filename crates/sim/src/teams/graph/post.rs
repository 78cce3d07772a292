//! Sending a message. Graph: "Send chatMessage in a channel or a chat".

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::draft::Draft;
use super::{chat, hosted, odata};
use crate::files::File;
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::chats::Chat;
use crate::teams::message::{Author, Message, View};
use crate::teams::notify::{self, Change, Event};
use crate::teams::sim::Sim;
use crate::teams::throttle;

/// The one answer an app-only token gets, whatever it may do otherwise.
const ONLY_IMPORT: &str = "Message POST is allowed in application-only context only for import purposes. Refer to \
    https://docs.microsoft.com/microsoftteams/platform/graph-api/import-messages/import-external-messages-to-teams for \
    more details.";

const NEEDS: Needs =
    Needs { delegated: &["ChatMessage.Send", "Chat.ReadWrite", "Group.ReadWrite.All"], application: &[] };

/// `POST /chats/{id}/messages`.
pub(super) fn post(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str) -> Outcome {
    admitted(sim, caller, id)?;
    let draft = Draft::read(sim, &super::json(call)?)?;
    say(sim, call, caller, id, |_| Ok(draft))
}

/// What every way of sending demands before the body is looked at.
pub(super) fn admitted(sim: &Sim, caller: &Caller, id: &str) -> Result<(), Refusal> {
    if caller.person().is_none() {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Unauthorized", ONLY_IMPORT));
    }
    caller.needs(&NEEDS)?;
    sim.throttle(caller, throttle::Kind::PostMessage, Some(id))
}

/// Puts a message into a chat in the caller's name. `draft` sees the chat, for quotations.
pub(crate) fn say(
    sim: &Arc<Sim>,
    call: &Call,
    caller: &Caller,
    id: &str,
    draft: impl FnOnce(&Chat) -> Result<Draft, Refusal>,
) -> Outcome {
    let author = Author::Person(Arc::clone(caller.must_be_person()?));
    let mut chats = sim.chats();
    let chat = chat::open(sim, &mut chats, caller, id)?;
    let draft = draft(chat)?;
    let at = chat.tick(sim.millis());
    let mut message = draft.into_message(at, author);
    message.team.clone_from(&chat.team);
    hosted::place(&mut message, &call.base, id);
    chat.put(message.clone());
    let event = Event::new(Change::Created, chat, message, call);
    drop(chats);
    let switches = sim.switches();
    let view = View {
        chat: id,
        tenant: &sim.tenant,
        switches: &switches,
        all_members: call.prefers("include-unknown-enum-members"),
    };
    let mut body = event.message.json(view);
    body["@odata.context"] =
        json!(odata::context(call, &format!("chats('{}')/messages/$entity", encoded(id))));
    let mut change = event.message.change("message.created", id);
    let files = attached(sim, &event.message);
    if !files.is_empty() {
        change["files"] = files.into_iter().map(|(_, file)| file.facts()).collect();
    }
    let hold = notify::publish(sim, &event);
    Ok(Answer::with(StatusCode::CREATED, body).changed(change).held(hold))
}

/// A message of the app's own, whose images are files already.
pub(crate) fn draft(sim: &Sim, message: &Value, images: Vec<(String, File)>) -> Result<Draft, Refusal> {
    Ok(Draft::read(sim, message)?.with_images(images))
}

/// An id as it stands in a metadata address.
pub(super) fn encoded(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

/// The files of a message by id: those of drives that it names, as it calls them, then those in its content. What was deleted
/// is left out.
pub(crate) fn attached(sim: &Sim, message: &Message) -> Vec<(String, File)> {
    let drives = sim.drives();
    let named = message.attachments.iter().filter(|one| one["contentType"] == "reference");
    let named = named.filter_map(|one| {
        let item = drives.by_guid(one["id"].as_str()?)?;
        let mut file = item.file.clone()?;
        if let Some(name) = one["name"].as_str() {
            name.clone_into(&mut file.name);
        }
        Some((item.guid.clone(), file))
    });
    named.chain(message.hosted.iter().cloned()).collect()
}
