//! Webex: people, direct and group rooms, memberships, messages, webhooks, applications and sign-in, as far as direct
//! messages need them.
//!
//! One lock guards the whole [`world`]: an endpoint is a plain function that takes it once, never waits while holding
//! it, and finds everything by key, so that order within a room, the webhooks of a change and the answer agree without
//! further thought. Serialization of bodies is the dearest thing done under it. Every endpoint has the same shape,
//! [`call::Endpoint`]; what all of them share (who calls, limits, error bodies, tracking ids) is in [`call`] alone.
//!
//! Written from the Webex for Developers reference (developer.webex.com, "Webex Messaging" and "Webex Admin"), its
//! guides "Bots", "Webhooks", "Integrations & Authorization", "REST API Basics" and "Create a `FedRAMP` Bot", and the
//! published `OpenAPI` descriptions. What they leave open is in [`Switches`].
//!
//! Left out, answering 404 like any unknown path: files (a post with one is refused with 400), teams, attachment
//! actions, events, guests, service apps and the device grant.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};

use crate::clock::Clock;
use crate::control::{Board, Control, Live};
use crate::courier::Courier;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::org;

mod answer;
mod applications;
mod authorize;
mod call;
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

/// What a simulator starts with.
pub struct Options {
    /// Time.
    pub clock: Clock,
    /// How webhooks leave.
    pub courier: Courier,
    /// Makes ids, tokens and chance repeatable.
    pub seed: u64,
    /// Multiplies the rate limits; 0 switches them off.
    pub limits_factor: f64,
    /// The unverified facts.
    pub switches: Switches,
    /// Scheme and authority that links in answers begin with, e.g. `http://127.0.0.1:7701`; the request's own `Host` if
    /// absent.
    pub public_base: Option<String>,
    /// The organization; those with a Webex account become people here. The administrator `Iris Admin` comes on top.
    pub people: Vec<org::Somebody>,
}

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
        let control = Control {
            clock: options.clock,
            ledger: Arc::new(Ledger::default()),
            faults: Faults::new(options.seed),
            board: Board::new(options.switches),
            live: Live::default(),
        };
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

fn routes() -> Router<Webex> {
    Router::new()
        .route("/v1/people", get(people::list))
        .route("/v1/people/me", get(people::me))
        .route("/v1/people/{id}", get(people::get))
        .route("/v1/rooms", get(rooms::list).merge(post(rooms::create)))
        .route("/v1/rooms/{id}", item(rooms::get, rooms::update, rooms::delete))
        .route("/v1/memberships", get(memberships::list).merge(post(memberships::create)))
        .route("/v1/memberships/{id}", item(memberships::get, memberships::update, memberships::delete))
        .route("/v1/messages", get(messages::list).merge(post(messages::write::create)))
        .route("/v1/messages/direct", get(messages::direct))
        .route("/v1/messages/{id}", item(messages::get, messages::write::edit, messages::write::delete))
        .route("/v1/webhooks", get(webhooks::list).merge(post(webhooks::create)))
        .route("/v1/webhooks/{id}", item(webhooks::get, webhooks::update, webhooks::delete))
        .route("/v1/applications", get(applications::list).merge(post(applications::create)))
        .route("/v1/applications/{id}", item(applications::get, applications::update, applications::delete))
        .route("/v1/applications/{id}/botToken", post(applications::regenerate))
        .route("/v1/authorize", get(authorize::page).merge(post(authorize::answer)))
        .route("/v1/access_token", post(oauth::access_token))
        .route("/v1/authorizations/tokenExpiry", get(oauth::token_expiry))
        .route("/_sim/people", get(sim::people).merge(post(sim::add_person)))
        .route("/_sim/apps", post(sim::add_app))
        .route("/_sim/consent", post(sim::consent))
        .route("/_sim/revoke", post(sim::revoke))
        .route("/_sim/expire", post(sim::expire))
        .route("/_sim/webhooks", get(sim::webhooks))
        .route("/_sim/webhooks/deactivate", post(sim::deactivate))
        .route("/_sim/conversations", get(sim::view::conversations))
        .route("/_sim/messages", get(sim::view::messages))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
}

fn get(endpoint: Endpoint) -> MethodRouter<Webex> {
    call::route(MethodFilter::GET, endpoint)
}

fn post(endpoint: Endpoint) -> MethodRouter<Webex> {
    call::route(MethodFilter::POST, endpoint)
}

/// The three methods of one thing.
fn item(read: Endpoint, update: Endpoint, delete: Endpoint) -> MethodRouter<Webex> {
    get(read).merge(call::route(MethodFilter::PUT, update)).merge(call::route(MethodFilter::DELETE, delete))
}

async fn no_such_path(State(webex): State<Webex>, request: Request) -> Response {
    webex.answer(|_, _| Err(Refusal::missing()), request).await
}

async fn no_such_method(State(webex): State<Webex>, request: Request) -> Response {
    webex.answer(|_, _| Err(Refusal::new(405, "Method Not Allowed")), request).await
}
