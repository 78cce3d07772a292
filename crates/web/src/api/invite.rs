//! `POST /people/{email}/invite {"workspace": …}`: a personal link by which somebody can give their one-time consent.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use entente_model::StandInMode;
use serde::{Deserialize, Serialize};

use super::people;
use crate::error::Problem;
use crate::surfaces::Surfaces;

/// For which workspace; the only one that wants a consent if absent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    workspace: Option<String>,
}

/// The link.
#[derive(Serialize)]
pub(super) struct Invited {
    workspace: String,
    url: String,
}

/// Invites.
pub(super) async fn make(
    State(surfaces): State<Surfaces>,
    Path(email): Path<String>,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Invited>, Problem> {
    let asked = super::read(body)?;
    let represented = people::by_email(&surfaces, &email).await?;
    let wanted = |stand_in: &entente_model::StandIn| stand_in.mode == StandInMode::Account;
    let workspace = people::workspace(&represented, asked.workspace, wanted)?;
    let url = surfaces.engine.invite(represented.person.id, &workspace).await?;
    Ok(Json(Invited { workspace: workspace.to_string(), url: url.into() }))
}
