//! `GET /links`, `POST /links`, `GET /links/{link}`, `POST /links/{link}/options`, `…/pause`, `…/resume`, `…/unlink`: channels that are kept
//! in step. `POST /workspaces/{name}/listener`: a link by which an account of nobody's lets the product hear in channels. A
//! link is named by its id, by the beginning of it, or by its name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use entente_engine::{Asked, EngineError, Wanted};
use entente_model::{Link, LinkId, LinkOptions, LinkState, MirrorState, WorkspaceId};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::surfaces::Surfaces;

/// The least that a beginning of an id must have.
const LEAST: usize = 4;

/// All links.
#[derive(Serialize)]
pub(super) struct All {
    links: Vec<Shown>,
}

/// A link.
#[derive(Serialize)]
pub(super) struct Shown {
    id: String,
    name: String,
    state: &'static str,
    reason: String,
    options: BTreeMap<&'static str, Cow<'static, str>>,
    made_at: String,
    channels: Vec<ChannelShown>,
    /// Of a group: where it is shown, and where it is not, and why. Empty for a link of channels.
    mirrors: Vec<MirrorShown>,
}

#[derive(Serialize)]
struct MirrorShown {
    workspace: String,
    state: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct ChannelShown {
    workspace: String,
    platform: &'static str,
    channel: String,
    id: String,
    flow: &'static str,
    heard: bool,
}

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Made {
    #[serde(default)]
    name: Option<String>,
    channels: Vec<Named>,
    #[serde(default)]
    one_way: bool,
    #[serde(default)]
    options: BTreeMap<String, String>,
}

/// What is chosen; the other options stay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    options: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    workspace: String,
    channel: String,
    /// It is made first.
    #[serde(default)]
    new: bool,
}

/// A personal link for the account that hears.
#[derive(Serialize)]
pub(super) struct Invited {
    workspace: String,
    url: String,
}

/// Lists.
pub(super) async fn list(State(surfaces): State<Surfaces>) -> Result<Json<All>, Problem> {
    let links = surfaces.engine.store().links().await?;
    let mut all = Vec::with_capacity(links.len());
    for link in &links {
        all.push(shown(&surfaces, link).await?);
    }
    Ok(Json(All { links: all }))
}

/// Shows one.
pub(super) async fn show(
    State(surfaces): State<Surfaces>,
    Path(named): Path<String>,
) -> Result<Json<Shown>, Problem> {
    let link = named_link(&surfaces, &named).await?;
    Ok(Json(shown(&surfaces, &link).await?))
}

/// Makes one.
pub(super) async fn make(
    State(surfaces): State<Surfaces>,
    body: Result<Json<Made>, JsonRejection>,
) -> Result<Json<Shown>, Problem> {
    let made = super::read(body)?;
    let asked = |channel: Named| Asked {
        workspace: WorkspaceId::from(channel.workspace),
        channel: channel.channel,
        new: channel.new,
    };
    let mut options = LinkOptions::default();
    for (option, value) in &made.options {
        options.choose(option, value).map_err(EngineError::Refused)?;
    }
    let wanted = Wanted {
        name: made.name,
        options,
        channels: made.channels.into_iter().map(asked).collect(),
        one_way: made.one_way,
    };
    let link = surfaces.engine.link(wanted).await?;
    Ok(Json(shown(&surfaces, &link).await?))
}

/// Chooses options of one.
pub(super) async fn choose(
    State(surfaces): State<Surfaces>,
    Path(named): Path<String>,
    body: Result<Json<Chosen>, JsonRejection>,
) -> Result<Json<Shown>, Problem> {
    let chosen: Vec<(String, String)> = super::read(body)?.options.into_iter().collect();
    let link = named_link(&surfaces, &named).await?;
    let options = surfaces.engine.choose(link.id, &chosen).await?;
    Ok(Json(shown(&surfaces, &Link { options, ..link }).await?))
}

/// Stops one.
pub(super) async fn pause(
    State(surfaces): State<Surfaces>,
    Path(named): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id(&surfaces, &named).await?;
    surfaces.engine.pause_link(id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets one go on.
pub(super) async fn resume(
    State(surfaces): State<Surfaces>,
    Path(named): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id(&surfaces, &named).await?;
    surfaces.engine.pause_link(id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one.
pub(super) async fn unlink(
    State(surfaces): State<Surfaces>,
    Path(named): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id(&surfaces, &named).await?;
    surfaces.engine.unlink(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Invites an account to hear.
pub(super) async fn listener(
    State(surfaces): State<Surfaces>,
    Path(workspace): Path<String>,
) -> Result<Json<Invited>, Problem> {
    let url = surfaces.engine.invite_listener(&WorkspaceId::from(workspace.as_str())).await?;
    Ok(Json(Invited { workspace, url: url.into() }))
}

async fn id(surfaces: &Surfaces, named: &str) -> Result<LinkId, Problem> {
    named_link(surfaces, named).await.map(|link| link.id)
}

async fn named_link(surfaces: &Surfaces, named: &str) -> Result<Link, Problem> {
    let links = surfaces.engine.store().links().await?;
    let begins = |link: &&Link| named.len() >= LEAST && link.id.to_string().starts_with(named);
    let mut found = links.iter().filter(|link| link.name == named || begins(link));
    match (found.next(), found.next()) {
        (Some(link), None) => Ok(link.clone()),
        (None, _) => Err(Problem::not_found("link")),
        (Some(_), Some(_)) => {
            Err(Problem::new(StatusCode::CONFLICT, "several links are called so").detail("use the id"))
        }
    }
}

async fn shown(surfaces: &Surfaces, link: &Link) -> Result<Shown, Problem> {
    let mirrors = surfaces.engine.store().mirrors(link.id).await?.into_iter().map(|mirror| MirrorShown {
        workspace: mirror.workspace.id.to_string(),
        state: mirror.state.name(),
        reason: match mirror.state {
            MirrorState::Refused { reason, .. } => reason,
            _ => String::new(),
        },
    });
    let mirrors = mirrors.collect();
    let mut channels = Vec::with_capacity(link.members.len());
    for member in &link.members {
        channels.push(ChannelShown {
            workspace: member.at.workspace.id.to_string(),
            platform: surfaces.engine.sites().get(&member.at.workspace.id).map_or("", |at| at.profile().name),
            channel: member.name.clone(),
            id: member.at.id.to_string(),
            flow: member.flow.name(),
            heard: surfaces.engine.is_heard(member).await?,
        });
    }
    Ok(Shown {
        id: link.id.to_string(),
        name: link.name.clone(),
        state: link.state.name(),
        reason: match &link.state {
            LinkState::Paused(reason) => reason.clone(),
            LinkState::Active | LinkState::Ended => String::new(),
        },
        options: link.options.named().into_iter().collect(),
        made_at: link.made_at.to_string(),
        channels,
        mirrors,
    })
}
