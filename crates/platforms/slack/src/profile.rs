//! What Slack can do, as data.

use std::sync::LazyLock;
use std::time::Duration;

use entente_platform::{
    Capabilities, Channels, Grant, Groups, Level, Maker, Mentions, OAuth, Presence, Profile, Reactions, Shown,
};

use crate::{files, refusal};

/// The address of the Web API.
pub(crate) const API: &str = "api";
/// The address that files are at.
pub(crate) const FILES: &str = "files";
/// The address of sign-in.
pub(crate) const LOGIN: &str = "login";

/// The secret that webhooks are signed with.
pub(crate) const SIGNING: &str = "signing";
/// The app-level token that Socket Mode is opened with.
pub(crate) const APP_TOKEN: &str = "app_token";

/// The longest text of a message. "chat.postMessage" advises at most 4,000 characters, from a little above which the
/// service cuts a text by itself and tells of the first part only; "chat.update" refuses more. What a character is is not
/// said, so the unit is the one that counts most.
pub(crate) const MAX_TEXT: usize = 3_900;

/// What is fixed about Slack.
pub(crate) static PROFILE: LazyLock<Profile> = LazyLock::new(|| Profile {
    name: "Slack",
    addresses: &[
        (API, "https://slack.com/api"),
        (FILES, "https://files.slack.com"),
        // Sign-in of GovSlack is at https://slack-gov.com.
        (LOGIN, "https://slack.com"),
    ],
    // The workspace's id, `T…`.
    needs_tenant: true,
    secrets: &[
        (SIGNING, "the app's signing secret, with which webhooks are signed"),
        (APP_TOKEN, "an app-level token with connections:write, to have reports come by Socket Mode"),
    ],
    settings: &[],
    capabilities: Capabilities {
        max_edits: None,
        threads: Level::Full,
        max_text: MAX_TEXT,
        max_file: files::MOST,
        bot_domain: None,
        // "reactions.add": several of one person's to a message.
        reactions: Reactions::Many,
        // "Rich text block": `user`.
        mentions: Mentions::Everybodys,
        reactions_are_changes: false,
        channels: Some(Channels {
            app: Presence::Hears,
            alias: true,
            app_files: true,
            app_reacts: true,
            everybody: Mentions::Everybodys,
            parts: false,
        }),
        // "conversations.open": with the app's token the app is in it. Nobody can be let into direct messages of several or
        // taken out: no method takes them ("conversations.invite", "conversations.kick").
        groups: Some(Groups { maker: Maker::App, fixed: true, app_anywhere: false }),
        listed: false,
    },
    // "Installing with OAuth": with `v2_user`, what `scope` asks for is a user token, and `oauth.v2.user.access` answers
    // as RFC 6749 has it. Scopes are separated by commas there, so they stand here as one.
    oauth: OAuth {
        address: LOGIN,
        authorize_path: "/oauth/v2_user/authorize?team={tenant}",
        token_path: "/api/oauth.v2.user.access",
        account_scopes: &[
            "chat:write,files:read,files:write,im:history,im:read,im:write,mpim:history,mpim:read,reactions:read,reactions:write,users:read,users:read.email",
        ],
        admin_scopes: &["users:read,users:read.email"],
        login_hint: false,
        // Only for apps that have it switched on, and it makes refresh tokens end. "Using PKCE".
        pkce: false,
        app_scope: None,
        // The bot token of the installed app, shown on its page, is given by hand.
        speaker: Grant::Bot,
        directory: None,
        shown: Shown::InForm,
        verdict: Some(refusal::verdict),
    },
    // What landed is listed at once; nothing is documented.
    quiet: Duration::from_mins(1),
});
