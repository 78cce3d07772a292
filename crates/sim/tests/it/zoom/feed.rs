//! Events over a WebSocket.

use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use entente_sim::server;
use entente_sim::zoom::{Kind, Registered};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{ADA, BRUNO, Sim};

const POSTED: &str = "team_chat.dm_message_posted";

struct Feed {
    socket: WebSocketStream<DuplexStream>,
}

impl Feed {
    async fn connect(sim: &Sim, subscription: &str, token: &str) -> Self {
        let stream = server::connect(sim.router.clone());
        let address = format!("ws://zoom.test:7704/ws?subscriptionId={subscription}&access_token={token}");
        let (socket, answer) = client_async(address, stream).await.unwrap();
        assert_eq!(answer.status(), 101);
        Self { socket }
    }

    /// The next frame; `None` when the connection is over.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The text of the next message.
    async fn text(&mut self) -> String {
        let frame = self.next().await.unwrap();
        assert_eq!(frame["module"], "message");
        let body: Value = serde_json::from_str(frame["content"].as_str().unwrap()).unwrap();
        assert_eq!(body["event"], POSTED);
        body["payload"]["object"]["message"].as_str().unwrap().to_owned()
    }

    async fn say(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }
}

/// A server-to-server app with a WebSocket subscription; its token.
async fn subscribed(sim: &Sim) -> (Registered, String, String) {
    let app = sim.app(Kind::Server);
    let new = json!({"app": app.client_id, "events": [POSTED], "websocket": true});
    let made = sim.by_hand("subscriptions", new).await;
    let token = sim.app_token(&app, "account_credentials").await;
    let id = made["event_subscription_id"].as_str().unwrap().to_owned();
    (app, id, token)
}

#[tokio::test(start_paused = true)]
async fn events_come_as_strings_and_heartbeats_return() {
    let sim = Sim::new().await;
    let (_, id, token) = subscribed(&sim).await;
    sim.direct(ADA, BRUNO, "before").await;
    let mut feed = Feed::connect(&sim, &id, &token).await;
    let hello = feed.next().await.unwrap();
    assert_eq!((&hello["module"], &hello["success"]), (&json!("build_connection"), &json!(true)));
    sim.direct(ADA, BRUNO, "one").await;
    sim.direct(BRUNO, ADA, "two").await;
    assert_eq!(feed.text().await, "one", "what came before is never sent");
    assert_eq!(feed.text().await, "two");
    feed.say(json!({"module": "heartbeat"})).await;
    let echo = feed.next().await.unwrap();
    assert_eq!((&echo["module"], &echo["success"]), (&json!("heartbeat"), &json!(true)));
    feed.say(json!({"module": "nonsense"})).await;
    assert_eq!(feed.next().await.unwrap()["success"], false);
    let listed = sim.get("", "/_sim/subscriptions").await;
    assert_eq!(listed.items("items")[0]["connected"], true);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_listen_is_told_so() {
    let sim = Sim::new().await;
    let (app, id, token) = subscribed(&sim).await;
    let stranger = sim.app_token(&sim.app(Kind::Server), "account_credentials").await;
    let bot = sim.app_token(&app, "client_credentials").await;
    for (id, token) in [(&*id, "nonsense"), (&id, sim.token(ADA)), (&id, &stranger), ("nobody", &token)] {
        let mut feed = Feed::connect(&sim, id, token).await;
        let hello = feed.next().await.unwrap();
        assert_eq!((&hello["module"], &hello["success"]), (&json!("build_connection"), &json!(false)));
        assert!(feed.next().await.is_none());
    }
    let mut feed = Feed::connect(&sim, &id, &bot).await;
    assert_eq!(feed.next().await.unwrap()["success"], true, "the app's own token is as good");
    let new = json!({"app": sim.app(Kind::User).client_id, "events": [POSTED], "websocket": true});
    sim.post("", "/_sim/subscriptions", new).await.refused(400, 300);
}

#[tokio::test(start_paused = true)]
async fn a_new_connection_closes_the_old() {
    let sim = Sim::new().await;
    let (_, id, token) = subscribed(&sim).await;
    let mut old = Feed::connect(&sim, &id, &token).await;
    old.next().await;
    let mut new = Feed::connect(&sim, &id, &token).await;
    new.next().await;
    assert!(old.next().await.is_none());
    sim.direct(ADA, BRUNO, "one").await;
    assert_eq!(new.text().await, "one");
    sim.by_hand("feeds/drop", json!({"subscription": id})).await;
    assert!(new.next().await.is_none());
    sim.direct(ADA, BRUNO, "lost").await;
    let mut third = Feed::connect(&sim, &id, &token).await;
    third.next().await;
    sim.direct(ADA, BRUNO, "two").await;
    assert_eq!(third.text().await, "two");
}

#[tokio::test(start_paused = true)]
async fn silence_and_the_end_of_the_token_close_a_feed() {
    let sim = Sim::new().await;
    let (_, id, token) = subscribed(&sim).await;
    let mut feed = Feed::connect(&sim, &id, &token).await;
    feed.next().await;
    let begun = tokio::time::Instant::now();
    assert!(feed.next().await.is_none());
    assert!((59..=61).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    sim.switch(json!({"feed_silence_seconds": 0})).await;
    let mut feed = Feed::connect(&sim, &id, &token).await;
    feed.next().await;
    let last = feed.next().await.unwrap();
    assert_eq!(last, json!({"module": "message", "success": false, "content": "Invalid Token"}));
    assert!(begun.elapsed() > Duration::from_mins(58));
    assert!(feed.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn faults_strike_frames() {
    let sim = Sim::new().await;
    let (_, id, token) = subscribed(&sim).await;
    let mut feed = Feed::connect(&sim, &id, &token).await;
    feed.next().await;
    let strike = |fault| {
        let rule = Rule {
            name: "test".to_owned(),
            method: "HOOK".to_owned(),
            path: format!("/{POSTED}"),
            fault,
            when: When::Before,
            share: 1.0,
            times: Some(1),
        };
        sim.zoom.faults().set(vec![rule]);
    };
    strike(Fault::Duplicate { copies: 2 });
    sim.direct(ADA, BRUNO, "twice").await;
    assert_eq!((feed.text().await, feed.text().await), ("twice".to_owned(), "twice".to_owned()));
    strike(Fault::Drop);
    sim.direct(ADA, BRUNO, "lost").await;
    sim.direct(ADA, BRUNO, "kept").await;
    assert_eq!(feed.text().await, "kept");
    strike(Fault::Delay { millis: 5_000 });
    sim.direct(ADA, BRUNO, "late").await;
    sim.direct(ADA, BRUNO, "early").await;
    assert_eq!((feed.text().await, feed.text().await), ("early".to_owned(), "late".to_owned()));
    strike(Fault::Reset);
    sim.direct(ADA, BRUNO, "broken").await;
    assert!(feed.next().await.is_none());
}

#[tokio::test]
async fn pulling_the_plug_ends_a_feed() {
    let sim = Sim::new().await;
    let (_, id, token) = subscribed(&sim).await;
    let port = server::Port::open("127.0.0.1:0".parse().unwrap(), sim.router.clone()).unwrap();
    let stream = tokio::net::TcpStream::connect(port.addr()).await.unwrap();
    let address = format!("ws://{}/ws?subscriptionId={id}&access_token={token}", port.addr());
    let (mut socket, _) = client_async(address, stream).await.unwrap();
    assert!(matches!(socket.next().await, Some(Ok(Message::Text(_)))));
    port.close().await;
    assert!(!matches!(socket.next().await, Some(Ok(_))), "the connection breaks");
}
