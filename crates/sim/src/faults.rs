//! What goes wrong, on demand: a list of rules set through `POST /_sim/faults` and applied by one middleware in front
//! of every vendor path. At least as important as refusing is *lying*: a fault can strike after the effect.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

mod body;

pub use body::Spoilt;

/// One rule. The first rule that matches a call and strikes decides about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A name for the ledger.
    pub name: String,
    /// HTTP method, or `*`. `HOOK` matches the simulator's own outgoing notifications.
    #[serde(default = "any")]
    pub method: String,
    /// A prefix of the path, or, beginning with `*`, a suffix of it.
    #[serde(default)]
    pub path: String,
    /// What happens.
    pub fault: Fault,
    /// Whether, and when, the call still has its effect. Only for calls that come in.
    #[serde(default)]
    pub when: When,
    /// The share of matching calls that are struck, 0 to 1.
    #[serde(default = "always")]
    pub share: f64,
    /// How often the rule strikes before it is used up; absent means for ever.
    #[serde(default)]
    pub times: Option<u64>,
}

/// What can go wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Answers this status; with 429, 423 or 503 a `Retry-After` in seconds may be named.
    Status {
        /// The HTTP status.
        code: u16,
        /// Seconds, as written into the header.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// Calls that come in only: answers exactly this JSON with status 200, as vendors do that refuse inside a success.
    Says {
        /// What is answered.
        body: serde_json::Value,
    },
    /// Answers nothing for so many milliseconds, then 504.
    Timeout {
        /// Milliseconds.
        millis: u64,
    },
    /// Breaks the connection without an answer.
    Reset,
    /// Answers properly, but so many milliseconds later.
    Slow {
        /// Milliseconds.
        millis: u64,
    },
    /// Notifications only: sent so many times in all.
    Duplicate {
        /// Two or more.
        copies: u8,
    },
    /// Notifications only: sent later by a random time up to so many milliseconds, which also reorders them.
    Delay {
        /// Milliseconds.
        millis: u64,
    },
    /// Notifications only: never sent.
    Drop,
    /// Answers properly, but for the body. Never strikes a notification.
    Body(Spoilt),
}

/// Whether the effect still happens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The call has no effect.
    #[default]
    Before,
    /// The call has its effect, only the answer is false.
    After,
    /// The false answer comes first, and the effect later by a random time up to so many milliseconds: a gateway gave up
    /// while the service behind it went on.
    Late {
        /// Milliseconds.
        millis: u64,
    },
}

fn any() -> String {
    "*".to_owned()
}

fn always() -> f64 {
    1.0
}

/// The rules in force, and the seeded dice.
#[derive(Debug, Clone)]
pub struct Faults {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    rules: Vec<(Rule, u64)>,
    dice: StdRng,
}

/// Set by the middleware on a response that a fault replaced, so that the ledger can name it.
#[derive(Debug, Clone)]
pub struct Struck(pub String);

impl Faults {
    /// No rules yet; `seed` makes the dice repeatable.
    pub fn new(seed: u64) -> Self {
        let inner = Inner { rules: Vec::new(), dice: StdRng::seed_from_u64(seed) };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// Replaces all rules.
    pub fn set(&self, rules: Vec<Rule>) {
        self.lock().rules = rules.into_iter().map(|rule| (rule, 0)).collect();
    }

    /// The rules and how often each struck.
    pub fn rules(&self) -> Vec<(Rule, u64)> {
        self.lock().rules.clone()
    }

    /// The fault that strikes this call, if any; counts it.
    pub fn strike(&self, method: &str, path: &str) -> Option<Rule> {
        let mut guard = self.lock();
        let Inner { rules, dice } = &mut *guard;
        for (rule, struck) in rules {
            let spent = rule.times.is_some_and(|times| *struck >= times);
            if spent
                || !rule.matches(method, path)
                || (rule.share < 1.0 && dice.random::<f64>() >= rule.share)
            {
                continue;
            }
            *struck += 1;
            return Some(rule.clone());
        }
        None
    }

    /// A random whole number below `below` from the seeded dice.
    pub fn dice(&self, below: u64) -> u64 {
        if below == 0 { 0 } else { self.lock().dice.random_range(0..below) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    fn matches(&self, method: &str, path: &str) -> bool {
        let hook = method == "HOOK";
        let method_fits = self.method == method || (self.method == "*" && !hook);
        let fault_fits = !(hook && matches!(self.fault, Fault::Body(_)));
        let path_fits = match self.path.strip_prefix('*') {
            Some(suffix) => path.ends_with(suffix),
            None => path.starts_with(&self.path),
        };
        method_fits && fault_fits && path_fits
    }
}

/// The middleware: `/_sim` is never touched. Mount it outside the ledger's middleware, so that an effect behind a
/// swallowed answer is still recorded.
pub async fn interfere(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/_sim") {
        return next.run(request).await;
    }
    let Some(rule) = faults.strike(request.method().as_str(), &path) else {
        return next.run(request).await;
    };
    if let Fault::Slow { millis } = rule.fault {
        let response = next.run(request).await;
        tokio::time::sleep(Duration::from_millis(millis)).await;
        return response;
    }
    if let Fault::Body(how) = rule.fault {
        let mut response = body::spoil(how, next.run(request).await);
        response.extensions_mut().insert(Struck(rule.name));
        return response;
    }
    match rule.when {
        When::Before => {}
        When::After => drop(next.run(request).await),
        When::Late { millis } => {
            let pause = Duration::from_millis(faults.dice(millis.saturating_add(1)));
            have_effect_later(request, next, pause).await;
        }
    }
    let mut response = match rule.fault {
        Fault::Status { code, retry_after } => refused(code, retry_after.as_deref()),
        Fault::Says { body } => axum::Json(body).into_response(),
        Fault::Timeout { millis } => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            refused(504, None)
        }
        // A body that fails before its first byte makes hyper break the connection; in process it reads as a broken answer.
        _ => Response::new(Body::from_stream(futures_util::stream::once(async {
            Err::<bytes::Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
        }))),
    };
    response.extensions_mut().insert(Struck(rule.name));
    response
}

/// Reads the call to its end, as its connection may be gone by the time it takes effect.
async fn have_effect_later(request: Request, next: Next, pause: Duration) {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return };
    tokio::spawn(async move {
        tokio::time::sleep(pause).await;
        drop(next.run(Request::from_parts(parts, Body::from(body.to_bytes()))).await);
    });
}

fn refused(code: u16, retry_after: Option<&str>) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, "").into_response();
    if let Some(value) = retry_after.and_then(|seconds| HeaderValue::from_str(seconds).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}
