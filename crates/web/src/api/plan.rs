//! `POST /people/plan {"rules": […]}`: exactly what applying would do, before anything is done.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::Serialize;

use super::matching::{Asked, Clash};
use crate::error::Problem;
use crate::surfaces::Surfaces;

/// The plan.
#[derive(Serialize)]
pub(super) struct Planned {
    digest: String,
    lines: Vec<Line>,
    conflicts: Vec<Clash>,
    unchosen: Vec<Somebody>,
    relayed: Vec<Unrepresented>,
    roomless: Vec<String>,
    unrepresented: Vec<Unrepresented>,
    kept: usize,
}

#[derive(Serialize)]
struct Line {
    name: String,
    email: String,
    workspace: Option<String>,
    action: &'static str,
    explanation: String,
}

#[derive(Serialize)]
struct Somebody {
    name: String,
    email: String,
}

#[derive(Serialize)]
struct Unrepresented {
    name: String,
    email: String,
    workspace: String,
    reason: String,
}

impl From<entente_engine::people::Unrepresented> for Unrepresented {
    fn from(somebody: entente_engine::people::Unrepresented) -> Self {
        Self {
            name: somebody.name,
            email: somebody.email,
            workspace: somebody.workspace.to_string(),
            reason: somebody.reason,
        }
    }
}

/// Plans.
pub(super) async fn run(
    State(surfaces): State<Surfaces>,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Planned>, Problem> {
    let plan = surfaces.engine.plan(&super::read(body)?.rules()).await?;
    let lines = plan.lines.into_iter().map(|line| Line {
        name: line.name,
        email: line.email,
        workspace: line.workspace.map(|workspace| workspace.to_string()),
        action: line.action.name(),
        explanation: line.action.to_string(),
    });
    Ok(Json(Planned {
        digest: plan.digest,
        lines: lines.collect(),
        conflicts: plan.conflicts.into_iter().map(Clash::from).collect(),
        unchosen: plan.unchosen.into_iter().map(|(name, email)| Somebody { name, email }).collect(),
        relayed: plan.relayed.into_iter().map(Unrepresented::from).collect(),
        roomless: plan.roomless.iter().map(ToString::to_string).collect(),
        unrepresented: plan.unrepresented.into_iter().map(Unrepresented::from).collect(),
        kept: plan.kept,
    }))
}
