//! What Teams can do, as data.

use std::sync::LazyLock;
use std::time::Duration;

use entente_platform::{
    Capabilities, Channels, Grant, Groups, Level, Maker, Mentions, OAuth, Presence, Profile, Reactions, Shown,
};

use crate::files;

/// The address of Graph.
pub(crate) const GRAPH: &str = "graph";
/// The address of sign-in.
pub(crate) const LOGIN: &str = "login";
/// The address of the Bot Framework connector.
pub(crate) const BOT: &str = "bot";
/// The address of the Bot Framework's public keys.
pub(crate) const BOT_METADATA: &str = "bot_metadata";

/// Where files are uploaded to and fetched from, by addresses that Graph gives. Each organization has hosts of its own below.
pub(crate) const FILES: &str = "files";

/// The longest message we print. Teams: "Limits and specifications" says about 28 KB a message, text, mentions and
/// links counted, and refuses more with 413; what exactly counts is not said, so a seventh is left free.
pub(crate) const MAX_TEXT: usize = 24_000;

/// What is fixed about Teams.
pub(crate) static PROFILE: LazyLock<Profile> = LazyLock::new(|| Profile {
    name: "Microsoft Teams",
    addresses: &[
        (GRAPH, "https://graph.microsoft.com/v1.0"),
        (LOGIN, "https://login.microsoftonline.com"),
        // "Send proactive messages": the service address to use before any activity has told a nearer one.
        (BOT, "https://smba.trafficmanager.net/teams"),
        (BOT_METADATA, "https://login.botframework.com"),
        // "Office 365 URLs and IP address ranges": SharePoint Online and `OneDrive`.
        (FILES, "https://sharepoint.com"),
    ],
    needs_tenant: true,
    secrets: &[],
    settings: &[],
    capabilities: Capabilities {
        max_edits: None,
        // Chats have no replies below a root; an answer quotes. Graph: `chatMessage`, "messageReference".
        threads: Level::Partial,
        max_text: MAX_TEXT,
        max_file: files::MOST,
        bot_domain: None,
        // Graph, "chatMessage: setReaction": the caller's next reaction takes the place of the one before.
        reactions: Reactions::One,
        // Graph, "chatMessage": `mentions`. What the app says by the Bot Framework names people only.
        mentions: Mentions::Peoples,
        // "Get change notifications for messages": a reaction is an update of the message.
        reactions_are_changes: true,
        // What people write in channels by Graph they may change only with an administrator's permission
        // (`ChannelMessage.ReadWrite`), which nobody's consent can give; so the app speaks for all of them.
        channels: Some(Channels {
            app: Presence::Hears,
            alias: false,
            app_files: false,
            app_reacts: false,
            everybody: Mentions::Nobodys,
            parts: true,
        }),
        // Graph, "Create chat": delegated, and the caller is one of the members. The app brings itself in by its own right when
        // it has something to say ("Add app to chat").
        groups: Some(Groups { maker: Maker::Member, fixed: false, app_anywhere: true }),
        listed: false,
    },
    oauth: OAuth {
        address: LOGIN,
        authorize_path: "/{tenant}/oauth2/v2.0/authorize",
        token_path: "/{tenant}/oauth2/v2.0/token",
        // None of these needs an administrator by itself. Graph: "Microsoft Graph permissions reference".
        account_scopes: &[
            "offline_access",
            "openid",
            "profile",
            "User.Read",
            "User.ReadBasic.All",
            "Chat.ReadWrite",
            // What one attaches is in one's drive; "Access shared items" asks for the same.
            "Files.ReadWrite",
        ],
        // Administrators grant application permissions for the whole tenant instead.
        admin_scopes: &[],
        // "Microsoft identity platform and OAuth 2.0 authorization code flow".
        login_hint: true,
        pkce: true,
        app_scope: Some("https://graph.microsoft.com/.default"),
        // A single-tenant bot signs in at its own tenant. Bot Framework: "Authenticate requests with the Bot
        // Connector API"; multi-tenant bots cannot be registered any more.
        speaker: Grant::ClientCredentials {
            path: "/{tenant}/oauth2/v2.0/token",
            scope: "https://api.botframework.com/.default",
        },
        directory: None,
        shown: Shown::InForm,
        verdict: None,
    },
    // The service answers or gives up well within a minute; what landed is listed by then.
    quiet: Duration::from_mins(1),
});
