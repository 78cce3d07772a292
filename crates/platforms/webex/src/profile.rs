//! What Webex can do, as data.

use std::sync::LazyLock;
use std::time::Duration;

use entente_platform::{
    Capabilities, Channels, Grant, Groups, Level, Maker, Mentions, OAuth, Presence, Profile, Reactions, Shown,
};

use crate::files;

/// The address of the API, sign-in included.
pub(crate) const API: &str = "api";

/// The longest text of a message in bytes. "Create a Message": `text` and `markdown`, 7439 bytes.
pub(crate) const MAX_TEXT: usize = 7439;

/// Why nobody can react there.
pub(crate) const NO_REACTIONS: &str =
    "Webex has no API for reactions: none can be made, and none can be seen";

/// What is fixed about Webex.
pub(crate) static PROFILE: LazyLock<Profile> = LazyLock::new(|| Profile {
    name: "Webex",
    // "REST API Basics". The government cloud answers at https://api-usgov.webex.com/v1.
    addresses: &[(API, "https://webexapis.com/v1")],
    needs_tenant: false,
    secrets: &[],
    settings: &[],
    capabilities: Capabilities {
        // "Edit a Message": at most ten times.
        max_edits: Some(10),
        // "Create a Message", `parentId`: one level of replies below a message.
        threads: Level::Full,
        max_text: MAX_TEXT,
        // "Bots": every bot's address ends so, and is unique over all of Webex.
        max_file: files::MOST,
        bot_domain: Some("webex.bot"),
        // "Messages": there is neither a call nor a field nor a webhook for them.
        reactions: Reactions::Never(NO_REACTIONS),
        // "Formatting Messages": `<@personId:…>`, for bots as for people.
        mentions: Mentions::Everybodys,
        reactions_are_changes: false,
        channels: Some(Channels {
            app: Presence::Joins,
            alias: false,
            app_files: true,
            app_reacts: false,
            everybody: Mentions::Everybodys,
            parts: false,
        }),
        // "Create a Room", "Create a Membership": a bot makes rooms, and lets people in and out at any time. Nobody writes
        // where they are not a member.
        groups: Some(Groups { maker: Maker::App, fixed: false, app_anywhere: false }),
        listed: true,
    },
    // "Integrations & Authorization". PKCE is not described there.
    oauth: OAuth {
        address: API,
        authorize_path: "/authorize",
        token_path: "/access_token",
        account_scopes: &[
            "spark:people_read",
            "spark:rooms_read",
            "spark:memberships_read",
            // "Create a Membership": lets the Entente app into a room that people made.
            "spark:memberships_write",
            "spark:messages_read",
            "spark:messages_write",
        ],
        // The directory, and who one is. No scope is documented for making bots.
        admin_scopes: &["spark:people_read", "spark-admin:people_read"],
        // Described for "Login with Webex", not for integrations.
        login_hint: false,
        pkce: false,
        app_scope: None,
        speaker: Grant::Bot,
        directory: None,
        shown: Shown::InForm,
        verdict: None,
    },
    // A message that landed is listed well within a minute; nothing is documented.
    quiet: Duration::from_mins(1),
});
