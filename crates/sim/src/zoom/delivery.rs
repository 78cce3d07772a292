//! One event on its way to one endpoint: signed, timed out, repeated.
//!
//! "Using webhooks": `x-zm-signature` is `v0=` and the hexadecimal HMAC-SHA256 of `v0:{x-zm-request-timestamp}:{body}`
//! under the app's secret token. An endpoint has three seconds to answer 200 or 204. What is answered with 500 and more,
//! or not at all, is repeated three times after growing pauses and then dropped; 3xx and 4xx are final. Deliveries do not
//! wait for each other, so they can overtake each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, Response, header};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::oneshot;

use super::switches::Switches;
use crate::control::Control;
use crate::courier::Courier;
use crate::faults::Fault;

/// A delivery to be made.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) body: Bytes,
    /// `/team_chat.dm_message_posted`, which fault rules with the method `HOOK` match.
    pub(super) path: String,
    /// Unique, for `x-zm-request-id`.
    pub(super) number: u64,
    /// Told (or dropped) when the receiver has answered or failed for the first time.
    pub(super) done: Option<oneshot::Sender<()>>,
}

/// An endpoint, and what is known of it.
#[derive(Debug)]
pub(super) struct Line {
    /// The subscription's id, for the ledger; a word for an endpoint of the app itself.
    pub(super) id: Arc<str>,
    pub(super) url: String,
    pub(super) secret: Arc<str>,
    pub(super) verification: Arc<str>,
    disabled: AtomicBool,
    delivered: AtomicU64,
    failed: AtomicU64,
    pending: AtomicU64,
    invalid: AtomicU32,
}

/// Counts a delivery as under way for as long as it is.
struct Pending<'a>(&'a Line);

impl<'a> Pending<'a> {
    fn begin(line: &'a Line) -> Self {
        line.pending.fetch_add(1, Ordering::Relaxed);
        Self(line)
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.0.pending.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Line {
    pub(super) fn new(id: Arc<str>, url: &str, secret: &Arc<str>, verification: &Arc<str>) -> Self {
        Self {
            id,
            url: url.to_owned(),
            secret: Arc::clone(secret),
            verification: Arc::clone(verification),
            disabled: AtomicBool::new(false),
            delivered: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            pending: AtomicU64::new(0),
            invalid: AtomicU32::new(0),
        }
    }

    pub(super) fn active(&self) -> bool {
        !self.disabled.load(Ordering::Acquire)
    }

    pub(super) fn set_active(&self, active: bool) {
        self.disabled.store(!active, Ordering::Release);
        if active {
            self.invalid.store(0, Ordering::Release);
        }
    }

    /// How many events were taken, how many were given up, and how many are under way or wait for another attempt.
    pub(super) fn counts(&self) -> (u64, u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.delivered), read(&self.failed), read(&self.pending))
    }
}

/// The hexadecimal HMAC-SHA256 of `text` under `secret`.
pub(super) fn digest(secret: &str, parts: &[&[u8]]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    for part in parts {
        mac.update(part);
    }
    hex::encode(mac.finalize().into_bytes())
}

/// The value of `x-zm-signature`.
pub(super) fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    format!("v0={}", digest(secret, &[b"v0:", timestamp.as_bytes(), b":", body]))
}

/// How one attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Taken,
    Refused,
    /// Worth another attempt.
    Broken,
    /// It never arrived, and the service does not know.
    Lost,
}

/// Delivers, or gives up.
pub(super) async fn send(mut job: Job, line: Arc<Line>, courier: Courier, control: Control<Switches>) {
    let _pending = Pending::begin(&line);
    let mut pauses = control.board.get().retry_seconds.clone().into_iter();
    let mut timestamp = control.clock.now().as_second();
    loop {
        if !line.active() {
            return;
        }
        let attempt = attempt(&job, &line, &courier, &control, timestamp).await;
        if let Some(done) = job.done.take() {
            // Nobody waits any more when the time is over.
            let _ = done.send(());
        }
        match attempt {
            Attempt::Taken => {
                line.delivered.fetch_add(1, Ordering::Relaxed);
                return;
            }
            Attempt::Broken => {
                if let Some(pause) = pauses.next() {
                    control.clock.sleep(Duration::from_secs(pause)).await;
                    if control.board.get().retries_signed_anew {
                        timestamp = control.clock.now().as_second();
                    }
                    continue;
                }
            }
            Attempt::Lost => return,
            Attempt::Refused => {}
        }
        line.failed.fetch_add(1, Ordering::Relaxed);
        control.note("webhook.given_up", json!({"subscription": &*line.id, "event": job.path}));
        return;
    }
}

async fn attempt(
    job: &Job,
    line: &Line,
    courier: &Courier,
    control: &Control<Switches>,
    timestamp: i64,
) -> Attempt {
    let post = || post(line, courier, control, job.body.clone(), job.number, timestamp);
    match control.faults.strike("HOOK", &job.path).map(|rule| rule.fault) {
        None | Some(Fault::Body(_)) => judge(post().await.as_ref()),
        Some(Fault::Duplicate { copies }) => {
            let mut last = Attempt::Broken;
            for _ in 0..copies {
                last = judge(post().await.as_ref());
            }
            last
        }
        Some(Fault::Slow { millis }) => {
            control.clock.sleep(Duration::from_millis(millis)).await;
            judge(post().await.as_ref())
        }
        Some(Fault::Delay { millis }) => {
            let wait = control.faults.dice(millis.saturating_add(1));
            control.clock.sleep(Duration::from_millis(wait)).await;
            judge(post().await.as_ref())
        }
        Some(Fault::Drop) => Attempt::Lost,
        Some(Fault::Status { code, .. }) if code < 500 => Attempt::Refused,
        Some(Fault::Status { .. } | Fault::Says { .. } | Fault::Timeout { .. } | Fault::Reset) => {
            Attempt::Broken
        }
    }
}

fn judge(answer: Option<&Response<Bytes>>) -> Attempt {
    match answer.map(|answer| answer.status().as_u16()) {
        Some(200 | 204) => Attempt::Taken,
        None | Some(500..) => Attempt::Broken,
        Some(_) => Attempt::Refused,
    }
}

/// One POST with the vendor's headers. `None`: no answer in time.
async fn post(
    line: &Line,
    courier: &Courier,
    control: &Control<Switches>,
    body: Bytes,
    number: u64,
    timestamp: i64,
) -> Option<Response<Bytes>> {
    let timestamp = timestamp.to_string();
    let request = Request::post(&line.url)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::USER_AGENT, "Zoom Marketplace/1.0a")
        .header(header::AUTHORIZATION, &*line.verification)
        .header("x-zm-signature", signature(&line.secret, &timestamp, &body))
        .header("x-zm-request-timestamp", timestamp)
        .header("x-zm-request-id", format!("{}_{number}", line.id))
        .body(body)
        .ok()?;
    courier.send(request, Duration::from_millis(control.board.get().webhook_timeout_ms)).await
}

/// "Validate your webhook endpoint": the endpoint hashes a token under the secret and answers both within three seconds.
pub(super) async fn validate(line: &Line, courier: &Courier, control: &Control<Switches>) -> bool {
    let number = control.faults.dice(u64::MAX);
    let plain = digest("plain token", &[&number.to_be_bytes(), line.id.as_bytes()])[..22].to_owned();
    let body = json!({
        "event": "endpoint.url_validation",
        "event_ts": control.clock.millis(),
        "payload": {"plainToken": plain},
    });
    let timestamp = control.clock.now().as_second();
    let fault = control.faults.strike("HOOK", "/endpoint.url_validation").is_some();
    let answer = if fault {
        None
    } else {
        post(line, courier, control, body.to_string().into(), number, timestamp).await
    };
    let answer = answer.filter(|answer| matches!(answer.status().as_u16(), 200 | 204));
    let answer = answer.and_then(|answer| serde_json::from_slice::<Value>(answer.body()).ok());
    let valid = answer.is_some_and(|answer| {
        answer["plainToken"] == *plain
            && answer["encryptedToken"] == *digest(&line.secret, &[plain.as_bytes()])
    });
    control.note("webhook.validated", json!({"subscription": &*line.id, "valid": valid}));
    valid
}

/// Validates again and again. Who fails is mailed after two and after four times in a row, and disabled in the end.
pub(super) async fn revalidate(line: Arc<Line>, courier: Courier, control: Control<Switches>) {
    loop {
        let pause = control.board.get().revalidation_seconds;
        if pause == 0 {
            return;
        }
        control.clock.sleep(Duration::from_secs(pause)).await;
        if !line.active() {
            continue;
        }
        if validate(&line, &courier, &control).await {
            line.invalid.store(0, Ordering::Release);
            continue;
        }
        let failures = line.invalid.fetch_add(1, Ordering::AcqRel) + 1;
        if failures == 2 || failures == 4 {
            control.note("webhook.mailed", json!({"subscription": &*line.id, "failures": failures}));
        }
        if failures >= control.board.get().revalidation_failures {
            line.set_active(false);
            control.note("webhook.disabled", json!({"subscription": &*line.id}));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_follow_the_published_test_vectors() {
        // RFC 4231, test case 2 for HMAC-SHA-256.
        let known = digest("Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(known, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_signature_covers_version_time_and_bytes() {
        let body = "{\"event\":\"team_chat.dm_message_posted\",\"event_ts\":1767225600123,\
                    \"payload\":{\"object\":{\"message\":\"h\u{e9} \u{1f600}\"}}}";
        assert_eq!(body.len(), 108);
        let signed = signature("demo-secret-token", "1767225600", body.as_bytes());
        assert_eq!(signed, "v0=95fbf97c8873a4e10942e9bbedfe114bf2dd342253b341c6135689e58cec40eb");
        let token = digest("demo-secret-token", &[b"abcDEF123plain"]);
        assert_eq!(token, "54f01d5a743f7b889029c4a5a8500175aea6a3af7318aecd0072104ebeada759");
    }
}
