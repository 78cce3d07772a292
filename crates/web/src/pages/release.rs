//! `POST /lanes/{id}/release`: the console's button under a conversation that stands.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use entente_store::LaneId;
use http::{HeaderMap, StatusCode, header};

use super::{HOME, told};
use crate::guard;
use crate::surfaces::Surfaces;

/// Lets it go on, and shows the console again. One that went on meanwhile is no mistake of whoever pressed the button.
pub(crate) async fn run(
    State(surfaces): State<Surfaces>,
    Path(id): Path<i64>,
    headers: HeaderMap,
) -> Response {
    if !guard::is_operator(&surfaces, &headers) {
        return told::page(
            StatusCode::UNAUTHORIZED,
            "Sign in first",
            "Only the operator can let a conversation go on.",
        );
    }
    match surfaces.engine.store().unwedge(LaneId(id)).await {
        Ok(_) => (StatusCode::SEE_OTHER, [(header::LOCATION, HOME)]).into_response(),
        Err(error) => {
            tracing::error!(%error, "the store failed");
            told::page(StatusCode::INTERNAL_SERVER_ERROR, "The database failed", "The log says more.")
        }
    }
}
