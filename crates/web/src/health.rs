//! `/health/live`: the process answers. `/health/ready`: it can do its work, that is, the store answers. Neither says
//! anything else, because anybody may ask.

use axum::extract::State;
use http::StatusCode;

use crate::surfaces::Surfaces;

/// The process answers.
pub(crate) async fn live() -> &'static str {
    "live\n"
}

/// The store answers.
pub(crate) async fn ready(State(surfaces): State<Surfaces>) -> (StatusCode, &'static str) {
    match surfaces.engine.store().counts().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }
}
