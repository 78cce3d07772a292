//! What the Events API delivers. "Events API", event envelope; "Event: `url_verification`", "Event: `app_rate_limited`"; "Using Socket Mode".

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Text;

/// A delivery.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(borrow)]
    pub(crate) team_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) challenge: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) authorizations: Option<Vec<Authorization<'a>>>,
    #[serde(borrow)]
    pub(crate) event: Option<&'a RawValue>,
}

/// One of those whose authorization lets the app see the event.
#[derive(Debug, Deserialize)]
pub(crate) struct Authorization<'a> {
    #[serde(borrow)]
    pub(crate) team_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) user_id: Option<Text<'a>>,
    pub(crate) is_bot: Option<bool>,
}

/// What an event is, and what it needs beyond the message that it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Event<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
    /// An object in events about channels.
    #[serde(borrow)]
    pub(crate) channel: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) channel_type: Option<Text<'a>>,
    #[serde(rename = "event_ts", borrow)]
    pub(crate) reported_ts: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) deleted_ts: Option<Text<'a>>,
    /// Of a change: the message as it is now.
    #[serde(borrow)]
    pub(crate) message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) previous_message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) tokens: Option<Revoked<'a>>,
    /// Of a reaction: who reacts.
    #[serde(borrow)]
    pub(crate) user: Option<&'a RawValue>,
    /// Of a reaction: to what.
    #[serde(borrow)]
    pub(crate) item: Option<&'a RawValue>,
}

/// What somebody reacts to. "`reaction_added`".
#[derive(Debug, Deserialize)]
pub(crate) struct ReactedTo<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(borrow)]
    pub(crate) channel: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) ts: Option<Text<'a>>,
}

/// "Event: `tokens_revoked`": ids of users, not tokens.
#[derive(Debug, Deserialize)]
pub(crate) struct Revoked<'a> {
    #[serde(borrow)]
    pub(crate) oauth: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(crate) bot: Option<Vec<Text<'a>>>,
}

/// A frame of Socket Mode.
#[derive(Debug, Deserialize)]
pub(crate) struct Frame<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(borrow)]
    pub(crate) envelope_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) reason: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) payload: Option<&'a RawValue>,
}
