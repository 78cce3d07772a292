//! What a handler gives back, and how a refusal looks on each of the three surfaces.
//!
//! Graph: "Microsoft Graph error responses and resource types"; connector: the `ErrorResponse` of the Bot Connector's
//! description; sign-in has its own form, see [`super::signin`].

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::call::Call;
use super::clockwork;
use super::sim::Sim;
use crate::control::{Hold, Mark};
use crate::files::File;

/// A successful answer with what the ledger should know.
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// The body; `None` sends none.
    pub(crate) body: Option<Value>,
    /// For the ledger; null when nothing changed.
    pub(crate) change: Value,
    /// Headers beside the usual ones.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Something the answer waits for, e.g. a notification that goes first.
    pub(crate) hold: Option<Hold>,
    /// Bytes instead of a body.
    pub(crate) file: Option<File>,
}

/// An answer that refuses. Boxed strings keep it small enough to be an error type.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// The vendor's word for it.
    pub(crate) code: &'static str,
    /// For people.
    pub(crate) message: Cow<'static, str>,
    /// When to come back.
    pub(crate) retry_after: Option<Duration>,
}

/// What every handler returns.
pub(crate) type Outcome = Result<Answer, Refusal>;

impl Answer {
    /// 200 with a body.
    pub(crate) fn ok(body: Value) -> Self {
        Self::with(StatusCode::OK, body)
    }

    /// A status with a body.
    pub(crate) fn with(status: StatusCode, body: Value) -> Self {
        Self { status, body: Some(body), change: Value::Null, headers: Vec::new(), hold: None, file: None }
    }

    /// 204.
    pub(crate) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
            change: Value::Null,
            headers: Vec::new(),
            hold: None,
            file: None,
        }
    }

    /// 200 with the bytes of a file.
    pub(crate) fn bytes(file: File) -> Self {
        Self { status: StatusCode::OK, file: Some(file), ..Self::no_content() }
    }

    /// The same, having changed something.
    pub(crate) fn changed(mut self, change: Value) -> Self {
        self.change = change;
        self
    }

    /// The same, leaving only after `hold`.
    pub(crate) fn held(mut self, hold: Option<Hold>) -> Self {
        self.hold = hold;
        self
    }

    /// The same with a header.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }
}

impl Refusal {
    /// Any status and code.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// 400 `BadRequest`.
    pub(crate) fn bad(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// 403 `Forbidden`.
    pub(crate) fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Forbidden", message)
    }

    /// 404 `NotFound`.
    pub(crate) fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFound", message)
    }

    /// 404 for a directory object. Graph: "Get a user".
    pub(crate) fn no_such_user(id: &str) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
    }

    /// 401 `InvalidAuthenticationToken`.
    pub(crate) fn token(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    /// 429 with `Retry-After`. Graph: "Microsoft Graph throttling guidance".
    pub(crate) fn throttled(wait: Duration) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            code: "TooManyRequests",
            message: "Please retry again later.".into(),
            retry_after: Some(wait),
        }
    }

    /// The value of `Retry-After`: seconds with a fraction, as Teams writes it.
    pub(crate) fn retry_header(&self) -> Option<String> {
        self.retry_after.map(|wait| format!("{:.3}", wait.as_secs_f64().max(0.001)))
    }
}

/// The ids of one exchange.
pub(crate) struct Exchange {
    request: String,
    client: String,
}

impl Exchange {
    /// Our id and, when the caller named one, theirs.
    pub(crate) fn new(sim: &Sim, call: &Call) -> Self {
        let request = sim.dice.uuid().to_string();
        let client = call.header("client-request-id").map_or_else(|| request.clone(), str::to_owned);
        Self { request, client }
    }

    /// The body of a Graph error.
    pub(crate) fn graph_error(&self, sim: &Sim, refusal: &Refusal) -> Value {
        let mut inner = json!({
            "date": clockwork::seconds_bare(sim.now()),
            "request-id": self.request,
            "client-request-id": self.client,
        });
        if refusal.status == StatusCode::TOO_MANY_REQUESTS {
            inner["code"] = json!("429");
            inner["message"] = json!("Please retry after");
            inner["status"] = json!("429");
        }
        json!({"error": {"code": refusal.code, "message": refusal.message, "innerError": inner}})
    }
}

/// How a handler's outcome travels on Graph.
pub(crate) fn graph(sim: &Sim, call: &Call, who: Arc<str>, outcome: Outcome) -> Response {
    let exchange = Exchange::new(sim, call);
    let mut response = match outcome {
        Ok(answer) => answer.into_response(who),
        Err(refusal) => refuse(&refusal, exchange.graph_error(sim, &refusal), who),
    };
    let headers = response.headers_mut();
    for (name, value) in [("request-id", &exchange.request), ("client-request-id", &exchange.client)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
    headers.insert(
        HeaderName::from_static("x-ms-ags-diagnostic"),
        HeaderValue::from_static(
            r#"{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"SIM0"}}"#,
        ),
    );
    response
}

/// How a handler's outcome travels on the connector.
pub(crate) fn connector(who: Arc<str>, outcome: Outcome) -> Response {
    match outcome {
        Ok(answer) => answer.into_response(who),
        Err(refusal) => {
            let body = json!({"error": {"code": refusal.code, "message": refusal.message}});
            refuse(&refusal, body, who)
        }
    }
}

fn refuse(refusal: &Refusal, body: Value, who: Arc<str>) -> Response {
    let mut answer = Answer::with(refusal.status, body);
    if let Some(wait) = refusal.retry_header() {
        answer = answer.header(header::RETRY_AFTER, &wait);
    }
    if refusal.status == StatusCode::UNAUTHORIZED {
        answer = answer.header(header::WWW_AUTHENTICATE, "Bearer realm=\"\"");
    }
    answer.into_response(who)
}

impl Answer {
    /// The response with its marks for the ledger and the hold.
    pub(crate) fn into_response(self, who: Arc<str>) -> Response {
        let mut response = match (self.file, self.body) {
            (Some(file), _) => file.attachment(),
            (None, Some(body)) => json_response(self.status, &body),
            (None, None) => status_response(self.status),
        };
        response.headers_mut().extend(self.headers);
        response.extensions_mut().insert(Mark { who, change: self.change, skip: false });
        if let Some(hold) = self.hold {
            response.extensions_mut().insert(hold);
        }
        response
    }
}

fn status_response(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// JSON, with the media type Graph writes.
pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(
            "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
        ),
    );
    response
}
