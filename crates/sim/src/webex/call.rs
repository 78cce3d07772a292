//! What all endpoints share: one request read whole, its caller found by token, its limit taken, its outcome written.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use bytes::Bytes;
use http::header;
use uuid::Uuid;

use super::Webex;
use super::answer::{Outcome, Refusal};
use super::switches::{Rate, Switches};
use crate::control::Mark;
use crate::files::percent_decoded;

/// An endpoint: takes the lock on the world once, never waits.
pub(super) type Endpoint = fn(&Webex, &Call) -> Outcome;

/// Bodies are small where files are not carried; so is what stands around a file.
const BODY_LIMIT: usize = 1 << 20;

/// One request, read whole.
#[derive(Debug)]
pub(super) struct Call {
    caller: Option<Caller>,
    /// Path segments behind `/v1`, decoded.
    segments: Vec<String>,
    query: Vec<(String, String)>,
    /// `Content-Type`, with its parameters.
    pub(super) media: String,
    /// The `Authorization` header, for the endpoints that read Basic credentials.
    pub(super) authorization: String,
    pub(super) body: Bytes,
    /// Scheme and authority the caller used.
    pub(super) base: String,
    pub(super) path: String,
    /// Milliseconds since the Unix epoch.
    pub(super) now: i64,
    pub(super) switches: Arc<Switches>,
}

/// Who calls, by token.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) person: Uuid,
    /// The person's REST id.
    pub(super) id: Arc<str>,
    pub(super) bot: bool,
    pub(super) admin: bool,
    pub(super) org: Uuid,
    /// The client id of the integration or bot whose token it is; the empty one is the person's own session.
    pub(super) app: Arc<str>,
    /// What the person granted; `None` is everything.
    pub(super) scopes: Option<Arc<[String]>>,
    /// When the token dies, in milliseconds since the Unix epoch.
    pub(super) expires: i64,
}

/// Routes `method` to `endpoint`.
pub(super) fn route(method: MethodFilter, endpoint: Endpoint) -> MethodRouter<Webex> {
    on(method, move |State(webex): State<Webex>, request: Request| async move {
        webex.answer(endpoint, request).await
    })
}

impl Call {
    /// Who calls.
    ///
    /// # Errors
    /// 401 without a valid token.
    pub(super) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or_else(Refusal::unauthorized)
    }

    /// Who calls, provided that the token has `scope` or all scopes of a user.
    ///
    /// # Errors
    /// 401 without a valid token, 403 without the scope.
    pub(super) fn caller_with(&self, scope: &str) -> Result<&Caller, Refusal> {
        let caller = self.caller()?;
        let granted = match &caller.scopes {
            None => true,
            Some(scopes) => scopes.iter().any(|granted| {
                granted == scope
                    || (granted == "spark:all" && scope.starts_with("spark:"))
                    // An administrator's scope for a resource includes the user's.
                    || granted.strip_prefix("spark-admin:").is_some_and(|admin| scope.strip_prefix("spark:") == Some(admin))
            }),
        };
        if granted { Ok(caller) } else { Err(Refusal::forbidden(format!("Missing required scope: {scope}"))) }
    }

    /// The path segment number `index` behind `/v1`, or nothing.
    pub(super) fn segment(&self, index: usize) -> &str {
        self.segments.get(index).map_or("", String::as_str)
    }

    /// A query parameter that is not empty.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name)?;
        (!found.1.is_empty()).then_some(found.1.as_str())
    }

    /// All query parameters, as they came.
    pub(super) fn parameters(&self) -> &[(String, String)] {
        &self.query
    }

    /// `max`, or `default`; larger values than `most` are cut silently. The literal `null` that an old version of the
    /// service wrote into its own links counts as absent.
    ///
    /// # Errors
    /// 400 when it is not a whole number from 1.
    pub(super) fn max(&self, default: usize, most: usize) -> Result<usize, Refusal> {
        match self.query("max") {
            None | Some("null") => Ok(default.min(most)),
            Some(text) => match text.parse::<usize>() {
                Ok(max) if max > 0 => Ok(max.min(most)),
                _ => Err(Refusal::bad("Invalid value for max.")),
            },
        }
    }
}

impl Webex {
    /// Reads a request, runs its endpoint and writes the outcome.
    pub(super) async fn answer(&self, endpoint: Endpoint, request: Request) -> Response {
        let tracking = self.world().tracking_id();
        let call = match self.read(request).await {
            Ok(call) => call,
            Err(refusal) => return refusal.respond(&tracking),
        };
        let control = call.path.starts_with("/_sim");
        let outcome = match self.limit(&call) {
            Ok(()) => endpoint(self, &call),
            Err(refusal) => Err(refusal),
        };
        let who = call.caller.as_ref().map_or_else(|| Arc::from(""), |caller| Arc::clone(&caller.id));
        match outcome {
            Ok(mut answer) => {
                let change = std::mem::take(&mut answer.change);
                let first = std::mem::take(&mut answer.first);
                let who = answer.by.take().map_or(who, Arc::from);
                let skip = change.is_null() && (control || !call.switches.ledger_keeps_reads);
                Mark { who, change, skip }.on(answer.respond(&tracking), first)
            }
            Err(refusal) => Mark { who, change: serde_json::Value::Null, skip: control }
                .on(refusal.respond(&tracking), Vec::new()),
        }
    }

    async fn read(&self, request: Request) -> Result<Call, Refusal> {
        let (parts, body) = request.into_parts();
        let switches = self.inner.control.board.get();
        let most = match parts.uri.path() {
            "/v1/messages" => BODY_LIMIT.saturating_add(whole(switches.file_most_bytes)),
            // A third more in base64, for several files.
            "/_sim/files" => BODY_LIMIT.saturating_add(whole(switches.file_most_bytes).saturating_mul(2)),
            _ => BODY_LIMIT,
        };
        let too_large = |_| Refusal::new(switches.file_too_large_status, "Request Entity Too Large");
        let body = to_bytes(body, most).await.map_err(too_large)?;
        let text = |name| {
            parts.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).unwrap_or("")
        };
        let authority =
            parts.uri.authority().map_or_else(|| text(header::HOST), http::uri::Authority::as_str);
        let base = self.inner.public_base.clone().unwrap_or_else(|| format!("http://{authority}"));
        let authorization = text(header::AUTHORIZATION).to_owned();
        let now = self.inner.control.clock.millis();
        let bearer = authorization.strip_prefix("Bearer ").map(str::trim);
        let caller = bearer.and_then(|token| self.world().caller(token, now));
        let path = parts.uri.path().to_owned();
        let segments = path
            .trim_start_matches("/v1")
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(percent_decoded)
            .collect();
        let query = parts.uri.query().unwrap_or("");
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Call {
            caller,
            segments,
            query,
            media: text(header::CONTENT_TYPE).to_owned(),
            authorization,
            body,
            base,
            path,
            now,
            switches,
        })
    }

    fn limit(&self, call: &Call) -> Result<(), Refusal> {
        let Some(caller) = &call.caller else { return Ok(()) };
        let rates = &call.switches.rates;
        let (group, rate) = match call.segment(0) {
            "people" | "memberships" => ("directory", rates.directory),
            "messages" => ("messages", rates.messages),
            _ => ("other", rates.other),
        };
        self.take(&format!("{}/{}/{group}", caller.person, caller.app), rate)
    }

    /// Takes one from a bucket.
    ///
    /// # Errors
    /// 429 with `Retry-After` in whole seconds.
    pub(super) fn take(&self, key: &str, rate: Rate) -> Result<(), Refusal> {
        if self.inner.limits.factor() <= 0.0 {
            return Ok(());
        }
        let now = self.inner.control.clock.now();
        self.inner.limits.take(key, rate.per_second, rate.burst, now).map_err(|wait| {
            let mut refusal = Refusal::new(429, "Too Many Requests");
            refusal.retry_after = Some(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1));
            refusal
        })
    }
}

fn whole(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
