//! What a personal link shows: one button, because links are fetched by more than people, and only a person
//! should begin a consent.

use askama::Template;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

#[derive(Template)]
#[template(path = "connect.html")]
struct Connect;

/// Browsers hold `form-action` against every redirect that follows a form, and a vendor's sign-in may go through
/// addresses that nobody can list. This page has one form, and where it leads to is ours to say.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; form-action 'self' https: http:; base-uri 'none'; frame-ancestors 'none'",
);

/// Asks.
pub(crate) fn page() -> Response {
    let mut page = super::html(StatusCode::OK, &Connect);
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    page
}
