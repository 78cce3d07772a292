//! Slack: one workspace, its people, direct messages of two and of several, channels, files, apps, sign-in, and events over HTTP and over sockets.
//!
//! One lock guards the whole `world`: a method is a plain function that takes it once, never waits while holding it, and
//! finds everything by key, so that order within a conversation, the events of a change and the answer agree without
//! further thought. Every method has a row in `methods`; what all of them share (token, scopes, limits, the form of
//! answers) is in `call` alone.
//!
//! Written from the vendor's documentation (docs.slack.dev): "Using the Slack Web API", "Rate Limits", "Installing with
//! OAuth", "Using token rotation", "Events API", "Using Socket Mode", "Formatting message text", "Block Kit", and each
//! method's and object's own page. What they leave open is in [`Switches`].
//!
//! A direct message is between two people, or a person and an app's bot, or several of them. A bot is never party to what
//! people write among themselves, so only a token that one of them granted sees it or writes there.
//!
//! Left out, answering `unknown_method` like any unknown method or `channel_not_found` like any unknown conversation:
//! snippets and files from elsewhere, several workspaces, guests from outside.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, any, get, on, post};
use http::{Method as Verb, StatusCode};

use crate::control::{Board, Control, endpoints};
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::limits::Limits;

mod answer;
mod args;
mod auth;
mod authorize;
mod blocks;
mod call;
mod chat;
mod conversations;
mod events;
mod files;
mod methods;
mod oauth;
mod reactions;
mod shape;
mod sim;
mod socket;
mod switches;
mod team;
mod text;
mod users;
mod world;

use call::Endpoint;
use world::World;

pub use switches::{Rate, Rates, Switches};

/// What simulated Slack starts with. The administrator `Iris Admin` comes on top of its people.
pub type Options = crate::options::Options<Switches>;

/// A handle on the simulator; clones share it.
#[derive(Clone)]
pub struct Slack {
    inner: Arc<Inner>,
}

struct Inner {
    control: Control<Switches>,
    limits: Limits,
    public_base: Option<String>,
    world: Mutex<World>,
}

impl Slack {
    /// A workspace with its people, one administrator, no apps and no conversations.
    pub fn new(options: Options) -> Self {
        let control = Control::new(options.clock, options.seed, options.switches);
        let mut world = World::new(options.seed, &options.people, control.clone(), options.courier);
        world.events.factor = options.limits_factor;
        let inner = Inner {
            control,
            limits: Limits::new(options.limits_factor),
            public_base: options.public_base,
            world: Mutex::new(world),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The vendor's paths and the control paths under `/_sim`.
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

    /// The workspace's id, which follows from the seed.
    pub fn team(&self) -> Arc<str> {
        Arc::clone(&self.world().team.id)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.inner.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pages, and the control paths that only Slack has.
const PATHS: &[(Verb, &str, Endpoint)] = &[
    (Verb::GET, "/oauth/v2/authorize", authorize::page),
    (Verb::POST, "/oauth/v2/authorize", authorize::answer),
    (Verb::GET, authorize::FOR_PEOPLE, authorize::page),
    (Verb::POST, authorize::FOR_PEOPLE, authorize::answer),
    (Verb::GET, "/_sim/people", sim::people),
    (Verb::POST, "/_sim/people", sim::add_person),
    (Verb::POST, "/_sim/people/change", sim::change_person),
    (Verb::POST, "/_sim/consent", sim::consent),
    (Verb::POST, "/_sim/revoke", sim::revoke),
    (Verb::POST, "/_sim/expire", sim::expire),
    (Verb::POST, "/_sim/sockets/disconnect", sim::disconnect),
    (Verb::GET, "/_sim/apps", sim::apps::list),
    (Verb::GET, "/_sim/conversations", sim::view::conversations),
    (Verb::GET, "/_sim/messages", sim::view::messages),
    (Verb::POST, "/_sim/files", sim::files::attach),
    (Verb::GET, "/_sim/files/{file}", sim::files::download),
];

fn routes() -> Router<Slack> {
    let router = PATHS.iter().fold(Router::new(), |router, (verb, path, endpoint)| {
        // The table has ordinary methods only.
        let filter = MethodFilter::try_from(verb.clone()).unwrap_or(MethodFilter::GET);
        let endpoint = *endpoint;
        let handler = move |State(slack): State<Slack>, request: Request| async move {
            slack.call_path(endpoint, request).await
        };
        router.route(path, on(filter, handler))
    });
    // Every method answers GET as well; the vendor's clients post.
    let methods = methods::METHODS.iter().map(|method| ("POST", method.path));
    let pages = [
        ("GET", "/oauth/v2/authorize"),
        ("POST", "/oauth/v2/authorize"),
        ("GET", authorize::FOR_PEOPLE),
        ("POST", authorize::FOR_PEOPLE),
        ("GET", "/link/"),
        ("POST", "/upload/v1/{ticket}"),
        ("GET", "/files-pri/{file}/{name}"),
        ("GET", "/files-pri/{file}/download/{name}"),
    ];
    router
        .route("/_sim/apps", post(sim::apps::register))
        .route("/_sim/apps/{app}", post(sim::apps::change))
        .route("/link/", get(socket::link::connect))
        .route("/upload/v1/{ticket}", post(files::upload::receive))
        .route("/files-pri/{file}/{name}", get(files::download::inline))
        .route("/files-pri/{file}/download/{name}", get(files::download::saved))
        .route("/api/{method}", any(call_method))
        .merge(endpoints(methods.chain(pages)))
        .fallback(no_such_path)
}

/// Every method answers GET and POST, whatever its page says.
async fn call_method(State(slack): State<Slack>, Path(name): Path<String>, request: Request) -> Response {
    slack.call_method(methods::find(&name), request).await
}

async fn no_such_path() -> Response {
    StatusCode::NOT_FOUND.into_response()
}
