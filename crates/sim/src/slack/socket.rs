//! Socket Mode ("Using Socket Mode"): the same events over a WebSocket that the app opens.
//!
//! `apps.connections.open` hands out an address whose ticket works once. Each event goes to one of the open sockets in an
//! envelope and has to be acknowledged by the envelope's id; one that is not is sent again in a new envelope. A socket is
//! told before it is closed, so that the app can open the next one first.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::Slack;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::switches::Switches;
use crate::control::Control;

pub(super) mod link;

/// What a socket's task is told to do.
#[derive(Debug)]
enum Frame {
    Text(String),
    /// Say this reason and close.
    Disconnect(&'static str),
}

/// One app's sockets.
#[derive(Debug, Default)]
pub(super) struct Sockets(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    open: Vec<(u64, mpsc::UnboundedSender<Frame>)>,
    /// Envelopes on their way, by id.
    waiting: HashMap<String, oneshot::Sender<()>>,
    /// Addresses that were handed out: when they lapse, in milliseconds.
    tickets: HashMap<String, i64>,
    /// Numbers sockets and envelopes.
    next: u64,
}

impl Sockets {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are open.
    pub(super) fn count(&self) -> usize {
        self.inner().open.len()
    }

    fn hand_out(&self, ticket: String, lapses: i64) {
        self.inner().tickets.insert(ticket, lapses);
    }

    fn take_ticket(&self, ticket: &str, now: i64) -> bool {
        self.inner().tickets.remove(ticket).is_some_and(|lapses| lapses > now)
    }

    /// Puts a socket among the open ones. Answers its number and how many there are.
    fn join(&self, to: mpsc::UnboundedSender<Frame>) -> (u64, usize) {
        let mut inner = self.inner();
        inner.next += 1;
        let number = inner.next;
        inner.open.push((number, to));
        (number, inner.open.len())
    }

    fn leave(&self, number: u64) {
        self.inner().open.retain(|(other, _)| *other != number);
    }

    fn acknowledge(&self, envelope: &str) {
        if let Some(waiting) = self.inner().waiting.remove(envelope) {
            // The time may be over.
            let _ = waiting.send(());
        }
    }

    /// Tells every socket to close for `reason`. Answers how many there were.
    pub(super) fn disconnect(&self, reason: &'static str) -> usize {
        let inner = self.inner();
        for (_, to) in &inner.open {
            // A socket that has just closed needs no telling.
            drop(to.send(Frame::Disconnect(reason)));
        }
        inner.open.len()
    }

    /// Sends one event to one of the sockets and waits for the acknowledgement: whether it came, or `None` without a
    /// socket.
    pub(super) async fn deliver(
        &self,
        payload: &[u8],
        number: usize,
        reason: &str,
        limit: Duration,
        control: &Control<Switches>,
    ) -> Option<bool> {
        let payload: &RawValue = serde_json::from_slice(payload).ok()?;
        let (id, heard) = {
            let mut inner = self.inner();
            let among = u64::try_from(inner.open.len()).ok().filter(|among| *among > 0)?;
            let chosen = usize::try_from(control.faults.dice(among)).ok()?;
            inner.next += 1;
            let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, &inner.next.to_be_bytes()).to_string();
            let envelope = Envelope {
                id: &id,
                kind: "events_api",
                accepts_response_payload: false,
                retry_attempt: number,
                retry_reason: reason,
                payload,
            };
            let text = serde_json::to_string(&envelope).ok()?;
            inner.open.get(chosen)?.1.send(Frame::Text(text)).ok()?;
            let (waiting, heard) = oneshot::channel();
            inner.waiting.insert(id.clone(), waiting);
            (id, heard)
        };
        let acknowledged = tokio::time::timeout(limit, heard).await.is_ok_and(|heard| heard.is_ok());
        self.inner().waiting.remove(&id);
        Some(acknowledged)
    }
}

/// An event in its frame.
#[derive(serde::Serialize)]
struct Envelope<'a> {
    #[serde(rename = "envelope_id")]
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    accepts_response_payload: bool,
    retry_attempt: usize,
    retry_reason: &'a str,
    payload: &'a RawValue,
}

/// `apps.connections.open`: an address for one socket, with the app-level token in the header.
pub(super) fn open(slack: &Slack, call: &Call) -> Outcome {
    if call.verb != http::Method::POST {
        return Err(Refusal::new("insecure_request"));
    }
    let caller = call.caller()?;
    let mut guard = slack.world();
    let world = &mut *guard;
    let ticket = world.dice.uuid();
    let app = world.apps.get(&caller.app).ok_or_else(|| Refusal::new("invalid_auth"))?;
    if !app.line.settings().socket_mode {
        return Err(Refusal::new("forbidden_team"));
    }
    app.line.sockets.hand_out(ticket.clone(), call.now + call.switches.socket_ticket_seconds * 1000);
    let base = call.base.replacen("http", "ws", 1);
    let url = format!("{base}/link/?ticket={ticket}&app_id={}", app.id);
    Ok(Answer::ok(json!({"url": url})).by(&app.client))
}

/// `apps.event.authorizations.list`: everybody through whom the app could see an event, by its `event_context`.
pub(super) fn authorizations(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let context = call.args.needed("event_context")?;
    let unclear = || Refusal::new("invalid_event_context");
    let (app, channel) = super::events::read_context(context).ok_or_else(unclear)?;
    if *app != *caller.app {
        return Err(Refusal::new("auth_mismatch"));
    }
    let world = slack.world();
    let found = world.apps.get(&app).ok_or_else(unclear)?;
    let sort = channel.as_deref().and_then(|channel| world.channels.get(channel)).map(|found| found.sort);
    let scope = sort.map(|sort| format!("{}:history", sort.word()));
    let through = world.through(found, "", scope.as_deref(), channel.as_deref());
    let all: Vec<Value> = through
        .iter()
        .map(|(user, is_bot)| super::events::authorization(&world.team.id, user, *is_bot))
        .collect();
    Ok(Answer::ok(json!({"authorizations": all, "response_metadata": {"next_cursor": ""}})))
}
