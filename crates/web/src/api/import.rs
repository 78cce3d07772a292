//! `POST /people/import {"workspace": …}`: reads the directory of one workspace, or of each.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use entente_model::WorkspaceId;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::surfaces::Surfaces;

/// Which.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    workspace: Option<String>,
}

/// What came in.
#[derive(Serialize)]
pub(super) struct Done {
    workspaces: Vec<Directory>,
}

#[derive(Serialize)]
struct Directory {
    workspace: String,
    listed: usize,
    new: usize,
    changed: usize,
    missing: usize,
}

/// Imports.
pub(super) async fn run(
    State(surfaces): State<Surfaces>,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let workspace = super::read(body)?.workspace.map(WorkspaceId::from);
    let imported = surfaces.engine.import(workspace.as_ref()).await?;
    let workspaces = imported.into_iter().map(|(workspace, imported)| Directory {
        workspace: workspace.to_string(),
        listed: imported.listed,
        new: imported.new,
        changed: imported.changed,
        missing: imported.missing,
    });
    Ok(Json(Done { workspaces: workspaces.collect() }))
}
