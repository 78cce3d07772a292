//! The Web API's methods that are simulated, with what all of them have: who may call, with which scopes, how often
//! ("Rate Limits", and "Facts" on each method's page).

use super::call::Endpoint;
use super::{auth, chat, conversations, files, oauth, reactions, socket, team, users};

/// A method.
#[derive(Debug)]
pub(super) struct Method {
    /// E.g. `/api/chat.postMessage`.
    pub(super) path: &'static str,
    /// E.g. `chat.postMessage`.
    pub(super) name: &'static str,
    pub(super) run: Endpoint,
    pub(super) bearer: Bearer,
    pub(super) scopes: Scopes,
    pub(super) tier: Tier,
    /// Whether a JSON body is read; otherwise it is ignored.
    pub(super) json: bool,
}

/// Whose token it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bearer {
    /// None: the client proves itself by its secret.
    Nobody,
    /// A bot's or a person's.
    Member,
    /// An app-level one.
    App,
    /// Any.
    Anyone,
}

/// Scopes that a method asks for before it looks at its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scopes {
    /// None.
    None,
    /// Every one of these.
    All(&'static [&'static str]),
    /// One of these; which one is asked for again once the sort of conversation is known.
    Any(&'static [&'static str]),
}

impl Scopes {
    pub(super) fn list(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::All(list) | Self::Any(list) => list,
        }
    }
}

/// How often it may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    One,
    Two,
    Three,
    Four,
    /// A limit of its own.
    Special,
    /// The workspace-wide ceiling of posts.
    Posting,
}

/// Where all methods are.
const PREFIX: &str = "/api/";

const READ: Scopes = Scopes::Any(&["channels:read", "groups:read", "mpim:read", "im:read"]);
const HISTORY: Scopes = Scopes::Any(&["channels:history", "groups:history", "mpim:history", "im:history"]);
const WRITE: Scopes =
    Scopes::Any(&["channels:manage", "channels:write", "groups:write", "im:write", "mpim:write"]);
const TOPIC: Scopes = Scopes::Any(&[
    "channels:manage",
    "channels:write",
    "channels:write.topic",
    "groups:write",
    "groups:write.topic",
]);
const REACT: Scopes = Scopes::All(&["reactions:write"]);
const REACTIONS: Scopes = Scopes::All(&["reactions:read"]);
const CHAT: Scopes = Scopes::All(&["chat:write"]);
const FILES_READ: Scopes = Scopes::All(&["files:read"]);
const FILES_WRITE: Scopes = Scopes::All(&["files:write"]);
const USERS: Scopes = Scopes::All(&["users:read"]);

/// A row; the path holds the name behind [`PREFIX`].
const fn method(
    path: &'static str,
    run: Endpoint,
    bearer: Bearer,
    scopes: Scopes,
    tier: Tier,
    json: bool,
) -> Method {
    let (_, name) = path.split_at(PREFIX.len());
    Method { path, name, run, bearer, scopes, tier, json }
}

/// Everything of the Web API that is simulated.
pub(super) static METHODS: &[Method] = &[
    method("/api/api.test", auth::api_test, Bearer::Nobody, Scopes::None, Tier::Four, true),
    method(
        "/api/apps.connections.open",
        socket::open,
        Bearer::App,
        Scopes::All(&["connections:write"]),
        Tier::Three,
        true,
    ),
    method(
        "/api/apps.event.authorizations.list",
        socket::authorizations,
        Bearer::App,
        Scopes::All(&["authorizations:read"]),
        Tier::Special,
        true,
    ),
    method("/api/apps.uninstall", auth::uninstall, Bearer::Anyone, Scopes::None, Tier::One, false),
    method("/api/auth.revoke", auth::revoke, Bearer::Anyone, Scopes::None, Tier::Three, false),
    method("/api/auth.test", auth::test, Bearer::Anyone, Scopes::None, Tier::Special, true),
    method("/api/bots.info", team::bot, Bearer::Member, USERS, Tier::Three, false),
    method("/api/chat.delete", chat::change::delete, Bearer::Member, CHAT, Tier::Three, true),
    method("/api/chat.getPermalink", chat::permalink, Bearer::Member, Scopes::None, Tier::Special, false),
    method("/api/chat.postMessage", chat::post::post, Bearer::Member, CHAT, Tier::Posting, true),
    method("/api/chat.update", chat::change::update, Bearer::Member, CHAT, Tier::Three, true),
    method(
        "/api/conversations.archive",
        conversations::channel::archive,
        Bearer::Member,
        WRITE,
        Tier::Two,
        true,
    ),
    method(
        "/api/conversations.unarchive",
        conversations::channel::unarchive,
        Bearer::Member,
        WRITE,
        Tier::Two,
        true,
    ),
    method(
        "/api/conversations.rename",
        conversations::channel::rename,
        Bearer::Member,
        WRITE,
        Tier::Two,
        true,
    ),
    method(
        "/api/conversations.setTopic",
        conversations::channel::set_topic,
        Bearer::Member,
        TOPIC,
        Tier::Two,
        true,
    ),
    method(
        "/api/conversations.create",
        conversations::channel::create,
        Bearer::Member,
        WRITE,
        Tier::Two,
        true,
    ),
    method(
        "/api/conversations.invite",
        conversations::channel::invite,
        Bearer::Member,
        WRITE,
        Tier::Three,
        true,
    ),
    method(
        "/api/conversations.join",
        conversations::channel::join,
        Bearer::Member,
        Scopes::None,
        Tier::Three,
        true,
    ),
    method("/api/conversations.kick", conversations::channel::kick, Bearer::Member, WRITE, Tier::Three, true),
    method(
        "/api/conversations.leave",
        conversations::channel::leave,
        Bearer::Member,
        WRITE,
        Tier::Three,
        true,
    ),
    method("/api/conversations.close", conversations::open::close, Bearer::Member, WRITE, Tier::Two, true),
    method(
        "/api/conversations.history",
        conversations::history::history,
        Bearer::Member,
        HISTORY,
        Tier::Three,
        true,
    ),
    method("/api/conversations.info", conversations::info, Bearer::Member, READ, Tier::Three, false),
    method("/api/conversations.list", conversations::list, Bearer::Member, READ, Tier::Two, false),
    method("/api/conversations.mark", conversations::mark, Bearer::Member, WRITE, Tier::Three, true),
    method("/api/conversations.members", conversations::members, Bearer::Member, READ, Tier::Four, false),
    method("/api/conversations.open", conversations::open::open, Bearer::Member, WRITE, Tier::Three, true),
    method(
        "/api/conversations.replies",
        conversations::history::replies,
        Bearer::Member,
        HISTORY,
        Tier::Three,
        false,
    ),
    method(
        "/api/files.completeUploadExternal",
        files::upload::complete,
        Bearer::Member,
        FILES_WRITE,
        Tier::Four,
        true,
    ),
    method("/api/files.delete", files::delete, Bearer::Member, FILES_WRITE, Tier::Three, true),
    method(
        "/api/files.getUploadURLExternal",
        files::upload::address,
        Bearer::Member,
        FILES_WRITE,
        Tier::Four,
        false,
    ),
    method("/api/files.info", files::info, Bearer::Member, FILES_READ, Tier::Four, false),
    method("/api/oauth.v2.access", oauth::access, Bearer::Nobody, Scopes::None, Tier::Special, false),
    method("/api/oauth.v2.exchange", oauth::exchange, Bearer::Nobody, Scopes::None, Tier::Three, false),
    method(
        "/api/oauth.v2.user.access",
        oauth::user_access,
        Bearer::Nobody,
        Scopes::None,
        Tier::Special,
        false,
    ),
    method("/api/reactions.add", reactions::add, Bearer::Member, REACT, Tier::Three, true),
    method("/api/reactions.get", reactions::get, Bearer::Member, REACTIONS, Tier::Three, false),
    method("/api/reactions.remove", reactions::remove, Bearer::Member, REACT, Tier::Two, true),
    method("/api/team.info", team::info, Bearer::Member, Scopes::All(&["team:read"]), Tier::Three, true),
    method("/api/users.conversations", conversations::of_user, Bearer::Member, READ, Tier::Three, false),
    method("/api/users.getPresence", users::presence, Bearer::Member, USERS, Tier::Three, false),
    method("/api/users.info", users::info, Bearer::Member, USERS, Tier::Four, false),
    method("/api/users.list", users::list, Bearer::Member, USERS, Tier::Two, false),
    method(
        "/api/users.lookupByEmail",
        users::by_email,
        Bearer::Member,
        Scopes::All(&["users:read.email"]),
        Tier::Three,
        false,
    ),
    method(
        "/api/users.profile.get",
        users::profile,
        Bearer::Member,
        Scopes::All(&["users.profile:read"]),
        Tier::Four,
        false,
    ),
];

/// The method called `name`.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}
