//! App registrations: the clients that sign people in, act by themselves, or are bots.
//!
//! In life they are made in the Entra admin center, the Azure portal and the Teams admin center; here by
//! `POST /_sim/apps`, which does the three steps at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// One registration. Entra: application object, its service principal and, for a bot, the Azure Bot resource.
#[derive(Debug, Clone)]
pub(crate) struct App {
    /// Application (client) id, a GUID; also the bot's id.
    pub(crate) client_id: Arc<str>,
    /// Shown on the consent page and as the bot's name.
    pub(crate) name: String,
    /// The client secret.
    pub(crate) secret: String,
    /// Where a browser may be sent back to; compared byte for byte.
    pub(crate) redirects: Vec<String>,
    /// The bot's messaging endpoint.
    pub(crate) bot_endpoint: Option<String>,
    /// The application permissions the registration asks for.
    pub(crate) roles: Vec<String>,
    /// Whether an administrator consented: app-only tokens carry `roles`, and nobody is asked for scopes any more.
    pub(crate) admin_consent: bool,
    /// Whether the Teams app is installed for everybody (a setup policy of the administrator).
    pub(crate) installed_for_all: bool,
    /// Object ids of those it is installed for besides.
    pub(crate) installed_for: HashSet<Arc<str>>,
}

impl App {
    /// Whether the bot may open and hold a personal chat with this person.
    pub(crate) fn installed_for(&self, person: &str) -> bool {
        self.bot_endpoint.is_some() && (self.installed_for_all || self.installed_for.contains(person))
    }
}

/// All registrations by client id.
#[derive(Debug, Default)]
pub(crate) struct Apps {
    /// By client id.
    pub(crate) by_id: HashMap<Arc<str>, App>,
    /// Object ids by the names bots have for people (`29:…`).
    pub(crate) accounts: HashMap<String, Arc<str>>,
}

/// The application permissions an app gets when its registration names none: what the rungs of listening need, and
/// what it takes to speak in groups.
pub(crate) const DEFAULT_ROLES: [&str; 13] = [
    "Chat.Create",
    "Chat.Read.All",
    "Chat.ReadBasic.All",
    "ChatMember.Read.All",
    "User.Read.All",
    "Team.ReadBasic.All",
    "Channel.ReadBasic.All",
    "TeamMember.Read.All",
    "ChannelMessage.Read.All",
    "AppCatalog.Read.All",
    "TeamsAppInstallation.ReadWriteSelfForChat.All",
    "ChannelSettings.ReadWrite.All",
    "Channel.Create",
];

/// Delegated scopes with "needs an administrator's consent". Graph: "Microsoft Graph permissions reference".
pub(crate) const SCOPES: [(&str, bool); 33] = [
    ("Chat.Create", false),
    ("Chat.Read", false),
    ("Chat.ReadBasic", false),
    ("Chat.ReadWrite", false),
    ("Chat.ManageDeletion.All", true),
    ("ChatMember.Read", true),
    ("ChatMember.ReadWrite", true),
    ("ChatMessage.Read", false),
    ("ChatMessage.Send", false),
    ("Channel.Create", true),
    ("Channel.ReadBasic.All", false),
    ("ChannelMessage.Read.All", true),
    ("ChannelMessage.ReadWrite", true),
    ("ChannelMessage.Send", false),
    ("ChannelSettings.ReadWrite.All", true),
    ("Directory.Read.All", true),
    ("Directory.ReadWrite.All", true),
    ("Files.Read", false),
    ("Files.Read.All", false),
    ("Files.ReadWrite", false),
    ("Files.ReadWrite.All", false),
    ("Group.Read.All", true),
    ("Group.ReadWrite.All", true),
    ("Presence.Read", false),
    ("Presence.Read.All", false),
    ("Presence.ReadWrite", false),
    ("Team.ReadBasic.All", false),
    ("TeamMember.Read.All", true),
    ("TeamsAppInstallation.ReadWriteSelfForUser", true),
    ("User.Read", false),
    ("User.ReadBasic.All", false),
    ("User.Read.All", true),
    ("User.ReadWrite", false),
];

/// Scopes of `OpenID` Connect, which belong to no resource.
pub(crate) const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];
