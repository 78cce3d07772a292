//! Microsoft Teams, simulated: Graph v1.0, the Entra ID sign-in endpoints and the Bot Framework connector on one port.
//!
//! The vendor spreads them over three hosts; their paths do not overlap, so one router serves all of them and a client
//! is pointed at it by base address alone: sign-in `/{tenant}/oauth2/v2.0/…`, Graph `/v1.0/…`, files
//! `/personal/…`, bot metadata `/v1/.well-known/…`, connector `/amer/v3/…`. Control paths are under `/_sim`.
//!
//! One tenant, made from the seed: every [`Somebody`](crate::org::Somebody) with `on_teams` has an object id, a mail
//! address that is also the user principal name, and a Teams licence; one administrator without a licence is added.
//! Acting as a person is calling Graph with that person's token (`GET /_sim/people`), as the vendor's own app does;
//! there is no second path.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;

use crate::control::{self, Board};
use crate::faults::Faults;
use crate::ledger::Ledger;
use call::Call;
use sim::Sim;

mod answer;
mod apps;
mod bot;
mod byhand;
mod call;
mod caller;
mod chats;
mod clockwork;
mod drives;
mod endpoints;
mod graph;
mod html;
mod ids;
mod keys;
mod message;
mod notify;
mod people;
mod signin;
mod sim;
mod subscriptions;
mod switches;
mod throttle;
mod tokens;

pub use switches::{Echo, Listed, SizeUnit, Stranger, Switches, ValidationToken};

/// Bodies beyond this are refused unread; Graph's own limit for a message with pictures in it is 4 MB.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// The same for content. Graph: "Upload or replace the contents of a driveItem", up to 250 MB.
const CONTENT_LIMIT: usize = 250 * 1024 * 1024;

/// What simulated Teams starts with. The administrator `Teams Administrator`, who has no Teams licence, comes on top of its
/// people.
pub type Options = crate::options::Options<Switches>;

/// A running simulator; a cheap handle.
#[derive(Clone)]
pub struct Teams {
    sim: Arc<Sim>,
}

impl Teams {
    /// A tenant with its people, no apps and no chats.
    pub fn new(options: Options) -> Self {
        Self { sim: Arc::new(Sim::new(options)) }
    }

    /// The vendor's paths and `/_sim`.
    pub fn router(&self) -> Router {
        let listed = control::endpoints(endpoints::ENDPOINTS.iter().copied());
        let vendor = listed.fallback(answer_call).with_state(Arc::clone(&self.sim));
        self.sim.control.mount(vendor)
    }

    /// Every call in order.
    pub fn ledger(&self) -> &Ledger {
        &self.sim.control.ledger
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.sim.control.faults
    }

    /// The switches; they can be changed while running.
    pub fn switches(&self) -> &Board<Switches> {
        &self.sim.control.board
    }

    /// The tenant's id, a GUID that follows from the seed.
    pub fn tenant(&self) -> &str {
        &self.sim.tenant
    }
}

/// One door for every path; which surface it belongs to shows in its first segments.
async fn answer_call(State(sim): State<Arc<Sim>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // Content comes with PUT, and files by hand in base64.
    let content = parts.method == Method::PUT || parts.uri.path() == "/_sim/files";
    let limit = if content { CONTENT_LIMIT } else { BODY_LIMIT };
    let body = match http_body_util::Limited::new(body, limit).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    let target = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let base = sim.public_base.clone().unwrap_or_else(|| {
        let host = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| parts.uri.authority().map(http::uri::Authority::as_str));
        format!("http://{}", host.unwrap_or("localhost"))
    });
    let call = Call::new(parts.method, target, parts.headers, body, base);
    let segments = call.route();
    match segments.as_slice() {
        ["_sim", ..] => byhand::answer(&sim, &call),
        ["v1.0", ..] => graph::answer(&sim, &call).await,
        ["v1", ".well-known", "openidconfiguration"] => bot::configuration(&call),
        ["v1", ".well-known", "keys"] => bot::key_set(),
        ["personal", _, "_api", "v2.0", "drive", "uploadSession", ticket] => {
            graph::drive::upload::piece(&sim, &call, ticket)
        }
        ["personal", _, "_layouts", "15", "download.aspx"] => graph::drive::download::serve(&sim, &call),
        [_, "v3", ..] => bot::answer(&sim, &call),
        _ => signin::answer(&sim, &call).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response()),
    }
}
