//! `POST /sign-in-link`: an address that signs one browser in to the console, once, within ten minutes.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::surfaces::Surfaces;

/// The link.
#[derive(Serialize)]
pub(super) struct Made {
    url: String,
}

/// Makes a link.
pub(super) async fn make(State(surfaces): State<Surfaces>) -> Json<Made> {
    let code = surfaces.operator.link(surfaces.engine.now());
    Json(Made { url: surfaces.address(&format!("/sign-in/{code}")) })
}
