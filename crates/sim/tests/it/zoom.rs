//! Zoom. Every test calls the router as a client would and runs under a paused clock.

mod apps;
mod bots;
mod byhand;
mod contacts;
mod events;
mod feed;
mod files;
mod groups;
mod history;
mod limits;
mod messages;
mod oauth;
mod reactions;
mod receiver;
mod subscriptions;
mod threads;
mod users;
mod webhooks;

use std::collections::HashMap;
use std::ops::Deref;

use aws_lc_rs::hmac;
use axum::body::Body;
use axum::extract::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::zoom::{Kind, NewApp, Options, Registered, Switches, Zoom};
use serde_json::{Value, json};

pub(crate) use receiver::Receiver;

use crate::wire::{self, Wire};

pub(crate) const ADA: &str = "ada.okafor@acme.example";
pub(crate) const BRUNO: &str = "bruno.keller@acme.example";
pub(crate) const EVA: &str = "eva.lindqvist@acme.example";
pub(crate) const OLGA: &str = "olga.owner@acme.example";
pub(crate) const OTTO: &str = "otto@elsewhere.example";
pub(crate) const BACK: &str = "https://entente.example/back";

/// A simulator without rate limits whose answers never wait for events, and everybody's token and ids by address.
pub(crate) struct Sim {
    pub(crate) zoom: Zoom,
    pub(crate) courier: Courier,
    wire: Wire<Switches>,
    people: HashMap<String, Value>,
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
        Self::with(Switches { event_first_share: 0.0, ..Switches::default() }).await
    }

    pub(crate) async fn with(switches: Switches) -> Self {
        Self::limited(switches, 0.0).await
    }

    pub(crate) async fn limited(switches: Switches, limits_factor: f64) -> Self {
        let courier = Courier::in_process();
        let zoom = Zoom::new(Options {
            clock: Clock::starting_at("2026-01-02T03:04:05.678Z".parse().unwrap()),
            courier: courier.clone(),
            seed: 7,
            limits_factor,
            switches,
            public_base: None,
            people: entente_sim::org::acme(),
        });
        let wire = Wire::new(zoom.router(), "zoom.test:7704");
        let mut sim = Self { zoom, courier, wire, people: HashMap::new() };
        let people = sim.get("", "/_sim/people").await.body;
        for person in people["items"].as_array().unwrap() {
            sim.remember(person);
        }
        sim
    }

    fn remember(&mut self, person: &Value) {
        let email = person["email"].as_str().unwrap().to_owned();
        self.wire.tokens.insert(email.clone(), person["token"].as_str().unwrap().to_owned());
        self.people.insert(email, person.clone());
    }

    /// Otto, of another account.
    pub(crate) async fn outsider(&mut self) {
        let new = json!({"name": "Otto Outside", "email": OTTO, "organization": "Elsewhere"});
        let person = self.post("", "/_sim/people", new).await.body;
        self.remember(&person);
    }

    pub(crate) fn id(&self, email: &str) -> &str {
        self.people[email]["id"].as_str().unwrap()
    }

    pub(crate) fn member(&self, email: &str) -> &str {
        self.people[email]["member_id"].as_str().unwrap()
    }

    pub(crate) fn jid(&self, email: &str) -> &str {
        self.people[email]["jid"].as_str().unwrap()
    }

    /// A control path that does something.
    pub(crate) async fn by_hand(&self, path: &str, body: Value) -> Value {
        let reply = self.post("", &format!("/_sim/{path}"), body).await;
        assert!((200..300).contains(&reply.status), "{path}: {}", reply.text);
        reply.body
    }

    /// Sends as `from` and expects that it works; answers the id.
    pub(crate) async fn say(&self, from: &str, message: Value) -> String {
        let reply = self.post(from, "/v2/chat/users/me/messages", message).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.body["id"].as_str().unwrap().to_owned()
    }

    /// A plain direct message; answers its id.
    pub(crate) async fn direct(&self, from: &str, to: &str, text: &str) -> String {
        self.say(from, json!({"to_contact": to, "message": text})).await
    }

    /// The history of two people as `who` reads it on the first day.
    pub(crate) async fn history(&self, who: &str, with: &str) -> Vec<Value> {
        let path = format!("/v2/chat/users/me/messages?to_contact={with}&page_size=50");
        self.get(who, &path).await.items("messages").to_vec()
    }

    /// An app of the portal with one redirect address.
    pub(crate) fn app(&self, kind: Kind) -> Registered {
        self.zoom.register_app(new_app(kind))
    }

    /// A user-managed app with a chatbot.
    pub(crate) fn chatbot(&self) -> Registered {
        let bot_endpoint = Some("http://receiver.test/bot".to_owned());
        self.zoom.register_app(NewApp { chatbot: true, bot_endpoint, ..new_app(Kind::User) })
    }

    /// A call of the token endpoint.
    pub(crate) async fn token_call(&self, app: &Registered, form: &[(&str, &str)]) -> Reply {
        self.basic("/oauth/token", &app.client_id, &app.client_secret, form).await
    }

    pub(crate) async fn basic(&self, path: &str, id: &str, secret: &str, form: &[(&str, &str)]) -> Reply {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path)
            .header("Host", "zoom.test:7704")
            .header("Authorization", format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        self.raw(request).await
    }

    /// What the browser is sent to when somebody answers the consent page.
    pub(crate) async fn consent(&self, app: &Registered, who: &str, more: &[(&str, &str)]) -> url::Url {
        let mut form = vec![
            ("response_type", "code"),
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", BACK),
            ("state", "s&1"),
            ("person", who),
            ("decision", "approve"),
        ];
        form.extend_from_slice(more);
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post("/oauth/authorize")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let reply = self.raw(request).await;
        assert_eq!(reply.status, 302, "{}", reply.text);
        reply.headers["location"].to_str().unwrap().parse().unwrap()
    }

    /// Lets somebody authorize an app; answers the token endpoint's body.
    pub(crate) async fn authorize(&self, app: &Registered, who: &str) -> Value {
        let back = self.consent(app, who, &[]).await;
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", BACK)];
        let reply = self.token_call(app, &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    }

    /// The access token of somebody's authorization.
    pub(crate) async fn user_token(&self, app: &Registered, who: &str) -> String {
        self.authorize(app, who).await["access_token"].as_str().unwrap().to_owned()
    }

    /// A token of an app alone: `account_credentials` or `client_credentials`.
    pub(crate) async fn app_token(&self, app: &Registered, grant: &str) -> String {
        let account = self.zoom.account_id();
        let reply = self.token_call(app, &[("grant_type", grant), ("account_id", &account)]).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body["access_token"].as_str().unwrap().to_owned()
    }

    /// Makes a receiver answer for `receiver.test`; it knows the secret of `app`.
    pub(crate) fn receiver(&self, app: &Registered) -> Receiver {
        let receiver = Receiver::new(&app.secret_token);
        self.courier.register("receiver.test", receiver.router());
        receiver
    }

    /// A webhook subscription made in the portal; answers its id.
    pub(crate) async fn hook(&self, app: &Registered, events: &[&str]) -> String {
        let new = json!({"app": app.client_id, "events": events, "url": "http://receiver.test/hook"});
        let made = self.by_hand("subscriptions", new).await;
        made["event_subscription_id"].as_str().unwrap().to_owned()
    }

    /// What the ledger says happened, by kind, without calls that changed nothing.
    pub(crate) fn changes(&self, kind: &str) -> Vec<Value> {
        let entries = self.zoom.ledger().read(0, usize::MAX).into_iter().map(|entry| entry.change);
        entries.filter(|change| change["kind"] == kind).collect()
    }
}

impl Reply {
    /// The vendor's error body; answers the message.
    pub(crate) fn refused(&self, status: u16, code: u32) -> &str {
        assert_eq!((self.status, &self.body["code"]), (status, &json!(code)), "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/json;charset=UTF-8");
        assert!(self.headers.contains_key("x-zm-trackingid"));
        self.body["message"].as_str().unwrap()
    }

    /// The authorization server's error body.
    pub(crate) fn denied(&self, status: u16, error: &str) {
        assert_eq!((self.status, &self.body["error"]), (status, &json!(error)), "{}", self.text);
        assert!(self.body["reason"].is_string());
    }

    pub(crate) fn items(&self, name: &str) -> &[Value] {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body[name].as_array().unwrap()
    }

    /// One field of every item.
    pub(crate) fn each(&self, name: &str, field: &str) -> Vec<&str> {
        self.items(name).iter().map(|item| item[field].as_str().unwrap()).collect()
    }
}

fn new_app(kind: Kind) -> NewApp {
    NewApp {
        name: "Entente".to_owned(),
        kind,
        redirect_uris: vec![BACK.to_owned()],
        scopes: None,
        chatbot: false,
        bot_endpoint: None,
        deauthorization_endpoint: Some("http://receiver.test/gone".to_owned()),
    }
}

/// One field of every item.
pub(crate) fn each<'a>(items: &'a [Value], field: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[field].as_str().unwrap()).collect()
}

/// The hexadecimal HMAC-SHA256, by another library than the simulator's.
pub(crate) fn sign(secret: &str, bytes: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(hmac::sign(&key, bytes).as_ref())
}
