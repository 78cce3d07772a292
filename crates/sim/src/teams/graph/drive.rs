//! Drives, as far as files in chats need them. Graph: "Working with files in Microsoft Graph", "driveItem resource type".
//!
//! An item is addressed by id or by path, and a path ends at a colon: `/me/drive/root:/Microsoft Teams Chat Files/a.txt:/content`,
//! `/drives/{drive}/items/{folder}:/a.txt:/content`. Making folders, looking at items and deleting them is here; content comes
//! in by [`upload`], out by [`download`], and is shared by [`share`].

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::odata;
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::clockwork::zulu_millis;
use crate::teams::drives::{Clash, Drives, Fresh, Item, joined};
use crate::teams::ids;
use crate::teams::people::Person;
use crate::teams::sim::Sim;
use crate::teams::throttle;

pub(crate) mod download;
pub(crate) mod share;
pub(crate) mod upload;

const READ: Needs = Needs {
    delegated: &["Files.Read", "Files.Read.All", "Files.ReadWrite", "Files.ReadWrite.All"],
    application: &[],
};
/// Of others' files, which is what one is sent.
const READ_ALL: Needs =
    Needs { delegated: &["Files.Read.All", "Files.ReadWrite", "Files.ReadWrite.All"], application: &[] };
const WRITE: Needs = Needs { delegated: &["Files.ReadWrite", "Files.ReadWrite.All"], application: &[] };

/// What a path names: an item, or a name that is not taken yet in a folder.
enum Place {
    Item(Arc<str>),
    Free { parent: Arc<str>, name: String },
}

/// Everything under `/me/drive`, `/users/{id}/drive` and `/drives/{id}`; `segments` is what is behind.
pub(super) fn route(
    sim: &Arc<Sim>,
    call: &Call,
    caller: &Caller,
    owner: &Arc<Person>,
    segments: &[&str],
) -> Outcome {
    let me = caller.must_be_person()?;
    // Graph's own clients write a path as if it were an id, in one segment. No name has a slash or a colon.
    let segments: Vec<&str> = segments.iter().flat_map(|segment| segment.split('/')).collect();
    let segments = segments.as_slice();
    let get = call.method == Method::GET;
    caller.needs(if get { &READ } else { &WRITE })?;
    sim.throttle(caller, if get { throttle::Kind::Read } else { throttle::Kind::Write }, None)?;
    if segments.is_empty() && get {
        let body = json!({
            "@odata.context": odata::context(call, "drives/$entity"),
            "id": drive_id(sim, &owner.id),
            "driveType": "business",
            "owner": {"user": {"id": &*owner.id, "displayName": owner.name, "email": owner.mail}},
        });
        return Ok(Answer::ok(body));
    }
    let mut drives = sim.drives();
    let (place, rest) = locate(sim, &mut drives, owner, segments)?;
    let item = match (&place, rest) {
        (Place::Item(id), _) => drives.get(id).filter(|item| item.seen_by(&me.id)).cloned(),
        (Place::Free { .. }, _) => None,
    };
    if me.id != owner.id && (item.is_none() || !get) {
        return Err(denied());
    }
    match (call.method.as_str(), rest, item) {
        ("PUT", ["content"], _) => upload::whole(sim, call, &mut drives, place),
        ("POST", ["createUploadSession"], _) => upload::begin(sim, call, &mut drives, place),
        (_, _, None) => Err(missing()),
        ("GET", [], Some(item)) => Ok(Answer::ok(shown(sim, call, &mut drives, &item))),
        ("GET", ["children"], Some(item)) => Ok(children(sim, call, &drives, &item)),
        ("POST", ["children"], Some(item)) => folder(sim, call, &mut drives, &item),
        ("GET", ["content"], Some(item)) => download::redirect(sim, call, &mut drives, &item),
        ("POST", ["invite"], Some(item)) => share::invite(sim, call, &mut drives, &item),
        ("POST", ["createLink"], Some(item)) => share::link(sim, call, &mut drives, &item),
        ("DELETE", [], Some(item)) => {
            drives.remove(&item.id);
            let change = json!({"kind": "file.deleted", "file": &*item.id, "author": &*me.id});
            Ok(Answer::no_content().changed(change))
        }
        _ => Err(super::unknown(call)),
    }
}

/// The person whose drive this is.
pub(super) fn owner<'a>(sim: &'a Sim, drive: &str) -> Result<&'a Arc<Person>, Refusal> {
    let found = sim.people.list().iter().find(|person| drive_id(sim, &person.id) == drive);
    found.ok_or_else(missing)
}

pub(super) fn drive_id(sim: &Sim, owner: &str) -> String {
    format!("b!{}", ids::opaque(sim.seed, &format!("drive {owner}")))
}

/// 404 `itemNotFound`.
pub(super) fn missing() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "itemNotFound", "The resource could not be found.")
}

/// 403 `accessDenied`.
pub(super) fn denied() -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "accessDenied", "Access denied")
}

/// 409 `nameAlreadyExists`.
fn taken() -> Refusal {
    Refusal::new(StatusCode::CONFLICT, "nameAlreadyExists", "An item with the same name already exists")
}

/// 400 `invalidRequest`.
fn invalid(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "invalidRequest", message)
}

/// An id and a GUID.
pub(crate) fn fresh(sim: &Sim) -> Fresh {
    let id = hex::encode_upper(sim.dice.bytes::<16>());
    Fresh { id: format!("01{id}"), guid: sim.dice.uuid().to_string().to_uppercase() }
}

/// The root of somebody's drive.
pub(crate) fn root(sim: &Sim, drives: &mut Drives, owner: &Arc<str>) -> Arc<str> {
    drives.root(owner, sim.millis(), || fresh(sim))
}

/// Reads an address in a drive: what it names, and what is behind it.
fn locate<'a>(
    sim: &Sim,
    drives: &mut Drives,
    owner: &Arc<Person>,
    segments: &'a [&'a str],
) -> Result<(Place, &'a [&'a str]), Refusal> {
    let (anchor, by_path, rest) = match segments {
        ["root", rest @ ..] | ["items", "root", rest @ ..] => (root(sim, drives, &owner.id), false, rest),
        ["root:", rest @ ..] | ["items", "root:", rest @ ..] => (root(sim, drives, &owner.id), true, rest),
        ["items", id, rest @ ..] => {
            let id = id.strip_suffix(':').map_or((*id, false), |id| (id, true));
            let item = drives.get(id.0).filter(|item| item.owner == owner.id).ok_or_else(missing)?;
            (Arc::clone(&item.id), id.1, rest)
        }
        _ => return Err(missing()),
    };
    if !by_path {
        return Ok((Place::Item(anchor), rest));
    }
    let end = rest.iter().position(|segment| segment.ends_with(':'));
    let names = &rest[..end.map_or(rest.len(), |end| end + 1)];
    let behind = end.map_or(&[][..], |end| &rest[end + 1..]);
    let mut at = anchor;
    for (index, name) in names.iter().enumerate() {
        let name = name.trim_end_matches(':');
        match drives.child(&at, name) {
            Some(found) => at = Arc::clone(&found.id),
            None if index + 1 == names.len() => {
                return Ok((Place::Free { parent: at, name: name.to_owned() }, behind));
            }
            // Folders on the way come about by themselves when something is uploaded into them.
            None if behind.iter().any(|segment| ["content", "createUploadSession"].contains(segment)) => {
                at = drives.put(&at, name, None, sim.millis(), fresh(sim));
            }
            None => return Err(missing()),
        }
    }
    Ok((Place::Item(at), behind))
}

/// `GET …/children`.
fn children(sim: &Sim, call: &Call, drives: &Drives, folder: &Item) -> Answer {
    let mut items: Vec<&Item> = drives.children(&folder.id).collect();
    items.sort_by(|a, b| a.name.cmp(&b.name));
    let items = items.into_iter().map(|item| shape(sim, call, drives, item)).collect();
    Answer::ok(odata::page(call, "Collection(driveItem)", items, None, None))
}

/// `POST …/children`: makes a folder. Graph: "Create a new folder in a drive".
fn folder(sim: &Sim, call: &Call, drives: &mut Drives, parent: &Item) -> Outcome {
    let body = super::json(call)?;
    let name =
        body["name"].as_str().filter(|name| named(name)).ok_or_else(|| invalid("The name is not valid."))?;
    if !body["folder"].is_object() {
        return Err(invalid("Only folders can be made here."));
    }
    let name = match (drives.child(&parent.id, name), clash(&body, Clash::Fail)?) {
        (Some(_), Clash::Rename) => drives.free_name(&parent.id, name),
        (Some(_), _) => return Err(taken()),
        (None, _) => name.to_owned(),
    };
    let id = drives.put(&parent.id, &name, None, sim.millis(), fresh(sim));
    let made = drives.get(&id).cloned().ok_or_else(missing)?;
    let change = json!({"kind": "folder.created", "file": &*id, "author": &*made.owner});
    Ok(Answer::with(StatusCode::CREATED, shown(sim, call, drives, &made)).changed(change))
}

/// Whether a name has none of the characters that no name has ("Restrictions and limitations in `OneDrive`").
fn named(name: &str) -> bool {
    !name.is_empty() && !name.contains(['"', '*', ':', '<', '>', '?', '/', '\\', '|'])
}

fn clash(body: &Value, default: Clash) -> Result<Clash, Refusal> {
    match body["@microsoft.graph.conflictBehavior"].as_str() {
        None => Ok(default),
        Some("fail") => Ok(Clash::Fail),
        Some("replace") => Ok(Clash::Replace),
        Some("rename") => Ok(Clash::Rename),
        Some(_) => Err(invalid("The conflict behavior is not valid.")),
    }
}

/// An item with an address to download it from.
fn shown(sim: &Sim, call: &Call, drives: &mut Drives, item: &Item) -> Value {
    let mut body = shape(sim, call, drives, item);
    body["@odata.context"] = json!(odata::context(call, "drives('…')/items/$entity"));
    if item.file.is_some() {
        body["@microsoft.graph.downloadUrl"] = download::address(sim, call, drives, item).into();
    }
    odata::select(call, &mut body);
    body
}

/// Scheme and authority of the addresses of files.
pub(crate) fn files_base(sim: &Sim, call: &Call) -> String {
    sim.switches().files_base.clone().unwrap_or_else(|| call.base.clone())
}

/// The address that ends in the file's name.
pub(crate) fn plain_address(sim: &Sim, base: &str, drives: &Drives, item: &Item) -> String {
    format!("{base}/personal/{}/Documents/{}", site(sim, &item.owner), joined(&drives.path(item)))
}

/// What a person's site is called: the address with underscores.
pub(crate) fn site(sim: &Sim, owner: &str) -> String {
    let mail = sim.people.find(owner).map_or(owner, |person| &person.mail);
    mail.replace(['@', '.'], "_")
}

/// A `driveItem`.
pub(crate) fn shape(sim: &Sim, call: &Call, drives: &Drives, item: &Item) -> Value {
    let base = files_base(sim, call);
    let plain = plain_address(sim, &base, drives, item);
    // Office files open in an editor, whose address ends otherwise.
    let web = if item.office() {
        format!(
            "{base}/:x:/r/personal/{}/_layouts/15/Doc.aspx?sourcedoc=%7B{}%7D&file={}&action=default&mobileredirect=true",
            site(sim, &item.owner),
            item.guid,
            crate::files::percent_encoded(&item.name),
        )
    } else {
        plain.clone()
    };
    let person = sim.people.find(&item.owner);
    let author = json!({"user": person.map(|person| json!({"id": &*person.id, "displayName": person.name, "email": person.mail}))});
    let mut body = json!({
        "id": &*item.id,
        "name": item.name,
        "eTag": item.etag(),
        "cTag": format!("\"c:{{{}}},{}\"", item.guid, item.version),
        "createdDateTime": zulu_millis(item.created),
        "lastModifiedDateTime": zulu_millis(item.created),
        "createdBy": author,
        "lastModifiedBy": author,
        "webUrl": web,
        "size": item.file.as_ref().map_or(0, |file| file.size),
        "parentReference": {
            "driveType": "business",
            "driveId": drive_id(sim, &item.owner),
            "id": item.parent.as_deref(),
        },
    });
    // "Send chatMessage in a channel or a chat", file attachments: only there if it is asked for.
    if call.param("select").is_some_and(|names| names.split(',').any(|name| name.trim() == "webDavUrl")) {
        body["webDavUrl"] = plain.into();
    }
    match &item.file {
        Some(file) => body["file"] = json!({"mimeType": file.media, "hashes": {}}),
        None => body["folder"] = json!({"childCount": drives.children(&item.id).count()}),
    }
    body
}
