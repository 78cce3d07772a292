//! Rooms and who is in them. "Get Room Details", "List Memberships".

use serde::Deserialize;

use super::Text;

/// A room.
#[derive(Debug, Deserialize)]
pub(crate) struct Room<'a> {
    /// `direct` or `group`.
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Text<'a>,
}

/// Somebody in a room.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Membership<'a> {
    #[serde(borrow)]
    pub(crate) person_id: Text<'a>,
}
