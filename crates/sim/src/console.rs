//! The page that shows the four simulated chat apps side by side, and the plugs that pull a platform off the net.
//!
//! The page stands for the vendors' own apps. What somebody's app shows is read from the simulators' control paths; what
//! somebody does goes through the vendor's own API with that person's token, as any other client's calls do. It learns
//! addresses, people and tokens from `/directory.json` on its own port, which the command that serves it provides.
//!
//! | path | what |
//! | --- | --- |
//! | `GET /demo` | the page |
//! | `GET /demo/{file}` | its style and scripts, plain files of our own |
//! | `GET /demo/plugs` | `{"webex": true, …}`: whether each platform can be reached |
//! | `POST /demo/plugs/{name}` | `{"open": false}` closes the port and drops every connection; `true` opens it again |

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::server::Port;

/// The page's files by name: media type and text.
const FILES: [(&str, &str, &str); 21] = [
    ("page.css", CSS, include_str!("console/page.css")),
    ("page.js", SCRIPT, include_str!("console/page.js")),
    ("api.js", SCRIPT, include_str!("console/api.js")),
    ("app.js", SCRIPT, include_str!("console/app.js")),
    ("composer.js", SCRIPT, include_str!("console/composer.js")),
    ("dom.js", SCRIPT, include_str!("console/dom.js")),
    ("emoji.js", SCRIPT, include_str!("console/emoji.js")),
    ("mixed.js", SCRIPT, include_str!("console/mixed.js")),
    ("mrkdwn.js", SCRIPT, include_str!("console/mrkdwn.js")),
    ("picked.js", SCRIPT, include_str!("console/picked.js")),
    ("queue.js", SCRIPT, include_str!("console/queue.js")),
    ("ranges.js", SCRIPT, include_str!("console/ranges.js")),
    ("rich.js", SCRIPT, include_str!("console/rich.js")),
    ("side.js", SCRIPT, include_str!("console/side.js")),
    ("slack.js", SCRIPT, include_str!("console/slack.js")),
    ("webex.js", SCRIPT, include_str!("console/webex.js")),
    ("thread.js", SCRIPT, include_str!("console/thread.js")),
    ("teams.js", SCRIPT, include_str!("console/teams.js")),
    ("typed.js", SCRIPT, include_str!("console/typed.js")),
    ("zoom.js", SCRIPT, include_str!("console/zoom.js")),
    ("icon.svg", SVG, ICON),
];

/// The page's icon, a small SVG picture.
pub const ICON: &str = include_str!("console/icon.svg");

const SVG: &str = "image/svg+xml";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const PAGE: &str = include_str!("console/page.html");

/// Platforms' ports by name.
#[derive(Clone)]
struct Plugs(Arc<Vec<(&'static str, Arc<Port>)>>);

/// The page and the plugs of these platforms.
pub fn router(ports: Vec<(&'static str, Arc<Port>)>) -> Router {
    let plugs = Plugs(Arc::new(ports));
    Router::new()
        .route("/demo", get(page))
        .route("/demo/plugs", get(plugged))
        .route("/demo/plugs/{name}", post(plug))
        .route("/demo/{file}", get(file))
        .layer(from_fn_with_state(plugs.clone(), headers))
        .layer(from_fn(own_pages_only))
        .with_state(plugs)
}

async fn page() -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
}

async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, media, text)) => ([(header::CONTENT_TYPE, *media)], *text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn plugged(State(plugs): State<Plugs>) -> Json<Value> {
    let open: Map<String, Value> =
        plugs.0.iter().map(|(name, port)| ((*name).to_owned(), json!(port.is_open()))).collect();
    Json(Value::Object(open))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plug {
    open: bool,
}

async fn plug(State(plugs): State<Plugs>, Path(name): Path<String>, wanted: Json<Plug>) -> Response {
    let Some((_, port)) = plugs.0.iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if wanted.open {
        if let Err(error) = port.reopen() {
            return (StatusCode::CONFLICT, Json(json!({"error": error.to_string()}))).into_response();
        }
    } else {
        port.close().await;
    }
    StatusCode::NO_CONTENT.into_response()
}

/// The page runs our own scripts and nothing else, and talks to its own port and the platforms'.
async fn headers(State(plugs): State<Plugs>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let ports: Vec<String> = plugs.0.iter().map(|(_, port)| format!("http://{}", port.addr())).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ports.join(" ")
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Another site's page may show a link to us and may not pull a plug.
async fn own_pages_only(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own(request.headers()) {
        return next.run(request).await;
    }
    StatusCode::FORBIDDEN.into_response()
}

fn is_own(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_page_and_its_scripts_name_is_served() {
        let texts = FILES.iter().map(|(_, _, text)| *text).chain([PAGE]);
        let named: Vec<&str> = texts
            .flat_map(|text| text.split(['"', '\'']))
            .filter_map(|word| word.strip_prefix("./").or_else(|| word.strip_prefix("/demo/")))
            .filter(|name| name.contains('.'))
            .collect();
        assert!(named.contains(&"queue.js") && named.contains(&"page.css"), "{named:?}");
        for name in named {
            assert!(FILES.iter().any(|(known, ..)| *known == name), "{name} is not served");
        }
    }
}
