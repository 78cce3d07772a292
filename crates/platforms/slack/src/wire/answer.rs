//! What every answer of the Web API has, and the answers that are small. "Using the Slack Web API", evaluating responses.

use serde::Deserialize;

use super::Text;

/// The common part.
#[derive(Debug, Deserialize)]
pub(crate) struct Common<'a> {
    pub(crate) ok: bool,
    #[serde(borrow)]
    pub(crate) error: Option<Text<'a>>,
    /// The scope that was missing.
    #[serde(borrow)]
    pub(crate) needed: Option<Text<'a>>,
    /// In place of a code.
    pub(crate) not_in_channel: Option<bool>,
}

/// Where a list goes on. "Pagination": empty, null or absent at its end.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) next_cursor: Option<String>,
}

/// Where a list goes on, if it does.
pub(crate) fn next(metadata: Option<Metadata>) -> Option<String> {
    metadata?.next_cursor.filter(|cursor| !cursor.is_empty())
}

/// "auth.test".
#[derive(Debug, Deserialize)]
pub(crate) struct Identity {
    pub(crate) user_id: String,
    pub(crate) team_id: Option<String>,
    /// The account's short name.
    pub(crate) user: Option<String>,
    /// Only of a bot token.
    pub(crate) bot_id: Option<String>,
}

/// "apps.connections.open".
#[derive(Debug, Deserialize)]
pub(crate) struct Opened {
    pub(crate) url: String,
}
