//! Error bodies. "Errors and error codes": a number and a sentence.

use serde::Deserialize;

/// What comes with a refusal. May also be empty or no JSON at all, when a gateway refuses.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) code: Option<i64>,
    /// What is wrong, in a sentence that may hold an address or an id.
    pub(crate) message: Option<String>,
}
