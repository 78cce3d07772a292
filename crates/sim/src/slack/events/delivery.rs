//! One event on its way to an app: signed, timed out, tried again ("Events API": responding, error handling).
//!
//! An attempt that is not answered with success within three seconds has failed; it is made again at once, after a minute
//! and after five, with `x-slack-retry-num` and `x-slack-retry-reason`. `x-slack-no-retry: 1` in a refusal ends that. First
//! attempts about one conversation wait for each other; retries wait for nobody. In Socket Mode the same timetable holds,
//! and an attempt without an open socket has failed.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, Response, header};
use serde_json::json;
use sha2::Sha256;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::line::Line;
use crate::control::Control;
use crate::courier::Courier;
use crate::faults::Fault;
use crate::slack::switches::Switches;

/// How many redirections are followed ("Events API").
const MOST_REDIRECTS: usize = 2;

/// How often, and how far apart, delayed events are tried after the last retry.
const DELAYED: (usize, u64) = (24, 3600);

/// What every delivery needs.
#[derive(Clone)]
pub(in crate::slack) struct Post {
    pub(in crate::slack) courier: Courier,
    pub(in crate::slack) control: Control<Switches>,
}

/// An event to be delivered.
#[derive(Debug)]
pub(in crate::slack) struct Job {
    pub(in crate::slack) body: Bytes,
    /// `/events/message` or, of a change, `/events/message_changed`, which fault rules with the method `HOOK` match.
    pub(in crate::slack) path: Arc<str>,
    /// Told (or dropped) when the first attempt is over.
    pub(in crate::slack) done: Option<oneshot::Sender<()>>,
}

/// What became of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Acknowledged,
    /// For this reason, in the vendor's word.
    Failed(&'static str),
    /// Failed, and not to be tried again.
    Refused,
    /// Nobody is told and nothing is counted.
    Void,
}

/// The value of `X-Slack-Signature` ("Verifying requests from Slack"). The secret is text, whatever it looks like.
pub(in crate::slack) fn signature(secret: &str, timestamp: i64, body: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("v0:{timestamp}:").as_bytes());
    mac.update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

/// Delivers what is about one conversation, in order.
pub(super) async fn drain(mut jobs: mpsc::UnboundedReceiver<Job>, line: Arc<Line>, post: Post) {
    while let Some(job) = jobs.recv().await {
        see_through(job, &line, &post).await;
    }
}

/// Makes the first attempt, and leaves the others to a task of their own.
pub(super) async fn see_through(mut job: Job, line: &Arc<Line>, post: &Post) {
    let fault = post.control.faults.strike("HOOK", &job.path).map(|rule| rule.fault);
    let attempt = match fault {
        Some(Fault::Delay { millis }) => {
            let wait = Duration::from_millis(post.control.faults.dice(millis.saturating_add(1)));
            let (line, post) = (Arc::clone(line), post.clone());
            tokio::spawn(async move {
                post.control.clock.sleep(wait).await;
                let attempt = deliver(&job, &line, &post, 0, "").await;
                release(&mut job);
                retry(job, attempt, line, post).await;
            });
            return;
        }
        Some(Fault::Duplicate { copies }) => {
            let mut last = Attempt::Void;
            for _ in 0..copies {
                last = deliver(&job, line, post, 0, "").await;
            }
            last
        }
        Some(fault) => struck(&fault, &job, line, post, 0, "").await,
        None => deliver(&job, line, post, 0, "").await,
    };
    release(&mut job);
    if matches!(attempt, Attempt::Failed(_)) {
        tokio::spawn(retry(job, attempt, Arc::clone(line), post.clone()));
    }
}

/// An attempt that a fault decides about.
async fn struck(fault: &Fault, job: &Job, line: &Line, post: &Post, number: usize, reason: &str) -> Attempt {
    match fault {
        Fault::Slow { millis } => {
            post.control.clock.sleep(Duration::from_millis(*millis)).await;
            deliver(job, line, post, number, reason).await
        }
        Fault::Drop => Attempt::Void,
        // The delivery did not arrive, and the service noticed.
        Fault::Status { .. } | Fault::Says { .. } => counted(Attempt::Failed("http_error"), line, post),
        Fault::Timeout { .. } => counted(Attempt::Failed("http_timeout"), line, post),
        Fault::Reset => counted(Attempt::Failed("connection_failed"), line, post),
        Fault::Duplicate { .. } | Fault::Delay { .. } | Fault::Body(_) => {
            deliver(job, line, post, number, reason).await
        }
    }
}

async fn retry(job: Job, mut attempt: Attempt, line: Arc<Line>, post: Post) {
    let waits = post.control.board.get().event_retry_seconds.clone();
    let delayed = if line.settings().delayed { DELAYED.0 } else { 0 };
    let later = std::iter::repeat_n(DELAYED.1, delayed);
    for (number, wait) in waits.into_iter().chain(later).enumerate() {
        let Attempt::Failed(reason) = attempt else { return };
        post.control.clock.sleep(Duration::from_secs(wait)).await;
        let fault = post.control.faults.strike("HOOK", &job.path).map(|rule| rule.fault);
        attempt = match fault {
            Some(fault) => struck(&fault, &job, &line, &post, number + 1, reason).await,
            None => deliver(&job, &line, &post, number + 1, reason).await,
        };
    }
}

/// Lets an answer go that waits for this delivery.
fn release(job: &mut Job) {
    if let Some(done) = job.done.take() {
        // Nobody waits any more when the time is over.
        let _ = done.send(());
    }
}

async fn deliver(job: &Job, line: &Line, post: &Post, number: usize, reason: &str) -> Attempt {
    let settings = line.settings();
    if settings.off {
        return Attempt::Void;
    }
    let switches = post.control.board.get();
    let attempt = if settings.socket_mode {
        let limit = Duration::from_millis(switches.socket_ack_ms);
        match line.sockets.deliver(&job.body, number, reason, limit, &post.control).await {
            Some(true) => Attempt::Acknowledged,
            Some(false) => Attempt::Failed("timeout"),
            None => Attempt::Failed("connection_failed"),
        }
    } else if let Some(url) = &settings.request_url {
        over_http(url, job, line, post, number, reason).await
    } else {
        Attempt::Void
    };
    counted(attempt, line, post)
}

fn counted(attempt: Attempt, line: &Line, post: &Post) -> Attempt {
    if attempt != Attempt::Void {
        let control = &post.control;
        let succeeded = attempt == Attempt::Acknowledged;
        if line.count(succeeded, control.clock.millis(), &control.board.get()) {
            control.note("events.off", json!({"app": &*line.app}));
        }
    }
    attempt
}

async fn over_http(url: &str, job: &Job, line: &Line, post: &Post, number: usize, reason: &str) -> Attempt {
    let retry = (number > 0).then_some((number, reason));
    let begun = Instant::now();
    let limit = Duration::from_millis(post.control.board.get().event_timeout_ms);
    let mut url = url.to_owned();
    for _ in 0..=MOST_REDIRECTS {
        let left = limit.saturating_sub(begun.elapsed());
        let Some(answer) = signed(&url, &job.body, &line.signing_secret, retry, left, post).await else {
            let late = begun.elapsed() >= limit;
            return Attempt::Failed(if late { "http_timeout" } else { "connection_failed" });
        };
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        match answer.status().as_u16() {
            200..=299 => return Attempt::Acknowledged,
            301 | 302 => match header("location") {
                Some(to) => to.clone_into(&mut url),
                None => return Attempt::Failed("http_error"),
            },
            _ if header("x-slack-no-retry") == Some("1") => return Attempt::Refused,
            _ => return Attempt::Failed("http_error"),
        }
    }
    Attempt::Failed("too_many_redirects")
}

/// Posts `body`, signed, and waits for the whole answer.
pub(in crate::slack) async fn signed(
    url: &str,
    body: &Bytes,
    secret: &str,
    retry: Option<(usize, &str)>,
    limit: Duration,
    post: &Post,
) -> Option<Response<Bytes>> {
    let timestamp = post.control.clock.now().as_second();
    let mut request = Request::post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "Slackbot 1.0 (+https://api.slack.com/robots)")
        .header("X-Slack-Request-Timestamp", timestamp)
        .header("X-Slack-Signature", signature(secret, timestamp, body));
    if let Some((number, reason)) = retry {
        request = request.header("X-Slack-Retry-Num", number).header("X-Slack-Retry-Reason", reason);
    }
    post.courier.send(request.body(body.clone()).ok()?, limit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_over_version_time_and_body() {
        // Computed with the vendor's Python client and by hand.
        let body = br#"{"type":"event_callback","team_id":"T0BRIDGE1","event_id":"Ev0BRIDGE1"}"#;
        assert_eq!(
            signature("0123456789abcdef0123456789abcdef", 1_700_000_000, body),
            "v0=e2f19415b7b51d1a405aaec09d80a024977b127a2e9fb51062de316cc23f3805"
        );
    }
}
