//! `GET /people`: everybody, where they work, and what stands in for them elsewhere.

use axum::Json;
use axum::extract::State;
use entente_model::{StandIn, WorkspaceId};
use entente_store::Represented;
use serde::Serialize;

use crate::error::Problem;
use crate::surfaces::Surfaces;

/// Everybody, by name.
#[derive(Serialize)]
pub(super) struct All {
    people: Vec<Somebody>,
}

#[derive(Serialize)]
struct Somebody {
    name: String,
    email: String,
    primary: Option<String>,
    stand_ins: Vec<Standing>,
}

#[derive(Serialize)]
struct Standing {
    workspace: String,
    platform: String,
    mode: &'static str,
    state: &'static str,
    account: Option<String>,
    address: Option<String>,
    reason: Option<String>,
}

impl From<StandIn> for Standing {
    fn from(stand_in: StandIn) -> Self {
        Self {
            workspace: stand_in.workspace.id.to_string(),
            platform: stand_in.workspace.platform.to_string(),
            mode: stand_in.mode.name(),
            state: stand_in.state.name(),
            account: stand_in.account.map(|account| account.id.to_string()),
            address: stand_in.address,
            reason: stand_in.reason,
        }
    }
}

/// Lists.
pub(super) async fn list(State(surfaces): State<Surfaces>) -> Result<Json<All>, Problem> {
    let people = surfaces.engine.store().people().await?;
    let people = people.into_iter().map(|represented| Somebody {
        name: represented.person.name,
        email: represented.person.email,
        primary: represented.person.primary.map(|primary| primary.account.workspace.id.to_string()),
        stand_ins: represented.stand_ins.into_iter().map(Standing::from).collect(),
    });
    Ok(Json(All { people: people.collect() }))
}

/// The person with this address.
pub(super) async fn by_email(surfaces: &Surfaces, email: &str) -> Result<Represented, Problem> {
    let email = email.to_lowercase();
    let found = surfaces.engine.store().person_by_email(&email).await?;
    found.ok_or_else(|| Problem::not_found("person").detail("`GET /api/v1/people` lists everybody"))
}

/// The workspace that is meant: the named one, or the only one that `wanted` fits.
pub(super) fn workspace(
    represented: &Represented,
    named: Option<String>,
    wanted: impl Fn(&StandIn) -> bool,
) -> Result<WorkspaceId, Problem> {
    if let Some(named) = named {
        return Ok(WorkspaceId::from(named));
    }
    let mut fitting = represented.stand_ins.iter().filter(|stand_in| wanted(stand_in));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only.workspace.id.clone()),
        (None, _) => Err(Problem::new(
            http::StatusCode::UNPROCESSABLE_ENTITY,
            "nothing of this kind stands in for this person; name a workspace",
        )),
        (Some(_), Some(_)) => {
            Err(Problem::new(http::StatusCode::UNPROCESSABLE_ENTITY, "several workspaces fit; name one"))
        }
    }
}
