//! How requests fail: as a problem document (RFC 9457) for programs, as a page for people.

use axum::Json;
use axum::response::{IntoResponse, Response};
use entente_engine::EngineError;
use entente_model::CallError;
use entente_store::StoreError;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// A problem document.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl Problem {
    /// What is wrong, in a few words.
    pub(crate) fn new(status: StatusCode, title: impl Into<String>) -> Self {
        Self { kind: "about:blank", title: title.into(), status: status.as_u16(), detail: None }
    }

    /// What to do about it.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// 404.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("no such {what}"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let media = HeaderValue::from_static("application/problem+json");
        (status, [(header::CONTENT_TYPE, media)], Json(self)).into_response()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the database failed").detail("the log says more")
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let title = error.to_string();
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Call { error: CallError::Retry { .. } | CallError::Unknown, .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, title)
                    .detail("the platform did not answer; try again")
            }
            EngineError::Call { error: CallError::Reauthorize, .. } => Self::new(StatusCode::CONFLICT, title)
                .detail("the platform refused the login; let an administrator connect the workspace again"),
            EngineError::Call { .. } => Self::new(StatusCode::BAD_GATEWAY, title),
            EngineError::UnknownWorkspace(_) => Self::new(StatusCode::NOT_FOUND, title),
            EngineError::NotReady(_) => Self::new(StatusCode::CONFLICT, title),
            EngineError::Refused(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, title),
        }
    }
}
