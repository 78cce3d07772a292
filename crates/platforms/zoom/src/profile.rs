//! What Zoom Team Chat can do, as data.

use std::sync::LazyLock;
use std::time::Duration;

use crate::files;
use entente_platform::{
    Capabilities, Channels, DirectoryApp, Grant, Groups, Level, Maker, Mentions, OAuth, Presence, Profile,
    Reactions, Shown,
};

/// The address of the REST API.
pub(crate) const API: &str = "api";
/// The address of sign-in.
pub(crate) const LOGIN: &str = "login";
/// The address that files are sent to, and fetched from.
pub(crate) const FILES: &str = "files";
/// The address of the WebSocket. A site's addresses are web addresses; the connection is opened at the same host.
pub(crate) const SOCKET: &str = "socket";

/// What webhooks are signed with. "Using webhooks", verify with Zoom's header: the secret token of the app.
pub(crate) const SECRET_TOKEN: &str = "secret_token";
/// Which event subscription the WebSocket is opened for. "Using `WebSockets`".
pub(crate) const SUBSCRIPTION: &str = "websocket_subscription";
/// The chatbot's own address. Team Chat apps: the bot JID.
pub(crate) const ROBOT: &str = "bot_jid";

/// The Server-to-Server OAuth app that the directory is read by.
pub(crate) const DIRECTORY_ID: &str = "directory_client_id";
pub(crate) const DIRECTORY_SECRET: &str = "directory_client_secret";

/// The longest text of a message in UTF-16 units. "Send a chat message": `message`, 1,024 characters; of what kind is not
/// said, and no count of characters is larger than this one.
pub(crate) const MAX_TEXT: usize = 1_024;

/// What is fixed about Zoom.
pub(crate) static PROFILE: LazyLock<Profile> = LazyLock::new(|| Profile {
    name: "Zoom Team Chat",
    // "Using Zoom APIs"; "OAuth 2.0"; "Using `WebSockets`". Accounts on other clusters have other addresses.
    addresses: &[
        (API, "https://api.zoom.us/v2"),
        (LOGIN, "https://zoom.us"),
        (FILES, "https://file.zoom.us/v2"),
        (SOCKET, "https://ws.zoom.us"),
    ],
    // The account id: chatbots name it in every call.
    needs_tenant: true,
    secrets: &[
        (SECRET_TOKEN, "the secret token of the app's event subscriptions, which webhooks are signed with"),
        (
            DIRECTORY_SECRET,
            "the client secret of the Server-to-Server OAuth app that reads the directory and opens the WebSocket",
        ),
    ],
    settings: &[
        (ROBOT, "the bot JID of the app, for what the Entente app itself says"),
        (DIRECTORY_ID, "the client id of the Server-to-Server OAuth app"),
        (
            SUBSCRIPTION,
            "the id of that app's event subscription by WebSocket, where Zoom cannot reach this server",
        ),
    ],
    capabilities: Capabilities {
        max_edits: None,
        // "Send a chat message", `reply_main_message_id`: one level of replies below a message.
        threads: Level::Full,
        // No text of so many bytes has more UTF-16 units.
        max_text: MAX_TEXT,
        max_file: files::MOST,
        bot_domain: None,
        // "React to a chat message".
        reactions: Reactions::Many,
        // "Send a chat message": `at_items` are for channels, and for people's own messages there.
        mentions: Mentions::Nobodys,
        reactions_are_changes: false,
        channels: Some(Channels {
            app: Presence::Writes,
            alias: false,
            app_files: false,
            app_reacts: false,
            everybody: Mentions::Peoples,
            parts: false,
        }),
        // "Create a channel": made by a member. "Send Chatbot messages": to a channel's JID, wherever the account has it.
        groups: Some(Groups { maker: Maker::Member, fixed: false, app_anywhere: true }),
        listed: false,
    },
    oauth: OAuth {
        address: LOGIN,
        authorize_path: "/oauth/authorize",
        token_path: "/oauth/token",
        // Team Chat: the granular scopes of the calls made here, and of the events team_chat.dm_message_*.
        account_scopes: &[
            "user:read:user",
            "team_chat:read:list_user_messages",
            "team_chat:read:user_message",
            "team_chat:read:list_user_sessions",
            "team_chat:read:list_user_channels",
            "team_chat:read:user_channel",
            "team_chat:read:list_members",
            // Groups: to make, name and fill them, with the addresses that people are invited by.
            "team_chat:write:user_channel",
            "team_chat:update:user_channel",
            "team_chat:write:members",
            "team_chat:delete:member",
            "team_chat:read:contact",
            "team_chat:write:user_message",
            "team_chat:update:user_message",
            "team_chat:delete:user_message",
            "team_chat:update:message_emoji",
            "team_chat:read:file",
            "team_chat:write:message_files",
        ],
        // An app has scopes for users or for administrators, not both: see `directory`.
        admin_scopes: &[],
        // Not described.
        login_hint: false,
        // "OAuth 2.0": `code_challenge` with S256.
        pkce: true,
        // Client credentials need no scope: the token is good for what the app is.
        app_scope: Some(""),
        // "Send Chatbot messages".
        speaker: Grant::ClientCredentials { path: "/oauth/token", scope: "" },
        // "Server-to-Server OAuth", with `user:read:list_users:admin` for "List users".
        directory: Some(DirectoryApp {
            client_id: DIRECTORY_ID,
            client_secret: DIRECTORY_SECRET,
            grant_type: "account_credentials",
            tenant: "account_id",
        }),
        // "OAuth 2.0", request an access token: no other form is described.
        shown: Shown::InHeader,
        verdict: None,
    },
    // Nothing is documented; what landed is listed well within a minute.
    quiet: Duration::from_mins(1),
});
