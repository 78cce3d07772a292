//! Socket Mode, over real sockets and in real time.

use std::time::Duration;

use entente_sim::clock::Clock;
use entente_sim::server::Port;
use entente_sim::slack::Switches;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{ADA, App, BRUNO, Sim, quiet};

struct World {
    sim: Sim,
    app: App,
    port: Port,
    channel: String,
}

type Socket = WebSocketStream<TcpStream>;

async fn world(switches: Switches) -> World {
    let sim = Sim::made(Clock::system(), switches, 0.0).await;
    let app = sim.app(json!({"user_events": ["message.im"], "socket_mode": true})).await;
    sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    let port = Port::open("127.0.0.1:0".parse().unwrap(), sim.router.clone()).unwrap();
    World { sim, app, port, channel }
}

impl World {
    /// A fresh address, on the port.
    async fn address(&self) -> String {
        let opened = self.sim.json(&self.app.token, "apps.connections.open", json!({})).await;
        let url = opened.ok()["url"].as_str().unwrap().to_owned();
        url.replace("ws://slack.test:7703", &format!("ws://{}", self.port.addr()))
    }

    async fn dial(&self, url: &str) -> Result<Socket, Error> {
        let stream = TcpStream::connect(self.port.addr()).await.unwrap();
        tokio_tungstenite::client_async(url, stream).await.map(|(socket, _)| socket)
    }

    /// A socket, and its hello.
    async fn connect(&self) -> (Socket, Value) {
        let url = self.address().await;
        let mut socket = self.dial(&url).await.unwrap();
        let hello = hear(&mut socket).await.unwrap();
        (socket, hello)
    }
}

/// The next frame that says something, or nothing when the other side is gone.
async fn hear(socket: &mut Socket) -> Option<Value> {
    let next = async {
        loop {
            match socket.next().await? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), next).await.expect("a frame in time")
}

async fn acknowledge(socket: &mut Socket, envelope: &Value) {
    let text = json!({"envelope_id": envelope["envelope_id"], "payload": {}}).to_string();
    socket.send(Message::text(text)).await.unwrap();
}

#[tokio::test]
async fn hello_envelope_acknowledgement() {
    let world = world(quiet()).await;
    let (mut socket, hello) = world.connect().await;
    assert_eq!((&hello["type"], &hello["num_connections"]), (&json!("hello"), &json!(1)));
    assert_eq!(hello["connection_info"]["app_id"], world.app.id.as_str());
    assert_eq!(hello["debug_info"]["approximate_connection_time"], 3600);
    let said = world.sim.say(BRUNO, &world.channel, "over the socket").await;
    let envelope = hear(&mut socket).await.unwrap();
    assert_eq!((&envelope["type"], &envelope["retry_attempt"]), (&json!("events_api"), &json!(0)));
    assert_eq!(envelope["accepts_response_payload"], false);
    assert_eq!(envelope["payload"]["event"]["ts"], said["ts"]);
    assert_eq!(envelope["payload"]["type"], "event_callback");
    acknowledge(&mut socket, &envelope).await;
    world.sim.say(BRUNO, &world.channel, "next").await;
    let next = hear(&mut socket).await.unwrap();
    assert_eq!(next["payload"]["event"]["text"], "next", "the first one was acknowledged");
    socket.send(Message::Ping("are you there".into())).await.unwrap();
    let pong = socket.next().await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong("are you there".into()));
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_in_a_new_envelope() {
    let switches = Switches { socket_ack_ms: 50, event_retry_seconds: vec![0, 0, 0], ..quiet() };
    let world = world(switches).await;
    let (mut socket, _) = world.connect().await;
    world.sim.say(BRUNO, &world.channel, "x").await;
    let first = hear(&mut socket).await.unwrap();
    let second = hear(&mut socket).await.unwrap();
    assert_ne!(first["envelope_id"], second["envelope_id"]);
    assert_eq!(first["payload"]["event_id"], second["payload"]["event_id"]);
    assert_eq!((&second["retry_attempt"], &second["retry_reason"]), (&json!(1), &json!("timeout")));
}

#[tokio::test]
async fn without_a_socket_an_event_waits_for_its_retry() {
    let switches = Switches { event_retry_seconds: vec![1], ..quiet() };
    let world = world(switches).await;
    world.sim.say(BRUNO, &world.channel, "nobody is there").await;
    let (mut socket, _) = world.connect().await;
    let envelope = hear(&mut socket).await.unwrap();
    assert_eq!(envelope["payload"]["event"]["text"], "nobody is there");
    assert_eq!(envelope["retry_attempt"], 1);
}

#[tokio::test]
async fn each_event_goes_to_one_of_the_sockets() {
    let world = world(quiet()).await;
    let (mut one, _) = world.connect().await;
    let (mut two, hello) = world.connect().await;
    assert_eq!(hello["num_connections"], 2);
    let mut counts = [0, 0];
    for n in 0..20 {
        world.sim.say(BRUNO, &world.channel, &n.to_string()).await;
        let (at, envelope) = tokio::select! {
            heard = hear(&mut one) => (0, heard.unwrap()),
            heard = hear(&mut two) => (1, heard.unwrap()),
        };
        assert_eq!(envelope["payload"]["event"]["text"], n.to_string());
        counts[at] += 1;
        acknowledge(if at == 0 { &mut one } else { &mut two }, &envelope).await;
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[tokio::test]
async fn an_address_works_once_and_only_ten_sockets_are_let_in() {
    let switches = Switches { sockets_per_app: 1, ..quiet() };
    let world = world(switches).await;
    let url = world.address().await;
    let mut first = world.dial(&url).await.unwrap();
    assert_eq!(hear(&mut first).await.unwrap()["type"], "hello");
    let again = world.dial(&url).await.unwrap_err();
    assert!(matches!(again, Error::Http(answer) if answer.status() == 401));
    let (mut second, told) = world.connect().await;
    assert_eq!((&told["type"], &told["reason"]), (&json!("disconnect"), &json!("too_many_websockets")));
    assert_eq!(hear(&mut second).await, None);
}

#[tokio::test]
async fn a_socket_is_told_before_it_is_closed() {
    let switches = Switches { socket_seconds: 11, ..quiet() };
    let world = world(switches).await;
    let (mut socket, _) = world.connect().await;
    assert_eq!(hear(&mut socket).await.unwrap()["reason"], "warning");
    let told = world.sim.by_hand("/_sim/sockets/disconnect", json!({"app": world.app.id})).await;
    assert_eq!(told["told"], 1);
    assert_eq!(hear(&mut socket).await.unwrap()["reason"], "refresh_requested");
    assert_eq!(hear(&mut socket).await, None);
}

#[tokio::test]
async fn switching_socket_mode_off_ends_sockets_and_addresses() {
    let world = world(quiet()).await;
    let (mut socket, _) = world.connect().await;
    world.sim.by_hand(&format!("/_sim/apps/{}", world.app.id), json!({"socket_mode": false})).await;
    assert_eq!(hear(&mut socket).await.unwrap()["reason"], "link_disabled");
    let refused = world.sim.json(&world.app.token, "apps.connections.open", json!({})).await;
    assert_eq!(refused.refused(), "forbidden_team");
}

#[tokio::test]
async fn pulling_the_plug_drops_the_sockets() {
    let world = world(quiet()).await;
    let (mut socket, _) = world.connect().await;
    world.port.close().await;
    assert_eq!(hear(&mut socket).await, None);
}

#[tokio::test]
async fn the_server_pings() {
    let switches = Switches { socket_ping_ms: 20, ..quiet() };
    let world = world(switches).await;
    let (mut socket, _) = world.connect().await;
    for _ in 0..2 {
        let frame = tokio::time::timeout(Duration::from_secs(20), socket.next()).await.unwrap();
        assert!(matches!(frame, Some(Ok(Message::Ping(_)))));
    }
}
