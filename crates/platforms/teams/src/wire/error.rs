//! What a refusal looks like. Graph: "Microsoft Graph error responses and resource types"; the Bot Connector's
//! `ErrorResponse` has the same outer form.

use serde::Deserialize;

/// A refusal.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    /// What was refused.
    pub(crate) error: ErrorDetail,
}

/// Its code. The message is for people and may hold content, so it is not read.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorDetail {
    /// E.g. `Forbidden`.
    pub(crate) code: Option<String>,
}
