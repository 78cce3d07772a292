//! What an endpoint hands back: an answer, or a refusal with the vendor's words. Both become a response in one place,
//! with the headers that every response of the vendor carries ("REST API Basics": `Trackingid`, error body, paging).

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::files::File;

/// The outcome of every endpoint.
pub(super) type Outcome = Result<Answer, Refusal>;

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
const TRACKING: HeaderName = HeaderName::from_static("trackingid");

/// A call that did what was asked.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    content: Content,
    link: Option<String>,
    /// For the ledger.
    pub(super) change: Value,
    /// For the ledger, when it is not a person who calls: `app:<client id>`.
    pub(super) by: Option<String>,
    /// Webhooks that are to be answered before this answer leaves.
    pub(super) first: Vec<oneshot::Receiver<()>>,
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
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: Cow<'static, str>,
    /// Seconds, for 429 and 423.
    pub(super) retry_after: Option<u64>,
}

impl Answer {
    /// 200 with a JSON body; POST and PUT answer 200 too.
    pub(super) fn json(body: &impl Serialize) -> Self {
        // Our own shapes have string keys and no failing serializers.
        Self::of(200, Content::Json(serde_json::to_vec(body).unwrap_or_default()))
    }

    /// 204, what every DELETE answers.
    pub(super) fn nothing() -> Self {
        Self::of(204, Content::Nothing)
    }

    /// A page for a browser.
    pub(super) fn page(status: u16, page: String) -> Self {
        Self::of(status, Content::Page(page))
    }

    /// 302 to an absolute URL.
    pub(super) fn redirect(location: String) -> Self {
        Self::of(302, Content::Redirect(location))
    }

    /// The bytes of a file, with its type, its length and its name.
    pub(super) fn file(file: &File) -> Self {
        Self::of(200, Content::File(file.clone()))
    }

    pub(super) fn changed(mut self, change: Value) -> Self {
        self.change = change;
        self
    }

    /// Names the application that called, of whom no person's token tells.
    pub(super) fn by(mut self, client: &str) -> Self {
        self.by = Some(format!("app:{client}"));
        self
    }

    pub(super) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The address of the next page, if there is one.
    pub(super) fn next(mut self, url: Option<String>) -> Self {
        self.link = url.map(|url| format!("<{url}>; rel=\"next\""));
        self
    }

    pub(super) fn after(mut self, first: Vec<oneshot::Receiver<()>>) -> Self {
        self.first = first;
        self
    }

    fn of(status: u16, content: Content) -> Self {
        Self { status, content, link: None, change: Value::Null, by: None, first: Vec::new() }
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
        if let Some(link) = self.link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), retry_after: None }
    }

    pub(super) fn bad(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, message)
    }

    /// Unknown, or not visible to the caller; the vendor does not tell which.
    pub(super) fn missing() -> Self {
        Self::new(404, "The requested resource could not be found.")
    }

    /// The path is known, and not with this method.
    pub(super) fn no_such_method() -> Self {
        Self::new(405, "Method Not Allowed")
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "The request requires a valid access token set in the Authorization request header.")
    }

    pub(super) fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(403, message)
    }

    /// The response on the wire.
    pub(super) fn respond(&self, tracking: &str) -> Response {
        let body = serde_json::json!({
            "message": self.message,
            "errors": [{"description": self.message}],
            "trackingId": tracking,
        });
        let mut response = finish(self.status, tracking, Body::from(body.to_string()));
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
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
