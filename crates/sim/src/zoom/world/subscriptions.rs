//! Event subscriptions: who is told what ("Using webhooks", "`WebSockets`"), and the line to each receiver.
//!
//! Whoever changes the world tells it here while it still holds the lock. A subscription is the app's; at user level it
//! hears what concerns the users who authorized the app, at account level everything in the account.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::control::Control;
use crate::courier::Courier;
use crate::zoom::delivery::{Job, Line, send};
use crate::zoom::feed::Frame;
use crate::zoom::switches::Switches;

/// What a subscription covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// What concerns those who authorized the app.
    User,
    /// The whole account.
    Account,
}

/// A subscription.
#[derive(Debug)]
pub(in crate::zoom) struct Subscription {
    pub(in crate::zoom) id: Arc<str>,
    pub(in crate::zoom) app: Arc<str>,
    pub(in crate::zoom) name: String,
    pub(in crate::zoom) events: BTreeSet<String>,
    pub(in crate::zoom) scope: Scope,
    /// Those named when it was made by API; `None` is everybody who authorized the app.
    pub(in crate::zoom) users: Option<BTreeSet<Arc<str>>>,
    /// Made by API rather than in the portal.
    pub(in crate::zoom) by_api: bool,
    pub(in crate::zoom) way: Way,
}

/// How events leave.
#[derive(Debug)]
pub(in crate::zoom) enum Way {
    /// To an endpoint, whose validations go on until this is dropped.
    Webhook {
        /// What deliveries share.
        line: Arc<Line>,
        /// Held, never read: validations go on for as long as it is.
        _watch: Watch,
    },
    /// To whoever is connected, nobody at most times.
    Feed(Option<mpsc::UnboundedSender<Frame>>),
}

/// The repeated validations of an endpoint; they end with it.
#[derive(Debug)]
pub(in crate::zoom) struct Watch {
    task: JoinHandle<()>,
}

impl Watch {
    pub(in crate::zoom) fn over(task: JoinHandle<()>) -> Self {
        Self { task }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// All subscriptions, and what a delivery needs.
pub(in crate::zoom) struct Subscriptions {
    pub(in crate::zoom) by_id: BTreeMap<Arc<str>, Subscription>,
    pub(in crate::zoom) control: Control<Switches>,
    pub(in crate::zoom) courier: Courier,
    /// While set, deliveries say here when they are done.
    first: Option<Vec<oneshot::Receiver<()>>>,
    sent: u64,
}

impl Subscriptions {
    pub(in crate::zoom) fn new(control: Control<Switches>, courier: Courier) -> Self {
        Self { by_id: BTreeMap::new(), control, courier, first: None, sent: 0 }
    }

    /// From now on, notes the deliveries that are caused.
    pub(in crate::zoom) fn note_deliveries(&mut self) {
        self.first = Some(Vec::new());
    }

    /// What was caused since.
    pub(in crate::zoom) fn noted(&mut self) -> Vec<oneshot::Receiver<()>> {
        self.first.take().unwrap_or_default()
    }

    /// The subscriptions that want `event`.
    pub(in crate::zoom) fn wanting(&self, event: &str) -> Vec<Arc<str>> {
        let wanting = self.by_id.values().filter(|subscription| subscription.events.contains(event));
        wanting.map(|subscription| Arc::clone(&subscription.id)).collect()
    }

    /// Sends a body the way of a subscription.
    pub(in crate::zoom) fn emit(&mut self, id: &str, event: &str, body: &Value) {
        let Some(subscription) = self.by_id.get(id) else { return };
        // `JSON.stringify` and this writer agree on values, and the order of keys means nothing.
        let text = body.to_string();
        match &subscription.way {
            Way::Webhook { line, .. } => {
                let line = Arc::clone(line);
                self.post(line, event, text);
            }
            Way::Feed(Some(feed)) => {
                // Who has just gone hears nothing, as whoever was never there.
                drop(feed.send(Frame::Event { path: format!("/{event}"), text }));
            }
            Way::Feed(None) => {}
        }
    }

    /// Posts a body to an endpoint.
    pub(in crate::zoom) fn post(&mut self, line: Arc<Line>, event: &str, text: String) {
        self.sent += 1;
        let done = self.first.as_mut().map(|first| {
            let (done, waits) = oneshot::channel();
            first.push(waits);
            done
        });
        let job = Job { body: Bytes::from(text), path: format!("/{event}"), number: self.sent, done };
        tokio::spawn(send(job, line, self.courier.clone(), self.control.clone()));
    }
}
