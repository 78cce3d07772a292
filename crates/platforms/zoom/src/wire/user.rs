//! Users. "List users", "Get a user".

use serde::Deserialize;

/// Somebody of the account.
#[derive(Debug, Deserialize)]
pub(crate) struct User {
    /// Missing for users who have not activated their account.
    pub(crate) id: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// `active`, `inactive` or `pending`.
    pub(crate) status: Option<String>,
    pub(crate) pic_url: Option<String>,
    pub(crate) dept: Option<String>,
}

/// A page of users.
#[derive(Debug, Deserialize)]
pub(crate) struct Users {
    pub(crate) users: Vec<User>,
    /// Empty on the last page.
    pub(crate) next_page_token: Option<String>,
}
