//! What a webhook delivers. "Webhooks" guide: the webhook's own fields, who did it, and the resource without content.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Text;

/// A delivery. Even that of a webhook on everything names the concrete resource and event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivery<'a> {
    #[serde(borrow)]
    pub(crate) resource: Text<'a>,
    #[serde(borrow)]
    pub(crate) event: Text<'a>,
    /// Who did it; for a deletion not always the author.
    #[serde(borrow)]
    pub(crate) actor_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data: Option<&'a RawValue>,
}

/// The place in a room that a delivery is about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seat<'a> {
    #[serde(borrow)]
    pub(crate) room_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) person_id: Text<'a>,
    /// `direct` or `group`; samples of reports lack it.
    #[serde(borrow)]
    pub(crate) room_type: Option<Text<'a>>,
}

/// The message that a delivery is about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Data<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) room_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) person_id: Option<Text<'a>>,
    /// `direct` or `group`.
    #[serde(borrow)]
    pub(crate) room_type: Option<Text<'a>>,
}
