//! The feed against the simulator, over real connections.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entente_model::WorkspaceRef;
use entente_platform::{Limiter, Tcp};
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::server::Port;
use entente_sim::zoom::{Kind, NewApp, Options, Registered, Switches, Zoom};
use http::{Method, Request};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tower::ServiceExt as _;

use super::*;
use crate::profile::{API, LOGIN};

/// The vendor, and two people who write to each other there.
struct World {
    zoom: Zoom,
    port: Port,
    subscription: String,
    app: Registered,
    people: Vec<Value>,
}

impl World {
    async fn new(switches: Switches) -> Self {
        let switches = Switches { event_first_share: 0.0, ..switches };
        let zoom = Zoom::new(Options {
            clock: Clock::starting_at("2026-01-05T09:00:00Z".parse().unwrap()),
            courier: Courier::in_process(),
            seed: 7,
            limits_factor: 0.0,
            switches,
            public_base: None,
            people: entente_sim::org::acme(),
        });
        let app = zoom.register_app(NewApp {
            name: "Entente's account".to_owned(),
            kind: Kind::Server,
            redirect_uris: Vec::new(),
            scopes: None,
            chatbot: false,
            bot_endpoint: None,
            deauthorization_endpoint: None,
        });
        let port = Port::open(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), zoom.router()).unwrap();
        let mut world = Self { zoom, port, subscription: String::new(), app, people: Vec::new() };
        let new =
            json!({"app": world.app.client_id, "events": ["team_chat.dm_message_posted"], "websocket": true});
        let made = world.call("/_sim/subscriptions", "", Some(new)).await;
        world.subscription = made["event_subscription_id"].as_str().unwrap().to_owned();
        world.people = world.call("/_sim/people", "", None).await["items"].as_array().unwrap().clone();
        world
    }

    async fn call(&self, path: &str, token: &str, body: Option<Value>) -> Value {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request =
            request.header("host", "zoom.example").header("authorization", format!("Bearer {token}"));
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer =
            self.zoom.router().oneshot(request.body(axum::body::Body::from(body)).unwrap()).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }

    /// Somebody writes.
    async fn write(&self, text: &str) {
        let message = json!({"message": text, "to_contact": self.people[1]["id"]});
        let token = self.people[0]["token"].as_str().unwrap();
        self.call("/v2/chat/users/me/messages", token, Some(message)).await;
    }

    fn site(&self) -> Site {
        let base = |path: &str| format!("http://{}{path}", self.port.addr()).parse().unwrap();
        let addresses = [(API, base("/v2")), (LOGIN, base("")), (SOCKET, base(""))];
        let settings = [(SUBSCRIPTION.to_owned(), self.subscription.clone())];
        Site {
            workspace: WorkspaceRef { platform: "zoom".into(), id: "acme".into() },
            addresses: addresses.map(|(name, url)| (name.to_owned(), url)).into(),
            tenant: Some(self.zoom.account_id()),
            client_id: "client".into(),
            client_secret: "secret".to_owned().into(),
            secrets: [].into(),
            settings: settings.into(),
        }
    }

    /// A feed whose token is replaced after each heartbeat, or only when it is refused.
    fn feed(&self, site: &Site, beat: Duration, replaced: bool) -> ZoomFeed {
        let tcp = Tcp::new(Duration::from_secs(5), Duration::from_secs(5)).unwrap();
        let http =
            Http::new(Arc::new(tcp), Arc::new(Limiter::new(1_000.0)), Duration::from_secs(5)).within(site);
        let basic = STANDARD.encode(format!("{}:{}", self.app.client_id, self.app.client_secret));
        let router = self.zoom.router();
        let tokens = Arc::new(Given {
            router,
            basic,
            account: self.zoom.account_id(),
            replaced,
            held: Mutex::default(),
        });
        ZoomFeed { beat, ..ZoomFeed::new(site, http, tokens).unwrap() }
    }

    /// What happened to connections, in order.
    fn connections(&self) -> Vec<String> {
        let all = self.zoom.ledger().read(0, usize::MAX);
        let kinds = all.iter().filter_map(|entry| entry.change["kind"].as_str());
        kinds.filter(|kind| kind.starts_with("feed.")).map(str::to_owned).collect()
    }

    async fn until_connections(&self, count: usize) {
        let enough = async {
            while self.connections().len() < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), enough).await.expect("they come about in time");
    }
}

/// Tokens of the account, as the engine gets them.
struct Given {
    router: Router,
    basic: String,
    account: String,
    replaced: bool,
    held: Mutex<Option<Access>>,
}

impl Given {
    async fn ask(&self, held: &mut Option<Access>) -> Access {
        let form = format!("grant_type=account_credentials&account_id={}", self.account);
        let request = Request::post("/oauth/token").header("host", "zoom.example");
        let request = request.header("authorization", format!("Basic {}", self.basic));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer =
            self.router.clone().oneshot(request.body(axum::body::Body::from(form)).unwrap()).await.unwrap();
        assert!(answer.status().is_success());
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let given: Value = serde_json::from_slice(&bytes).unwrap();
        let token = given["access_token"].as_str().unwrap().to_owned().into();
        let generation = held.as_ref().map_or(1, |held| held.generation + 1);
        held.insert(Access { token, generation }).clone()
    }
}

#[async_trait]
impl Tokens for Given {
    async fn access(&self) -> Result<Access, CallError> {
        let mut held = self.held.lock().await;
        match held.clone().filter(|_| !self.replaced) {
            Some(access) => Ok(access),
            None => Ok(self.ask(&mut held).await),
        }
    }

    async fn refused(&self, _: &Access) -> Result<Access, CallError> {
        Ok(self.ask(&mut *self.held.lock().await).await)
    }
}

/// The text of the next event.
async fn heard(inflow: &mut Box<dyn Inflow>) -> String {
    let next = tokio::time::timeout(Duration::from_secs(20), inflow.next()).await;
    let fed = next.expect("it comes in time").unwrap();
    assert_eq!((fed.hook.channel.as_str(), &fed.ticket), (EVENTS, &None));
    let event: Value = serde_json::from_slice(&fed.hook.body).unwrap();
    event["payload"]["object"]["message"].as_str().unwrap().to_owned()
}

const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn events_come_in_as_webhooks_would() {
    let world = World::new(Switches { feed_silence_seconds: 1, ..Switches::default() }).await;
    let mut inflow = world.feed(&world.site(), Duration::from_millis(300), false).open().await.unwrap();
    world.write("one").await;
    world.write("two").await;
    assert_eq!((heard(&mut inflow).await, heard(&mut inflow).await), ("one".to_owned(), "two".to_owned()));
    // Longer than the vendor bears silence.
    let (text, ()) = tokio::join!(heard(&mut inflow), async {
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        world.write("three").await;
    });
    assert_eq!((text.as_str(), world.connections().len()), ("three", 1), "heartbeats keep it open");
}

#[tokio::test]
async fn another_token_means_another_connection_and_nothing_falls_between() {
    let world = World::new(Switches::default()).await;
    let mut inflow = world.feed(&world.site(), SHORT, true).open().await.unwrap();
    let reading = async {
        let mut texts = Vec::new();
        while texts.len() < 60 {
            texts.push(heard(&mut inflow).await);
        }
        texts
    };
    let writing = async {
        for number in 0..60 {
            world.write(&number.to_string()).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (texts, ()) = tokio::join!(reading, writing);
    assert_eq!(texts, (0..60).map(|number| number.to_string()).collect::<Vec<_>>());
    let opened = world.connections().iter().filter(|kind| *kind == "feed.opened").count();
    assert!(opened >= 5, "{opened} connections");
}

#[tokio::test]
async fn an_end_is_told_and_another_can_be_opened() {
    let world = World::new(Switches::default()).await;
    let feed = world.feed(&world.site(), BEAT, false);
    let mut inflow = feed.open().await.unwrap();
    world.call("/_sim/feeds/drop", "", Some(json!({}))).await;
    assert_eq!(inflow.next().await.err(), Some(ended()));
    let mut first = feed.open().await.unwrap();
    // Another process with the same configuration.
    let _second = world.feed(&world.site(), BEAT, false).open().await.unwrap();
    assert_eq!(first.next().await.err(), Some(ended()));
    world.until_connections(5).await;
}

#[tokio::test]
async fn a_token_that_ends_sooner_than_it_said_is_replaced() {
    let world = World::new(Switches::default()).await;
    let feed = world.feed(&world.site(), BEAT, false);
    drop(feed.open().await.unwrap());
    world.call("/_sim/expire", "", Some(json!({}))).await;
    let mut inflow = feed.open().await.unwrap();
    world.write("one").await;
    assert_eq!(heard(&mut inflow).await, "one");
}

#[tokio::test]
async fn what_the_operator_got_wrong_is_said() {
    let world = World::new(Switches::default()).await;
    let mut site = world.site();
    site.settings.insert(SUBSCRIPTION.to_owned(), "another".to_owned());
    let refused = world.feed(&site, BEAT, false).open().await.err();
    assert!(matches!(&refused, Some(CallError::Reject(why)) if why.contains(SUBSCRIPTION)), "{refused:?}");
    world.port.close().await;
    assert_eq!(world.feed(&world.site(), BEAT, false).open().await.err(), Some(ended()));
}

#[test]
fn frames_are_told_apart() {
    let message = br#"{"module":"message","content":"{\"event\":\"x\"}"}"#;
    assert_eq!(event(message), Ok(Some(Bytes::from_static(br#"{"event":"x"}"#))));
    assert_eq!(event(br#"{"module":"heartbeat","success":true,"content":""}"#), Ok(None));
    assert_eq!(event(br#"{"module":"build_connection","success":false,"content":"Invalid Token"}"#), Err(()));
    assert_eq!(event(b"no frame"), Ok(None));
}
