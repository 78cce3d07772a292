//! What is written. "Create a Message", "Edit a Message", "Create a Room", "Update a Room", "Create a Membership", "Create a
//! Webhook", "Update a Webhook", "Create a `FedRAMP` Bot".

use serde::Serialize;

/// A new message. Exactly one of `room_id` and `to_person_id`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewMessage<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) room_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to_person_id: Option<&'a str>,
    /// The root of the thread that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_id: Option<&'a str>,
    pub(crate) markdown: &'a str,
}

/// What a message says from now on. The room is required.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Edit<'a> {
    pub(crate) room_id: &'a str,
    pub(crate) markdown: &'a str,
}

/// A new group room.
#[derive(Debug, Serialize)]
pub(crate) struct NewRoom<'a> {
    pub(crate) title: &'a str,
    /// Shown with the room.
    pub(crate) description: &'a str,
    /// Everybody in the organization can find and join it; then it must have a description.
    #[serde(rename = "isPublic", skip_serializing_if = "std::ops::Not::not")]
    pub(crate) public: bool,
}

/// What a room is called from now on.
#[derive(Debug, Serialize)]
pub(crate) struct Renaming<'a> {
    pub(crate) title: &'a str,
}

/// Somebody in a room.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewMembership<'a> {
    pub(crate) room_id: &'a str,
    pub(crate) person_id: &'a str,
}

/// A new webhook.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewWebhook<'a> {
    pub(crate) name: &'a str,
    pub(crate) target_url: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) event: &'a str,
    pub(crate) secret: &'a str,
}

/// A webhook revived. Name and address are required.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Revival<'a> {
    pub(crate) name: &'a str,
    pub(crate) target_url: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) status: &'a str,
}

/// A new bot.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewApplication<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    pub(crate) bot_email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logo: Option<&'a str>,
    pub(crate) description: &'a str,
}
