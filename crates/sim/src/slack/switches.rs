//! Everything about Slack that its documents leave open, as switches. The defaults are the readings with the better
//! evidence; where there is none, the stricter reading, so that a client that works here works with the laxer one too.

use serde::{Deserialize, Serialize};

use super::methods::Tier;

/// Settable at run time through `POST /_sim/switches`; a partial object changes the switches it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one open question with two answers")]
pub struct Switches {
    /// How long an authorization code lives, in seconds; documented as ten minutes.
    pub code_seconds: i64,
    /// How long a rotating access token lives, in seconds; documented as twelve hours.
    pub access_token_seconds: i64,
    /// How long a used refresh token still works, in seconds; documented as "short".
    pub refresh_grace_seconds: i64,
    /// How long a refresh token of a client that proves itself by PKCE lives, in seconds; documented as 30 days.
    pub pkce_refresh_seconds: i64,
    /// How many access tokens of one rotating grant may live at once; documented as two.
    pub live_access_tokens: usize,
    /// What a token answers whose person was deactivated; `token_revoked` has been seen as well.
    pub deactivated_token_error: String,
    /// What a post into a conversation with somebody deactivated answers; absent means that it is accepted.
    pub post_to_deactivated_error: Option<String>,
    /// With more people than this `users.list` without a limit answers `limit_required`; absent means never.
    pub users_list_needs_limit_over: Option<usize>,
    /// Whether a post of text alone is stored with the rich text made of it.
    pub text_posts_get_blocks: bool,
    /// From how many characters on a text is stored as several messages, of which the first one's `ts` is answered; absent
    /// means never. Not documented, observed at about 4,046.
    pub text_split_at: Option<usize>,
    /// Whether a text beyond 40,000 characters is refused with `msg_too_long` instead of being cut.
    pub overlong_text_refused: bool,
    /// Whether an empty text element in rich text is refused.
    pub empty_text_element_refused: bool,
    /// Whether a reply whose root is not there lands in the conversation; otherwise it is refused.
    pub orphan_reply_lands_in_channel: bool,
    /// Whether `chat.update` with blocks marks the message as edited; it does not, says the method's page.
    pub blocks_update_marks_edited: bool,
    /// For how long one may edit what one wrote, in seconds; absent means for ever. A setting of the workspace.
    pub edit_window_seconds: Option<i64>,
    /// Whether people may delete what they wrote. A setting of the workspace.
    pub people_may_delete: bool,
    /// Whether a post under another name (`chat:write.customize`) can be deleted; the method's page says no, deployed
    /// bridges do it.
    pub customized_deletable: bool,
    /// Whether a post under another name has the subtype `bot_message` and no user.
    pub customized_is_bot_message: bool,
    /// Whether the `bot_id` of a post made with a person's token is the one that `auth.test` tells the app's bot.
    pub user_posts_carry_bot_id: bool,
    /// Whether `client_msg_id` is taken from a post and a second post with the same one answers the first. Not documented.
    pub client_msg_id_deduplicates: bool,
    /// How long after a post a link's preview is attached, in milliseconds, told as a change of the message; absent means
    /// never.
    pub unfurl_ms: Option<u64>,
    /// Whether links in posts of apps are previewed unless the post says otherwise.
    pub unfurl_by_default: bool,
    /// Whether a reply is told as `message_replied` as well, which arrives without its subtype (`message_replied`).
    pub replies_are_told_of_the_root: bool,
    /// Whether a reply is told as a change of its root too, in which nothing that somebody wrote has changed.
    pub replies_change_the_root: bool,
    /// Whether `conversations.replies` repeats the root on every page.
    pub root_on_every_page: bool,
    /// Whether the app counts as commercially distributed outside the Marketplace: one call a minute and 15 messages of
    /// `conversations.history` and `conversations.replies`.
    pub commercial_history: bool,
    /// The share of posts, edits and deletes whose answer waits until its events were answered, 0 to 1.
    pub events_first_share: f64,
    /// Whether first attempts of events about one conversation wait for each other. The service promises no order.
    pub events_in_order: bool,
    /// How long a receiver may take to answer an event, in milliseconds.
    pub event_timeout_ms: u64,
    /// How long after a failed attempt the next one begins, in seconds: "nearly immediately", a minute, five minutes.
    pub event_retry_seconds: Vec<u64>,
    /// The window in which failed deliveries are counted, in milliseconds.
    pub event_window_ms: u64,
    /// An app with fewer deliveries in the window is not switched off.
    pub event_window_least: u64,
    /// The share of failed deliveries in the window beyond which an app's events are switched off.
    pub event_failure_share: f64,
    /// How many events one app is sent within an hour before `app_rate_limited` is sent instead.
    pub events_per_hour: u64,
    /// How long a socket may take to acknowledge an envelope, in milliseconds.
    pub socket_ack_ms: u64,
    /// How long a socket lives, in seconds; it is warned ten seconds before.
    pub socket_seconds: u64,
    /// How long a socket's address can be used, in seconds.
    pub socket_ticket_seconds: i64,
    /// How often a socket is pinged, in milliseconds.
    pub socket_ping_ms: u64,
    /// How many sockets an app may have open; documented as ten.
    pub sockets_per_app: usize,
    /// Scheme and authority of the addresses of files, e.g. `http://127.0.0.1:7703`; those of the API if absent. The
    /// service has files on a host of their own.
    pub files_base: Option<String>,
    /// The most bytes of a file. A setting of the plan; a gigabyte has been seen.
    pub file_most_bytes: u64,
    /// What `files.getUploadURLExternal` answers, e.g. `file_uploads_disabled`; absent means that it works.
    pub file_upload_error: Option<String>,
    /// How long after `files.completeUploadExternal` the message with the files is there, in milliseconds. Of the share of
    /// `events_first_share` it is there before the answer.
    pub file_share_ms: u64,
    /// The share of uploads that were completed and are never shared, 0 to 1. Reported, not documented.
    pub file_share_lost: f64,
    /// How long after that a file has no type, no size and no address yet, in milliseconds.
    pub file_processing_ms: u64,
    /// Whether events have no more of a file than its id and `check_file_info`, as in channels shared with others.
    pub file_events_are_bare: bool,
    /// Whether history names the subtype `file_share`, as events do.
    pub file_share_in_history: bool,
    /// Whether a download without a good token is sent to the sign-in page with 302; otherwise it gets that page with 200.
    /// Both have been seen.
    pub file_sign_in_redirects: bool,
    /// How long after it was shared a file answers everybody with the sign-in page, in milliseconds. Seen of fresh files.
    pub file_fresh_ms: u64,
    /// Whether the bytes of files are kept; off only to save memory in load runs, where downloads have made-up bytes of
    /// the right length.
    pub files_kept: bool,
    /// The rate limits, before the factor.
    pub rates: Rates,
    /// Whether the tokens under `/_sim/people` count against them. They belong to the vendor's own app, whose limits nobody
    /// knows; who stands for that app with a client of the Web API may want them unlimited.
    pub own_app_limited: bool,
    /// Whether calls that changed nothing are kept in the ledger; off only to save memory in long load runs.
    pub ledger_keeps_reads: bool,
}

/// The tiers ("Rate Limits"): calls a minute per method, workspace and app. Bursts are tolerated and their size is not
/// published; here it is half a minute's worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Tier 1.
    pub tier1: Rate,
    /// Tier 2.
    pub tier2: Rate,
    /// Tier 3.
    pub tier3: Rate,
    /// Tier 4.
    pub tier4: Rate,
    /// The methods with limits of their own: `auth.test`, `oauth.v2.access` and the like.
    pub special: Rate,
    /// Posting into one conversation: "1 per second", short bursts allowed.
    pub posts_to_one_channel: Rate,
    /// Posting anywhere in the workspace: "several hundred messages per minute".
    pub posts: Rate,
    /// History of commercially distributed apps.
    pub commercial_history: Rate,
}

/// One token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Calls a minute.
    pub per_minute: f64,
    /// Calls at once.
    pub burst: f64,
}

impl Rates {
    /// The rate of a tier.
    pub(super) fn of(&self, tier: Tier) -> Rate {
        match tier {
            Tier::One => self.tier1,
            Tier::Two => self.tier2,
            Tier::Three => self.tier3,
            Tier::Four => self.tier4,
            Tier::Special => self.special,
            Tier::Posting => self.posts,
        }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            tier1: Rate { per_minute: 1.0, burst: 1.0 },
            tier2: Rate { per_minute: 20.0, burst: 10.0 },
            tier3: Rate { per_minute: 50.0, burst: 25.0 },
            tier4: Rate { per_minute: 100.0, burst: 50.0 },
            special: Rate { per_minute: 600.0, burst: 60.0 },
            posts_to_one_channel: Rate { per_minute: 60.0, burst: 3.0 },
            posts: Rate { per_minute: 300.0, burst: 100.0 },
            commercial_history: Rate { per_minute: 1.0, burst: 1.0 },
        }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            code_seconds: 600,
            access_token_seconds: 43_200,
            refresh_grace_seconds: 60,
            pkce_refresh_seconds: 30 * 86_400,
            live_access_tokens: 2,
            deactivated_token_error: "account_inactive".to_owned(),
            post_to_deactivated_error: Some("is_archived".to_owned()),
            users_list_needs_limit_over: Some(5_000),
            text_posts_get_blocks: true,
            text_split_at: Some(4_046),
            overlong_text_refused: false,
            empty_text_element_refused: true,
            orphan_reply_lands_in_channel: true,
            blocks_update_marks_edited: false,
            edit_window_seconds: None,
            people_may_delete: true,
            customized_deletable: true,
            customized_is_bot_message: true,
            user_posts_carry_bot_id: true,
            client_msg_id_deduplicates: false,
            unfurl_ms: Some(1_500),
            unfurl_by_default: true,
            replies_are_told_of_the_root: true,
            replies_change_the_root: true,
            root_on_every_page: true,
            commercial_history: false,
            events_first_share: 0.25,
            events_in_order: true,
            event_timeout_ms: 3_000,
            event_retry_seconds: vec![1, 60, 300],
            event_window_ms: 3_600_000,
            event_window_least: 1_000,
            event_failure_share: 0.95,
            events_per_hour: 30_000,
            socket_ack_ms: 3_000,
            socket_seconds: 3_600,
            socket_ticket_seconds: 30,
            socket_ping_ms: 10_000,
            sockets_per_app: 10,
            files_base: None,
            file_most_bytes: 1 << 30,
            file_upload_error: None,
            file_share_ms: 400,
            file_share_lost: 0.0,
            file_processing_ms: 0,
            file_events_are_bare: false,
            file_share_in_history: true,
            file_sign_in_redirects: false,
            file_fresh_ms: 0,
            files_kept: true,
            rates: Rates::default(),
            own_app_limited: true,
            ledger_keeps_reads: true,
        }
    }
}
