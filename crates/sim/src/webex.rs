//! Webex: people, direct and group rooms, memberships, messages, files, webhooks, applications and sign-in, as far as direct
//! messages need them.
//!
//! One lock guards the whole `world`: an endpoint is a plain function that takes it once, never waits while holding
//! it, and finds everything by key, so that order within a room, the webhooks of a change and the answer agree without
//! further thought. Serialization of bodies is the dearest thing done under it. Every endpoint has the same shape,
//! `call::Endpoint`; what all of them share (who calls, limits, error bodies, tracking ids) is in `call` alone.
//!
//! Written from the Webex for Developers reference (developer.webex.com, "Webex Messaging" and "Webex Admin"), its
//! guides "Bots", "Webhooks", "Integrations & Authorization", "REST API Basics" and "Create a `FedRAMP` Bot", and the
//! published `OpenAPI` descriptions. What they leave open is in [`Switches`].
//!
//! Left out, answering 404 like any unknown path: previews of files and the evaluation of files by data-loss prevention,
//! teams, attachment actions, events, guests, service apps and the device grant.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::MethodFilter;
use http::Method;

use crate::control::{Board, Control, endpoints};
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::limits::Limits;

mod answer;
mod applications;
mod authorize;
mod call;
mod contents;
mod delivery;
mod filter;
mod id;
mod input;
mod memberships;
mod messages;
mod oauth;
mod paging;
mod people;
mod rooms;
mod shape;
mod sim;
mod switches;
mod text;
mod webhooks;
mod world;

use answer::Refusal;
use call::Endpoint;
use world::World;

pub use switches::{Creation, Rate, Rates, Switches};

/// What simulated Webex starts with. The administrator `Iris Admin` comes on top of its people.
pub type Options = crate::options::Options<Switches>;

/// A handle on the simulator; clones share it.
#[derive(Clone)]
pub struct Webex {
    inner: Arc<Inner>,
}

struct Inner {
    control: Control<Switches>,
    limits: Limits,
    public_base: Option<String>,
    world: Mutex<World>,
}

impl Webex {
    /// A simulator with its people, one administrator and no rooms.
    pub fn new(options: Options) -> Self {
        let control = Control::new(options.clock, options.seed, options.switches);
        let world = World::new(options.seed, &options.people, control.clone(), options.courier);
        let inner = Inner {
            control,
            limits: Limits::new(options.limits_factor),
            public_base: options.public_base,
            world: Mutex::new(world),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The vendor's paths under `/v1` and the control paths under `/_sim`.
    pub fn router(&self) -> Router {
        let vendor = routes().with_state(self.clone());
        self.inner.control.mount(vendor)
    }

    /// Every call in order.
    pub fn ledger(&self) -> &Ledger {
        &self.inner.control.ledger
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.inner.control.faults
    }

    /// The switches; they can be changed while running.
    pub fn switches(&self) -> &Board<Switches> {
        &self.inner.control.board
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.inner.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A method, a path and what answers there.
type Row = (Method, &'static str, Endpoint);

/// Everything of the vendor's that is simulated.
const VENDOR: &[Row] = &[
    (Method::GET, "/v1/people", people::list),
    (Method::GET, "/v1/people/me", people::me),
    (Method::GET, "/v1/people/{personId}", people::get),
    (Method::GET, "/v1/rooms", rooms::list),
    (Method::POST, "/v1/rooms", rooms::create),
    (Method::GET, "/v1/rooms/{roomId}", rooms::get),
    (Method::PUT, "/v1/rooms/{roomId}", rooms::update),
    (Method::DELETE, "/v1/rooms/{roomId}", rooms::delete),
    (Method::GET, "/v1/memberships", memberships::list),
    (Method::POST, "/v1/memberships", memberships::create),
    (Method::GET, "/v1/memberships/{membershipId}", memberships::get),
    (Method::PUT, "/v1/memberships/{membershipId}", memberships::update),
    (Method::DELETE, "/v1/memberships/{membershipId}", memberships::delete),
    (Method::GET, "/v1/messages", messages::list),
    (Method::POST, "/v1/messages", messages::write::create),
    (Method::GET, "/v1/messages/direct", messages::direct),
    (Method::GET, "/v1/messages/{messageId}", messages::get),
    (Method::PUT, "/v1/messages/{messageId}", messages::write::edit),
    (Method::DELETE, "/v1/messages/{messageId}", messages::write::delete),
    (Method::GET, "/v1/contents/{contentId}", contents::get),
    (Method::GET, "/v1/webhooks", webhooks::list),
    (Method::POST, "/v1/webhooks", webhooks::create),
    (Method::GET, "/v1/webhooks/{webhookId}", webhooks::get),
    (Method::PUT, "/v1/webhooks/{webhookId}", webhooks::update),
    (Method::DELETE, "/v1/webhooks/{webhookId}", webhooks::delete),
    (Method::GET, "/v1/applications", applications::list),
    (Method::POST, "/v1/applications", applications::create),
    (Method::GET, "/v1/applications/{applicationId}", applications::get),
    (Method::PUT, "/v1/applications/{applicationId}", applications::update),
    (Method::PATCH, "/v1/applications/{applicationId}", applications::patch),
    (Method::DELETE, "/v1/applications/{applicationId}", applications::delete),
    (Method::POST, "/v1/applications/{applicationId}/botToken", applications::regenerate),
    (Method::GET, "/v1/authorize", authorize::page),
    (Method::POST, "/v1/authorize", authorize::answer),
    (Method::POST, "/v1/access_token", oauth::access_token),
    (Method::GET, "/v1/authorizations/tokenExpiry", oauth::token_expiry),
];

/// The control paths that only Webex has.
const CONTROL: &[Row] = &[
    (Method::GET, "/_sim/people", sim::people),
    (Method::POST, "/_sim/people", sim::add_person),
    (Method::POST, "/_sim/apps", sim::add_app),
    (Method::POST, "/_sim/join", sim::join),
    (Method::POST, "/_sim/consent", sim::consent),
    (Method::POST, "/_sim/revoke", sim::revoke),
    (Method::POST, "/_sim/expire", sim::expire),
    (Method::GET, "/_sim/webhooks", sim::webhooks),
    (Method::POST, "/_sim/webhooks/deactivate", sim::deactivate),
    (Method::GET, "/_sim/conversations", sim::view::conversations),
    (Method::GET, "/_sim/messages", sim::view::messages),
    (Method::POST, "/_sim/files", sim::files::attach),
    (Method::GET, "/_sim/files/{file}", sim::files::download),
];

fn routes() -> Router<Webex> {
    let rows = VENDOR.iter().chain(CONTROL);
    let router = rows.fold(Router::new(), |router, (method, path, endpoint)| {
        // The table has ordinary methods only.
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        router.route(path, call::route(filter, *endpoint))
    });
    let known = VENDOR.iter().map(|(method, path, _)| (method.as_str(), *path));
    router.merge(endpoints(known)).fallback(no_such_path).method_not_allowed_fallback(no_such_method)
}

async fn no_such_path(State(webex): State<Webex>, request: Request) -> Response {
    webex.answer(|_, _| Err(Refusal::missing()), request).await
}

async fn no_such_method(State(webex): State<Webex>, request: Request) -> Response {
    webex.answer(|_, _| Err(Refusal::no_such_method()), request).await
}
