//! What an endpoint hands back: an answer, or a refusal with the vendor's error code. Both become a response in one
//! place ("Using the Slack Web API", evaluating responses): status 200 with a boolean `ok`, for refusals too; only the
//! rate limit has a status of its own.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use crate::files::File;

/// The outcome of every endpoint.
pub(super) type Outcome = Result<Answer, Refusal>;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const GRANTED: HeaderName = HeaderName::from_static("x-oauth-scopes");
const ACCEPTED: HeaderName = HeaderName::from_static("x-accepted-oauth-scopes");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-slack-req-id");

/// A call that did what was asked.
#[derive(Debug)]
pub(super) struct Answer {
    content: Content,
    /// Codes for `warning` and `response_metadata.warnings`.
    pub(super) warnings: Vec<&'static str>,
    /// For the ledger.
    pub(super) change: Value,
    /// For the ledger, when it is not a person who calls: `app:<client id>`.
    pub(super) by: Option<String>,
    /// Events that are to be answered before this answer leaves.
    pub(super) first: Vec<oneshot::Receiver<()>>,
}

#[derive(Debug)]
enum Content {
    Json(Map<String, Value>),
    Page(u16, String),
    Redirect(String),
    File(File),
    Nothing,
}

/// A call that was refused.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The vendor's code; what the ledger keeps is the HTTP status.
    pub(super) error: Cow<'static, str>,
    status: u16,
    more: Map<String, Value>,
    messages: Vec<String>,
    retry_after: Option<u64>,
}

/// The headers that every answer of a method carries.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Scopes of the token, with commas; absent without a token that has scopes.
    pub(super) granted: Option<String>,
    /// Scopes that the method wants.
    pub(super) accepted: String,
    pub(super) request_id: String,
}

impl Answer {
    /// `ok` and the fields of `body`, which is an object.
    pub(super) fn ok(body: Value) -> Self {
        let mut fields = match body {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        fields.insert("ok".to_owned(), Value::Bool(true));
        Self::of(Content::Json(fields))
    }

    /// The fields of `body` as they are, for control paths and for the one answer that is neither (`conversations.leave`
    /// and its like).
    pub(super) fn plain(body: Value) -> Self {
        match body {
            Value::Object(fields) => Self::of(Content::Json(fields)),
            _ => Self::of(Content::Nothing),
        }
    }

    /// 204, for control paths.
    pub(super) fn nothing() -> Self {
        Self::of(Content::Nothing)
    }

    /// A page for a browser.
    pub(super) fn page(status: u16, page: String) -> Self {
        Self::of(Content::Page(status, page))
    }

    /// 302 to an absolute URL.
    pub(super) fn redirect(location: String) -> Self {
        Self::of(Content::Redirect(location))
    }

    /// The bytes of a file, for control paths.
    pub(super) fn file(file: &File) -> Self {
        Self::of(Content::File(file.clone()))
    }

    pub(super) fn changed(mut self, change: Value) -> Self {
        self.change = change;
        self
    }

    /// Names the application that called, of whom no token tells.
    pub(super) fn by(mut self, client: &str) -> Self {
        self.by = Some(format!("app:{client}"));
        self
    }

    /// Adds a code to `warning`.
    pub(super) fn warned(mut self, code: &'static str) -> Self {
        self.warnings.push(code);
        self
    }

    pub(super) fn after(mut self, first: Vec<oneshot::Receiver<()>>) -> Self {
        self.first = first;
        self
    }

    fn of(content: Content) -> Self {
        Self { content, warnings: Vec::new(), change: Value::Null, by: None, first: Vec::new() }
    }

    /// The response on the wire.
    pub(super) fn respond(self, head: &Head) -> Response {
        match self.content {
            Content::Json(mut fields) => {
                if !self.warnings.is_empty() {
                    fields.insert("warning".to_owned(), self.warnings.join(",").into());
                    let metadata = fields.entry("response_metadata").or_insert_with(|| json!({}));
                    metadata["warnings"] = json!(self.warnings);
                }
                written(200, &Value::Object(fields), head)
            }
            Content::Page(status, page) => {
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                plain(status, Some((header::CONTENT_TYPE, html)), Body::from(page))
            }
            Content::Redirect(to) => {
                let to = HeaderValue::from_str(&to).ok().map(|to| (header::LOCATION, to));
                plain(302, to, Body::empty())
            }
            Content::File(file) => file.attachment(),
            Content::Nothing => plain(204, None, Body::empty()),
        }
    }
}

impl Refusal {
    /// A refusal with one of the vendor's codes.
    pub(super) fn new(error: impl Into<Cow<'static, str>>) -> Self {
        let error = error.into();
        Self { error, status: 200, more: Map::new(), messages: Vec::new(), retry_after: None }
    }

    /// `invalid_arguments` with a line that says which and why.
    pub(super) fn arguments(message: &str) -> Self {
        Self::new("invalid_arguments").saying(message.to_owned())
    }

    /// 429, with whole seconds to wait ("Rate Limits").
    pub(super) fn limited(seconds: u64) -> Self {
        Self { status: 429, retry_after: Some(seconds), ..Self::new("ratelimited") }
    }

    /// For control paths: a status and a reason.
    pub(super) fn by_hand(status: u16, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { status, ..Self::new(reason) }
    }

    /// Adds a field beside `error`.
    pub(super) fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    /// Adds a line to `response_metadata.messages`.
    pub(super) fn saying(mut self, message: String) -> Self {
        self.messages.push(message);
        self
    }

    /// The response on the wire.
    pub(super) fn respond(self, head: &Head) -> Response {
        let mut fields = self.more;
        fields.insert("ok".to_owned(), Value::Bool(false));
        fields.insert("error".to_owned(), Value::String(self.error.into_owned()));
        if !self.messages.is_empty() {
            let lines: Vec<String> = self.messages.iter().map(|line| format!("[ERROR] {line}")).collect();
            fields.insert("response_metadata".to_owned(), json!({"messages": lines}));
        }
        let mut response = written(self.status, &Value::Object(fields), head);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn written(status: u16, body: &Value, head: &Head) -> Response {
    let mut response = plain(status, Some((header::CONTENT_TYPE, JSON)), Body::from(body.to_string()));
    let named = [
        (GRANTED, head.granted.as_deref()),
        (ACCEPTED, Some(head.accepted.as_str()).filter(|scopes| !scopes.is_empty())),
        (REQUEST_ID, Some(head.request_id.as_str()).filter(|id| !id.is_empty())),
    ];
    for (name, value) in named {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn plain(status: u16, kind: Option<(HeaderName, HeaderValue)>, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some((name, value)) = kind {
        response.headers_mut().insert(name, value);
    }
    response
}
