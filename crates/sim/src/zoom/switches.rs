//! Everything about Zoom that its documents leave open, as switches. The defaults are the readings with the better
//! evidence; where there is none, the stricter reading, so that a client that works here works with the laxer one too.

use serde::{Deserialize, Serialize};

use super::id::IdForm;

/// Settable at run time through `POST /_sim/switches`; a partial object changes the switches it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one open question with two answers")]
pub struct Switches {
    /// The plan of the account, which the rate limits follow.
    pub plan: Plan,
    /// Whether calls with the people's own tokens under `/_sim/people` count against the rate limits. They stand for the
    /// vendor's own app, which in life does not go through the API.
    pub own_app_limited: bool,
    /// What `Retry-After` says when the limit of a second is hit. Only the daily limit's is documented.
    pub retry_after: RetryAfter,
    /// The status of a send that the windows of a conversation block; nothing is documented.
    pub window_status: u16,
    /// The error code beside it.
    pub window_code: u32,
    /// Whether the windows, documented for `to_channel`, hold for direct conversations as well.
    pub windows_for_contacts: bool,
    /// The error code of a missing scope: 4711 in captures, 4700 in the documents.
    pub missing_scope_code: u32,
    /// Whether a call to `/marketplace/app/event_subscription` needs a scope.
    pub subscription_scope: bool,
    /// Whose role decides when an account-level app acts for somebody.
    pub acting: Acting,
    /// Whether a server-to-server token may say `me`.
    pub server_says_me: bool,
    /// Whether `client_id` and `client_secret` are taken from the form as well. Basic credentials alone are documented.
    pub client_in_form: bool,
    /// How long an authorization code lives, in seconds; documented as five minutes.
    pub code_seconds: i64,
    /// How long an access token lives, in seconds; documented as one hour.
    pub access_token_seconds: i64,
    /// How long a refresh token lives, in seconds; 90 days by the vendor's own library.
    pub refresh_token_seconds: i64,
    /// For so many seconds a used refresh token still works. Documented as none.
    pub refresh_grace_seconds: i64,
    /// Whether refreshing ends the earlier access token as well.
    pub refresh_kills_access: bool,
    /// Whether authorizing again ends the tokens of the earlier authorization (error 4741 of the authorization server).
    pub reauthorization_revokes: bool,
    /// The status beside `invalid_grant`; it was 401 before 2022.
    pub dead_grant_status: u16,
    /// Whether everybody of the account is everybody's contact without being added.
    pub company_contacts: bool,
    /// Whether one can write to oneself.
    pub self_chat: bool,
    /// What one character of the message limit and one step of a position is.
    pub unit: Unit,
    /// The longest message, in that unit. The reference says 1,024.
    pub longest: usize,
    /// What happens to a longer message.
    pub too_long: TooLong,
    /// Whether adding a reaction that is there, or taking away one that is not, is refused. Nothing is documented.
    pub same_reaction_refused: bool,
    /// Whether a mention's range must begin with `@` and lie in the text.
    pub strict_positions: bool,
    /// Whether a mention may name a user id; the reference lists e-mail address and member id.
    pub mention_by_user_id: bool,
    /// Whether any member may rename a channel. The reference names an error for a lack of permission, and not who has it.
    pub members_rename: bool,
    /// Whether an edit keeps `rich_text` and `at_items`, which it cannot name.
    pub edit_keeps_formatting: bool,
    /// Whether a reply to a deleted message is accepted.
    pub reply_to_deleted: bool,
    /// How the answer of a send writes the message id.
    pub ids_in_answers: IdForm,
    /// How histories write it.
    pub ids_in_history: IdForm,
    /// How threads write it.
    pub ids_in_threads: IdForm,
    /// How events write it.
    pub ids_in_events: IdForm,
    /// Whether edited messages are shown only with `include_deleted_and_edited_message`, as its description reads.
    pub edited_only_on_request: bool,
    /// Whether histories begin with the newest message.
    pub newest_first: bool,
    /// For so long a message stays invisible to reads after its event was sent, in milliseconds.
    pub visibility_delay_ms: u64,
    /// Which side of a direct conversation has to have authorized the app for a user-level subscription to fire.
    pub hears: Hears,
    /// Whether a user-level subscription fires once for each side that authorized the app.
    pub once_per_user: bool,
    /// Whether `chat_message.*` fires for authors of other accounts.
    pub old_events_for_outsiders: bool,
    /// The share of sends, edits and deletes whose answer waits until its events were answered, 0 to 1.
    pub event_first_share: f64,
    /// How long a receiver may take to answer, in milliseconds.
    pub webhook_timeout_ms: u64,
    /// The pauses before the first, second and third repetition, in seconds.
    pub retry_seconds: Vec<u64>,
    /// Whether a repetition is signed with its own time.
    pub retries_signed_anew: bool,
    /// How often an endpoint is validated again, in seconds; 0 is never.
    pub revalidation_seconds: u64,
    /// So many validations in a row that fail disable the subscription.
    pub revalidation_failures: u32,
    /// A feed whose client says nothing for so long is closed, in seconds; 0 is never.
    pub feed_silence_seconds: u64,
    /// Whether a feed ends when its token expires.
    pub feed_ends_with_token: bool,
    /// Whether the chatbot API insists on `user_jid`.
    pub bot_needs_user_jid: bool,
    /// Whether a chatbot's message is named by its sender as histories name it. The reference shows both a name of its own
    /// kind and a UUID.
    pub bot_ids_of_histories: bool,
    /// Whether `toJid` of a direct message to a chatbot names the chatbot behind the person; both have been seen.
    pub bot_named_in_to_jid: bool,
    /// Scheme and authority of the addresses of files; those of the API if absent. The service has files on a host of
    /// their own.
    pub file_base: Option<String>,
    /// Scheme and authority of where a download is redirected to; those of the first address if absent.
    pub file_storage_base: Option<String>,
    /// Whether a download is redirected, and asks for the token again there.
    pub file_download_redirects: bool,
    /// Whether an upload is redirected with 307, and asks for the token again there.
    pub file_upload_redirects: bool,
    /// Whether the account forbids files (error 5403).
    pub files_forbidden: bool,
    /// Whether a message with files has to have a text, as its field is marked.
    pub files_need_text: bool,
    /// The most bytes of a file that is uploaded for later; documented as one gigabyte.
    pub file_most_bytes: u64,
    /// The most bytes of a file that is uploaded and sent in one; documented as 20 MB.
    pub sent_file_most_bytes: u64,
    /// The same for images; documented as 16 MB.
    pub sent_image_most_bytes: u64,
    /// Whether the bytes of files are kept; off only to save memory in load runs, where downloads have made-up bytes of
    /// the right length.
    pub files_kept: bool,
    /// Whether calls that changed nothing are kept in the ledger; off only to save memory in long load runs.
    pub ledger_keeps_reads: bool,
}

/// "Rate limits": the limits by plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Free.
    Free,
    /// Pro.
    Pro,
    /// Business, Education, Enterprise and partners.
    Business,
}

/// The form of `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// Not there.
    Absent,
    /// Whole seconds.
    Seconds,
    /// An ISO 8601 instant, as the daily limit's is documented.
    Instant,
}

/// Whose role has to allow that an app acts for somebody ("Edit" for "Chat Messages").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acting {
    /// The one who owns or installed the app, who is an administrator and has it.
    Owner,
    /// The one who is acted for, as older copies of the reference have it.
    ActedFor,
}

/// What text is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Code units of UTF-16, as the vendor's JavaScript clients count.
    Utf16,
    /// Code points.
    CodePoints,
}

/// What a message that is too long comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TooLong {
    /// 400 with code 300.
    Refused,
    /// What fits is kept.
    Cut,
    /// All is kept.
    Kept,
}

/// Sides of a direct conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hears {
    /// Either.
    Both,
    /// The author only.
    Author,
    /// The other side only.
    Other,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            plan: Plan::Business,
            own_app_limited: false,
            retry_after: RetryAfter::Absent,
            window_status: 429,
            window_code: 429,
            windows_for_contacts: false,
            missing_scope_code: 4711,
            subscription_scope: false,
            acting: Acting::Owner,
            server_says_me: false,
            client_in_form: false,
            code_seconds: 300,
            access_token_seconds: 3_600,
            refresh_token_seconds: 90 * 86_400,
            refresh_grace_seconds: 0,
            refresh_kills_access: false,
            reauthorization_revokes: true,
            dead_grant_status: 400,
            company_contacts: true,
            self_chat: true,
            unit: Unit::Utf16,
            longest: 1024,
            too_long: TooLong::Refused,
            strict_positions: true,
            mention_by_user_id: false,
            members_rename: false,
            edit_keeps_formatting: false,
            reply_to_deleted: false,
            ids_in_answers: IdForm::Lower,
            ids_in_history: IdForm::Upper,
            ids_in_threads: IdForm::Braced,
            ids_in_events: IdForm::Upper,
            edited_only_on_request: true,
            newest_first: true,
            visibility_delay_ms: 0,
            hears: Hears::Both,
            once_per_user: false,
            old_events_for_outsiders: false,
            same_reaction_refused: false,
            event_first_share: 0.25,
            webhook_timeout_ms: 3_000,
            retry_seconds: vec![300, 1_200, 3_600],
            retries_signed_anew: true,
            revalidation_seconds: 72 * 3_600,
            revalidation_failures: 6,
            feed_silence_seconds: 60,
            feed_ends_with_token: true,
            bot_needs_user_jid: true,
            bot_ids_of_histories: false,
            bot_named_in_to_jid: true,
            file_base: None,
            file_storage_base: None,
            file_download_redirects: true,
            file_upload_redirects: false,
            files_forbidden: false,
            files_need_text: true,
            file_most_bytes: 1 << 30,
            sent_file_most_bytes: 20 << 20,
            sent_image_most_bytes: 16 << 20,
            files_kept: true,
            ledger_keeps_reads: true,
        }
    }
}

impl Unit {
    /// The length of `text`.
    pub(super) fn length(self, text: &str) -> usize {
        match self {
            Self::Utf16 => text.encode_utf16().count(),
            Self::CodePoints => text.chars().count(),
        }
    }

    /// How much one character counts.
    pub(super) fn of(self, character: char) -> usize {
        match self {
            Self::Utf16 => character.len_utf16(),
            Self::CodePoints => 1,
        }
    }
}
