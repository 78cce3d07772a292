//! What all methods share: one request read whole, its token found, its scopes and limit checked, its outcome written.
//!
//! The order in which the service checks is not documented; here it is body, token, kind of token, scope, limit, and then
//! what the method itself looks at.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::{Method as Verb, header};
use serde_json::Value;

use super::Slack;
use super::answer::{Head, Outcome, Refusal};
use super::args::Args;
use super::methods::{Bearer, Method, Scopes};
use super::switches::{Rate, Switches};
use super::world::tokens::{Caller, Kind};
use crate::control::Mark;

/// An endpoint: takes the lock on the world once, never waits.
pub(super) type Endpoint = fn(&Slack, &Call) -> Outcome;

/// Bodies are small where files are not carried.
const BODY_LIMIT: usize = 1 << 20;

/// One request, read whole.
#[derive(Debug)]
pub(super) struct Call {
    caller: Result<Caller, &'static str>,
    pub(super) verb: Verb,
    pub(super) args: Args,
    /// The `Authorization` header, for the endpoints that read Basic credentials.
    pub(super) authorization: String,
    /// The `Cookie` header, for the pages that know by it who is in front of them.
    pub(super) cookie: String,
    pub(super) body: Bytes,
    /// Scheme and authority the caller used.
    pub(super) base: String,
    pub(super) path: String,
    /// Milliseconds since the Unix epoch.
    pub(super) now: i64,
    pub(super) switches: Arc<Switches>,
}

impl Call {
    /// Who calls.
    ///
    /// # Errors
    /// The code that says what is wrong with the token, e.g. `not_authed` when there is none.
    pub(super) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().map_err(|error| Refusal::new(*error))
    }

    /// Seconds since the Unix epoch.
    pub(super) fn seconds(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    /// `limit`, cut to `most` and to at least one, as odd limits are adjusted silently ("Pagination").
    pub(super) fn limit(&self, default: usize, most: usize) -> usize {
        match self.args.number("limit") {
            None | Some(0) => default,
            Some(limit) => usize::try_from(limit).unwrap_or(1).clamp(1, most),
        }
    }
}

/// `missing_scope` with what is needed and what the token has ("Using the Slack Web API").
pub(super) fn missing_scope(caller: &Caller, needed: &str) -> Refusal {
    Refusal::new("missing_scope").with("needed", needed.into()).with("provided", caller.granted().into())
}

impl Slack {
    /// Reads a call of a method, checks what all methods check, runs it and writes the outcome.
    pub(super) async fn call_method(&self, method: Option<&'static Method>, request: Request) -> Response {
        let json = method.is_some_and(|method| method.json);
        let mut head = Head { request_id: self.world().dice.hex(16), ..Head::default() };
        let call = match self.read(request, json).await {
            Ok(call) => call,
            Err(refusal) => return refusal.respond(&head),
        };
        let Some(method) = method else {
            return Self::write(&call, &head, Err(Refusal::new("unknown_method")), false);
        };
        head.accepted = method.scopes.list().join(",");
        head.granted = call.caller.as_ref().ok().and_then(Caller::header);
        let outcome = self.checked(method, &call).and_then(|()| (method.run)(self, &call));
        Self::write(&call, &head, outcome, false)
    }

    /// Reads a call of anything else (a page, a control path) and runs it.
    pub(super) async fn call_path(&self, endpoint: Endpoint, request: Request) -> Response {
        let head = Head::default();
        match self.read(request, true).await {
            Ok(call) => {
                let control = call.path.starts_with("/_sim");
                let outcome = endpoint(self, &call);
                Self::write(&call, &head, outcome, control)
            }
            Err(refusal) => refusal.respond(&head),
        }
    }

    fn checked(&self, method: &Method, call: &Call) -> Result<(), Refusal> {
        let bucket = match method.bearer {
            Bearer::Nobody => String::new(),
            Bearer::App => {
                let caller = call.caller()?;
                if caller.kind != Kind::App {
                    return Err(Refusal::new("not_allowed_token_type"));
                }
                Self::scoped(method, caller)?;
                caller.budget()
            }
            Bearer::Member => {
                let caller = call.caller()?;
                if caller.kind == Kind::App {
                    return Err(Refusal::new("not_allowed_token_type"));
                }
                Self::scoped(method, caller)?;
                caller.budget()
            }
            Bearer::Anyone => call.caller()?.budget(),
        };
        let own = call.caller.as_ref().is_ok_and(|caller| caller.kind == Kind::Session);
        if own && !call.switches.own_app_limited {
            return Ok(());
        }
        let rate = call.switches.rates.of(method.tier);
        self.take(&format!("{bucket}/{}", method.name), rate)
    }

    fn scoped(method: &Method, caller: &Caller) -> Result<(), Refusal> {
        let lacking = match method.scopes {
            Scopes::None => None,
            Scopes::All(all) => all.iter().find(|scope| !caller.may(scope)).map(|scope| (*scope).to_owned()),
            Scopes::Any(some) => (!some.iter().any(|scope| caller.may(scope))).then(|| some.join(",")),
        };
        lacking.map_or(Ok(()), |needed| Err(missing_scope(caller, &needed)))
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
        let taken = self.inner.limits.take(key, rate.per_minute / 60.0, rate.burst, now);
        taken.map_err(|wait| {
            Refusal::limited(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1))
        })
    }

    fn write(call: &Call, head: &Head, outcome: Outcome, control: bool) -> Response {
        let who = call.caller.as_ref().map_or_else(|_| Arc::from(""), |caller| Arc::clone(&caller.user));
        match outcome {
            Ok(mut answer) => {
                if call.args.without_charset && !control {
                    answer.warnings.insert(0, "missing_charset");
                }
                let change = std::mem::take(&mut answer.change);
                let first = std::mem::take(&mut answer.first);
                let who = answer.by.take().map_or(who, Arc::from);
                let skip = change.is_null() && (control || !call.switches.ledger_keeps_reads);
                Mark { who, change, skip }.on(answer.respond(head), first)
            }
            Err(refusal) => {
                Mark { who, change: Value::Null, skip: control }.on(refusal.respond(head), Vec::new())
            }
        }
    }

    async fn read(&self, request: Request, json: bool) -> Result<Call, Refusal> {
        let (parts, body) = request.into_parts();
        // A person attaches files in one body, in base64; uploads have a path of their own.
        let by_hand = parts.uri.path() == "/_sim/files";
        let most = self.inner.control.board.get().file_most_bytes;
        let most =
            if by_hand { usize::try_from(most).unwrap_or(usize::MAX).saturating_mul(2) } else { BODY_LIMIT };
        let body = to_bytes(body, most).await.map_err(|_| Refusal::by_hand(413, "request_too_large"))?;
        let text = |name| {
            parts.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).unwrap_or("")
        };
        let authority =
            parts.uri.authority().map_or_else(|| text(header::HOST), http::uri::Authority::as_str);
        let base = self.inner.public_base.clone().unwrap_or_else(|| format!("http://{authority}"));
        let authorization = text(header::AUTHORIZATION).to_owned();
        let query = parts.uri.query().unwrap_or("");
        let args = Args::read(query, text(header::CONTENT_TYPE), &body, json)?;
        let now = self.inner.control.clock.millis();
        // The word is case-sensitive.
        let bearer = authorization.strip_prefix("Bearer ").map(str::trim);
        let caller = match bearer.or_else(|| args.text("token")).filter(|token| !token.is_empty()) {
            Some(token) => self.world().caller(token, now),
            None => Err("not_authed"),
        };
        Ok(Call {
            caller,
            verb: parts.method,
            args,
            cookie: text(header::COOKIE).to_owned(),
            body,
            base,
            path: parts.uri.path().to_owned(),
            now,
            switches: self.inner.control.board.get(),
            authorization,
        })
    }
}
