//! Slack. Tests call the router as a client would, under a paused clock; only those of Socket Mode open real sockets.

mod authorization;
mod blocks;
mod channels;
mod conversations;
mod events;
mod files;
mod groups;
mod history;
mod limits;
mod messages;
mod people;
mod reactions;
mod retries;
mod rotation;
mod sim;
mod socket;
mod threads;
mod transport;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::slack::{Options, Slack, Switches};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::wire::{self, Heard, answered, locked};

pub(crate) const ADA: &str = "ada.okafor@acme.example";
pub(crate) const BRUNO: &str = "bruno.keller@acme.example";
pub(crate) const CHIARA: &str = "chiara.rossi@acme.example";
pub(crate) const INES: &str = "ines.fischer@acme.example";
pub(crate) const BACK: &str = "http://console.test/oauth/callback";

/// What a bridge asks people for.
pub(crate) const USER_SCOPES: &str = "im:read,im:write,im:history,chat:write,users:read,users:read.email";
/// What a bridge asks the workspace for.
pub(crate) const BOT_SCOPES: &str =
    "im:read,im:write,im:history,chat:write,chat:write.customize,users:read,users:read.email,team:read";

/// A simulator without rate limits, previews or answers held back, and everybody's token and id by address.
pub(crate) struct Sim {
    pub(crate) slack: Slack,
    pub(crate) courier: Courier,
    pub(crate) router: Router,
    tokens: HashMap<String, String>,
    ids: HashMap<String, String>,
}

/// An app that was registered.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) client: String,
    pub(crate) secret: String,
    pub(crate) signing_secret: String,
    pub(crate) token: String,
}

/// What came back.
pub(crate) type Reply = wire::Reply<Switches>;

/// Switches under which nothing happens that a test did not cause.
pub(crate) fn quiet() -> Switches {
    Switches {
        unfurl_ms: None,
        events_first_share: 0.0,
        replies_are_told_of_the_root: false,
        replies_change_the_root: false,
        ..Switches::default()
    }
}

pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

impl Sim {
    pub(crate) async fn new() -> Self {
        Self::with(quiet()).await
    }

    pub(crate) async fn with(switches: Switches) -> Self {
        Self::limited(switches, 0.0).await
    }

    pub(crate) async fn limited(switches: Switches, limits_factor: f64) -> Self {
        let clock = Clock::starting_at("2026-01-02T03:04:05.678Z".parse().unwrap());
        Self::made(clock, switches, limits_factor).await
    }

    pub(crate) async fn made(clock: Clock, switches: Switches, limits_factor: f64) -> Self {
        let courier = Courier::in_process();
        let mut people = entente_sim::org::acme();
        people.extend(entente_sim::org::support());
        let slack = Slack::new(Options {
            clock,
            courier: courier.clone(),
            seed: 7,
            limits_factor,
            switches,
            public_base: None,
            people,
        });
        let router = slack.router();
        let mut sim = Self { slack, courier, router, tokens: HashMap::new(), ids: HashMap::new() };
        let people = sim.control("GET", "/_sim/people", None).await.body;
        for person in people["items"].as_array().unwrap() {
            let text = |name: &str| person[name].as_str().unwrap().to_owned();
            sim.tokens.insert(text("email"), text("token"));
            sim.ids.insert(text("email"), text("id"));
        }
        sim
    }

    pub(crate) fn id(&self, email: &str) -> &str {
        &self.ids[email]
    }

    pub(crate) fn token(&self, email: &str) -> &str {
        &self.tokens[email]
    }

    /// A method with JSON arguments where they are an object, as a form where the method takes none: form fields.
    pub(crate) async fn call(&self, who: &str, method: &str, arguments: Value) -> Reply {
        let fields: Vec<(String, String)> = arguments
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| {
                (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            })
            .collect();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let kind = "application/x-www-form-urlencoded";
        self.send(who, method, Some((kind, form.finish()))).await
    }

    /// The same in JSON.
    pub(crate) async fn json(&self, who: &str, method: &str, arguments: Value) -> Reply {
        self.send(who, method, Some(("application/json; charset=utf-8", arguments.to_string()))).await
    }

    pub(crate) async fn send(&self, who: &str, method: &str, body: Option<(&str, String)>) -> Reply {
        let mut request = Request::post(format!("/api/{method}")).header("Host", "slack.test:7703");
        let token = self.tokens.get(who).map_or(who, String::as_str);
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some((kind, text)) => {
                request = request.header("Content-Type", kind);
                Body::from(text)
            }
            None => Body::empty(),
        };
        self.raw(request.body(body).unwrap()).await
    }

    pub(crate) async fn control(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Host", "slack.test:7703")
            .header("Content-Type", "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.raw(request.body(body).unwrap()).await
    }

    /// Something done by hand that has to work.
    pub(crate) async fn by_hand(&self, path: &str, body: Value) -> Value {
        let reply = self.control("POST", path, Some(body)).await;
        assert!(reply.status < 300, "{}", reply.text);
        reply.body
    }

    pub(crate) async fn raw(&self, request: Request) -> Reply {
        answered(&self.router, request).await
    }

    pub(crate) async fn switch(&self, change: Value) {
        assert_eq!(self.control("POST", "/_sim/switches", Some(change)).await.status, 200);
    }

    /// The direct messages of two people, opened by the first.
    pub(crate) async fn direct(&self, one: &str, other: &str) -> String {
        let reply = self.call(one, "conversations.open", json!({"users": self.id(other)})).await;
        reply.ok()["channel"]["id"].as_str().unwrap().to_owned()
    }

    /// Posts and expects that it works; answers the message.
    pub(crate) async fn say(&self, who: &str, channel: &str, text: &str) -> Value {
        self.post(who, json!({"channel": channel, "text": text})).await
    }

    pub(crate) async fn post(&self, who: &str, arguments: Value) -> Value {
        self.json(who, "chat.postMessage", arguments).await.ok()["message"].clone()
    }

    pub(crate) async fn app(&self, settings: Value) -> App {
        let mut wanted = json!({"name": "Entente", "redirect_uris": [BACK]});
        wanted.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let app = self.by_hand("/_sim/apps", wanted).await;
        let text = |name: &str| app[name].as_str().unwrap().to_owned();
        App {
            id: text("app_id"),
            client: text("client_id"),
            secret: text("client_secret"),
            signing_secret: text("signing_secret"),
            token: text("app_token"),
        }
    }

    /// Posts the consent page's form.
    pub(crate) async fn consent(&self, fields: &[(&str, &str)]) -> Reply {
        let request =
            Request::post("/oauth/v2/authorize").header("Content-Type", "application/x-www-form-urlencoded");
        self.raw(request.body(encoded(fields).into()).unwrap()).await
    }

    /// Lets somebody approve an app for these scopes; answers what the exchange answers.
    pub(crate) async fn install(&self, app: &App, who: &str, bot: &str, user: &str) -> Value {
        let fields = [
            ("client_id", app.client.as_str()),
            ("scope", bot),
            ("user_scope", user),
            ("person", who),
            ("decision", "approve"),
        ];
        let code = sent_back(&self.consent(&fields).await, "code");
        let arguments = json!({"client_id": app.client, "client_secret": app.secret, "code": code});
        self.call("", "oauth.v2.access", arguments).await.ok().clone()
    }

    /// The token of somebody who approved an app for [`USER_SCOPES`].
    pub(crate) async fn linked(&self, app: &App, who: &str) -> String {
        let answer = self.install(app, who, "", USER_SCOPES).await;
        answer["authed_user"]["access_token"].as_str().unwrap().to_owned()
    }

    /// The token of the app's bot, with [`BOT_SCOPES`].
    pub(crate) async fn bot(&self, app: &App) -> String {
        let answer = self.install(app, INES, BOT_SCOPES, "").await;
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Makes a receiver answer for `receiver.test`, and the app's events go there.
    pub(crate) async fn receiver(&self, app: &App) -> Receiver {
        let receiver = Receiver::default();
        let state = receiver.clone();
        let router = Router::new().fallback(move |request: Request| {
            let state = state.clone();
            async move { state.receive(request).await }
        });
        self.courier.register("receiver.test", router);
        let url = json!({"request_url": "http://receiver.test/slack/events"});
        let settings = self.by_hand(&format!("/_sim/apps/{}", app.id), url).await;
        assert_eq!(settings["request_url_verified"], true);
        receiver.forget();
        receiver
    }
}

/// A parameter that the browser is sent back with.
pub(crate) fn sent_back(reply: &Reply, name: &str) -> String {
    assert_eq!(reply.status, 302, "{}", reply.text);
    let location = url::Url::parse(reply.headers["location"].to_str().unwrap()).unwrap();
    assert!(location.as_str().starts_with(BACK));
    let found = location.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).expect("the parameter")
}

impl Reply {
    /// The body of a call that worked.
    pub(crate) fn ok(&self) -> &Value {
        assert_eq!((self.status, &self.body["ok"]), (200, &json!(true)), "{}", self.text);
        &self.body
    }

    /// The code of a refusal, which is answered with status 200.
    pub(crate) fn refused(&self) -> &str {
        assert_eq!((self.status, &self.body["ok"]), (200, &json!(false)), "{}", self.text);
        self.body["error"].as_str().unwrap()
    }

    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.ok()[name].as_array().unwrap()
    }

    /// One field of every item of a list.
    pub(crate) fn each(&self, list: &str, field: &str) -> Vec<&str> {
        self.list(list).iter().map(|item| item[field].as_str().unwrap()).collect()
    }

    pub(crate) fn next(&self) -> &str {
        self.body["response_metadata"]["next_cursor"].as_str().unwrap()
    }
}

/// One delivery.
pub(crate) type Delivery = (HeaderMap, Bytes);

/// What an app's request URL saw.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    heard: Heard,
    status: Arc<Mutex<StatusCode>>,
    extra: Arc<Mutex<HeaderMap>>,
}

impl Receiver {
    pub(crate) async fn receive(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let said: Value = serde_json::from_slice(&body).unwrap();
        self.heard.push(parts.headers, body);
        let text = said["challenge"].as_str().unwrap_or("").to_owned();
        (*locked(&self.status), locked(&self.extra).clone(), text).into_response()
    }

    pub(crate) fn answer(&self, status: u16) {
        *locked(&self.status) = StatusCode::from_u16(status).unwrap();
    }

    pub(crate) fn answer_with(&self, status: u16, name: &'static str, value: &'static str) {
        self.answer(status);
        locked(&self.extra).insert(name, http::HeaderValue::from_static(value));
    }

    /// Forgets what was heard so far.
    pub(crate) fn forget(&self) {
        self.heard.forget();
    }

    /// Waits until `count` deliveries were made and the rest of the world has nothing left to do at this moment.
    pub(crate) async fn raw(&self, count: usize) -> Vec<Delivery> {
        self.heard.exactly(count, Duration::from_mins(15)).await
    }

    /// How many deliveries were made so far.
    pub(crate) fn count(&self) -> usize {
        self.heard.count()
    }

    /// All bodies.
    pub(crate) async fn bodies(&self, count: usize) -> Vec<Value> {
        self.raw(count).await.iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }

    /// The inner events.
    pub(crate) async fn events(&self, count: usize) -> Vec<Value> {
        self.bodies(count).await.into_iter().map(|mut body| body["event"].take()).collect()
    }
}
