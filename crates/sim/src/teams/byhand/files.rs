//! Files by hand: what a person attaches in Teams, and what anybody who tests wants to see of it.
//!
//! `POST /_sim/files` writes as a person: `{"person", "chat" or "to", "text"?, "files": [{"name", "type"?, "base64" or
//! "length", "inline"?}]}`, all of them in one message; it answers the message as Graph does. As in the app, a file goes into
//! the person's drive, `Microsoft Teams Chat Files`, and is shared with the members; an `inline` one, an image, goes into the
//! content. `to` finds or makes the one-on-one chat.
//!
//! `GET /_sim/files/{id}` answers the bytes of a file to anybody; the id is that of a file in a message or, for those in
//! drives, the GUID of its eTag.

use std::fmt::Write as _;
use std::sync::Arc;

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Done, input, somebody};
use crate::files::File;
use crate::files::byhand::Attached;
use crate::teams::answer::{Answer, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::Caller;
use crate::teams::chats::Chat;
use crate::teams::graph::{create_chat, drive, post};
use crate::teams::html;
use crate::teams::message::Message;
use crate::teams::people::Person;
use crate::teams::sim::Sim;

/// Where Teams puts what is attached in chats.
const FOLDER: &str = "Microsoft Teams Chat Files";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    person: String,
    chat: Option<String>,
    to: Option<String>,
    #[serde(default)]
    text: String,
    files: Vec<Placed>,
}

#[derive(Deserialize)]
struct Placed {
    #[serde(default)]
    inline: bool,
    #[serde(flatten)]
    attached: Attached,
}

/// `POST /_sim/files`.
pub(super) fn attach(sim: &Arc<Sim>, call: &Call) -> Done {
    let posted: Posted = input(call)?;
    let person = somebody(sim, &posted.person)?;
    let files = posted.files.iter().map(|one| Ok::<_, String>((one.inline, one.attached.file()?)));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    if files.is_empty() {
        return Err("no files".to_owned());
    }
    let token = sim.own_token(&person);
    let grant = sim.tokens().access(&token).ok_or("the person has no token")?;
    let caller = Caller { grant };
    let chat = match (&posted.chat, &posted.to) {
        (Some(chat), _) => chat.clone(),
        (None, Some(to)) => pair(sim, call, &caller, &person, &*somebody(sim, to)?)?,
        (None, None) => return Err("either chat or to".to_owned()),
    };
    let members = sim.chats().get(&chat).map(Chat::member_ids).ok_or("there is no such chat")?;
    let mut content = String::from("<p>");
    html::escape(&posted.text, false, &mut content);
    content.push_str("</p>");
    let (mut attachments, mut images) = (Vec::new(), Vec::new());
    for (inline, file) in files {
        if inline {
            let id = (images.len() + 1).to_string();
            let _ = write!(content, "<p><img src=\"../hostedContents/{id}/$value\" alt=\"image\"></p>");
            images.push((id, file));
        } else {
            let attachment = keep(sim, call, &person, &members, file);
            let id = attachment["id"].as_str().unwrap_or_default();
            let _ = write!(content, "<attachment id=\"{id}\"></attachment>");
            attachments.push(attachment);
        }
    }
    let body = json!({"body": {"contentType": "html", "content": content}, "attachments": attachments});
    let refused = |refusal: Refusal| refusal.message.into_owned();
    let draft = post::draft(sim, &body, images).map_err(refused)?;
    post::say(sim, call, &caller, &chat, |_| Ok(draft)).map_err(refused)
}

/// Puts a file into the person's drive and shares it; answers the attachment that names it.
fn keep(sim: &Sim, call: &Call, person: &Arc<Person>, members: &[Arc<str>], mut file: File) -> Value {
    let mut drives = sim.drives();
    let root = drive::root(sim, &mut drives, &person.id);
    let known = drives.child(&root, FOLDER).map(|folder| Arc::clone(&folder.id));
    let folder = known.unwrap_or_else(|| drives.put(&root, FOLDER, None, sim.millis(), drive::fresh(sim)));
    let name = drives.free_name(&folder, &file.name);
    file.name.clone_from(&name);
    let id = drives.put(&folder, &name, Some(file), sim.millis(), drive::fresh(sim));
    if let Some(item) = drives.get_mut(&id) {
        item.shared_with.extend(members.iter().map(Arc::clone));
    }
    let Some(item) = drives.get(&id) else { return Value::Null };
    let address = drive::plain_address(sim, &drive::files_base(sim, call), &drives, item);
    json!({
        "id": item.guid.to_lowercase(),
        "contentType": "reference",
        "contentUrl": address,
        "name": name,
    })
}

/// The one-on-one chat of two people, made if there is none.
fn pair(
    sim: &Arc<Sim>,
    call: &Call,
    caller: &Caller,
    one: &Person,
    other: &Person,
) -> Result<String, String> {
    let known = sim.chats().pair(&one.id, &other.id).map(ToString::to_string);
    if let Some(known) = known {
        return Ok(known);
    }
    let member = |person: &Person| {
        json!({
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "roles": ["owner"],
            "user@odata.bind": format!("{}/v1.0/users('{}')", call.base, person.id),
        })
    };
    let body = json!({"chatType": "oneOnOne", "members": [member(one), member(other)]});
    let asked = Call { method: Method::POST, body: body.to_string().into(), ..call.clone() };
    let made = create_chat::create(sim, &asked, caller);
    let made = made.map_err(|refusal| refusal.message.into_owned())?;
    let id = made.body.as_ref().and_then(|body| body["id"].as_str());
    id.map(str::to_owned).ok_or_else(|| "the chat could not be made".to_owned())
}

/// `GET /_sim/files/{id}`.
pub(super) fn download(sim: &Sim, id: &str) -> Done {
    let found = sim.drives().by_guid(id).and_then(|item| item.file.clone());
    let found = found.or_else(|| sim.chats().hosted(id));
    found.map(Answer::bytes).ok_or_else(|| "there is no such file".to_owned())
}

/// A message's files as pages see them.
pub(super) fn shapes(sim: &Sim, message: &Message) -> Vec<Value> {
    let files = post::attached(sim, message);
    files
        .into_iter()
        .map(|(id, file)| {
            let mut shape = file.facts();
            shape["url"] = json!(format!("/_sim/files/{id}"));
            shape["id"] = json!(id);
            shape
        })
        .collect()
}
