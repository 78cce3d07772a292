//! Webex. Every test calls the router as a client would and runs under a paused clock.

mod applications;
mod bots;
mod failing;
mod files;
mod limits;
mod memberships;
mod messages;
mod oauth;
mod people;
mod rooms;
mod sim;
mod threads;
mod webhooks;

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use bytes::Bytes;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::webex::{Options, Switches, Webex};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::wire::{self, Heard, Wire, locked};

pub(crate) const ADA: &str = "ada.okafor@acme.example";
pub(crate) const BRUNO: &str = "bruno.keller@acme.example";
pub(crate) const CHIARA: &str = "chiara.rossi@acme.example";
pub(crate) const IRIS: &str = "iris.admin@acme.example";

/// A simulator without rate limits, and everybody's token and id by address.
pub(crate) struct Sim {
    pub(crate) webex: Webex,
    pub(crate) courier: Courier,
    wire: Wire<Switches>,
    ids: HashMap<String, String>,
}

/// What came back.
pub(crate) type Reply = wire::Reply<Switches>;

impl Deref for Sim {
    type Target = Wire<Switches>;

    fn deref(&self) -> &Self::Target {
        &self.wire
    }
}

impl Sim {
    pub(crate) async fn new() -> Self {
        Self::with(Switches::default()).await
    }

    pub(crate) async fn with(switches: Switches) -> Self {
        Self::limited(switches, 0.0).await
    }

    pub(crate) async fn limited(switches: Switches, limits_factor: f64) -> Self {
        let courier = Courier::in_process();
        let webex = Webex::new(Options {
            clock: Clock::starting_at("2026-01-02T03:04:05.678Z".parse().unwrap()),
            courier: courier.clone(),
            seed: 7,
            limits_factor,
            switches,
            public_base: None,
            people: entente_sim::org::acme(),
        });
        let wire = Wire::new(webex.router(), "webex.test:7701");
        let mut sim = Self { webex, courier, wire, ids: HashMap::new() };
        let people = sim.send("GET", "/_sim/people", "", None).await.body;
        for person in people["items"].as_array().unwrap() {
            sim.remember(person);
        }
        sim
    }

    fn remember(&mut self, person: &Value) {
        let text = |name: &str| person[name].as_str().unwrap().to_owned();
        self.wire.tokens.insert(text("email"), text("token"));
        self.ids.insert(text("email"), text("id"));
    }

    /// Somebody of another organization.
    pub(crate) async fn outsider(&mut self, email: &str) {
        let new = json!({"name": "Otto Outside", "email": email, "organization": "Elsewhere"});
        let person = self.send("POST", "/_sim/people", "", Some(new)).await.body;
        self.remember(&person);
    }

    pub(crate) fn id(&self, email: &str) -> &str {
        &self.ids[email]
    }

    /// Posts and expects that it works.
    pub(crate) async fn say(&self, who: &str, message: Value) -> Value {
        let reply = self.post(who, "/v1/messages", message).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    }

    /// A direct message, which also makes the room.
    pub(crate) async fn direct(&self, from: &str, to: &str, text: &str) -> Value {
        self.say(from, json!({"toPersonEmail": to, "text": text})).await
    }

    /// A bot made by the administrator: its application, known by address from then on.
    pub(crate) async fn bot(&mut self, name: &str, email: &str) -> Value {
        let new = json!({"type": "bot", "name": name, "botEmail": email});
        let reply = self.post(IRIS, "/v1/applications", new).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let text = |name: &str| reply.body[name].as_str().unwrap().to_owned();
        self.wire.tokens.insert(email.to_owned(), text("botToken"));
        self.ids.insert(email.to_owned(), text("botPersonId"));
        reply.body
    }

    /// A group room of `members`, the first of which makes it.
    pub(crate) async fn group(&self, members: &[&str]) -> String {
        let room = self.post(members[0], "/v1/rooms", json!({"title": "Group"})).await.body;
        let id = room["id"].as_str().unwrap().to_owned();
        for member in &members[1..] {
            let new = json!({"roomId": id, "personEmail": member});
            assert_eq!(self.post(members[0], "/v1/memberships", new).await.status, 200);
        }
        id
    }

    /// Makes a receiver answer for `receiver.test`.
    pub(crate) fn receiver(&self) -> Receiver {
        let receiver = Receiver::default();
        let state = receiver.clone();
        let router = Router::new().fallback(move |request: Request| {
            let state = state.clone();
            async move { state.receive(request).await }
        });
        self.courier.register("receiver.test", router);
        receiver
    }

    /// A webhook of `who` to the receiver with a secret; answers its id.
    pub(crate) async fn hook(&self, who: &str, resource: &str, event: &str) -> String {
        let reply = self.post(who, "/v1/webhooks", hook_body(resource, event)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn hook_body(resource: &str, event: &str) -> Value {
    json!({"name": "test", "targetUrl": "http://receiver.test/hook", "resource": resource, "event": event,
        "secret": "s3cret"})
}

impl Reply {
    /// The vendor's error body, whole; answers the message.
    pub(crate) fn refused(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.text);
        let message = self.body["message"].as_str().unwrap();
        assert_eq!(self.body["errors"], json!([{"description": message}]));
        assert_eq!(self.body["trackingId"], self.headers["trackingid"].to_str().unwrap());
        assert_eq!(self.headers["content-type"], "application/json;charset=UTF-8");
        message
    }

    pub(crate) fn items(&self) -> &[Value] {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body["items"].as_array().unwrap()
    }

    /// One field of every item.
    pub(crate) fn each(&self, field: &str) -> Vec<&str> {
        self.items().iter().map(|item| item[field].as_str().unwrap()).collect()
    }

    /// Path and query of the next page.
    pub(crate) fn next(&self) -> Option<String> {
        let link = self.headers.get("link")?.to_str().unwrap();
        let url = link.strip_prefix("<http://webex.test:7701").expect("the host that was called");
        Some(url.strip_suffix(">; rel=\"next\"").unwrap().to_owned())
    }
}

/// What a webhook's target saw.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    heard: Heard,
    status: Arc<Mutex<StatusCode>>,
}

impl Receiver {
    async fn receive(&self, request: Request) -> StatusCode {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        self.heard.push(parts.headers, body);
        *locked(&self.status)
    }

    pub(crate) fn answer(&self, status: u16) {
        *locked(&self.status) = StatusCode::from_u16(status).unwrap();
    }

    /// Waits until `count` deliveries were made and the rest of the world has nothing left to do; answers all bodies.
    pub(crate) async fn bodies(&self, count: usize) -> Vec<Value> {
        self.raw(count).await.iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }

    pub(crate) async fn raw(&self, count: usize) -> Vec<(HeaderMap, Bytes)> {
        self.heard.exactly(count, Duration::from_mins(1)).await
    }
}
