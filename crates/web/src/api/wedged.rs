//! `GET /lanes/wedged`, `POST /lanes/{id}/unwedge`: conversations that stand until a person acts.

use axum::Json;
use axum::extract::{Path, State};
use entente_store::LaneId;
use http::StatusCode;
use serde::Serialize;

use super::dead::{LIMIT, workspace};
use crate::error::Problem;
use crate::surfaces::Surfaces;

/// All of them.
#[derive(Serialize)]
pub(super) struct All {
    wedged: Vec<Lane>,
}

#[derive(Serialize)]
struct Lane {
    id: i64,
    workspace: String,
    reason: String,
}

/// Lists.
pub(super) async fn list(State(surfaces): State<Surfaces>) -> Result<Json<All>, Problem> {
    let wedged = surfaces.engine.store().wedged(LIMIT).await?;
    let wedged = wedged.into_iter().map(|lane| Lane {
        id: lane.lane_id.0,
        workspace: workspace(&lane.lane),
        reason: lane.reason,
    });
    Ok(Json(All { wedged: wedged.collect() }))
}

/// Lets one go on.
pub(super) async fn unwedge(
    State(surfaces): State<Surfaces>,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    surfaces.engine.store().unwedge(LaneId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
