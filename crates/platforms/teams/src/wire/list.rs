//! A page of a list. Graph: "Paging Microsoft Graph data in your app".

use serde::Deserialize;

/// A page.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(crate) struct List<T> {
    /// What is on it; may be empty though more follows.
    pub(crate) value: Vec<T>,
    /// Where the next one is, to be followed as it stands.
    #[serde(rename = "@odata.nextLink")]
    pub(crate) next: Option<String>,
}
