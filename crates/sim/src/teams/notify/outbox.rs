//! Notifications waiting for an endpoint.
//!
//! Each address has a queue and a few senders. While the endpoint keeps up, a notification travels alone and at once;
//! when it does not, whatever has gathered travels in one POST. So order is not promised, as in life.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Uri;
use serde_json::{Value, json};

use super::policy::{Standing, WINDOW, Window};
use super::{Item, send};
use crate::faults::Fault;
use crate::teams::sim::Sim;

/// POSTs under way to one address at a time.
const SENDERS: usize = 8;

/// All queues, and what became of the notifications.
#[derive(Default)]
pub(crate) struct Outbox {
    queues: Mutex<HashMap<Arc<str>, Queue>>,
    /// Tokens that go along, by what they are for; signed once a minute.
    signed: Mutex<HashMap<String, (i64, Arc<str>)>>,
    /// Notifications on their way, queued, delayed or between attempts.
    pub(crate) pending: AtomicU64,
    /// Answered with 2xx in time.
    pub(crate) delivered: AtomicU64,
    /// Attempts that were not.
    pub(crate) failed: AtomicU64,
    /// Never to be sent again, for whatever reason.
    pub(crate) discarded: AtomicU64,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Item>,
    senders: usize,
    window: Window,
}

impl Outbox {
    fn queues(&self) -> MutexGuard<'_, HashMap<Arc<str>, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an answer of an endpoint.
    pub(super) fn answered(&self, url: &Arc<str>, now: jiff::Timestamp, took: Duration) {
        self.queues().entry(Arc::clone(url)).or_default().window.answered(now, took);
    }

    /// For `/_sim/hooks`.
    pub(crate) fn figures(&self) -> Value {
        json!({
            "pending": self.pending.load(Ordering::Relaxed),
            "delivered": self.delivered.load(Ordering::Relaxed),
            "failed": self.failed.load(Ordering::Relaxed),
            "discarded": self.discarded.load(Ordering::Relaxed),
        })
    }

    /// The token `purpose`, signed anew when the minute changed: verifying is the receiver's work, signing should not be
    /// the bottleneck here. `now` is in seconds.
    pub(crate) fn minutely(&self, purpose: &str, now: i64, sign: impl FnOnce() -> String) -> Arc<str> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((minute, token)) = signed.get(purpose)
            && *minute == now / 60
        {
            return Arc::clone(token);
        }
        let token: Arc<str> = sign().into();
        signed.insert(purpose.to_owned(), (now / 60, Arc::clone(&token)));
        token
    }

    /// Counts items that are done with.
    pub(crate) fn discard(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.discarded.fetch_add(count, Ordering::Relaxed);
        self.pending.fetch_sub(count, Ordering::Relaxed);
    }
}

/// Takes a notification on, past the fault rules for `HOOK` and past the endpoint's standing.
pub(crate) fn enqueue(sim: &Arc<Sim>, item: Item) {
    sim.outbox.pending.fetch_add(1, Ordering::Relaxed);
    let path = path_of(&item.subscription.notification_url);
    match sim.control.faults.strike("HOOK", &path).map(|rule| rule.fault) {
        Some(Fault::Drop) => sim.outbox.discard(1),
        Some(Fault::Delay { millis }) => {
            let pause = Duration::from_millis(sim.control.faults.dice(millis.saturating_add(1)));
            push_later(sim, item, pause);
        }
        Some(Fault::Duplicate { copies }) => {
            for _ in 1..copies {
                sim.outbox.pending.fetch_add(1, Ordering::Relaxed);
                push(sim, Item { payload: item.payload.clone(), done: None, ..copy(&item) });
            }
            push(sim, item);
        }
        // Any other fault is a failed first attempt.
        Some(_) => {
            sim.outbox.failed.fetch_add(1, Ordering::Relaxed);
            push_later(sim, item, Duration::from_millis(sim.switches().retry_first_millis));
        }
        None => push(sim, item),
    }
}

fn copy(item: &Item) -> Item {
    Item {
        subscription: Arc::clone(&item.subscription),
        change: item.change,
        chat: Arc::clone(&item.chat),
        message: item.message,
        root: item.root,
        team: item.team.clone(),
        payload: None,
        done: None,
    }
}

/// The path of an address, which is what fault rules match.
pub(crate) fn path_of(url: &str) -> String {
    url.parse::<Uri>().map_or_else(|_| "/".to_owned(), |uri| uri.path().to_owned())
}

fn push_later(sim: &Arc<Sim>, item: Item, pause: Duration) {
    let weak = Arc::downgrade(sim);
    tokio::spawn(async move {
        tokio::time::sleep(pause).await;
        if let Some(sim) = weak.upgrade() {
            push(&sim, item);
        }
    });
}

fn push(sim: &Arc<Sim>, item: Item) {
    let url = Arc::clone(&item.subscription.notification_url);
    let policed = sim.switches().delivery_policy;
    let mut queues = sim.outbox.queues();
    let queue = queues.entry(Arc::clone(&url)).or_default();
    if policed {
        match queue.window.standing(sim.now()) {
            Standing::Good => {}
            Standing::Drop => {
                drop(queues);
                sim.outbox.discard(1);
                return;
            }
            Standing::Slow => {
                drop(queues);
                late(sim, item);
                return;
            }
        }
    }
    queue.waiting.push_back(item);
    if queue.senders >= SENDERS {
        return;
    }
    queue.senders += 1;
    drop(queues);
    tokio::spawn(drain(Arc::clone(sim), url));
}

/// Ten minutes later, whatever the endpoint's standing is by then.
fn late(sim: &Arc<Sim>, item: Item) {
    let weak = Arc::downgrade(sim);
    tokio::spawn(async move {
        tokio::time::sleep(WINDOW).await;
        if let Some(sim) = weak.upgrade() {
            send::deliver(&sim, vec![item]).await;
        }
    });
}

/// Sends until the queue is empty.
async fn drain(sim: Arc<Sim>, url: Arc<str>) {
    loop {
        let cap = sim.switches().batch_cap.max(1);
        let items: Vec<Item> = {
            let mut queues = sim.outbox.queues();
            let Some(queue) = queues.get_mut(&url) else { return };
            let count = queue.waiting.len().min(cap);
            if count == 0 {
                queue.senders -= 1;
                return;
            }
            queue.waiting.drain(..count).collect()
        };
        send::deliver(&sim, items).await;
    }
}
