//! The console's home: is it healthy, what needs me, who is represented where, how well each login hears.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use entente_model::{Person, StandIn};
use entente_store::Represented;
use http::{HeaderMap, StatusCode};

use crate::api::lanes::{self, Lane};
use crate::api::status::{self, Status};
use crate::error::Problem;
use crate::guard;
use crate::pages::told;
use crate::surfaces::Surfaces;

/// As many lanes as anybody looks at; the command lists more.
const LANES: usize = 20;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    status: Status,
    people: Vec<Row>,
    lanes: Vec<Lane>,
    dead: Vec<Letter>,
    kept_out: u64,
    /// In words; empty when nothing was lost.
    losses: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn;

struct Row {
    name: String,
    email: String,
    primary: Option<String>,
    stand_ins: Vec<Standing>,
}

struct Standing {
    workspace: String,
    mode: &'static str,
    state: &'static str,
    words: &'static str,
    address: Option<String>,
    reason: Option<String>,
}

struct Letter {
    at: String,
    workspace: String,
    reason: String,
}

/// `GET /`.
pub(crate) async fn show(State(surfaces): State<Surfaces>, headers: HeaderMap) -> Response {
    if !guard::is_operator(&surfaces, &headers) {
        return super::html(StatusCode::OK, &SignIn);
    }
    match read(&surfaces).await {
        Ok(home) => super::html(StatusCode::OK, &home),
        Err(_) => told::page(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The database failed",
            "The log says more. Nothing that was acknowledged is lost.",
        ),
    }
}

async fn read(surfaces: &Surfaces) -> Result<Home, Problem> {
    let store = surfaces.engine.store();
    let people = store.people().await?;
    let status = status::read(&surfaces.engine, &people).await?;
    let dead = store.dead(20).await?;
    let dead = dead.into_iter().map(|letter| Letter {
        at: letter.at.to_string(),
        workspace: crate::api::lane_workspace(&letter.lane),
        reason: letter.reason,
    });
    let lanes = lanes::read(&surfaces.engine, &people, LANES).await?;
    let kept_out = status.counts.dropped.values().sum();
    let losses = status.losses.iter().map(|(name, count)| format!("{} {count}", name.replace('_', " ")));
    let losses = losses.collect::<Vec<_>>().join(" · ");
    let people = people.into_iter().map(Row::from).collect();
    Ok(Home { kept_out, losses, lanes, dead: dead.collect(), people, status })
}

impl From<Represented> for Row {
    fn from(represented: Represented) -> Self {
        let Represented { person: Person { name, email, primary, .. }, stand_ins } = represented;
        Self {
            name,
            email,
            primary: primary.map(|primary| primary.account.workspace.id.to_string()),
            stand_ins: stand_ins.into_iter().map(Standing::from).collect(),
        }
    }
}

impl From<StandIn> for Standing {
    fn from(stand_in: StandIn) -> Self {
        use entente_model::StandInState as State;
        let words = match stand_in.state {
            State::Planned => "planned",
            State::Provisioning => "being made",
            State::AwaitingConsent => "awaits consent",
            State::Active => "active",
            State::Suspended => "suspended",
            State::Removed => "removed",
        };
        Self {
            workspace: stand_in.workspace.id.to_string(),
            mode: match stand_in.mode {
                entente_model::StandInMode::Account => "own account",
                entente_model::StandInMode::Bot => "bot",
            },
            state: stand_in.state.name(),
            words,
            address: stand_in.address,
            reason: stand_in.reason,
        }
    }
}
