//! Lists. "REST API Basics": `items`; the next page is in the `Link` header.

use serde::Deserialize;

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
}
