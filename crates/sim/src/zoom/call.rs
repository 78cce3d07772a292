//! What all endpoints share: one request read whole, its caller found by token, its scope checked, its limit taken, its
//! outcome written.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use serde_json::Value;

use super::answer::{Answer, Outcome, Refusal};
use super::scopes::{Need, lacking};
use super::switches::{Acting, Switches};
use super::throttle::Label;
use super::world::World;
use super::world::people::Person;
use super::{Row, Zoom};
use crate::control::Mark;
use crate::files::percent_decoded;

/// An endpoint: takes the lock on the world once, never waits while holding it.
pub(super) type Endpoint = fn(&Zoom, &Call) -> Outcome;

/// Bodies are small where files are not carried; so is what stands around a file.
const BODY_LIMIT: usize = 1 << 20;

/// One request, read whole.
#[derive(Debug)]
pub(super) struct Call {
    caller: Result<Caller, Refusal>,
    /// Path segments, decoded.
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
    /// What the endpoint needs of a token, for those that refuse by scope themselves.
    need: Need,
}

/// Who calls, by token.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) level: Level,
    /// Whose token it is: the user's, or the owner's of an account-level app. Nobody's for a bot.
    pub(super) person: Option<Arc<str>>,
    /// The client id of the app; the empty one is the person's own session.
    pub(super) app: Arc<str>,
    /// What was granted; `None` is everything a user may do.
    pub(super) scopes: Option<Arc<[String]>>,
    /// Whether it comes from `account_credentials`.
    pub(super) server: bool,
}

/// What a token acts as ("OAuth": app types).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// One user, who is `me`.
    User,
    /// Any user of the account.
    Account,
    /// The app itself: its chatbot and its subscriptions.
    App,
}

impl Caller {
    /// For the ledger.
    fn who(&self) -> Arc<str> {
        match (&self.level, &self.person) {
            (Level::User, Some(person)) => Arc::clone(person),
            _ => format!("app:{}", self.app).into(),
        }
    }
}

impl Call {
    /// Who calls.
    ///
    /// # Errors
    /// 401 without a valid token.
    pub(super) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().map_err(Refusal::clone)
    }

    /// The user whom a path names: `me` for user-level tokens ("Using Zoom APIs": the me keyword), an id or an e-mail
    /// address of the account for account-level ones.
    ///
    /// # Errors
    /// 400 with a missing scope when a user's token names somebody, 404 with 1001 for somebody unknown, 400 with 200
    /// when a role does not allow it.
    pub(super) fn acting<'a>(&self, world: &'a World, user: &str) -> Result<&'a Person, Refusal> {
        let caller = self.caller()?;
        let own = caller.person.as_deref().and_then(|person| world.people.get(person));
        match caller.level {
            Level::User if user == "me" => own.ok_or_else(Refusal::token),
            Level::User => Err(match self.need {
                Need::Scope(scopes) => scopes.missing(caller, ":admin", &self.switches),
                _ => lacking("", &self.switches),
            }),
            Level::Account if user == "me" => {
                if caller.server && !self.switches.server_says_me {
                    let message = "This API does not support client credentials for authorization.";
                    return Err(Refusal::new(400, 4700, message));
                }
                own.ok_or_else(Refusal::token)
            }
            Level::Account => {
                let person = world.people.find(user).filter(|person| person.account == world.account);
                let person = person.ok_or_else(|| Refusal::no_user(user))?;
                let chats = self.path.contains("/chat/");
                if chats && self.switches.acting == Acting::ActedFor && !person.admin {
                    let message = "Unauthorized request. You do not have permission to access this user's chat messages.";
                    return Err(Refusal::new(400, 200, message));
                }
                Ok(person)
            }
            Level::App => Err(Refusal::token()),
        }
    }

    /// The path segment number `index`, or nothing.
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
}

impl Zoom {
    /// Reads a request, runs its endpoint and writes the outcome.
    pub(super) async fn answer(&self, row: &'static Row, request: Request) -> Response {
        let tracking = self.world().tracking_id();
        let call = match self.read(row, request).await {
            Ok(call) => call,
            Err(refusal) => return refusal.respond(&tracking),
        };
        let mut headers = Vec::new();
        let mut outcome = match self.admit(row, &call, &mut headers) {
            Ok(()) => (row.endpoint)(self, &call),
            Err(refusal) => Err(refusal),
        };
        if let Ok(Answer { later: Some(later), .. }) = outcome {
            outcome = later.await;
        }
        let who = call.caller.as_ref().map_or_else(|_| Arc::from(""), Caller::who);
        let mut response = write(&call, outcome, who, &tracking);
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().entry(HeaderName::from_static(name)).or_insert(value);
            }
        }
        response
    }

    /// Whether the token is one for this call, and whether the account may make it now. Headers tell of the limit.
    fn admit(
        &self,
        row: &Row,
        call: &Call,
        headers: &mut Vec<(&'static str, String)>,
    ) -> Result<(), Refusal> {
        match row.need {
            Need::Nothing => return Ok(()),
            Need::Token => drop(call.caller()?),
            Need::Scope(scopes) => scopes.check(call.caller()?, &call.switches)?,
            Need::Bot => match &call.caller {
                Ok(caller) if caller.level == Level::App => {}
                _ => return Err(Refusal::new(401, 7010, "Invalid Authorization token.")),
            },
            Need::App => {
                let caller = call.caller()?;
                if caller.level != Level::App && !caller.server {
                    return Err(lacking("marketplace:write:event_subscription", &call.switches));
                }
            }
        }
        let own = call.caller.as_ref().is_ok_and(|caller| caller.app.is_empty());
        if row.label == Label::None || (own && !call.switches.own_app_limited) {
            return Ok(());
        }
        self.inner.throttle.take(row.label, call.now, &call.switches, headers)
    }

    async fn read(&self, row: &Row, request: Request) -> Result<Call, Refusal> {
        let (parts, body) = request.into_parts();
        let switches = self.inner.control.board.get();
        // Files by hand are in base64.
        let whole = usize::try_from(switches.file_most_bytes).unwrap_or(usize::MAX).saturating_mul(2);
        let carries = parts.uri.path().ends_with("/files");
        let body = to_bytes(body, if carries { whole.saturating_add(BODY_LIMIT) } else { BODY_LIMIT })
            .await
            .map_err(|_| Refusal::new(413, 300, "Request body too large."))?;
        let text =
            |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or("");
        let authority =
            parts.uri.authority().map_or_else(|| text(header::HOST), http::uri::Authority::as_str);
        let base = self.inner.public_base.clone().unwrap_or_else(|| format!("http://{authority}"));
        let authorization = text(header::AUTHORIZATION).to_owned();
        let now = self.inner.control.clock.millis();
        let caller = match row.need {
            Need::Nothing => Err(Refusal::token()),
            _ => self.world().caller(authorization.strip_prefix("Bearer ").unwrap_or("").trim(), now),
        };
        let path = parts.uri.path().to_owned();
        let segments = path.split('/').filter(|segment| !segment.is_empty()).map(percent_decoded).collect();
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
            need: row.need,
        })
    }
}

fn write(call: &Call, outcome: Outcome, who: Arc<str>, tracking: &str) -> Response {
    let control = call.path.starts_with("/_sim");
    match outcome {
        Ok(mut answer) => {
            let change = std::mem::take(&mut answer.change);
            let first = std::mem::take(&mut answer.first);
            let who = answer.by.take().unwrap_or(who);
            let skip = change.is_null() && (control || !call.switches.ledger_keeps_reads);
            Mark { who, change, skip }.on(answer.respond(tracking), first)
        }
        Err(refusal) => {
            Mark { who, change: Value::Null, skip: control }.on(refusal.respond(tracking), Vec::new())
        }
    }
}
