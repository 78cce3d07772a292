//! The simulator as the conformance suite's world: Ada, and a bot that stands in for Grace.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request as Incoming;
use axum::response::Response;
use bytes::Bytes;
use entente_model::{AccountRef, ConversationRef, LoginId, MessageRef, Timestamp};
use entente_platform::conformance::{Fixed, Gathered, Seen, World};
use entente_platform::{
    AppSecrets, Checked, Client, Credentials, Hook, HookKey, Http, InProcess, Item, Limiter, LoginKind,
    Platform, Site, Transport,
};
use entente_platform_webex::Webex;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::{org, webex};
use http::{Method, Request};
use serde_json::{Value, json};
use url::Url;

use crate::support;

const SIMULATOR: &str = "webex.example";
const CALLBACK: &str = "entente.example";

pub(crate) struct Simulated {
    vendor: webex::Webex,
    clock: Clock,
    courier: Courier,
    transport: InProcess,
    addresses: Vec<String>,
    admin: String,
    ada: (String, String),
    others: Vec<(String, String)>,
    bot: (String, String),
    logins: AtomicU32,
}

/// A world with limits as they are, and webhooks that come as they like.
pub(crate) async fn make() -> Simulated {
    let clock = Clock::starting_at("2026-01-05T09:00:00Z".parse().unwrap());
    let courier = Courier::in_process();
    let simulator = webex::Webex::new(webex::Options {
        clock,
        courier: courier.clone(),
        seed: 7,
        limits_factor: 1.0,
        switches: webex::Switches::default(),
        public_base: Some(format!("https://{SIMULATOR}")),
        people: org::generated(300),
    });
    let transport = InProcess::default();
    transport.register(SIMULATOR, simulator.router());
    let people = call(&transport, Method::GET, "/_sim/people", "", None).await;
    let people = people["items"].as_array().unwrap();
    let text = |person: &Value, field: &str| person[field].as_str().unwrap().to_owned();
    let admin = people.iter().find(|person| person["admin"] == true).unwrap();
    let mut ordinary = people.iter().filter(|person| person["admin"] == false);
    let ada = ordinary.next().unwrap();
    let application = json!({"type": "bot", "name": "Grace Mbeki", "botEmail": "grace.acme@webex.bot"});
    let admin_token = text(admin, "token");
    let bot = call(&transport, Method::POST, "/v1/applications", &admin_token, Some(application)).await;
    Simulated {
        vendor: simulator,
        clock,
        courier,
        transport,
        addresses: people.iter().map(|person| text(person, "email")).collect(),
        ada: (text(ada, "id"), text(ada, "token")),
        others: ordinary.take(3).map(|other| (text(other, "id"), text(other, "token"))).collect(),
        bot: (text(&bot, "botPersonId"), text(&bot, "botToken")),
        admin: admin_token,
        logins: AtomicU32::new(0),
    }
}

async fn call(transport: &InProcess, method: Method, path: &str, token: &str, body: Option<Value>) -> Value {
    let url = format!("https://{SIMULATOR}{path}");
    let request = Request::builder().method(method).uri(url).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let answer = transport.carry(request.body(Bytes::from(body)).unwrap(), None).await.unwrap();
    assert!(answer.status().is_success(), "{path}: {} {:?}", answer.status(), answer.body());
    serde_json::from_slice(answer.body()).unwrap_or(Value::Null)
}

impl Simulated {
    fn credentials(&self, kind: LoginKind, account: Option<&str>, token: &str) -> Credentials {
        let number = match kind {
            LoginKind::Bot => 1,
            _ => 100 + self.logins.fetch_add(1, Ordering::Relaxed),
        };
        Credentials {
            login: LoginId(format!("0191a0d0-0000-7000-8000-{number:012}").parse().unwrap()),
            kind,
            account: account.map(support::account),
            tokens: Arc::new(Fixed(token.to_owned())),
            app_tokens: None,
        }
    }

    /// A client with limits of its own.
    pub(crate) fn client(&self, credentials: Credentials) -> Arc<dyn Client> {
        let limiter = Arc::new(Limiter::new(1.0));
        let http = Http::new(Arc::new(self.transport.clone()), limiter, Duration::from_secs(10));
        Webex.client(&Arc::new(support::site()), http, credentials)
    }

    /// Changes what the vendor's documents leave open.
    pub(crate) async fn switch(&self, change: Value) {
        call(&self.transport, Method::POST, "/_sim/switches", "", Some(change)).await;
    }

    /// What only the simulator's operator can do, or the administrator in the developer portal.
    pub(crate) async fn operate(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        call(&self.transport, method, path, &self.admin, body).await
    }

    /// Our bot with another token.
    pub(crate) fn ours_with(&self, token: &str) -> Credentials {
        self.credentials(LoginKind::Bot, Some(&self.bot.0), token)
    }

    /// From now on every other request is `late` on its way.
    pub(crate) fn unevenly(&self, late: Duration) {
        let count = Arc::new(AtomicU32::new(0));
        let uneven = move |request: axum::extract::Request, next: axum::middleware::Next| {
            let even = count.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
            let wait = if even { late } else { Duration::ZERO };
            async move {
                tokio::time::sleep(wait).await;
                next.run(request).await
            }
        };
        let uneven = self.vendor.router().layer(axum::middleware::from_fn(uneven));
        self.transport.register(SIMULATOR, uneven);
    }

    /// Somebody of [`World::others`] who has given consent.
    pub(crate) fn consented(&self, other: usize) -> Credentials {
        let (id, token) = &self.others[other];
        self.credentials(LoginKind::Account, Some(id), token)
    }

    /// What is reported from now on.
    pub(crate) async fn reports(&self) -> Arc<Mutex<Vec<Item>>> {
        let receiver = Webex.receiver(&self.site(), self.secrets().await).unwrap();
        let reported = Arc::new(Mutex::new(Vec::new()));
        let (kept, now) = (Arc::clone(&reported), self.now());
        self.hear(Router::new().fallback(move |request: Incoming| {
            let (receiver, kept) = (Arc::clone(&receiver), Arc::clone(&kept));
            async move {
                let (parts, body) = request.into_parts();
                let channel = parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
                let body = to_bytes(body, 1 << 20).await.unwrap();
                match receiver.check(Hook::new(channel, None, parts.headers, body), now) {
                    Ok(Checked::Deliver(hook)) => kept.lock().unwrap().extend(receiver.heads(&hook)),
                    other => panic!("{other:?}"),
                }
                Response::new(Body::empty())
            }
        }));
        reported
    }

    /// Ada writes in a room.
    pub(crate) async fn writes_in(&self, room: &ConversationRef, fields: Value) -> MessageRef {
        let mut message = fields;
        message["roomId"] = room.id.as_str().into();
        self.written(message).await
    }

    /// How many calls were answered so.
    pub(crate) fn answered(&self, status: u16) -> usize {
        let all = self.vendor.ledger().read(0, usize::MAX);
        all.iter().filter(|entry| entry.status == status).count()
    }

    /// Ada writes by program.
    pub(crate) async fn writes_markdown(&self, markdown: &str) -> MessageRef {
        self.written(json!({"toPersonId": self.bot.0, "markdown": markdown})).await
    }

    async fn written(&self, message: Value) -> MessageRef {
        let posted = self.by_hand(Method::POST, "/v1/messages", Some(message)).await;
        let room = posted["roomId"].as_str().unwrap();
        let conversation = ConversationRef { workspace: support::workspace(), id: room.into() };
        MessageRef { conversation, id: posted["id"].as_str().unwrap().into() }
    }

    /// Does something as Ada does it in her app. A person is not as fast as a limit.
    async fn by_hand(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        tokio::time::sleep(Duration::from_secs(1)).await;
        call(&self.transport, method, path, &self.ada.1, body).await
    }
}

#[async_trait]
impl World for Simulated {
    fn platform(&self) -> Arc<dyn Platform> {
        Arc::new(Webex)
    }

    fn site(&self) -> Site {
        support::site()
    }

    fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(self.transport.clone())
    }

    fn simulator(&self) -> Url {
        format!("https://{SIMULATOR}").parse().unwrap()
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.clock.now().as_microsecond())
    }

    fn ours(&self) -> Credentials {
        self.credentials(LoginKind::Bot, Some(&self.bot.0), &self.bot.1)
    }

    fn admin(&self) -> Credentials {
        self.credentials(LoginKind::Admin, None, &self.admin)
    }

    fn person(&self) -> AccountRef {
        support::account(&self.ada.0)
    }

    fn addresses(&self) -> Vec<String> {
        // Bots are not listed with the people.
        self.addresses.iter().filter(|address| !address.ends_with("@webex.bot")).cloned().collect()
    }

    async fn secrets(&self) -> AppSecrets {
        AppSecrets {
            hook_key: HookKey::new([7; 32]),
            public_keys: [].into(),
            private_keys: [].into(),
            app_login: None,
            logins: [].into(),
        }
    }

    fn callback(&self) -> Url {
        format!("https://{CALLBACK}/hooks/webex/acme").parse().unwrap()
    }

    fn hear(&self, router: Router) {
        self.courier.register(CALLBACK, router);
    }

    async fn silence(&self) {
        call(&self.transport, Method::POST, "/_sim/webhooks/deactivate", "", Some(json!({}))).await;
    }

    async fn writes(&self, text: &str, thread: Option<&MessageRef>) -> MessageRef {
        let mut message = json!({"toPersonId": self.bot.0, "text": text});
        if let Some(thread) = thread {
            message["parentId"] = thread.id.as_str().into();
        }
        self.written(message).await
    }

    async fn edits(&self, message: &MessageRef, text: &str) {
        let edit = json!({"roomId": message.conversation.id.as_str(), "text": text});
        self.by_hand(Method::PUT, &format!("/v1/messages/{}", message.id), Some(edit)).await;
    }

    async fn deletes(&self, message: &MessageRef) {
        self.by_hand(Method::DELETE, &format!("/v1/messages/{}", message.id), None).await;
    }

    async fn sees(&self, conversation: &ConversationRef) -> Vec<Seen> {
        let path = format!("/_sim/messages?room={}&person={}", conversation.id, self.ada.0);
        let list = call(&self.transport, Method::GET, &path, "", None).await;
        let seen = |item: &Value| Seen {
            text: item["text"].as_str().unwrap().to_owned(),
            ours: item["author"]["id"] == self.bot.0.as_str(),
            edited: item["edited"] == true,
        };
        list["items"].as_array().unwrap().iter().map(seen).collect()
    }

    fn others(&self) -> Vec<AccountRef> {
        self.others.iter().map(|(id, _)| support::account(id)).collect()
    }

    fn nobody(&self) -> AccountRef {
        support::account(support::BOB)
    }

    fn gathering(&self, _members: usize) -> (&'static str, &'static str) {
        ("POST", "/v1/rooms")
    }

    async fn gathered(&self, group: &ConversationRef) -> Option<Gathered> {
        let path = format!("/_sim/conversations?person={}", self.ada.0);
        let list = call(&self.transport, Method::GET, &path, "", None).await;
        let found =
            list["items"].as_array().unwrap().iter().find(|room| room["room"] == group.id.as_str())?;
        let members = found["members"].as_array().unwrap().iter();
        let mut members: Vec<_> =
            members.map(|member| support::account(member["id"].as_str().unwrap())).collect();
        members.sort();
        Some(Gathered { name: found["title"].as_str().map(str::to_owned), members })
    }

    fn sending(&self) -> (&'static str, &'static str) {
        ("POST", "/v1/messages")
    }

    fn listing(&self) -> (&'static str, &'static str) {
        ("GET", "/v1/messages")
    }

    fn nowhere(&self, conversation: &ConversationRef) -> MessageRef {
        MessageRef { conversation: conversation.clone(), id: support::message_id(0).into() }
    }
}
