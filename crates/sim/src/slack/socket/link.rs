//! One socket, from its hello to its end ("Using Socket Mode": connecting, disconnecting).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::OriginalUri;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::Frame;
use crate::slack::Slack;
use crate::slack::events::line::Line;
use crate::slack::switches::Switches;

/// How long before its end a socket is warned.
const NOTICE: Duration = Duration::from_secs(10);

/// How long a socket lives that asked for it with `debug_reconnects`.
const SHORT_LIFE: Duration = Duration::from_mins(6);

/// `GET /link/?ticket=…&app_id=…`, the address that `apps.connections.open` hands out.
pub(in crate::slack) async fn connect(
    State(slack): State<Slack>,
    OriginalUri(uri): OriginalUri,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).into_owned().collect();
    let given =
        |name: &str| query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let line = slack.world().apps.get(given("app_id")).map(|app| Arc::clone(&app.line));
    let now = slack.inner.control.clock.millis();
    let Some(line) = line.filter(|line| line.sockets.take_ticket(given("ticket"), now)) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let switches = slack.inner.control.board.get();
    let lasts = match given("debug_reconnects") {
        "true" => SHORT_LIFE,
        _ => Duration::from_secs(switches.socket_seconds),
    };
    match upgrade {
        Ok(upgrade) => upgrade.on_upgrade(move |socket| async move {
            let (to, frames) = mpsc::unbounded_channel();
            let (number, count) = line.sockets.join(to);
            let ended = Instant::now() + lasts;
            let mut open = Link { socket, frames, line: Arc::clone(&line), lasts, ended };
            open.run(count, &switches).await;
            line.sockets.leave(number);
        }),
        Err(refusal) => refusal.into_response(),
    }
}

struct Link {
    socket: WebSocket,
    frames: mpsc::UnboundedReceiver<Frame>,
    line: Arc<Line>,
    lasts: Duration,
    ended: Instant,
}

impl Link {
    /// Until either side has had enough.
    async fn run(&mut self, count: usize, switches: &Switches) {
        if count > switches.sockets_per_app {
            self.disconnect("too_many_websockets").await;
            return;
        }
        let hello = json!({
            "type": "hello",
            "num_connections": count,
            "connection_info": {"app_id": &*self.line.app},
            "debug_info": {"host": "applink-sim", "build_number": 1, "approximate_connection_time": self.lasts.as_secs()},
        });
        if !self.send(Message::text(hello.to_string())).await {
            return;
        }
        let every = Duration::from_millis(switches.socket_ping_ms.max(1));
        let mut pings = interval_at(Instant::now() + every, every);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let warned = self.ended.checked_sub(NOTICE).unwrap_or(self.ended);
        let mut warning = true;
        loop {
            let going = tokio::select! {
                frame = self.frames.recv() => match frame {
                    Some(Frame::Text(text)) => self.send(Message::text(text)).await,
                    Some(Frame::Disconnect(reason)) => {
                        self.disconnect(reason).await;
                        false
                    }
                    None => false,
                },
                heard = self.socket.recv() => match heard {
                    Some(Ok(message)) => self.hear(&message),
                    Some(Err(_)) | None => false,
                },
                _ = pings.tick() => self.send(Message::Ping(Bytes::from_static(b"sim"))).await,
                () = tokio::time::sleep_until(warned), if warning => {
                    warning = false;
                    self.send(notice("warning")).await
                }
                () = tokio::time::sleep_until(self.ended) => {
                    self.disconnect("refresh_requested").await;
                    false
                }
            };
            if !going {
                return;
            }
        }
    }

    /// Takes an acknowledgement; anything else is passed over. Answers whether the other side is still there.
    fn hear(&self, message: &Message) -> bool {
        match message {
            Message::Close(_) => return false,
            Message::Text(text) => {
                let said: Value = serde_json::from_str(text.as_str()).unwrap_or_default();
                if let Some(envelope) = said["envelope_id"].as_str() {
                    self.line.sockets.acknowledge(envelope);
                }
            }
            // Pings are answered by the library.
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => {}
        }
        true
    }

    async fn disconnect(&mut self, reason: &'static str) {
        if self.send(notice(reason)).await {
            self.send(Message::Close(None)).await;
        }
    }

    async fn send(&mut self, message: Message) -> bool {
        self.socket.send(message).await.is_ok()
    }
}

/// What a socket is told before it is closed.
fn notice(reason: &'static str) -> Message {
    Message::text(
        json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sim"}}).to_string(),
    )
}
