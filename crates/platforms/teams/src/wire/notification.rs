//! What Graph posts to a notification address. Graph: `changeNotificationCollection`, `changeNotification`,
//! `changeNotificationEncryptedContent`; lifecycle items: "Reduce missing subscriptions and change notifications".
//!
//! Items are kept as the vendor wrote them until the batch is proven, and encrypted content is never unpacked here.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A batch.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Batch<'a> {
    /// The items, unread.
    #[serde(borrow)]
    pub(crate) value: Vec<&'a RawValue>,
    /// Tokens that prove a batch with content, one for each app and tenant in it.
    #[serde(borrow, default)]
    pub(crate) validation_tokens: Option<Vec<Cow<'a, str>>>,
}

/// As much of an item as its proof needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Proof<'a> {
    /// What we gave the subscription.
    #[serde(borrow)]
    pub(crate) client_state: Option<Cow<'a, str>>,
    /// Whose data it is about.
    #[serde(borrow)]
    pub(crate) tenant_id: Option<Cow<'a, str>>,
    /// Whether there is content.
    #[serde(borrow)]
    pub(crate) encrypted_content: Option<&'a RawValue>,
}

/// The clear part of an item.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notification<'a> {
    /// What we gave the subscription.
    #[serde(borrow)]
    pub(crate) client_state: Option<Cow<'a, str>>,
    /// `created`, `updated` or `deleted`.
    #[serde(borrow)]
    pub(crate) change_type: Option<Cow<'a, str>>,
    /// A path below the service root, e.g. `chats('…')/messages('…')`.
    #[serde(borrow)]
    pub(crate) resource: Option<Cow<'a, str>>,
    /// What kind of resource it is.
    #[serde(borrow)]
    pub(crate) resource_data: Option<ResourceData<'a>>,
    /// The resource itself, as [`EncryptedContent`].
    #[serde(borrow)]
    pub(crate) encrypted_content: Option<&'a RawValue>,
    /// What happened to the subscription; only in lifecycle items.
    #[serde(borrow)]
    pub(crate) lifecycle_event: Option<Cow<'a, str>>,
}

/// Names the resource.
#[derive(Debug, Deserialize)]
pub(crate) struct ResourceData<'a> {
    /// E.g. `#Microsoft.Graph.chatMessage`.
    #[serde(rename = "@odata.type", borrow)]
    pub(crate) kind: Option<Cow<'a, str>>,
}

/// A resource, encrypted to our certificate. Graph: "Set up change notifications that include resource data".
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EncryptedContent<'a> {
    /// Base64: AES-256-CBC, PKCS#7 padding, the initialization vector is the first half of the key.
    #[serde(borrow)]
    pub(crate) data: Cow<'a, str>,
    /// Base64: the AES key, encrypted with RSA-OAEP (SHA-1).
    #[serde(borrow)]
    pub(crate) data_key: Cow<'a, str>,
    /// Base64: HMAC-SHA256 with the AES key over the decoded `data`.
    #[serde(borrow)]
    pub(crate) data_signature: Cow<'a, str>,
    /// The id we gave our certificate.
    #[serde(borrow)]
    pub(crate) encryption_certificate_id: Cow<'a, str>,
}
