//! `GET /lanes`, `POST /lanes/{id}/release`: conversations in which something waits, and those that stand until a person
//! acts. The console's page reads the same.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use entente_engine::{Engine, for_operators};
use entente_model::PersonId;
use entente_store::{LaneId, LaneKey, Queue, Represented, Side, StoreError};
use http::StatusCode;
use serde::Serialize;

use super::dead::{LIMIT, workspace};
use crate::error::Problem;
use crate::surfaces::Surfaces;

/// All of them.
#[derive(Serialize)]
pub(super) struct All {
    lanes: Vec<Lane>,
}

/// A lane with work.
#[derive(Debug, Serialize)]
pub(crate) struct Lane {
    /// For releasing it.
    pub(crate) id: i64,
    /// `to` a workspace, or reports `from` it.
    pub(crate) direction: &'static str,
    /// Where it leads, or what it comes from.
    pub(crate) workspace: String,
    /// Between whom, by name, where that is known.
    pub(crate) people: Vec<String>,
    /// `stands` until somebody acts, `overdue`, or `waits`.
    pub(crate) state: &'static str,
    /// How many messages or reports.
    pub(crate) waiting: u64,
    /// Since when the first of them waits.
    pub(crate) since: String,
    /// When it is tried again, if that is known.
    pub(crate) next: Option<String>,
    /// Why it stands, or what came of the last attempt.
    pub(crate) reason: String,
}

/// Reads them, those that stand first, given the people who were read already.
pub(crate) async fn read(
    engine: &Engine,
    people: &[Represented],
    limit: usize,
) -> Result<Vec<Lane>, StoreError> {
    let names: BTreeMap<PersonId, &str> =
        people.iter().map(|somebody| (somebody.person.id, somebody.person.name.as_str())).collect();
    let late = engine.now().minus(engine.tuning().tell_after);
    let mut lanes = Vec::new();
    for queue in engine.store().queues(limit).await? {
        let between = match &queue.lane {
            LaneKey::Direct(pair, _) => pair.both().to_vec(),
            LaneKey::App(_, account) => {
                let known = engine.store().identities(std::slice::from_ref(account)).await?;
                known.into_iter().flatten().map(|identity| identity.represented.person.id).collect()
            }
            LaneKey::Reports(_) | LaneKey::Conversation(_) => Vec::new(),
        };
        let between = between.iter().filter_map(|person| names.get(person)).map(|name| (*name).to_owned());
        let state = if queue.wedged {
            "stands"
        } else if queue.since < late {
            "overdue"
        } else {
            "waits"
        };
        lanes.push(Lane::of(&queue, between.collect(), state));
    }
    Ok(lanes)
}

impl Lane {
    fn of(queue: &Queue, people: Vec<String>, state: &'static str) -> Self {
        Self {
            id: queue.lane_id.0,
            direction: if queue.lane.side() == Side::Inbound { "from" } else { "to" },
            workspace: workspace(&queue.lane),
            people,
            state,
            waiting: queue.waiting,
            since: queue.since.to_string(),
            next: queue.next.map(|next| next.to_string()),
            reason: match queue.lane.side() {
                Side::Outbound => for_operators(&queue.reason).to_owned(),
                Side::Inbound => queue.reason.clone(),
            },
        }
    }
}

/// Lists.
pub(super) async fn list(State(surfaces): State<Surfaces>) -> Result<Json<All>, Problem> {
    let people = surfaces.engine.store().people().await?;
    Ok(Json(All { lanes: read(&surfaces.engine, &people, LIMIT).await? }))
}

/// Lets one that stands go on.
pub(super) async fn release(
    State(surfaces): State<Surfaces>,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    if surfaces.engine.store().unwedge(LaneId(id)).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("lane that stands")
            .detail("one that waits is tried again by itself; `GET /api/v1/lanes` lists both"))
    }
}
