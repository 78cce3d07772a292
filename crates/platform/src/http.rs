//! The one way out. Every call to a platform is limited, authorized, timed out and classified here, and goes to no
//! address that the operator did not configure.

use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use entente_model::{CallError, LoginId};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use secrecy::ExposeSecret as _;
use url::{Host, Origin, Url};

use crate::classify;
use crate::limiter::{Limit, Limiter};
use crate::site::Site;
use crate::socket::Socket;
use crate::steps::{NoSteps, Step, Steps};
use crate::tokens::Tokens;
use crate::transport::{Transport, Undelivered};

mod files;

pub use files::{Opened, Streamed};

/// Whether doing a call twice, or its taking effect late, could be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Reading, or bringing something to its last state.
    Repeatable,
    /// Each time makes something new, or sets what may be set anew by the next call, which it would undo by coming late.
    Once,
}

/// A call to be made.
#[derive(Debug, Clone)]
pub struct Call {
    /// HTTP method.
    pub method: Method,
    /// Full address.
    pub url: Url,
    /// Headers beside authorization and content type.
    pub headers: HeaderMap,
    /// Media type and bytes of the body, if there is one.
    pub body: Option<(&'static str, Bytes)>,
    /// Whether it may be repeated.
    pub effect: Effect,
    /// The limits it falls under; a wait that the platform asks for applies to those that wait.
    pub limits: Vec<Limit>,
    /// Whether it is the visible call of a delivery, of which the named boundaries are told.
    pub visible: bool,
    /// What an answer of 2xx really says, for vendors that refuse inside a success: the failure, or `None` if it is none.
    pub verdict: Option<Verdict>,
}

/// Finds the refusal inside an answer of 2xx.
pub type Verdict = fn(&Answer, Effect) -> Option<CallError>;

impl Call {
    /// A call without body, headers or limits, repeatable if the method is `GET`, `PUT`, `PATCH` or `DELETE`.
    pub fn new(method: Method, url: Url) -> Self {
        let effect = if method == Method::POST { Effect::Once } else { Effect::Repeatable };
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            effect,
            limits: Vec::new(),
            visible: false,
            verdict: None,
        }
    }

    /// With a JSON body.
    ///
    /// # Panics
    /// When the value cannot be written as JSON; the payload types can.
    #[must_use]
    pub fn json(mut self, value: &impl serde::Serialize) -> Self {
        let bytes = serde_json::to_vec(value).expect("payload types are plain data");
        self.body = Some(("application/json", bytes.into()));
        self
    }

    /// With a form body.
    #[must_use]
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.body = Some(("application/x-www-form-urlencoded", text.into()));
        self
    }

    /// Under this limit too.
    #[must_use]
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limits.push(limit);
        self
    }

    /// With this effect.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// What is called as this login, the same whenever it is tried again; for [`Limiter::turn`]. Vendors name the caller by the
    /// token alone, so the calls of two logins may not differ in anything else, and each has a turn of its own.
    fn identity(&self, login: Option<LoginId>) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        login.hash(&mut hasher);
        self.method.as_str().hash(&mut hasher);
        self.url.as_str().hash(&mut hasher);
        self.body.as_ref().map(|(_, bytes)| bytes).hash(&mut hasher);
        for limit in &self.limits {
            limit.key.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// As the visible call of a delivery.
    #[must_use]
    pub fn visible(mut self) -> Self {
        self.visible = true;
        self
    }

    /// With a look inside what is answered with 2xx. What it finds counts like a status that is no success: a refused
    /// token is renewed once, a limit holds for everything under its key.
    #[must_use]
    pub fn verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = Some(verdict);
        self
    }
}

/// A successful answer (2xx).
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON. A success that cannot be read leaves the effect of the call in doubt.
    ///
    /// # Errors
    /// [`CallError::Unknown`].
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, CallError> {
        serde_json::from_slice(&self.body).map_err(|_| CallError::Unknown)
    }
}

/// A call without success: its class, and what the platform said, for connectors that know better.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The class by the common table.
    pub error: CallError,
    /// The status, if there was an answer.
    pub status: Option<StatusCode>,
    /// The body, if there was an answer. Never logged.
    pub body: Bytes,
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// The way out, shared by all clients of a process.
#[derive(Clone)]
pub struct Http {
    transport: Arc<dyn Transport>,
    limiter: Arc<Limiter>,
    steps: Option<Arc<dyn Steps>>,
    allowed: Arc<[Origin]>,
    total: Duration,
    login: Option<LoginId>,
}

impl Http {
    /// A call may take `total` from its first byte to the last of its answer. Lets nothing out until it is
    /// narrowed to a site by [`Http::within`].
    pub fn new(transport: Arc<dyn Transport>, limiter: Arc<Limiter>, total: Duration) -> Self {
        Self { transport, limiter, steps: None, allowed: Arc::default(), total, login: None }
    }

    /// Tells `steps` of the boundaries of visible calls.
    #[must_use]
    pub fn told_to(mut self, steps: Arc<dyn Steps>) -> Self {
        self.steps = Some(steps);
        self
    }

    /// For calls of this login.
    #[must_use]
    pub fn acting_as(self, login: LoginId) -> Self {
        Self { login: Some(login), ..self }
    }

    /// For calls to the addresses of `site`, and no others: a token never leaves for an address that a payload named.
    #[must_use]
    pub fn within(&self, site: &Site) -> Self {
        let origins = || site.addresses.values().map(Url::origin);
        // Thousands of clients are narrowed to the same few addresses; they share one list.
        let allowed = if self.allowed.iter().cloned().eq(origins()) {
            Arc::clone(&self.allowed)
        } else {
            origins().collect()
        };
        Self { allowed, ..self.clone() }
    }

    /// Whether calls to `url` are let out.
    pub fn allows(&self, url: &Url) -> bool {
        self.allowed.contains(&url.origin())
    }

    /// Opens a WebSocket to an address that the vendor gave us to connect to: at the host of a configured address or
    /// below it, and as well protected. No token goes with it; what proves us is in the address.
    ///
    /// # Errors
    /// [`CallError::Reject`] for another address, else [`CallError::Retry`].
    pub async fn dial(&self, url: &Url) -> Result<Socket, CallError> {
        if !self.allows_socket(url) {
            return Err(CallError::Reject("a connection outside the configured addresses".to_owned()));
        }
        self.transport.dial(url).await.map_err(|_| CallError::Retry { after: None })
    }

    fn allows_socket(&self, url: &Url) -> bool {
        let scheme = match url.scheme() {
            "wss" => "https",
            "ws" => "http",
            _ => return false,
        };
        self.allows_below(scheme, url, |_| true)
    }

    /// Whether the host of `url` is that of a configured address with this scheme, or one below it, and its port is right.
    fn allows_below(&self, scheme: &str, url: &Url, port: impl Fn(u16) -> bool) -> bool {
        let Some(host) = url.host_str() else { return false };
        self.allowed.iter().any(|origin| match origin {
            Origin::Tuple(allowed, at, at_port) => {
                let at_host = at.to_string();
                let below = matches!(at, Host::Domain(_))
                    && host.strip_suffix(&at_host).is_some_and(|rest| rest.ends_with('.'));
                allowed == scheme && port(*at_port) && (host == at_host || below)
            }
            Origin::Opaque(_) => false,
        })
    }

    /// Who is told of boundaries.
    pub fn steps(&self) -> Arc<dyn Steps> {
        self.steps.clone().unwrap_or_else(|| Arc::new(NoSteps))
    }

    /// Makes the call, with a token if `tokens` are given. A token that is refused is renewed once: a 401 is certain
    /// not to have had an effect. A limit that would keep the caller too long is an error at once, so that no lane is
    /// held while it waits; the call keeps its turn ([`Limiter::turn`]).
    ///
    /// # Errors
    /// Everything but 2xx.
    pub async fn send(&self, call: Call, tokens: Option<&dyn Tokens>) -> Result<Answer, Failure> {
        if !self.allows(&call.url) {
            return Err(without_answer(CallError::Reject(
                "an address outside the configured ones".to_owned(),
            )));
        }
        let Some(tokens) = tokens else {
            return self.attempt(&call, None).await;
        };
        let access = tokens.access().await.map_err(without_answer)?;
        match self.attempt(&call, Some(access.token.expose_secret())).await {
            Err(failure) if failure.error == CallError::Reauthorize => {
                let access = tokens.refused(&access).await.map_err(without_answer)?;
                self.attempt(&call, Some(access.token.expose_secret())).await
            }
            answered => answered,
        }
    }

    async fn attempt(&self, call: &Call, token: Option<&str>) -> Result<Answer, Failure> {
        self.turn(call).await?;
        let request =
            request(call, token).map_err(|_| without_answer(CallError::Reject("unsendable".to_owned())))?;
        let steps = self.steps.clone().filter(|_| call.visible);
        let carried = tokio::time::timeout(self.total, self.transport.carry(request, steps.clone())).await;
        let answer = match carried.unwrap_or(Err(Undelivered::NoAnswer)) {
            Ok(answer) => answer,
            Err(why) => return Err(without_answer(classify::undelivered(why, call.effect))),
        };
        if let Some(steps) = steps {
            steps.reached(Step::Answered);
        }
        let (parts, body) = answer.into_parts();
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        self.judge(call, answer)
    }

    /// Waits for the call's turn under its limits.
    async fn turn(&self, call: &Call) -> Result<(), Failure> {
        let blocked =
            call.limits.iter().map(|limit| self.limiter.blocked(&limit.key)).max().unwrap_or_default();
        let later = |wait| without_answer(CallError::Retry { after: Some(wait) });
        if blocked > MOMENT {
            return Err(later(blocked));
        }
        if !call.limits.is_empty() {
            let turn = self.limiter.turn(&call.limits, call.identity(self.login), PATIENCE).map_err(later)?;
            tokio::time::sleep_until(turn).await;
        }
        Ok(())
    }

    /// What an answer means; a wait that it asks for holds for everything under the call's limits that waits.
    fn judge(&self, call: &Call, answer: Answer) -> Result<Answer, Failure> {
        let (error, wait) = if answer.status.is_success() {
            let Some(error) = call.verdict.and_then(|verdict| verdict(&answer, call.effect)) else {
                return Ok(answer);
            };
            let asked = if let CallError::Retry { after } = &error { *after } else { None };
            (error, asked)
        } else {
            let error = classify::status(answer.status, &answer.headers, call.effect);
            let limited = matches!(error, CallError::Retry { .. }) && answer.status.as_u16() == 429;
            let asked = if let CallError::Retry { after } = &error { *after } else { None };
            (error, limited.then(|| asked.unwrap_or(DEFAULT_WAIT)))
        };
        if let Some(wait) = wait {
            for limit in call.limits.iter().filter(|limit| limit.waits) {
                self.limiter.block(&limit.key, wait);
            }
        }
        Err(Failure { error, status: Some(answer.status), body: answer.body })
    }
}

/// The longest wait that the platform asked for which is waited out here.
const MOMENT: Duration = Duration::from_secs(2);

/// How long a call waits here for its turn under our own limits. A lane is held meanwhile, and a lane that is held shows
/// nobody why it waits and keeps a worker from others; a lane that is given back costs a transaction. Long enough for
/// the ordinary pace of one conversation, short against any lease.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a platform that limits without saying for how long is left alone.
const DEFAULT_WAIT: Duration = Duration::from_secs(10);

fn without_answer(error: CallError) -> Failure {
    Failure { error, status: None, body: Bytes::new() }
}

fn request(call: &Call, token: Option<&str>) -> Result<Request<Bytes>, http::Error> {
    let mut request = Request::builder().method(call.method.clone()).uri(call.url.as_str());
    if let Some(headers) = request.headers_mut() {
        headers.clone_from(&call.headers);
        if let Some(token) = token {
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        if let Some((media, _)) = &call.body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        }
    }
    request.body(call.body.as_ref().map(|(_, bytes)| bytes.clone()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
