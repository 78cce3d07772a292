//! Files ("Get file info", "Delete a chat file", and `download_url` wherever it is told). Uploads are in [`upload`], what is
//! written of files in [`mod@shape`].
//!
//! A download is a call with the token, not an address that carries its permission: it is redirected, and asks for the token
//! again where it is redirected to.

use std::sync::Arc;

use serde_json::json;

use super::Zoom;
use super::answer::{Answer, Outcome, Refusal};
use super::call::{Call, Level};
use super::world::World;
use super::world::files::Held;

pub(super) mod shape;
pub(super) mod upload;

/// Scheme and authority that addresses of files begin with.
pub(super) fn base(call: &Call) -> &str {
    call.switches.file_base.as_deref().unwrap_or(&call.base)
}

/// `GET /chat/files/{fileId}`.
pub(super) fn get(zoom: &Zoom, call: &Call) -> Outcome {
    let world = zoom.world();
    let held = seen(&world, call, call.segment(3))?;
    Ok(Answer::json(&shape::info(held, call)))
}

/// `DELETE /chat/files/{fileId}`: by whoever uploaded it. Messages that named it do so no more.
pub(super) fn delete(zoom: &Zoom, call: &Call) -> Outcome {
    let mut guard = zoom.world();
    let world = &mut *guard;
    let held = seen(world, call, call.segment(3))?;
    let caller = call.caller()?;
    let own = caller.level == Level::Account || caller.person.as_ref() == Some(&held.owner);
    if !own {
        return Err(Refusal::new(403, 403, "No permission to delete this file."));
    }
    let (id, owner) = (Arc::clone(&held.id), Arc::clone(&held.owner));
    world.files.remove(&id);
    Ok(Answer::nothing().changed(json!({"kind": "file.deleted", "file": &*id, "author": &*owner})))
}

/// `GET` of a `download_url`.
pub(super) fn download(zoom: &Zoom, call: &Call) -> Outcome {
    let world = zoom.world();
    let held = seen(&world, call, call.segment(2))?;
    if call.switches.file_download_redirects {
        let place = call.switches.file_storage_base.as_deref().unwrap_or_else(|| base(call));
        return Ok(Answer::redirect(format!("{place}/file/storage/{}", held.id)));
    }
    Ok(Answer::file(&held.file))
}

/// Where a download is redirected to.
pub(super) fn stored(zoom: &Zoom, call: &Call) -> Outcome {
    let world = zoom.world();
    Ok(Answer::file(&seen(&world, call, call.segment(2))?.file))
}

/// A file that the caller may see.
///
/// # Errors
/// 404 and 403, each with a code of the same number.
fn seen<'a>(world: &'a World, call: &Call, id: &str) -> Result<&'a Held, Refusal> {
    let caller = call.caller()?;
    let held = world.files.get(id).ok_or_else(|| Refusal::new(404, 404, "File does not exist."))?;
    let may = match (caller.level, &caller.person) {
        (Level::Account, _) => true,
        (Level::User, Some(person)) => world.sees_file(person, held),
        _ => false,
    };
    if may { Ok(held) } else { Err(Refusal::new(403, 403, "No permission to access this file.")) }
}
