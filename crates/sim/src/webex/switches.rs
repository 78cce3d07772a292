//! Everything about Webex that its documents leave open, as switches. The defaults are the readings with the better
//! evidence; where there is none, the stricter reading, so that a client that works here works with the laxer one too.

use serde::{Deserialize, Serialize};

/// Settable at run time through `POST /_sim/switches`; a partial object changes the switches it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one open question with two answers")]
pub struct Switches {
    /// Whether `GET /people?displayName=` finds bots. The app's search finds them mostly by exact address only.
    pub bots_in_name_search: bool,
    /// Whether a bot is told `status` and `lastActivity` of people of its organization.
    pub bots_see_presence: bool,
    /// Who may create applications.
    pub application_creation: Creation,
    /// Whether tokens of an integration may create applications; otherwise only a person's own session token.
    pub applications_by_integration: bool,
    /// The scope an integration's token needs for that, if any; no such scope is documented.
    pub applications_scope: Option<String>,
    /// How many bots one account may create. Twenty is documented for integrations, nothing for bots.
    pub bots_per_creator: Option<usize>,
    /// Answered when that number is reached.
    pub bots_per_creator_status: u16,
    /// Answered when a `botEmail` is taken: 400 or 409.
    pub taken_bot_email_status: u16,
    /// Answered when a bot was created: 200 or 201.
    pub create_application_status: u16,
    /// Whether `logo` and `description` are required, as the government cloud's guide has it.
    pub application_needs_logo_and_description: bool,
    /// Whether the local part of a `botEmail` may have dots; otherwise letters, digits, hyphens and underscores only.
    pub bot_email_dots: bool,
    /// Whether applications are changed by `PATCH` with a part of the object, and not by `PUT` with the whole. The guide's
    /// part with the method could not be read; each has been seen somewhere.
    pub application_patch: bool,
    /// Whether a bot's account stays, silent, when its application is deleted.
    pub bot_outlives_application: bool,
    /// Whether the address of a deleted bot can be taken again.
    pub bot_email_reusable: bool,
    /// Whether `POST /applications/{id}/botToken` exists. The path of the certain portal action was not found.
    pub bot_token_route: bool,
    /// Whether a bot is shown with `nickName` and `firstName`, the first word of its name.
    pub bots_have_first_names: bool,
    /// Whether a bot is shown with the `orgId` of its owner.
    pub bots_have_organization: bool,
    /// The largest `max` of `GET /people`; larger ones are cut silently.
    pub people_max: usize,
    /// Organization policy: nobody comes into a new room with somebody of another organization ("block external
    /// communication"). Rooms that there are already stay.
    pub outsiders_denied: bool,
    /// Answered when that policy refuses somebody; no status is documented.
    pub outsiders_denied_status: u16,
    /// Organization policy: new memberships of bots are refused. Bots that are in rooms already stay.
    pub bots_denied: bool,
    /// Bots let in although `bots_denied`, by address.
    pub bots_allowed: Vec<String>,
    /// Answered when the policy refuses a bot.
    pub bots_denied_status: u16,
    /// Whether a bot can open a direct room with a bot.
    pub bots_talk_to_bots: bool,
    /// Whether bots are sent `messages:updated`.
    pub bots_hear_edits: bool,
    /// Whether `@all` counts as a mention of the bots in the room.
    pub all_mentions_bots: bool,
    /// Whether `html` is accepted as input to `POST /messages`.
    pub html_input: bool,
    /// Whether a message read back carries the `markdown` it was written with. Messages typed in the app never did.
    pub markdown_returned: bool,
    /// Whether `data-object-id` in `html` is a bare UUID and not the REST id; both have been seen.
    pub bare_mention_ids: bool,
    /// Answered when somebody edits another's message.
    pub foreign_edit_status: u16,
    /// The largest `max` of `GET /messages`; larger ones are cut silently.
    pub messages_max: usize,
    /// Whether the replies to a deleted message stay, pointing to what is gone; otherwise they are deleted with it.
    pub replies_outlive_parent: bool,
    /// For so long a message stays invisible to reads after its webhook was sent, in milliseconds.
    pub visibility_delay_ms: u64,
    /// The share of posts, edits and deletes whose answer waits until its webhooks were answered, 0 to 1.
    pub webhook_first_share: f64,
    /// How long a receiver may take to answer a webhook, in milliseconds.
    pub webhook_timeout_ms: u64,
    /// The window in which failed deliveries are counted, in milliseconds.
    pub webhook_window_ms: u64,
    /// A webhook with fewer deliveries in the window is not deactivated.
    pub webhook_window_least: u64,
    /// The share of failed deliveries in the window that deactivates a webhook; above 1 means never.
    pub webhook_failure_share: f64,
    /// Whether an identical second webhook is refused with 409.
    pub webhook_duplicate_refused: bool,
    /// Whether deliveries say `application/json;charset=UTF-8` instead of `application/json`.
    pub webhook_charset: bool,
    /// Whether the webhooks of a revoked authorization become inactive.
    pub webhook_stops_on_revoke: bool,
    /// The name in `error` when a person refuses consent. The vendor documents none; OAuth's is `access_denied`.
    pub consent_refusal: String,
    /// How long an authorization code lives, in seconds.
    pub code_seconds: i64,
    /// How long an integration's access token lives, in seconds; documented as 14 days.
    pub access_token_seconds: i64,
    /// How long a refresh token lives, in seconds; documented as 90 days.
    pub refresh_token_seconds: i64,
    /// Whether using a refresh token restarts its life.
    pub refresh_restarts: bool,
    /// Whether using a refresh token replaces it, and the old one is refused from then on.
    pub refresh_rotates: bool,
    /// How many live access tokens an account may have; the oldest dies when one more is made.
    pub live_tokens_per_account: usize,
    /// The most bytes of a file; documented as 100 MB.
    pub file_most_bytes: u64,
    /// Answered when a file is larger; no status is documented.
    pub file_too_large_status: u16,
    /// How long a file's scan for malware takes, in milliseconds. Until it is over a download answers 423.
    pub file_scan_ms: u64,
    /// Whether that 423 says how long to wait.
    pub file_scan_says_when: bool,
    /// Whether the bytes of files are kept; off only to save memory in load runs, where downloads have made-up bytes of
    /// the right length.
    pub files_kept: bool,
    /// The rate limits, before the factor.
    pub rates: Rates,
    /// Whether calls that changed nothing are kept in the ledger; off only to save memory in long load runs.
    pub ledger_keeps_reads: bool,
}

/// Who may create applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Creation {
    /// Every person, as the vendor's own test suite does.
    Everybody,
    /// Administrators, as the guide for the government cloud says.
    Admins,
    /// Nobody: the organization refuses it.
    Nobody,
}

/// Webex publishes no numbers ("Rate Limiting and the Webex API" says only that they are dynamic); these are the ones
/// in circulation. A bucket belongs to one token and one group of endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// `/people` and `/memberships`, which are throttled first.
    pub directory: Rate,
    /// `/messages`, reading and writing.
    pub messages: Rate,
    /// Everything else.
    pub other: Rate,
    /// Posting to one place.
    pub posts_to_one_place: Rate,
}

/// One token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Calls a second.
    pub per_second: f64,
    /// Calls at once.
    pub burst: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            directory: Rate { per_second: 5.0, burst: 60.0 },
            messages: Rate { per_second: 10.0, burst: 60.0 },
            other: Rate { per_second: 10.0, burst: 60.0 },
            posts_to_one_place: Rate { per_second: 1.0, burst: 10.0 },
        }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            bots_in_name_search: false,
            bots_see_presence: false,
            application_creation: Creation::Admins,
            applications_by_integration: true,
            applications_scope: None,
            bots_per_creator: None,
            bots_per_creator_status: 403,
            taken_bot_email_status: 409,
            create_application_status: 200,
            application_needs_logo_and_description: false,
            bot_email_dots: true,
            application_patch: false,
            bot_outlives_application: false,
            bot_email_reusable: false,
            bot_token_route: false,
            bots_have_first_names: true,
            bots_have_organization: true,
            people_max: 1000,
            outsiders_denied: false,
            outsiders_denied_status: 403,
            bots_denied: false,
            bots_allowed: Vec::new(),
            bots_denied_status: 403,
            bots_talk_to_bots: false,
            bots_hear_edits: true,
            all_mentions_bots: false,
            html_input: true,
            markdown_returned: true,
            bare_mention_ids: false,
            foreign_edit_status: 403,
            messages_max: 1000,
            replies_outlive_parent: true,
            visibility_delay_ms: 0,
            webhook_first_share: 0.25,
            webhook_timeout_ms: 15_000,
            webhook_window_ms: 300_000,
            webhook_window_least: 10,
            webhook_failure_share: 0.95,
            webhook_duplicate_refused: true,
            webhook_charset: false,
            webhook_stops_on_revoke: true,
            consent_refusal: "access_denied".to_owned(),
            code_seconds: 600,
            access_token_seconds: 14 * 86_400,
            refresh_token_seconds: 90 * 86_400,
            refresh_restarts: true,
            refresh_rotates: false,
            live_tokens_per_account: 750,
            file_most_bytes: 100 * 1024 * 1024,
            file_too_large_status: 413,
            file_scan_ms: 0,
            file_scan_says_when: true,
            files_kept: true,
            rates: Rates::default(),
            ledger_keeps_reads: true,
        }
    }
}
