//! People. "User object"; "users.info", "users.list".

use serde::Deserialize;

use super::answer::Metadata;

/// A person or a bot.
#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    /// Deactivated.
    pub(crate) deleted: Option<bool>,
    pub(crate) real_name: Option<String>,
    pub(crate) is_bot: Option<bool>,
    /// Also of owners.
    pub(crate) is_admin: Option<bool>,
    /// Invited, and never signed in.
    #[serde(rename = "is_invited_user")]
    pub(crate) is_invited: Option<bool>,
    pub(crate) profile: Option<Profile>,
}

/// What people show of themselves.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Profile {
    pub(crate) display_name: Option<String>,
    pub(crate) real_name: Option<String>,
    /// Only with `users:read.email`.
    pub(crate) email: Option<String>,
    pub(crate) image_192: Option<String>,
}

/// One user.
#[derive(Debug, Deserialize)]
pub(crate) struct One {
    pub(crate) user: User,
}

/// A page of users.
#[derive(Debug, Deserialize)]
pub(crate) struct Users {
    pub(crate) members: Vec<User>,
    pub(crate) response_metadata: Option<Metadata>,
}
