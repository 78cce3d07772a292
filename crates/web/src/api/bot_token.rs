//! `POST /people/{email}/bot-token {"workspace": …, "token": …}`: takes a bot that was made by hand, where the
//! organization does not let us make them. `POST /workspaces/{name}/app-token {"token": …}`: the same for the Entente app
//! itself. `POST /people/retry-bots`: tries again those that could not be made.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use entente_model::{StandInMode, WorkspaceId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::people;
use crate::error::Problem;
use crate::surfaces::Surfaces;

/// The bot.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    workspace: Option<String>,
    token: SecretString,
}

/// Who it is.
#[derive(Serialize)]
pub(super) struct Adopted {
    workspace: String,
    account: String,
    address: String,
}

/// The app's bot.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    token: SecretString,
}

/// Who the app is.
#[derive(Serialize)]
pub(super) struct Speaker {
    workspace: String,
    account: String,
}

/// How many are tried again.
#[derive(Serialize)]
pub(super) struct Retried {
    bots: usize,
}

/// Adopts.
pub(super) async fn adopt(
    State(surfaces): State<Surfaces>,
    Path(email): Path<String>,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Adopted>, Problem> {
    let asked = super::read(body)?;
    let represented = people::by_email(&surfaces, &email).await?;
    let wanted = |stand_in: &entente_model::StandIn| stand_in.mode == StandInMode::Bot;
    let workspace = people::workspace(&represented, asked.workspace, wanted)?;
    let adopted = surfaces.engine.adopt_bot(&represented.person.email, &workspace, asked.token).await?;
    Ok(Json(Adopted {
        workspace: workspace.to_string(),
        account: adopted.account.id.to_string(),
        address: adopted.address,
    }))
}

/// Adopts the app.
pub(super) async fn adopt_app(
    State(surfaces): State<Surfaces>,
    Path(workspace): Path<String>,
    body: Result<Json<App>, JsonRejection>,
) -> Result<Json<Speaker>, Problem> {
    let App { token } = super::read(body)?;
    let account = surfaces.engine.adopt_app(&WorkspaceId::from(workspace), token).await?;
    Ok(Json(Speaker { workspace: account.workspace.id.to_string(), account: account.id.to_string() }))
}

/// Tries again.
pub(super) async fn retry(State(surfaces): State<Surfaces>) -> Result<Json<Retried>, Problem> {
    Ok(Json(Retried { bots: surfaces.engine.retry_bots().await? }))
}
