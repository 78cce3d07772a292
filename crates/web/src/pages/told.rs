//! A page that says one thing.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

#[derive(Template)]
#[template(path = "told.html")]
struct Told<'a> {
    title: &'a str,
    text: &'a str,
}

/// Says it.
pub(crate) fn page(status: StatusCode, title: &str, text: &str) -> Response {
    super::html(status, &Told { title, text })
}
