//! Sessions. "List a user's chat sessions".

use serde::Deserialize;

/// A page of sessions.
#[derive(Debug, Deserialize)]
pub(crate) struct Sessions {
    pub(crate) sessions: Vec<Session>,
    /// Empty on the last page.
    pub(crate) next_page_token: Option<String>,
}

/// A conversation in which something was said.
#[derive(Debug, Deserialize)]
pub(crate) struct Session {
    /// Empty when the other is of another account.
    pub(crate) peer_contact_user_id: Option<String>,
    /// When something was last said.
    pub(crate) last_message_sent_time: Option<String>,
}
