//! Error bodies. "REST API Basics".

use serde::Deserialize;

/// What comes with a refusal. May also be empty or no JSON at all, when a gateway refuses.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) message: Option<String>,
    #[serde(default)]
    pub(crate) errors: Vec<Described>,
}

/// One error.
#[derive(Debug, Deserialize)]
pub(crate) struct Described {
    pub(crate) description: Option<String>,
}
