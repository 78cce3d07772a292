//! Rooms and who is in them. "List Rooms", "Create a Room", "Get Room Details", "List Memberships".

use serde::{Deserialize, Serialize};

use super::Text;

/// A room in a list. "List Rooms".
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    /// When something was last written there.
    #[serde(borrow)]
    pub(crate) last_activity: Option<Text<'a>>,
}

/// A room with its title.
#[derive(Debug, Deserialize)]
pub(crate) struct Titled<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) title: Option<Text<'a>>,
    /// `direct` or `group`.
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
}

/// A room that was made.
#[derive(Debug, Deserialize)]
pub(crate) struct Made<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
}

/// A room in a list, with what it was made for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Described<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) creator_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) description: Option<Text<'a>>,
    /// When something last happened there.
    #[serde(borrow)]
    pub(crate) last_activity: Option<Text<'a>>,
}

/// Somebody's place in a room.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seat<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) person_id: Text<'a>,
}

/// A room with what people say of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Introduced<'a> {
    #[serde(borrow)]
    pub(crate) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) description: Option<Text<'a>>,
}

/// What a room is from now on. "Update a Room": the title is needed, whatever changes.
#[derive(Debug, Serialize)]
pub(crate) struct Reintroduced<'a> {
    pub(crate) title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<&'a str>,
}

/// Somebody in a room.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Membership<'a> {
    #[serde(borrow)]
    pub(crate) person_id: Text<'a>,
}
