//! Sharing. Graph: "driveItem: invite", "driveItem: createLink", "Access shared items".
//!
//! A file in a message is a mere address: whoever was not let in before cannot open it, though they see the message.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{READ_ALL, denied, download, files_base, invalid, missing, shown};
use crate::teams::answer::{Answer, Outcome};
use crate::teams::call::{Call, percent_decode};
use crate::teams::caller::Caller;
use crate::teams::drives::{Drives, Item};
use crate::teams::sim::Sim;
use crate::teams::throttle;

/// `POST …/invite`: lets people in, by address or object id.
pub(super) fn invite(sim: &Sim, call: &Call, drives: &mut Drives, item: &Item) -> Outcome {
    let body = super::super::json(call)?;
    let roles = body["roles"].as_array().filter(|roles| !roles.is_empty());
    let roles = roles.ok_or_else(|| invalid("At least one role is needed."))?.clone();
    if body["requireSignIn"] != true && body["sendInvitation"] != true {
        return Err(invalid("Either a sign-in or an invitation is needed."));
    }
    let recipients = body["recipients"].as_array().filter(|people| !people.is_empty());
    let recipients = recipients.ok_or_else(|| invalid("At least one recipient is needed."))?;
    let mut granted = Vec::new();
    for recipient in recipients {
        let key = recipient["email"].as_str().or_else(|| recipient["objectId"].as_str());
        let person = key.and_then(|key| sim.people.find(key));
        let person = person.ok_or_else(|| invalid("The recipient is not known."))?;
        granted.push(Arc::clone(person));
    }
    let value: Vec<Value> = granted
        .iter()
        .map(|person| {
            json!({
                "id": sim.dice.secret(),
                "roles": roles,
                "grantedToV2": {"user": {"id": &*person.id, "displayName": person.name, "email": person.mail}},
            })
        })
        .collect();
    let people: Vec<&str> = granted.iter().map(|person| &*person.id).collect();
    let change = json!({"kind": "file.shared", "file": &*item.id, "author": &*item.owner, "people": people});
    if let Some(item) = drives.get_mut(&item.id) {
        item.shared_with.extend(granted.iter().map(|person| Arc::clone(&person.id)));
    }
    Ok(Answer::ok(json!({"value": value})).changed(change))
}

/// `POST …/createLink`: lets everybody in the tenant in. Anonymous links are forbidden, as in most tenants.
pub(super) fn link(sim: &Sim, call: &Call, drives: &mut Drives, item: &Item) -> Outcome {
    let body = super::super::json(call)?;
    let kind = body["type"].as_str().filter(|kind| ["view", "edit"].contains(kind));
    let kind = kind.ok_or_else(|| invalid("The type of the link is not valid."))?;
    match body["scope"].as_str() {
        None | Some("organization") => {}
        Some("anonymous") => return Err(denied()),
        Some(_) => return Err(invalid("The scope of the link is not valid.")),
    }
    let fresh = item.link.is_none();
    let key = drives.publish(&item.id, sim.dice.secret()).ok_or_else(missing)?;
    let url = format!("{}/:u:/g/{key}", files_base(sim, call));
    let role = if kind == "view" { "read" } else { "write" };
    let body = json!({
        "id": key,
        "roles": [role],
        "link": {"type": kind, "scope": "organization", "webUrl": url, "preventsDownload": false},
    });
    let change =
        json!({"kind": "file.shared", "file": &*item.id, "author": &*item.owner, "people": "everybody"});
    let status = if fresh { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Answer::with(status, body).changed(change))
}

/// `GET /shares/{u!…}/driveItem` and `…/driveItem/content`, by the address of an item or of a link.
pub(crate) fn route(sim: &Sim, call: &Call, caller: &Caller, key: &str, rest: &[&str]) -> Outcome {
    let me = caller.must_be_person()?;
    caller.needs(&READ_ALL)?;
    sim.throttle(caller, throttle::Kind::Read, None)?;
    if call.method != Method::GET {
        return Err(super::super::unknown(call));
    }
    let url = key.strip_prefix("u!").and_then(|text| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
    let url = url
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| invalid("The sharing id is malformed."))?;
    let mut drives = sim.drives();
    let item = meant(sim, &drives, &url).cloned().ok_or_else(missing)?;
    if !item.seen_by(&me.id) {
        return Err(denied());
    }
    match rest {
        ["driveItem"] => Ok(Answer::ok(shown(sim, call, &mut drives, &item))),
        ["driveItem", "content"] => download::redirect(sim, call, &mut drives, &item),
        _ => Err(super::super::unknown(call)),
    }
}

/// The item that an address means, on whatever host.
fn meant<'a>(sim: &Sim, drives: &'a Drives, url: &str) -> Option<&'a Item> {
    let url = url::Url::parse(url).ok()?;
    if let Some((_, source)) = url.query_pairs().find(|(name, _)| name == "sourcedoc") {
        return drives.by_guid(source.trim_matches(['{', '}']));
    }
    let segments: Vec<String> = url.path_segments()?.map(percent_decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        [":u:", "g", key] => drives.by_link(key),
        ["personal", site, "Documents", names @ ..] => {
            let owner = sim.people.list().iter().find(|person| super::site(sim, &person.id) == *site)?;
            let mut at = drives.known_root(&owner.id)?;
            for name in names {
                at = Arc::clone(&drives.child(&at, name)?.id);
            }
            drives.get(&at)
        }
        _ => None,
    }
}
