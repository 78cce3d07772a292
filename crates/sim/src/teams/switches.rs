//! The facts about Teams that the vendor's documents leave open, each as a switch.
//!
//! A default is the reading that is harder on a client, so that a client which passes against the defaults does not
//! depend on a guess. Both sides of every switch are tested. Switches change at run time through `POST /_sim/switches`
//! with any subset of the fields.

use serde::{Deserialize, Serialize};

/// All switches. In JSON every field may be left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact, set by name from JSON")]
pub struct Switches {
    /// Whether a person's own token may subscribe to `/users/{own id}/chats/getAllMessages`. The notification guide lists
    /// it, the subscription reference says "not supported"; off by default.
    pub delegated_user_subscription: bool,
    /// Whether an app-only token may subscribe to `/users/{id}/chats/getAllMessages`.
    pub app_user_subscription: bool,
    /// Whether an app-only token may subscribe to `/chats/getAllMessages`.
    pub app_tenant_subscription: bool,
    /// Whether a person's token may subscribe to `/chats/{id}/messages` of an own chat. Documented without doubt.
    pub delegated_chat_subscription: bool,
    /// At most so many per-chat delegated subscriptions a user; a field report speaks of 90 to 95. Absent: no limit.
    pub chat_subscriptions_per_user: Option<u32>,
    /// Subscriptions whose `resource` carries percent-encoded ids or begins with `/me/chats/{id}` are accepted and
    /// never fire, as two reports tell.
    pub encoded_resource_never_fires: bool,
    /// What `GET /chats` and `GET /me/chats` show.
    pub chats_listed: Listed,
    /// App-only reads of messages are refused with 403 until Microsoft approved the app ("protected APIs").
    pub protected_api_refused: bool,
    /// What somebody who is not a member of a chat gets.
    pub stranger: Stranger,
    /// Whether a rich `deleted` notification carries the (emptied) message.
    pub deleted_payload: bool,
    /// Whether the body's content of a deleted message is `""` or `null`.
    pub deleted_content_null: bool,
    /// Sends an `updated` notification so many milliseconds after each message although nothing changed but its
    /// `lastModifiedDateTime`, as link previews do. Absent: never.
    pub update_after_post_millis: Option<u64>,
    /// Whether the notification about a message leaves before or after the answer to the POST that made it.
    pub echo: Echo,
    /// What the validation token looks like.
    pub validation_token: ValidationToken,
    /// Whether `POST /chats/{id}/messages/replyWithQuote` exists; it is newer than the rest.
    pub reply_with_quote: bool,
    /// Whether removing a reaction notifies twice, as reported.
    pub unreact_notifies_twice: bool,
    /// Whether HTML without a block element around it is wrapped in `<p>` on saving.
    pub wraps_in_paragraph: bool,
    /// How the 28 KB of a message are counted.
    pub size_counted_in: SizeUnit,
    /// Whether the id of a one-on-one chat is made from both object ids in ascending order, or is not derivable.
    pub derivable_chat_ids: bool,
    /// Who may consent to chat scopes: everybody, or administrators only (the consent policy of some tenants).
    pub user_consent: bool,
    /// Whether the tokens under `/_sim/people` count against the rate limits. They belong to the vendor's own app, which
    /// in life does not go through Graph; a page that stands for that app may want them unlimited.
    pub own_app_limited: bool,
    /// Whether POST and GET on one chat share the bucket of one request a second.
    pub chat_limit_shared: bool,
    /// Whether a slow endpoint is delayed and a very slow one loses notifications.
    pub delivery_policy: bool,
    /// How many notifications travel in one POST at most.
    pub batch_cap: usize,
    /// The first pause before a notification is sent again; it doubles up to ten minutes, for four hours in all.
    pub retry_first_millis: u64,
    /// Whether a lifetime below 45 minutes is raised to 45 minutes.
    pub short_lifetimes_raised: bool,
    /// Scheme and authority of the addresses of files; those of Graph if absent. In life they are the tenant's own host.
    pub files_base: Option<String>,
    /// The most bytes of a file; documented as 250 GB, and less where the drive is full.
    pub file_most_bytes: u64,
    /// How long an upload in pieces may take, in seconds.
    pub upload_session_seconds: u64,
    /// How long an address for a download lives, in seconds; documented as short.
    pub download_url_seconds: u64,
    /// Whether the bytes of an inline image come with their type, or as `application/octet-stream`.
    pub hosted_type_told: bool,
    /// Whether the bytes of files are kept; off only to save memory in load runs, where downloads have made-up bytes of
    /// the right length.
    pub files_kept: bool,
}

/// What the chat lists show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// Every chat.
    All,
    /// Only chats in which something was written.
    WithMessages,
    /// The list is refused with 403.
    Refused,
}

/// The answer to somebody who is not a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stranger {
    /// 403 `Forbidden`.
    Forbidden,
    /// 404 `NotFound`, as if the chat did not exist.
    NotFound,
}

/// Notification first or answer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    /// The notification has been answered before the POST is.
    Before,
    /// The POST is answered first.
    After,
    /// One or the other, by the seeded dice.
    Random,
}

/// The text of validation tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidationToken {
    /// Words, spaces and colons, as Graph sends today.
    Words,
    /// The same with `+`, `%`, `&` and `=` added, which only a proper decoder survives.
    Awkward,
}

/// What one unit of a message's size is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeUnit {
    /// Bytes of UTF-8.
    Bytes,
    /// Code units of UTF-16.
    Utf16,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            delegated_user_subscription: false,
            app_user_subscription: true,
            app_tenant_subscription: true,
            delegated_chat_subscription: true,
            chat_subscriptions_per_user: None,
            encoded_resource_never_fires: false,
            chats_listed: Listed::All,
            protected_api_refused: false,
            stranger: Stranger::Forbidden,
            deleted_payload: true,
            deleted_content_null: false,
            update_after_post_millis: None,
            echo: Echo::Random,
            validation_token: ValidationToken::Awkward,
            reply_with_quote: true,
            unreact_notifies_twice: true,
            wraps_in_paragraph: true,
            size_counted_in: SizeUnit::Bytes,
            derivable_chat_ids: true,
            user_consent: true,
            own_app_limited: true,
            chat_limit_shared: false,
            delivery_policy: true,
            batch_cap: 20,
            retry_first_millis: 2_000,
            short_lifetimes_raised: false,
            files_base: None,
            file_most_bytes: 250 << 30,
            upload_session_seconds: 86_400,
            download_url_seconds: 3_600,
            hosted_type_told: false,
            files_kept: true,
        }
    }
}
