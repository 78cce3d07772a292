//! Zoom Team Chat, simulated: one account with its users, apps, sign-in, direct messages, files, chatbots and events, on one
//! port.
//!
//! The vendor spreads these over several hosts whose paths do not overlap: sign-in `/oauth/…`, the API and the upload of files
//! `/v2/…`, downloads `/file/…`, the event WebSocket `/ws`. A client is pointed at one port by base address alone.
//!
//! One lock guards the whole `world`: an endpoint is a plain function that takes it once, never waits while holding it,
//! and finds everything by key, so that order within a conversation, the events of a change and the answer agree without
//! further thought. What an endpoint needs of its token and which limit it counts against stand beside it in one table;
//! what all endpoints share is in `call` alone.
//!
//! Written from Zoom's API reference ("Team Chat", "Chatbot", "Users", "Marketplace" and their events) and its guides
//! "OAuth", "Server-to-Server OAuth", "Using webhooks", "`WebSockets`", "Rate limits", "Error definitions" and
//! "Pagination". What they leave open is in [`Switches`].
//!
//! Direct messages, channels and group chats: custom emoji, cards and scheduled messages are left out; calls about the rest answer 404 with code 2300, as any unknown path.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, get, on};
use http::Method;

use crate::control::{Board, Control, endpoints};
use crate::faults::Faults;
use crate::ledger::Ledger;

mod answer;
mod bot;
mod byhand;
mod call;
mod channels;
mod contacts;
mod delivery;
mod events;
mod feed;
mod files;
mod id;
mod input;
mod marketplace;
mod messages;
mod oauth;
mod paging;
mod scopes;
mod switches;
mod throttle;
mod users;
mod world;

use answer::Refusal;
use call::Endpoint;
use messages::{change, react, send, thread};
use oauth::authorize;
use scopes::Need;
use throttle::{Label, Throttle};
use world::World;

pub use byhand::portal::{NewApp, Registered};
pub use id::IdForm;
pub use switches::{Acting, Hears, Plan, RetryAfter, Switches, TooLong, Unit};
pub use world::apps::Kind;
pub use world::subscriptions::Scope;

/// What simulated Zoom starts with. The owner `Olga Owner` comes on top of its people.
pub type Options = crate::options::Options<Switches>;

/// A handle on the simulator; clones share it.
#[derive(Clone)]
pub struct Zoom {
    inner: Arc<Inner>,
}

struct Inner {
    control: Control<Switches>,
    throttle: Throttle,
    public_base: Option<String>,
    world: Mutex<World>,
}

impl Zoom {
    /// An account with its people, its owner and no apps.
    pub fn new(options: Options) -> Self {
        let control = Control::new(options.clock, options.seed, options.switches);
        let world = World::new(options.seed, &options.people, control.clone(), options.courier);
        let inner = Inner {
            control,
            throttle: Throttle::new(options.limits_factor),
            public_base: options.public_base.map(|base| base.trim_end_matches('/').to_owned()),
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

    /// The account's id, which follows from the seed.
    pub fn account_id(&self) -> String {
        self.world().account.as_ref().to_owned()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.inner.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A method, a path, what answers there, what it needs of its token, and the label of its limit.
struct Row {
    method: Method,
    path: &'static str,
    endpoint: Endpoint,
    need: Need,
    label: Label,
}

const fn row(method: Method, path: &'static str, endpoint: Endpoint, need: Need, label: Label) -> Row {
    Row { method, path, endpoint, need, label }
}

/// A path without a token and without a limit.
const fn open(method: Method, path: &'static str, endpoint: Endpoint) -> Row {
    row(method, path, endpoint, Need::Nothing, Label::None)
}

const MESSAGES: &str = "/v2/chat/users/{userId}/messages";
const MESSAGE: &str = "/v2/chat/users/{userId}/messages/{messageId}";
const CHANNELS: &str = "/v2/chat/users/{userId}/channels";
const CHANNEL: &str = "/v2/chat/users/{userId}/channels/{channelId}";
const MEMBERS: &str = "/v2/chat/users/{userId}/channels/{channelId}/members";
const MEMBER: &str = "/v2/chat/users/{userId}/channels/{channelId}/members/{identifier}";
const BOT_MESSAGE: &str = "/v2/im/chat/messages/{message_id}";
const SUBSCRIPTIONS: &str = "/v2/marketplace/app/event_subscription";
const SUBSCRIPTION: &str = "/v2/marketplace/app/event_subscription/{eventSubscriptionId}";

/// Everything of the vendor's that is simulated.
static VENDOR: [Row; 44] = [
    open(Method::GET, "/oauth/authorize", authorize::page),
    open(Method::POST, "/oauth/authorize", authorize::answer),
    open(Method::POST, "/oauth/token", oauth::token),
    open(Method::POST, "/oauth/revoke", oauth::revoke),
    row(Method::GET, "/v2/users", users::list, scopes::LIST_USERS, Label::Medium),
    row(Method::GET, "/v2/users/{userId}", users::get, scopes::READ_USER, Label::Light),
    row(Method::GET, "/v2/chat/users/me/contacts", contacts::list, scopes::LIST_CONTACTS, Label::Medium),
    row(
        Method::GET,
        "/v2/chat/users/me/contacts/{identifier}",
        contacts::get,
        scopes::READ_CONTACT,
        Label::Medium,
    ),
    row(Method::GET, "/v2/contacts", contacts::search, scopes::SEARCH_CONTACTS, Label::Medium),
    row(Method::POST, "/v2/chat/users/{userId}/invitations", contacts::invite, scopes::INVITE, Label::Light),
    row(
        Method::GET,
        "/v2/chat/users/{userId}/sessions",
        messages::sessions,
        scopes::LIST_SESSIONS,
        Label::Medium,
    ),
    row(Method::GET, CHANNELS, channels::list, scopes::LIST_CHANNELS, Label::Medium),
    row(Method::POST, CHANNELS, channels::create, scopes::MAKE_CHANNEL, Label::Medium),
    row(Method::GET, CHANNEL, channels::get, scopes::READ_CHANNEL, Label::Medium),
    row(Method::DELETE, CHANNEL, channels::delete, scopes::DELETE_CHANNEL, Label::Medium),
    row(Method::GET, MEMBERS, channels::members, scopes::LIST_MEMBERS, Label::Medium),
    row(Method::POST, MEMBERS, channels::invite, scopes::ADD_MEMBERS, Label::Medium),
    row(Method::PATCH, CHANNEL, channels::rename, scopes::RENAME_CHANNEL, Label::Medium),
    row(Method::DELETE, MEMBER, channels::remove, scopes::REMOVE_MEMBER, Label::Medium),
    row(
        Method::POST,
        "/v2/chat/channels/{channelId}/members/me",
        channels::join,
        scopes::ADD_MEMBERS,
        Label::Medium,
    ),
    row(
        Method::DELETE,
        "/v2/chat/channels/{channelId}/members/me",
        channels::leave,
        scopes::REMOVE_OWN_MEMBER,
        Label::Medium,
    ),
    row(
        Method::DELETE,
        "/v2/chat/channels/{channelId}/members/{identifier}",
        channels::remove_mine,
        scopes::REMOVE_OWN_MEMBER,
        Label::Medium,
    ),
    row(Method::GET, MESSAGES, messages::list, scopes::LIST_MESSAGES, Label::Medium),
    row(Method::POST, MESSAGES, send::create, scopes::SEND_MESSAGE, Label::Medium),
    row(Method::GET, MESSAGE, messages::get, scopes::READ_MESSAGE, Label::Medium),
    row(Method::PUT, MESSAGE, change::edit, scopes::EDIT_MESSAGE, Label::Medium),
    row(Method::DELETE, MESSAGE, change::delete, scopes::DELETE_MESSAGE, Label::Medium),
    row(
        Method::PATCH,
        "/v2/chat/users/{userId}/messages/{messageId}/status",
        change::mark,
        scopes::MARK_MESSAGE,
        Label::Medium,
    ),
    row(
        Method::PATCH,
        "/v2/chat/users/{userId}/messages/{messageId}/emoji_reactions",
        react::react,
        scopes::REACT,
        Label::Medium,
    ),
    row(
        Method::GET,
        "/v2/chat/users/{userId}/messages/{messageId}/thread",
        thread::get,
        scopes::READ_THREAD,
        Label::Medium,
    ),
    row(
        Method::POST,
        "/v2/chat/users/{userId}/files",
        files::upload::keep,
        scopes::UPLOAD_FILE,
        Label::Upload,
    ),
    row(
        Method::POST,
        "/v2/chat/users/{userId}/messages/files",
        files::upload::send,
        scopes::SEND_FILE,
        Label::Upload,
    ),
    row(Method::GET, "/v2/chat/files/{fileId}", files::get, scopes::READ_FILE, Label::Light),
    row(Method::DELETE, "/v2/chat/files/{fileId}", files::delete, scopes::DELETE_FILE, Label::Light),
    row(Method::GET, "/file/download/{fileId}", files::download, Need::Token, Label::None),
    row(Method::GET, "/file/storage/{fileId}", files::stored, Need::Token, Label::None),
    row(Method::POST, "/v2/im/chat/messages", bot::send, Need::Bot, Label::Medium),
    row(Method::PUT, BOT_MESSAGE, bot::edit, Need::Bot, Label::Medium),
    row(Method::DELETE, BOT_MESSAGE, bot::delete, Need::Bot, Label::Medium),
    row(Method::GET, SUBSCRIPTIONS, marketplace::list, Need::App, Label::Medium),
    row(Method::POST, SUBSCRIPTIONS, marketplace::create, Need::App, Label::Heavy),
    row(Method::DELETE, SUBSCRIPTIONS, marketplace::leave, Need::App, Label::Medium),
    row(Method::PATCH, SUBSCRIPTION, marketplace::join, Need::App, Label::Medium),
    row(Method::DELETE, SUBSCRIPTION, marketplace::delete, Need::App, Label::Medium),
];

/// The control paths that only Zoom has.
static CONTROL: [Row; 21] = [
    open(Method::GET, "/_sim/people", byhand::people),
    open(Method::POST, "/_sim/people", byhand::add_person),
    open(Method::POST, "/_sim/people/change", byhand::change_person),
    open(Method::POST, "/_sim/contacts", byhand::contacts),
    open(Method::POST, "/_sim/consent", byhand::consent),
    open(Method::POST, "/_sim/deauthorize", byhand::deauthorize),
    open(Method::POST, "/_sim/revoke", byhand::revoke),
    open(Method::POST, "/_sim/expire", byhand::expire),
    open(Method::POST, "/_sim/bots/say", byhand::say_to_bot),
    open(Method::GET, "/_sim/apps", byhand::portal::apps),
    open(Method::POST, "/_sim/apps", byhand::portal::add_app),
    open(Method::POST, "/_sim/apps/{client_id}", byhand::portal::change_app),
    open(Method::GET, "/_sim/subscriptions", byhand::portal::subscriptions),
    open(Method::POST, "/_sim/subscriptions", byhand::portal::subscribe),
    open(Method::POST, "/_sim/subscriptions/validate", byhand::portal::validate),
    open(Method::POST, "/_sim/subscriptions/active", byhand::portal::activate),
    open(Method::POST, "/_sim/feeds/drop", byhand::portal::drop_feeds),
    open(Method::GET, "/_sim/conversations", byhand::view::conversations),
    open(Method::GET, "/_sim/messages", byhand::view::messages),
    open(Method::POST, "/_sim/files", byhand::files::attach),
    open(Method::GET, "/_sim/files/{file}", byhand::files::download),
];

/// What answers where nothing is.
static NOWHERE: Row =
    open(Method::GET, "", |_, _| Err(Refusal::new(404, 2300, "This API endpoint is not recognized.")));

/// What answers a method that a path does not have.
static NOT_SO: Row = open(Method::GET, "", |_, _| Err(Refusal::new(405, 2300, "Method not allowed.")));

fn routes() -> Router<Zoom> {
    let router = VENDOR.iter().chain(&CONTROL).fold(Router::new(), |router, row| {
        // The table has ordinary methods only.
        let filter = MethodFilter::try_from(row.method.clone()).unwrap_or(MethodFilter::GET);
        router.route(
            row.path,
            on(filter, move |State(zoom): State<Zoom>, request: Request| async move {
                zoom.answer(row, request).await
            }),
        )
    });
    let known = VENDOR.iter().map(|row| (row.method.as_str(), row.path));
    router
        .route("/ws", get(feed::connect))
        .merge(endpoints(known.chain([("GET", "/ws")])))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
}

async fn no_such_path(State(zoom): State<Zoom>, request: Request) -> Response {
    zoom.answer(&NOWHERE, request).await
}

async fn no_such_method(State(zoom): State<Zoom>, request: Request) -> Response {
    zoom.answer(&NOT_SO, request).await
}
