//! `POST /people/apply {"digest": …}`: does what the plan of this digest says, or says why that plan is stale.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::surfaces::Surfaces;

/// Which plan.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    digest: String,
}

/// What was done. Bots are made afterwards; `GET /people` shows how far that is.
#[derive(Serialize)]
pub(super) struct Done {
    people_added: usize,
    people_changed: usize,
    bots: usize,
    consents: usize,
    changed: usize,
    removed: usize,
}

/// Applies.
pub(super) async fn run(
    State(surfaces): State<Surfaces>,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let applied = surfaces.engine.apply(&super::read(body)?.digest).await?;
    Ok(Json(Done {
        people_added: applied.people_added,
        people_changed: applied.people_changed,
        bots: applied.bots,
        consents: applied.consents,
        changed: applied.changed,
        removed: applied.removed,
    }))
}
