//! `POST /hooks/{platform}/{workspace}/{channel}`: what vendors call.
//!
//! The whole request is handed to the engine, which proves, stores and answers; nothing else happens here. Vendors give
//! up on slow receivers and disable failing ones, so this path waits for one commit and for nothing else.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use entente_engine::Reception;
use entente_model::WorkspaceId;
use entente_platform::Hook;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::surfaces::Surfaces;

/// The longest webhook that is read. Twenty rich notifications of the largest messages stay well below it.
const MAX_BODY: usize = 1024 * 1024;

/// How long a vendor is asked to wait when nothing can be stored.
const TRY_AGAIN: HeaderValue = HeaderValue::from_static("5");

/// Takes a webhook.
pub(crate) async fn receive(
    State(surfaces): State<Surfaces>,
    Path((platform, workspace, channel)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let workspace = WorkspaceId::from(workspace);
    let known = surfaces.engine.sites().get(&workspace);
    if known.is_none_or(|known| known.at().platform.as_str() != platform) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::BAD_REQUEST.into_response(),
    };
    match surfaces.engine.receive(&workspace, Hook::new(channel, query, headers, body)).await {
        Reception::Answer(answer) => answer.map(Body::from),
        Reception::Done(status) | Reception::Refused(status) => status.into_response(),
        Reception::Unavailable => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, TRY_AGAIN)]).into_response()
        }
    }
}
