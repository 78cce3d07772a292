//! Content on its way in. Graph: "Upload or replace the contents of a driveItem", "driveItem: createUploadSession".
//!
//! Small content comes whole with `PUT …/content`. Large content comes in pieces to an address of its own, which needs no
//! token and refuses one: multiples of 320 KiB but for the last, in order, less than 60 MiB each.

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Clash, Place, clash, denied, files_base, fresh, invalid, missing, named, shape, shown, site, taken,
};
use crate::files::File;
use crate::files::byhand::guess;
use crate::teams::answer::{Answer, Exchange, Outcome, Refusal, json_response};
use crate::teams::call::Call;
use crate::teams::clockwork::zulu_millis;
use crate::teams::drives::{Drives, Session};
use crate::teams::sim::Sim;

/// What every piece but the last is a multiple of.
const STEP: usize = 320 * 1024;

/// A piece has fewer bytes than this.
const PIECE: usize = 60 * 1024 * 1024;

/// `PUT …/content`.
pub(super) fn whole(sim: &Sim, call: &Call, drives: &mut Drives, place: Place) -> Outcome {
    let (parent, name) = destination(drives, place)?;
    let behavior = call.param("@microsoft.graph.conflictBehavior");
    let behavior = json!({"@microsoft.graph.conflictBehavior": behavior});
    let behavior = clash(&behavior, Clash::Replace)?;
    let (status, id) = store(sim, drives, &parent, &name, behavior, call.body.clone())?;
    let item = drives.get(&id).cloned().ok_or_else(missing)?;
    let body = shown(sim, call, drives, &item);
    Ok(Answer::with(status, body).changed(change(&item)))
}

/// `POST …/createUploadSession`.
pub(super) fn begin(sim: &Sim, call: &Call, drives: &mut Drives, place: Place) -> Outcome {
    let (parent, name) = destination(drives, place)?;
    let body: Value = if call.body.is_empty() { json!({}) } else { super::super::json(call)? };
    let wish = &body["item"];
    let name = wish["name"].as_str().map_or(name, str::to_owned);
    if !named(&name) {
        return Err(invalid("The name is not valid."));
    }
    let clash = clash(wish, Clash::Fail)?;
    if clash == Clash::Fail && drives.child(&parent, &name).is_some() {
        return Err(taken());
    }
    let seconds = i64::try_from(sim.switches().upload_session_seconds).unwrap_or(i64::MAX);
    let expires = sim.millis().saturating_add(seconds.saturating_mul(1000));
    let owner = drives.get(&parent).map_or("", |parent| &parent.owner).to_owned();
    let ticket = sim.dice.secret();
    let url = format!(
        "{}/personal/{}/_api/v2.0/drive/uploadSession/{ticket}",
        files_base(sim, call),
        site(sim, &owner)
    );
    drives.sessions.insert(ticket, Session { parent, name, clash, received: Vec::new(), expires });
    Ok(Answer::ok(json!({
        "@odata.context": super::odata::context(call, "microsoft.graph.uploadSession"),
        "uploadUrl": url,
        "expirationDateTime": zulu_millis(expires),
        "nextExpectedRanges": ["0-"],
    })))
}

/// A call to the address of an upload: a piece, a look at how far it is, or its end.
pub(crate) fn piece(sim: &Arc<Sim>, call: &Call, ticket: &str) -> Response {
    match taken_in(sim, call, ticket) {
        Ok(answer) => answer.into_response("".into()),
        Err(refusal) => {
            let body = Exchange::new(sim, call).graph_error(sim, &refusal);
            json_response(refusal.status, &body)
        }
    }
}

fn taken_in(sim: &Sim, call: &Call, ticket: &str) -> Outcome {
    if call.header("authorization").is_some() {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "The caller is not authenticated.",
        ));
    }
    let mut guard = sim.drives();
    let drives = &mut *guard;
    let now = sim.millis();
    let session =
        drives.sessions.get_mut(ticket).filter(|session| session.expires > now).ok_or_else(missing)?;
    let status = |session: &Session| {
        json!({
            "expirationDateTime": zulu_millis(session.expires),
            "nextExpectedRanges": [format!("{}-", session.received.len())],
        })
    };
    match call.method {
        Method::GET => return Ok(Answer::ok(status(session))),
        Method::DELETE => {
            drives.sessions.remove(ticket);
            return Ok(Answer::no_content());
        }
        Method::PUT => {}
        _ => {
            return Err(Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "invalidRequest",
                "Method not allowed.",
            ));
        }
    }
    let (first, last, total) =
        range(call).ok_or_else(|| invalid("The Content-Range header is missing or malformed."))?;
    let length = call.body.len();
    if last < first || last >= total || last - first + 1 != length as u64 {
        return Err(invalid("The Content-Range header does not match the content."));
    }
    if first != session.received.len() as u64 {
        let message = "The uploaded fragment overlaps with data that has already been received.";
        return Err(Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "invalidRange", message));
    }
    if length >= PIECE {
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "fragmentTooLarge",
            "The fragment is too large.",
        ));
    }
    let done = last + 1 == total;
    if !done && !length.is_multiple_of(STEP) {
        return Err(invalid("The fragment is not a multiple of 320 KiB."));
    }
    if total > sim.switches().file_most_bytes {
        return Err(Refusal::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "quotaLimitReached",
            "Quota limit reached.",
        ));
    }
    session.received.extend_from_slice(&call.body);
    if !done {
        return Ok(Answer::with(StatusCode::ACCEPTED, status(session)));
    }
    let Some(session) = drives.sessions.remove(ticket) else { return Err(missing()) };
    let Session { parent, name, clash, received, .. } = session;
    let (status, id) = store(sim, drives, &parent, &name, clash, Bytes::from(received))?;
    let item = drives.get(&id).ok_or_else(missing)?;
    Ok(Answer::with(status, shape(sim, call, drives, item)).changed(change(item)))
}

/// `bytes 0-327679/1000000`.
fn range(call: &Call) -> Option<(u64, u64, u64)> {
    let (bounds, total) = call.header("content-range")?.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = bounds.split_once('-')?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?, total.trim().parse().ok()?))
}

/// The folder and the name that an address means for something new.
fn destination(drives: &Drives, place: Place) -> Result<(Arc<str>, String), Refusal> {
    let (parent, name) = match place {
        Place::Free { parent, name } => (parent, name),
        Place::Item(id) => {
            let item = drives.get(&id).ok_or_else(missing)?;
            (item.parent.clone().ok_or_else(denied)?, item.name.clone())
        }
    };
    if named(&name) { Ok((parent, name)) } else { Err(invalid("The name is not valid.")) }
}

/// Keeps a content under a name; 201 for something new, 200 for another version of what was there.
pub(crate) fn store(
    sim: &Sim,
    drives: &mut Drives,
    parent: &Arc<str>,
    name: &str,
    clash: Clash,
    bytes: Bytes,
) -> Result<(StatusCode, Arc<str>), Refusal> {
    let kept = sim.switches().files_kept;
    let there = drives.child(parent, name).map(|item| Arc::clone(&item.id));
    let name = match (there, clash) {
        (Some(_), Clash::Fail) => return Err(taken()),
        (Some(id), Clash::Replace) => {
            drives.replace(&id, File::new(name, guess(name), bytes, kept));
            return Ok((StatusCode::OK, id));
        }
        (Some(_), Clash::Rename) => drives.free_name(parent, name),
        (None, _) => name.to_owned(),
    };
    let file = File::new(&name, guess(&name), bytes, kept);
    let id = drives.put(parent, &name, Some(file), sim.millis(), fresh(sim));
    Ok((StatusCode::CREATED, id))
}

fn change(item: &crate::teams::drives::Item) -> Value {
    let mut change = item.file.as_ref().map_or_else(|| json!({}), File::facts);
    change["kind"] = "file.uploaded".into();
    change["file"] = (*item.id).into();
    change["author"] = (*item.owner).into();
    change
}
