//! A person in the directory. Graph: `user`.

use serde::Deserialize;

/// `user`, with the properties of [`SELECT`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    /// Object id.
    pub(crate) id: String,
    /// As people read it.
    pub(crate) display_name: Option<String>,
    /// Address, where there is a mailbox.
    pub(crate) mail: Option<String>,
    /// Sign-in name; looks like an address. A guest's contains `#EXT#`.
    #[serde(rename = "userPrincipalName")]
    pub(crate) sign_in_name: Option<String>,
    /// Whether the person may sign in.
    pub(crate) account_enabled: Option<bool>,
    /// Where they work.
    pub(crate) department: Option<String>,
    /// What they have licences for; empty without any.
    pub(crate) assigned_plans: Option<Vec<AssignedPlan>>,
}

/// What a licence gives. Graph: `assignedPlan`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssignedPlan {
    /// `Enabled`, `Warning` (works for a while still), `Suspended`, `LockedOut` or `Deleted`.
    pub(crate) capability_status: Option<String>,
}

/// What is asked for; `accountEnabled` and `assignedPlans` only come when they are named. Graph: "List users", `user`.
pub(crate) const SELECT: &str =
    "id,displayName,mail,userPrincipalName,accountEnabled,department,assignedPlans";

/// What one may ask about oneself with `User.Read` alone.
pub(crate) const SELECT_ME: &str = "id,displayName,mail,userPrincipalName";
