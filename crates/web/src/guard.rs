//! What stands before handlers: who may come in, and what every answer tells the browser.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::error::Problem;
use crate::surfaces::{Inner, Surfaces};

/// The cookie of the operator's session.
const SESSION: &str = "entente-session";

const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // Addresses of ours can hold single-use tokens.
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Adds to every answer what tells browsers to be careful; a handler that said otherwise keeps its word.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// Lets only the operator's bearer token through.
pub(crate) async fn bearer(State(surfaces): State<Surfaces>, request: Request, next: Next) -> Response {
    if is_bearer(&surfaces, request.headers()) {
        return next.run(request).await;
    }
    let mut refused = Problem::new(StatusCode::UNAUTHORIZED, "the operator's token is needed")
        .detail("send it as `Authorization: Bearer …`; it is in operator.token in the data folder")
        .into_response();
    refused.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    refused
}

/// Whether the caller is the operator, by token or by session.
pub(crate) fn is_operator(surfaces: &Inner, headers: &HeaderMap) -> bool {
    let now = surfaces.engine.now();
    is_bearer(surfaces, headers)
        || cookie(headers, &name(SESSION, surfaces))
            .is_some_and(|session| surfaces.operator.is_session(session, now))
}

fn is_bearer(surfaces: &Inner, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        given.and_then(|value| value.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    token.is_some_and(|(_, token)| surfaces.operator.is(token))
}

/// The header that signs a browser in.
pub(crate) fn signed_in(surfaces: &Inner) -> HeaderValue {
    let session = surfaces.operator.session(surfaces.engine.now());
    set_cookie(&name(SESSION, surfaces), &session, "Strict", None, surfaces)
}

/// The header that signs a browser out.
pub(crate) fn signed_out(surfaces: &Inner) -> HeaderValue {
    set_cookie(&name(SESSION, surfaces), "", "Strict", Some(0), surfaces)
}

/// A cookie's name. With TLS it is bound to this very host by its prefix, which browsers enforce; a server on the loop
/// has no TLS and goes without.
pub(crate) fn name(name: &str, surfaces: &Inner) -> String {
    if surfaces.is_https() { format!("__Host-{name}") } else { name.to_owned() }
}

/// A `Set-Cookie` header that scripts cannot read.
pub(crate) fn set_cookie(
    name: &str,
    value: &str,
    same_site: &str,
    max_age: Option<u32>,
    surfaces: &Inner,
) -> HeaderValue {
    let secure = if surfaces.is_https() { "; Secure" } else { "" };
    let age = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}{age}");
    // Names and values are of our own making: base64url, digits and dots.
    let mut header = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    header.set_sensitive(true);
    header
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| {
        let (given, value) = pair.trim().split_once('=')?;
        (given == name).then_some(value)
    })
}
