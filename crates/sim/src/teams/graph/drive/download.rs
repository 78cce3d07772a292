//! Content on its way out. Graph: "Download driveItem content": 302 to an address that needs no token and lives for a short
//! time, which `@microsoft.graph.downloadUrl` tells as well.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};

use super::{files_base, missing, site};
use crate::control::Mark;
use crate::teams::answer::{Answer, Outcome};
use crate::teams::call::Call;
use crate::teams::drives::{Drives, Item};
use crate::teams::sim::Sim;

/// A fresh address for one file.
pub(super) fn address(sim: &Sim, call: &Call, drives: &mut Drives, item: &Item) -> String {
    let seconds = i64::try_from(sim.switches().download_url_seconds).unwrap_or(i64::MAX);
    let expires = sim.millis().saturating_add(seconds.saturating_mul(1000));
    let ticket = sim.dice.secret();
    let base = files_base(sim, call);
    let site = site(sim, &item.owner);
    let url =
        format!("{base}/personal/{site}/_layouts/15/download.aspx?UniqueId={}&tempauth={ticket}", item.guid);
    drives.downloads.insert(ticket, (Arc::clone(&item.id), expires));
    url
}

/// `GET …/content`.
pub(super) fn redirect(sim: &Sim, call: &Call, drives: &mut Drives, item: &Item) -> Outcome {
    if item.file.is_none() {
        return Err(missing());
    }
    let address = address(sim, call, drives, item);
    let mut answer = Answer::no_content().header(header::LOCATION, &address);
    answer.status = StatusCode::FOUND;
    Ok(answer)
}

/// A call to such an address.
pub(crate) fn serve(sim: &Sim, call: &Call) -> Response {
    let now = sim.millis();
    let drives = sim.drives();
    let found = call.param("tempauth").and_then(|ticket| drives.downloads.get(ticket));
    let found = found.filter(|(_, expires)| *expires > now).and_then(|(id, _)| drives.get(id)?.file.clone());
    drop(drives);
    let mut response = match found {
        Some(file) => file.attachment(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    };
    let change = serde_json::Value::Null;
    response.extensions_mut().insert(Mark { who: "".into(), change, skip: false });
    response
}
