//! A subscription. Graph: `subscription`, "Create subscription", "Update subscription".

use serde::{Deserialize, Serialize};

/// A subscription as Graph shows it. `clientState` and the certificate are not shown.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    /// Its id.
    pub(crate) id: String,
    /// What it is about.
    pub(crate) resource: String,
    /// Where reports go.
    pub(crate) notification_url: Option<String>,
    /// Whether the resource comes with the report.
    pub(crate) include_resource_data: Option<bool>,
    /// Our id of the certificate that content is encrypted to.
    pub(crate) encryption_certificate_id: Option<String>,
    /// When it ends.
    pub(crate) expiration_date_time: Option<String>,
}

/// A subscription to be made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewSubscription<'a> {
    /// `created,updated,deleted`.
    pub(crate) change_type: &'static str,
    /// Where reports go.
    pub(crate) notification_url: &'a str,
    /// Where reports about the subscription itself go; needed above an hour, cannot be added later.
    pub(crate) lifecycle_notification_url: &'a str,
    /// What it is about; ids raw, never percent-encoded.
    pub(crate) resource: &'a str,
    /// Whether the resource should come with the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) include_resource_data: Option<bool>,
    /// Our certificate, DER in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encryption_certificate: Option<&'a str>,
    /// Our id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encryption_certificate_id: Option<&'a str>,
    /// When it ends.
    pub(crate) expiration_date_time: String,
    /// What each report must bring back; at most 128 characters.
    pub(crate) client_state: &'a str,
}

/// A renewal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Renewal {
    /// The new end.
    pub(crate) expiration_date_time: String,
}
