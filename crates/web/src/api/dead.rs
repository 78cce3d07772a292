//! `GET /dead`, `POST /dead/{id}/replay`, `GET /aside`: what was refused for good, and what could not be read. Without a
//! word of any message.

use axum::Json;
use axum::extract::{Path, State};
use entente_model::DeliveryId;
use entente_store::{DeadLetter, LaneKey};
use http::StatusCode;
use serde::Serialize;

use crate::error::Problem;
use crate::surfaces::Surfaces;

/// As many as anybody reads.
pub(crate) const LIMIT: usize = 200;

/// Dead letters, newest first.
#[derive(Serialize)]
pub(super) struct All {
    dead: Vec<Letter>,
}

#[derive(Serialize)]
struct Letter {
    id: i64,
    at: String,
    workspace: String,
    reason: String,
}

impl From<DeadLetter> for Letter {
    fn from(letter: DeadLetter) -> Self {
        Self {
            id: letter.delivery.0,
            at: letter.at.to_string(),
            workspace: workspace(&letter.lane),
            reason: letter.reason,
        }
    }
}

/// Where a lane leads to, or what it comes from.
pub(crate) fn workspace(lane: &LaneKey) -> String {
    let workspace = match lane {
        LaneKey::Reports(conversation) | LaneKey::Conversation(conversation) => &conversation.workspace,
        LaneKey::Direct(_, workspace) => workspace,
        LaneKey::App(_, account) => &account.workspace,
    };
    workspace.id.to_string()
}

/// Things that were properly signed and could not be read.
#[derive(Serialize)]
pub(super) struct Aside {
    aside: Vec<Unreadable>,
}

#[derive(Serialize)]
struct Unreadable {
    at: String,
    workspace: String,
    reason: String,
}

/// Lists.
pub(super) async fn list(State(surfaces): State<Surfaces>) -> Result<Json<All>, Problem> {
    let dead = surfaces.engine.store().dead(LIMIT).await?;
    Ok(Json(All { dead: dead.into_iter().map(Letter::from).collect() }))
}

/// Puts one back at the end of its lane.
pub(super) async fn replay(
    State(surfaces): State<Surfaces>,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    let engine = &surfaces.engine;
    if engine.store().replay(DeliveryId(id), engine.now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("dead letter"))
    }
}

/// Lists what could not be read.
pub(super) async fn aside(State(surfaces): State<Surfaces>) -> Result<Json<Aside>, Problem> {
    let aside = surfaces.engine.store().aside(LIMIT).await?;
    let aside = aside.into_iter().map(|item| Unreadable {
        at: item.at.to_string(),
        workspace: item.workspace.id.to_string(),
        reason: item.reason,
    });
    Ok(Json(Aside { aside: aside.collect() }))
}
