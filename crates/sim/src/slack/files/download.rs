//! Downloads ("Working with files": `url_private`, `url_private_download`): with a token in the header that has `files:read`
//! and whose owner sees the file. Whoever comes without is treated as a person in a browser and shown where to sign in, with
//! status 200 or a redirect, never 401.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::control::Mark;
use crate::slack::Slack;

/// `GET /files-pri/{team}-{file}/{name}`.
pub(in crate::slack) async fn inline(
    State(slack): State<Slack>,
    Path((file, _)): Path<(String, String)>,
    request: Request,
) -> Response {
    slack.serve(&file, &request, false)
}

/// `GET /files-pri/{team}-{file}/download/{name}`.
pub(in crate::slack) async fn saved(
    State(slack): State<Slack>,
    Path((file, _)): Path<(String, String)>,
    request: Request,
) -> Response {
    slack.serve(&file, &request, true)
}

impl Slack {
    fn serve(&self, file: &str, request: &Request, saved: bool) -> Response {
        let (now, switches) = (self.inner.control.clock.millis(), self.inner.control.board.get());
        let world = self.world();
        let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
        let caller = token.and_then(|token| world.caller(token, now).ok());
        let (team, id) = file.split_once('-').unwrap_or(("", file));
        let found = world.files.get(id).filter(|_| *team == *world.team.id);
        let who = caller.as_ref().map_or_else(|| "".into(), |caller| caller.user.clone());
        let mark = Mark { who, change: Value::Null, skip: !switches.ledger_keeps_reads };
        let allowed = caller.filter(|caller| caller.may("files:read"));
        let mut response = match (allowed, found) {
            (Some(caller), Some(held)) if world.sees_file(&caller.user, held) => {
                let fresh = i64::try_from(switches.file_fresh_ms).unwrap_or(i64::MAX);
                let fresh = held.shared.is_some_and(|shared| fresh > 0 && now < shared.saturating_add(fresh));
                match &held.file {
                    Some(_) if fresh => sign_in(&world.team.domain, switches.file_sign_in_redirects),
                    Some(file) if saved => file.attachment(),
                    Some(file) => file.response(),
                    None => StatusCode::NOT_FOUND.into_response(),
                }
            }
            (Some(_), None) => StatusCode::NOT_FOUND.into_response(),
            (None, _) | (Some(_), Some(_)) => sign_in(&world.team.domain, switches.file_sign_in_redirects),
        };
        response.extensions_mut().insert(mark);
        response
    }
}

fn sign_in(domain: &str, redirects: bool) -> Response {
    if redirects {
        let mut response = StatusCode::FOUND.into_response();
        let place = HeaderValue::from_str(&format!("https://{domain}.slack.com/?redir=%2Ffiles-pri"));
        if let Ok(place) = place {
            response.headers_mut().insert(header::LOCATION, place);
        }
        return response;
    }
    let page = format!(
        "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to {domain}.slack.com</body></html>"
    );
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    ([(header::CONTENT_TYPE, html)], page).into_response()
}
