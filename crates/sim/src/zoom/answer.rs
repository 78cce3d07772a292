//! What an endpoint hands back: an answer, or a refusal with the vendor's words. Both become a response in one place,
//! with the headers that every response of the vendor carries ("Error definitions": `{"code", "message"}` and
//! `x-zm-trackingid`).

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::files::File;

/// The outcome of every endpoint.
pub(super) type Outcome = Result<Answer, Refusal>;

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
const TRACKING: HeaderName = HeaderName::from_static("x-zm-trackingid");

/// A call that did what was asked.
pub(super) struct Answer {
    status: u16,
    content: Content,
    /// For the ledger.
    pub(super) change: Value,
    /// For the ledger, when it is not a person who calls: `app:<client id>`.
    pub(super) by: Option<Arc<str>>,
    /// Events that are to be answered before this answer leaves.
    pub(super) first: Vec<oneshot::Receiver<()>>,
    /// The rest of the work, which waits for somebody outside and therefore happens without the lock. Its outcome is
    /// the call's.
    pub(super) later: Option<BoxFuture<'static, Outcome>>,
}

#[derive(Debug)]
enum Content {
    Json(Vec<u8>),
    Page(String),
    Redirect(String),
    File(File),
    Nothing,
}

/// A call that was refused, in the vendor's words.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: u16,
    body: Value,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// 200 with a JSON body.
    pub(super) fn json(body: &impl Serialize) -> Self {
        // Our own shapes have string keys and no failing serializers.
        Self::of(200, Content::Json(serde_json::to_vec(body).unwrap_or_default()))
    }

    /// 201 with a JSON body, what every call that makes something answers.
    pub(super) fn made(body: &impl Serialize) -> Self {
        Self { status: 201, ..Self::json(body) }
    }

    /// 204, what edits and deletes answer.
    pub(super) fn nothing() -> Self {
        Self::of(204, Content::Nothing)
    }

    /// A page for a browser.
    pub(super) fn page(page: String) -> Self {
        Self::of(200, Content::Page(page))
    }

    /// 302 to an absolute URL.
    pub(super) fn redirect(location: String) -> Self {
        Self::of(302, Content::Redirect(location))
    }

    /// 307 to an absolute URL, where the same call is made again.
    pub(super) fn elsewhere(location: String) -> Self {
        Self::of(307, Content::Redirect(location))
    }

    /// The bytes of a file, with its type, its length and its name.
    pub(super) fn file(file: &File) -> Self {
        Self::of(200, Content::File(file.clone()))
    }

    /// The rest is done outside the lock.
    pub(super) fn later(later: BoxFuture<'static, Outcome>) -> Self {
        Self { later: Some(later), ..Self::nothing() }
    }

    pub(super) fn changed(mut self, change: Value) -> Self {
        self.change = change;
        self
    }

    /// Names the application that called, of whom no person's token tells.
    pub(super) fn by(mut self, client: &str) -> Self {
        self.by = Some(format!("app:{client}").into());
        self
    }

    pub(super) fn after(mut self, first: Vec<oneshot::Receiver<()>>) -> Self {
        self.first = first;
        self
    }

    fn of(status: u16, content: Content) -> Self {
        Self { status, content, change: Value::Null, by: None, first: Vec::new(), later: None }
    }

    /// The response on the wire.
    pub(super) fn respond(self, tracking: &str) -> Response {
        let (kind, body) = match self.content {
            Content::Json(body) => (Some((header::CONTENT_TYPE, JSON)), Body::from(body)),
            Content::Page(page) => {
                let html = HeaderValue::from_static("text/html;charset=UTF-8");
                (Some((header::CONTENT_TYPE, html)), Body::from(page))
            }
            Content::Redirect(to) => {
                (HeaderValue::from_str(&to).ok().map(|to| (header::LOCATION, to)), Body::empty())
            }
            Content::File(file) => return tracked(file.attachment(), tracking),
            Content::Nothing => (None, Body::empty()),
        };
        let mut response = finish(self.status, tracking, body);
        if let Some((name, value)) = kind {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl Refusal {
    /// An API error ("Error definitions").
    pub(super) fn new(status: u16, code: u32, message: impl Into<Cow<'static, str>>) -> Self {
        let message: Cow<'static, str> = message.into();
        Self { status, body: json!({"code": code, "message": message}), headers: Vec::new() }
    }

    /// 400 with code 300: a parameter that cannot be.
    pub(super) fn bad(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, 300, message)
    }

    /// 400 with code 300 and the field that is wrong ("Error definitions": validation errors).
    pub(super) fn field(field: &str, message: &str) -> Self {
        let body = json!({
            "code": 300,
            "message": "Validation Failed.",
            "errors": [{"field": field, "message": message}],
        });
        Self { status: 400, body, headers: Vec::new() }
    }

    /// 404 with code 1001.
    pub(super) fn no_user(user: &str) -> Self {
        Self::new(404, 1001, format!("User does not exist: {user}."))
    }

    /// 404 with code 4130.
    pub(super) fn no_channel(channel: &str) -> Self {
        Self::new(404, 4130, format!("Channel does not exist: {channel}."))
    }

    /// 400 with code 300; a message is the one thing whose absence is no 404.
    pub(super) fn no_message(message: &str) -> Self {
        Self::bad(format!("Message does not exist: {message}."))
    }

    /// 401 with code 124.
    pub(super) fn token() -> Self {
        Self::new(401, 124, "Invalid access token.")
    }

    /// What the authorization server answers: another body than the API's.
    pub(super) fn oauth(status: u16, error: &str, reason: &str) -> Self {
        Self { status, body: json!({"reason": reason, "error": error}), headers: Vec::new() }
    }

    /// The response on the wire.
    pub(super) fn respond(&self, tracking: &str) -> Response {
        let mut response = finish(self.status, tracking, Body::from(self.body.to_string()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, JSON);
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

fn finish(status: u16, tracking: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    tracked(response, tracking)
}

fn tracked(mut response: Response, tracking: &str) -> Response {
    if let Ok(tracking) = HeaderValue::from_str(tracking) {
        response.headers_mut().insert(TRACKING, tracking);
    }
    response
}
