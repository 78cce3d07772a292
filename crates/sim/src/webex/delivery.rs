//! One delivery after the other to one receiver: signed, timed out, counted, never repeated.
//!
//! "Webhooks" guide: `X-Spark-Signature` is the lower-case hexadecimal HMAC-SHA1 of the raw body under the webhook's
//! secret. A webhook whose deliveries keep failing becomes inactive and misses what happens until it is revived; the
//! thresholds are not published and are switches.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, header};
use serde_json::json;
use sha1::Sha1;
use tokio::sync::{mpsc, oneshot};

use super::switches::Switches;
use crate::control::Control;
use crate::courier::Courier;
use crate::faults::Fault;

/// A delivery to be made.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) target: Arc<str>,
    pub(super) secret: Option<Arc<str>>,
    pub(super) body: Bytes,
    /// `/messages/created`, which fault rules with the method `HOOK` match.
    pub(super) path: Arc<str>,
    /// Told (or dropped) when the receiver has answered or failed.
    pub(super) done: Option<oneshot::Sender<()>>,
}

/// The state that a webhook shares with its deliveries.
#[derive(Debug)]
pub(super) struct Line {
    /// The webhook's REST id, for the ledger.
    id: String,
    active: AtomicBool,
    delivered: AtomicU64,
    failed: AtomicU64,
    recent: Mutex<VecDeque<Second>>,
}

/// Deliveries within one second, so that the window stays small whatever the rate.
#[derive(Debug, Clone, Copy)]
struct Second {
    at: i64,
    all: u64,
    failed: u64,
}

impl Line {
    pub(super) fn new(id: String) -> Self {
        Self {
            id,
            active: AtomicBool::new(true),
            delivered: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            recent: Mutex::default(),
        }
    }

    pub(super) fn active(&self) -> bool {
        self.active.load(Ordering::Acquire)
    }

    pub(super) fn deactivate(&self) {
        self.active.store(false, Ordering::Release);
    }

    /// Starts afresh: old failures are forgotten, missed events are not sent.
    pub(super) fn revive(&self) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.active.store(true, Ordering::Release);
    }

    /// How many deliveries succeeded and failed so far.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.delivered.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }

    /// Counts a delivery. Answers whether it was the one that deactivated the webhook.
    fn count(&self, succeeded: bool, now: i64, switches: &Switches) -> bool {
        if succeeded { &self.delivered } else { &self.failed }.fetch_add(1, Ordering::Relaxed);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let at = now.div_euclid(1000);
        let failed = u64::from(!succeeded);
        match recent.back_mut() {
            Some(second) if second.at == at => {
                second.all += 1;
                second.failed += failed;
            }
            _ => recent.push_back(Second { at, all: 1, failed }),
        }
        let window = i64::try_from(switches.webhook_window_ms).unwrap_or(i64::MAX);
        while recent.front().is_some_and(|oldest| now - oldest.at * 1000 > window) {
            recent.pop_front();
        }
        let (all, failed) =
            recent.iter().fold((0, 0), |(all, failed), second| (all + second.all, failed + second.failed));
        #[expect(clippy::cast_precision_loss, reason = "a share of at most some million deliveries")]
        let too_many = all >= switches.webhook_window_least
            && failed as f64 >= switches.webhook_failure_share * all as f64
            && failed > 0;
        too_many && self.active.swap(false, Ordering::AcqRel)
    }
}

/// The value of `X-Spark-Signature`.
pub(super) fn signature(secret: &str, body: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// Delivers until the webhook is gone. One at a time, so that a receiver sees changes in order unless a fault says not.
pub(super) async fn drain(
    mut jobs: mpsc::UnboundedReceiver<Job>,
    line: Arc<Line>,
    courier: Courier,
    control: Control<Switches>,
) {
    while let Some(job) = jobs.recv().await {
        if !line.active() {
            continue;
        }
        let fault = control.faults.strike("HOOK", &job.path).map(|rule| rule.fault);
        match fault {
            None | Some(Fault::Body(_)) => deliver(&job, &line, &courier, &control).await,
            Some(Fault::Duplicate { copies }) => {
                for _ in 0..copies {
                    deliver(&job, &line, &courier, &control).await;
                }
            }
            Some(Fault::Slow { millis }) => {
                control.clock.sleep(Duration::from_millis(millis)).await;
                deliver(&job, &line, &courier, &control).await;
            }
            Some(Fault::Delay { millis }) => {
                let wait = Duration::from_millis(control.faults.dice(millis.saturating_add(1)));
                let (line, courier, control) = (Arc::clone(&line), courier.clone(), control.clone());
                tokio::spawn(async move {
                    control.clock.sleep(wait).await;
                    deliver(&job, &line, &courier, &control).await;
                    done(job);
                });
                continue;
            }
            Some(Fault::Drop) => {}
            // The delivery did not arrive, and the service noticed.
            Some(Fault::Status { .. } | Fault::Says { .. } | Fault::Timeout { .. } | Fault::Reset) => {
                count(false, &line, &control);
            }
        }
        done(job);
    }
}

/// Lets an answer go that waits for this delivery.
fn done(job: Job) {
    if let Some(done) = job.done {
        // Nobody waits any more when the time is over.
        let _ = done.send(());
    }
}

async fn deliver(job: &Job, line: &Line, courier: &Courier, control: &Control<Switches>) {
    let switches = control.board.get();
    let kind = if switches.webhook_charset { "application/json;charset=UTF-8" } else { "application/json" };
    let mut request = Request::post(&*job.target).header(header::CONTENT_TYPE, kind);
    if let Some(secret) = &job.secret {
        request = request.header("X-Spark-Signature", signature(secret, &job.body));
    }
    let answer = match request.body(job.body.clone()) {
        Ok(request) => courier.send(request, Duration::from_millis(switches.webhook_timeout_ms)).await,
        Err(_) => None,
    };
    count(answer.is_some_and(|answer| answer.status().is_success()), line, control);
}

fn count(succeeded: bool, line: &Line, control: &Control<Switches>) {
    if line.count(succeeded, control.clock.millis(), &control.board.get()) {
        control.note("webhook.deactivated", json!({"webhook": line.id}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_follow_the_published_test_vectors() {
        // RFC 2202, test cases 2 and 6 for HMAC-SHA-1.
        let short = signature("Jefe", b"what do ya want for nothing?");
        assert_eq!(short, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }

    #[test]
    fn a_webhook_dies_of_enough_recent_failures_only() {
        let switches = Switches { webhook_window_ms: 10_000, webhook_window_least: 4, ..Switches::default() };
        let line = Line::new("hook".to_owned());
        for second in 0..3 {
            assert!(!line.count(false, second * 1000, &switches), "three failures are too few");
        }
        assert!(!line.count(true, 3000, &switches), "three of four are not enough");
        for second in 20..23 {
            assert!(!line.count(false, second * 1000, &switches), "the old ones left the window");
        }
        assert!(line.count(false, 23_000, &switches));
        assert!(!line.active());
        assert!(!line.count(false, 24_000, &switches), "it dies once");
        line.revive();
        assert!(line.active());
        assert!(!line.count(false, 25_000, &switches), "reviving forgets the failures");
        assert_eq!(line.counts(), (1, 9));
    }
}
