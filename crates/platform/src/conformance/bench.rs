//! What scenarios have in common: clients, operations, faults, the ledger.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{
    Body, CallError, ConversationRef, Destination, Draft, MessageRef, Operation, Receipt, Sender,
};
use http::{Method, Request, header};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::World;
use crate::{Access, Client, Credentials, Http, Limiter, Tokens, Transport, Undelivered};

/// How long a call may take.
pub(super) const TOTAL: Duration = Duration::from_secs(10);

/// A token that is never renewed.
#[derive(Debug, Clone)]
pub struct Fixed(pub String);

#[async_trait]
impl Tokens for Fixed {
    async fn access(&self) -> Result<Access, CallError> {
        Ok(Access { token: SecretString::from(self.0.clone()), generation: 1 })
    }

    async fn refused(&self, _: &Access) -> Result<Access, CallError> {
        Err(CallError::Reauthorize)
    }
}

/// What goes wrong with the next call of a kind.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// This status, with this `Retry-After`.
    Status(u16, Option<&'static str>),
    /// No answer for longer than a call may take.
    Timeout,
    /// The connection breaks.
    Reset,
}

/// A client of this login with limits of its own.
pub(super) fn client(world: &dyn World, credentials: Credentials) -> Arc<dyn Client> {
    through(world, world.transport(), credentials)
}

/// A client of our login.
pub(super) fn ours(world: &dyn World) -> Arc<dyn Client> {
    client(world, world.ours())
}

/// A client of our login that reaches nothing.
pub(super) fn cut_off(world: &dyn World) -> Arc<dyn Client> {
    through(world, Arc::new(Nowhere), world.ours())
}

fn through(world: &dyn World, transport: Arc<dyn Transport>, credentials: Credentials) -> Arc<dyn Client> {
    let site = Arc::new(world.site());
    let http = Http::new(transport, Arc::new(Limiter::new(1.0)), TOTAL).within(&site);
    world.platform().client(&site, http, credentials)
}

struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn carry(
        &self,
        _: Request<Bytes>,
        _: Option<Arc<dyn crate::Steps>>,
    ) -> Result<http::Response<Bytes>, Undelivered> {
        Err(Undelivered::NotSent)
    }
}

/// To the person.
pub(super) fn to_person(world: &dyn World) -> Destination {
    Destination::Direct(world.person())
}

/// Says something as our login.
pub(super) async fn say(
    world: &dyn World,
    client: &dyn Client,
    to: Destination,
    body: Body,
) -> Result<Receipt, CallError> {
    client.deliver(&draft(world, Operation::Send { to, thread: None, body })).await
}

/// An operation of our login.
pub(super) fn draft(world: &dyn World, operation: Operation) -> Draft {
    Draft { operation, sender: Sender::Bot(world.ours().login), alias: None }
}

/// Says something to the person, which must succeed.
pub(super) async fn said(world: &dyn World, client: &dyn Client, text: &str) -> (MessageRef, Receipt) {
    let receipt = say(world, client, to_person(world), Body::text(text)).await.expect("nothing is wrong");
    (receipt.message.clone().expect("a send tells its message"), receipt)
}

/// The texts that the person sees, and whether we wrote them.
pub(super) async fn seen(world: &dyn World, conversation: &ConversationRef) -> Vec<(String, bool)> {
    world.sees(conversation).await.into_iter().map(|seen| (seen.text, seen.ours)).collect()
}

/// Makes the next `times` calls of this method and path go wrong, before or after their effect.
pub(super) async fn break_next(world: &dyn World, of: (&str, &str), fault: Fault, after: bool, times: u64) {
    let fault = match fault {
        Fault::Status(code, retry_after) => json!({"status": {"code": code, "retry_after": retry_after}}),
        Fault::Timeout => json!({"timeout": {"millis": 60_000}}),
        Fault::Reset => json!("reset"),
    };
    let when = if after { "after" } else { "before" };
    let rule = json!({"name": "conformance", "method": of.0, "path": of.1, "fault": fault, "when": when, "times": times});
    control(world, Method::POST, "/_sim/faults", Some(json!([rule]))).await;
}

/// The statuses of all calls so far, in order.
pub(super) async fn statuses(world: &dyn World) -> Vec<u64> {
    let ledger = control(world, Method::GET, "/_sim/ledger?max=100000", None).await;
    let items = ledger["items"].as_array().expect("the ledger is a list");
    items.iter().filter_map(|entry| entry["status"].as_u64()).collect()
}

/// What the simulator did so far, in order.
pub(super) async fn changes(world: &dyn World) -> Vec<Value> {
    let ledger = control(world, Method::GET, "/_sim/ledger?max=100000", None).await;
    let items = ledger["items"].as_array().expect("the ledger is a list");
    items.iter().map(|entry| entry["change"].clone()).filter(Value::is_object).collect()
}

async fn control(world: &dyn World, method: Method, path: &str, body: Option<Value>) -> Value {
    let url = world.simulator().join(path).expect("a path");
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = Request::builder().method(method).uri(url.as_str());
    let request = request.header(header::CONTENT_TYPE, "application/json").body(Bytes::from(body));
    let answer =
        world.transport().carry(request.expect("a request"), None).await.expect("the simulator answers");
    assert!(answer.status().is_success(), "{path}: {} {:?}", answer.status(), answer.body());
    serde_json::from_slice(answer.body()).unwrap_or(Value::Null)
}
