//! People. "List People", "Get My Own Details".

use serde::Deserialize;

/// A person, a bot or a guest. Every field but `id` and `type` can be absent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) emails: Vec<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) avatar: Option<String>,
    /// `person`, `bot` or `appuser`.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// Shown to administrators.
    pub(crate) login_enabled: Option<bool>,
    pub(crate) department: Option<String>,
}
