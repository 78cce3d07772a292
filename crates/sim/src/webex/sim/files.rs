//! Files by hand: what a person attaches in the app, and what anybody who tests wants to see of it.
//!
//! `POST /_sim/files` posts as a person: `{"person", "room" or "to", "parent"?, "text"?, "files": [{"name", "type"?, "base64"
//! or "length", "scan"?}]}`, where `scan` is `clean`, `infected` or `unscannable`. Several files in one message are possible
//! here, as in the app. It answers the message as "Create a Message" does.
//!
//! `GET /_sim/files/{id}` answers the bytes of a file, whatever its scan found, to anybody.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::files::byhand::Attached;
use crate::webex::answer::{Answer, Outcome, Refusal};
use crate::webex::call::Call;
use crate::webex::messages::write::{Fields, held, publish};
use crate::webex::world::messages::{Message, Scan};
use crate::webex::world::rooms::Room;
use crate::webex::{Webex, id, input};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    person: String,
    room: Option<String>,
    to: Option<String>,
    parent: Option<String>,
    text: Option<String>,
    files: Vec<Scanned>,
}

#[derive(Debug, Deserialize)]
struct Scanned {
    #[serde(default)]
    scan: Scan,
    #[serde(flatten)]
    attached: Attached,
}

/// `POST /_sim/files`.
pub(in crate::webex) fn attach(webex: &Webex, call: &Call) -> Outcome {
    let posted: Posted = input::json(call)?;
    let (caller, to) = {
        let world = webex.world();
        let somebody = |text: &String| super::anybody(&world, text).map(|person| person.email.clone());
        let to = posted.to.as_ref().map(|to| somebody(to).ok_or_else(Refusal::missing)).transpose()?;
        let person = super::anybody(&world, &posted.person).ok_or_else(Refusal::missing)?.uuid;
        let session = world.tokens.session(person).ok_or_else(Refusal::missing)?;
        (world.caller(session, call.now).ok_or_else(Refusal::missing)?, to)
    };
    let files = posted.files.iter().map(|one| {
        let file = one.attached.file().map_err(Refusal::bad)?;
        held(call, file, one.scan)
    });
    let files = files.collect::<Result<_, _>>()?;
    let fields = Fields {
        room_id: posted.room,
        to_person_email: to,
        parent_id: posted.parent,
        text: posted.text,
        ..Fields::default()
    };
    let mut answer = publish(webex, call, &caller, &fields, files)?;
    answer.by = Some(caller.id.to_string());
    Ok(answer)
}

/// `GET /_sim/files/{id}`.
pub(in crate::webex) fn download(webex: &Webex, call: &Call) -> Outcome {
    let file = call.path.rsplit('/').next().unwrap_or_default();
    let (_, message, index) = id::read_content(file).ok_or_else(Refusal::missing)?;
    let world = webex.world();
    let found = world.messages.get(message).and_then(|message| message.content.files.get(index));
    Ok(Answer::file(&found.ok_or_else(Refusal::missing)?.file))
}

/// A message's files as pages see them.
pub(super) fn shapes(room: &Room, message: &Message) -> Vec<Value> {
    let files = message.content.files.iter().enumerate();
    files
        .map(|(index, held)| {
            let mut shape = held.file.facts();
            let id = id::content(message.uuid, index, room.uuid);
            shape["url"] = json!(format!("/_sim/files/{id}"));
            shape["id"] = json!(id);
            shape
        })
        .collect()
}
