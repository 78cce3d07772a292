//! What a browser sees: the consent page, errors that cannot be sent back, and redirects.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use crate::teams::html::escape;
use crate::teams::people::Person;

/// As many people are offered in the picker; anybody can be typed.
const OFFERED: usize = 200;

fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    escape(raw, true, &mut out);
    out
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().concat()
}

fn document(status: StatusCode, title: &str, body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>body{{font:16px/1.5 system-ui,sans-serif;\
         max-width:26rem;margin:3rem auto;padding:0 1rem}}input,button{{font:inherit;padding:.4rem .8rem}}\
         input{{width:100%;box-sizing:border-box;margin:.3rem 0 1rem}}small{{color:#555}}</style>{body}</html>",
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An error that must not be sent to an address nobody registered.
pub(super) fn broken(reason: &str) -> Response {
    let body = format!("<h1>Sign-in failed</h1><p>{}</p>", text(reason));
    document(StatusCode::BAD_REQUEST, "Sign-in failed", &body)
}

/// The consent page: who are you, and do you agree? `hidden` are the parameters of the request, sent along again.
pub(super) fn consent<'a>(
    app: &str,
    scopes: impl Iterator<Item = &'a str>,
    people: impl Iterator<Item = &'a Person>,
    hint: Option<&str>,
    hidden: &[(String, String)],
) -> Response {
    let scopes = joined(scopes.map(|scope| format!("<li>{}</li>", text(scope))));
    let people = joined(
        people
            .take(OFFERED)
            .map(|one| format!("<option value=\"{}\">{}</option>", text(&one.mail), text(&one.name))),
    );
    let hidden = joined(hidden.iter().map(|(name, value)| {
        format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", text(name), text(value))
    }));
    let body = format!(
        "<h1>Permissions requested</h1><p><b>{app}</b> would like to:</p><ul>{scopes}</ul><form method=\"post\">\
         {hidden}<label>Sign in as<input name=\"person\" list=\"people\" required value=\"{hint}\"></label>\
         <datalist id=\"people\">{people}</datalist><button name=\"decision\" value=\"approve\">Accept</button> \
         <button name=\"decision\" value=\"deny\" formnovalidate>Cancel</button></form>\
         <p><small>This is a simulated tenant; nobody's password is asked for.</small></p>",
        app = text(app),
        hint = text(hint.unwrap_or_default()),
    );
    document(StatusCode::OK, "Permissions requested", &body)
}

/// Sends the browser back, the way `response_mode` asks for.
pub(super) fn back(redirect: &str, mode: &str, fields: &[(&str, String)]) -> Response {
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        encoded.append_pair(name, value);
    }
    let encoded = encoded.finish();
    if mode == "form_post" {
        let inputs = joined(fields.iter().map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", text(value))
        }));
        let body = format!(
            "<form method=\"post\" action=\"{}\">{inputs}<button>Continue</button></form>\
             <script>document.forms[0].submit()</script>",
            text(redirect),
        );
        return document(StatusCode::OK, "Continue", &body);
    }
    let join = match (mode, redirect.contains('?')) {
        ("fragment", _) => '#',
        (_, true) => '&',
        (_, false) => '?',
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    if let Ok(location) = HeaderValue::from_str(&format!("{redirect}{join}{encoded}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
