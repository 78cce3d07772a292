//! Webhooks as they are listed. "List Webhooks".

use serde::Deserialize;

/// A webhook.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) target_url: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) filter: Option<String>,
    /// Not always shown.
    pub(crate) secret: Option<String>,
    /// `active` or `inactive`.
    pub(crate) status: Option<String>,
}
