//! Socket Mode, over real connections: what comes in, what is acknowledged, and moving from one connection to the next.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use entente_model::CallError;
use entente_platform::{
    AppSecrets, Fed, Feed, HookKey, Http, Inflow, Item, Limiter, Platform as _, Site, Tcp,
};
use entente_platform_slack::Slack;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::*;

/// Slack's side: an address for the API, and one to connect to.
struct Vendor {
    base: String,
    sockets: TcpListener,
}

impl Vendor {
    async fn new(answer: fn(u16) -> Value) -> Self {
        let sockets = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = sockets.local_addr().unwrap().port();
        let api = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", api.local_addr().unwrap());
        let open = move |headers: http::HeaderMap| async move {
            assert_eq!(headers["authorization"], "Bearer xapp-1");
            axum::Json(answer(port))
        };
        let router = Router::new().route("/api/apps.connections.open", post(open));
        tokio::spawn(async move { axum::serve(api, router).await });
        Self { base, sockets }
    }

    async fn working() -> Self {
        Self::new(|port| json!({"ok": true, "url": format!("ws://127.0.0.1:{port}/link/?ticket=t")})).await
    }

    fn site(&self) -> Site {
        let secrets = [("app_token".to_owned(), "xapp-1".to_owned().into())].into();
        Site { secrets, ..site_at(&self.base, "T0ACME0001") }
    }

    fn feed(&self) -> Arc<dyn Feed> {
        let tcp = Tcp::new(Duration::from_secs(5), Duration::from_secs(5)).unwrap();
        let http = Http::new(Arc::new(tcp), Arc::new(Limiter::new(1_000.0)), Duration::from_secs(5));
        Slack.feed(&self.site(), http, None).unwrap()
    }

    async fn accept(&self) -> WebSocketStream<TcpStream> {
        let (stream, _) = self.sockets.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        say(
            &mut socket,
            &json!({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0ENTENTE1"}}),
        )
        .await;
        socket
    }

    async fn opened(&self) -> (Box<dyn Inflow>, WebSocketStream<TcpStream>) {
        let feed = self.feed();
        let (inflow, socket) = tokio::join!(feed.open(), self.accept());
        (inflow.unwrap(), socket)
    }
}

async fn say(socket: &mut WebSocketStream<TcpStream>, frame: &Value) {
    socket.send(Message::text(frame.to_string())).await.unwrap();
}

async fn hear(socket: &mut WebSocketStream<TcpStream>) -> Value {
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

fn event(envelope: &str) -> Value {
    let payload: Value = serde_json::from_str(fixture!("event_message")).unwrap();
    json!({"envelope_id": envelope, "type": "events_api", "accepts_response_payload": false, "retry_attempt": 0,
           "retry_reason": "", "payload": payload})
}

fn disconnect(reason: &str) -> Value {
    json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})
}

fn heads(vendor: &Vendor, fed: &Fed) -> Vec<Item> {
    let secrets = AppSecrets {
        hook_key: HookKey::new([7; 32]),
        public_keys: [].into(),
        private_keys: [].into(),
        app_login: None,
        logins: [(BOB.into(), login())].into(),
    };
    Slack.receiver(&vendor.site(), secrets).unwrap().heads(&fed.hook)
}

#[tokio::test]
async fn what_comes_in_is_proven_and_acknowledged_when_it_is_stored() {
    let vendor = Vendor::working().await;
    let (mut inflow, mut socket) = vendor.opened().await;
    say(&mut socket, &event("e1")).await;
    let fed = inflow.next().await.unwrap();
    let [Item::Head(head)] = &heads(&vendor, &fed)[..] else { panic!("not a head") };
    assert_eq!((&head.message, head.watcher), (&message(TS), login()));
    inflow.stored(fed.ticket.as_deref().unwrap()).await.unwrap();
    assert_eq!(hear(&mut socket).await, json!({"envelope_id": "e1"}));
}

#[tokio::test]
async fn what_the_app_has_no_use_for_is_acknowledged_at_once() {
    let vendor = Vendor::working().await;
    let (mut inflow, mut socket) = vendor.opened().await;
    say(&mut socket, &json!({"envelope_id": "c1", "type": "slash_commands", "payload": {"command": "/x"}}))
        .await;
    say(&mut socket, &json!({"type": "something new"})).await;
    say(&mut socket, &event("e1")).await;
    assert!(inflow.next().await.is_ok());
    assert_eq!(hear(&mut socket).await, json!({"envelope_id": "c1"}));
}

#[tokio::test]
async fn moving_to_another_connection_loses_nothing() {
    let vendor = Vendor::working().await;
    let (mut inflow, mut first) = vendor.opened().await;
    say(&mut first, &disconnect("warning")).await;
    let (ticket, mut second) = tokio::join!(async { inflow.next().await.unwrap().ticket.unwrap() }, async {
        let second = vendor.accept().await;
        // What the first one still holds comes by the first one.
        say(&mut first, &event("e1")).await;
        second
    });
    inflow.stored(&ticket).await.unwrap();
    assert_eq!(hear(&mut first).await, json!({"envelope_id": "e1"}));
    drop(first);
    say(&mut second, &event("e2")).await;
    let ticket = inflow.next().await.unwrap().ticket.unwrap();
    inflow.stored(&ticket).await.unwrap();
    assert_eq!(hear(&mut second).await, json!({"envelope_id": "e2"}));
    drop(second);
    assert_eq!(inflow.next().await.err(), Some(CallError::Retry { after: None }));
}

#[tokio::test]
async fn a_feed_that_is_switched_off_says_so() {
    let vendor = Vendor::working().await;
    let (mut inflow, mut socket) = vendor.opened().await;
    say(&mut socket, &disconnect("link_disabled")).await;
    assert!(matches!(inflow.next().await, Err(CallError::Reject(_))));
}

#[tokio::test]
async fn a_refused_token_needs_a_person() {
    let vendor = Vendor::new(|_| json!({"ok": false, "error": "invalid_auth"})).await;
    assert_eq!(vendor.feed().open().await.err(), Some(CallError::Reauthorize));
}

#[tokio::test]
async fn no_connection_is_made_to_anybody_else() {
    for answer in [
        (|_| json!({"ok": true, "url": "ws://attacker.example/link/?ticket=t"})) as fn(u16) -> Value,
        |port| json!({"ok": true, "url": format!("wss://127.0.0.1:{port}/link/?ticket=t")}),
        |port| json!({"ok": true, "url": format!("http://127.0.0.1:{port}/link/?ticket=t")}),
    ] {
        let vendor = Vendor::new(answer).await;
        assert!(matches!(vendor.feed().open().await, Err(CallError::Reject(_))));
    }
}

#[tokio::test]
async fn without_an_app_token_there_is_no_feed() {
    let tcp = Tcp::new(Duration::from_secs(5), Duration::from_secs(5)).unwrap();
    let http = Http::new(Arc::new(tcp), Arc::new(Limiter::new(1.0)), Duration::from_secs(5));
    assert!(Slack.feed(&site(), http, None).is_none());
    let without = Site { secrets: [].into(), ..site() };
    let secrets = AppSecrets {
        hook_key: HookKey::new([7; 32]),
        public_keys: [].into(),
        private_keys: [].into(),
        app_login: None,
        logins: [].into(),
    };
    assert!(Slack.receiver(&without, secrets).is_err_and(|why| why.contains("signing")));
}
