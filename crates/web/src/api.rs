//! `/api/v1`: everything an operator's program may ask. One file per subject; JSON in, JSON out, problems as RFC 9457.
//! Everything needs the operator's bearer token, and nothing here has a cookie, so no other site can ride on one.

use axum::Json;
use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::routing::{get, post};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::Problem;
use crate::guard;
use crate::surfaces::Surfaces;

mod apply;
mod bot_token;
mod dead;
pub(crate) use dead::workspace as lane_workspace;
mod import;
mod invite;
pub(crate) mod lanes;
mod link;
mod links;
mod matching;
mod overdue;
mod people;
mod plan;
pub(crate) mod status;

/// The routes, behind the operator's token.
pub(crate) fn router(surfaces: &Surfaces) -> Router<Surfaces> {
    Router::new()
        .route("/status", get(status::show))
        .route("/people", get(people::list))
        .route("/people/import", post(import::run))
        .route("/people/match", post(matching::run))
        .route("/people/plan", post(plan::run))
        .route("/people/apply", post(apply::run))
        .route("/people/retry-bots", post(bot_token::retry))
        .route("/people/{email}/invite", post(invite::make))
        .route("/people/{email}/bot-token", post(bot_token::adopt))
        .route("/workspaces/{name}/app-token", post(bot_token::adopt_app))
        .route("/dead", get(dead::list))
        .route("/dead/{id}/replay", post(dead::replay))
        .route("/aside", get(dead::aside))
        .route("/lanes", get(lanes::list))
        .route("/lanes/{id}/release", post(lanes::release))
        .route("/links", get(links::list).post(links::make))
        .route("/links/{link}", get(links::show))
        .route("/links/{link}/options", post(links::choose))
        .route("/links/{link}/pause", post(links::pause))
        .route("/links/{link}/resume", post(links::resume))
        .route("/links/{link}/unlink", post(links::unlink))
        .route("/workspaces/{name}/listener", post(links::listener))
        .route("/sign-in-link", post(link::make))
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(axum::middleware::from_fn_with_state(surfaces.clone(), guard::bearer))
}

async fn unknown() -> Problem {
    Problem::not_found("path")
}

async fn not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not take that method")
}

/// A body, or what is wrong with it.
fn read<T: DeserializeOwned>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    body.map(|Json(value)| value).map_err(|rejection| {
        Problem::new(rejection.status(), "the body cannot be read").detail(rejection.body_text())
    })
}
