//! What people see. Every page has three parts: what it reads, a view, and a template that escapes everything. No page
//! has a script or a style of its own.

use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

pub(crate) mod connect;
pub(crate) mod home;
pub(crate) mod release;
pub(crate) mod sign_in;
pub(crate) mod told;
mod when;

/// The console's home.
const HOME: HeaderValue = HeaderValue::from_static("/");

const ICON: &str = include_str!("../static/entente.svg");
const STYLE: &str = include_str!("../static/entente.css");

/// The one style sheet.
pub(crate) async fn style() -> Response {
    file("text/css; charset=utf-8", STYLE)
}

/// What browsers show beside the title.
pub(crate) async fn icon() -> Response {
    file("image/svg+xml", ICON)
}

fn file(media: &'static str, text: &'static str) -> Response {
    let keep = HeaderValue::from_static("public, max-age=300");
    ([(header::CONTENT_TYPE, HeaderValue::from_static(media)), (header::CACHE_CONTROL, keep)], text)
        .into_response()
}

/// For addresses that are none.
pub(crate) async fn not_found() -> Response {
    told::page(StatusCode::NOT_FOUND, "Not found", "There is nothing at this address.")
}

/// Prints a template.
fn html(status: StatusCode, template: &impl askama::Template) -> Response {
    match template.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be printed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
