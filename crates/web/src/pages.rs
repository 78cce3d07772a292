//! What people see. Every page has three parts: what it reads, a view, and a template that escapes everything. No page
//! has a script or a style of its own.

use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

pub(crate) mod connect;
pub(crate) mod home;
pub(crate) mod sign_in;
pub(crate) mod told;

const STYLE: &str = include_str!("../static/entente.css");

/// The one style sheet.
pub(crate) async fn style() -> Response {
    let media = HeaderValue::from_static("text/css; charset=utf-8");
    let keep = HeaderValue::from_static("public, max-age=300");
    ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, keep)], STYLE).into_response()
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
