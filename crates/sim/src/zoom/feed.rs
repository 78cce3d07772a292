//! Events over a WebSocket instead of webhooks ("`WebSockets`", and the vendor's JavaScript sample).
//!
//! `GET /ws?subscriptionId=…&access_token=…` with an account-level or the app's own token. The first frame says whether
//! the connection stands; the client says `{"module": "heartbeat"}` every thirty seconds and hears it back; an event is
//! a frame whose `content` is the webhook's body as a string. One connection a subscription: a new one closes the old.
//! What happens while nobody is connected is never sent.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Zoom;
use super::call::Level;
use super::world::subscriptions::Way;
use crate::control::Mark;
use crate::faults::Fault;

/// What goes to a client.
#[derive(Debug)]
pub(super) enum Frame {
    /// The body of an event.
    Event {
        /// `/team_chat.dm_message_posted`, which fault rules with the method `HOOK` match.
        path: String,
        /// As a webhook would carry it.
        text: String,
    },
    /// The connection is closed by hand.
    Close,
}

/// What a client names.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    #[serde(default)]
    subscription_id: String,
    #[serde(default, rename = "access_token")]
    access_token: String,
}

/// A connection that was let in.
struct Opened {
    subscription: Arc<str>,
    frames: mpsc::UnboundedReceiver<Frame>,
    /// The other end, by which the connection knows whether it is still the one.
    own: mpsc::UnboundedSender<Frame>,
    /// When its token ends, in milliseconds since the Unix epoch.
    until: i64,
}

/// `GET /ws`.
pub(super) async fn connect(
    State(zoom): State<Zoom>,
    Query(wanted): Query<Wanted>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let opened = zoom.open_feed(&wanted);
    let who: Arc<str> =
        opened.as_ref().map_or_else(|_| Arc::from(""), |(app, _)| format!("app:{app}").into());
    let mut response = upgrade.on_upgrade(async move |socket| match opened {
        Ok((_, opened)) => zoom.feed(socket, opened).await,
        Err(reason) => refuse(socket, "build_connection", reason).await,
    });
    response.extensions_mut().insert(Mark { who, change: Value::Null, skip: false });
    response
}

async fn refuse(mut socket: WebSocket, module: &str, reason: &str) {
    let frame = json!({"module": module, "success": false, "content": reason});
    // Whoever has gone already needs no reason.
    if socket.send(Message::text(frame.to_string())).await.is_ok() {
        drop(socket.send(Message::Close(None)).await);
    }
}

impl Zoom {
    /// Lets a client in, or says why not. The one who was there before is sent away.
    fn open_feed(&self, wanted: &Wanted) -> Result<(Arc<str>, Opened), &'static str> {
        let now = self.inner.control.clock.millis();
        let mut world = self.world();
        let caller = world.caller(&wanted.access_token, now).map_err(|_| "Invalid Token")?;
        if caller.level == Level::User {
            return Err("Invalid Token");
        }
        let until = world.tokens.get(&wanted.access_token).map_or(now, |token| token.expires);
        let found = world.subscriptions.by_id.get_mut(wanted.subscription_id.as_str());
        let found = found.filter(|subscription| subscription.app == caller.app);
        let subscription = found.ok_or("Invalid subscriptionId")?;
        let Way::Feed(feed) = &mut subscription.way else { return Err("Invalid subscriptionId") };
        let (own, frames) = mpsc::unbounded_channel();
        if let Some(old) = feed.replace(own.clone()) {
            // It may have gone by itself.
            drop(old.send(Frame::Close));
        }
        let subscription = Arc::clone(&subscription.id);
        Ok((caller.app, Opened { subscription, frames, own, until }))
    }

    /// Serves one connection to its end.
    async fn feed(&self, mut socket: WebSocket, mut opened: Opened) {
        let control = &self.inner.control;
        control.note("feed.opened", json!({"subscription": &*opened.subscription}));
        let hello =
            json!({"module": "build_connection", "success": true, "content": "Build connection success."});
        let mut alive = socket.send(Message::text(hello.to_string())).await.is_ok();
        let mut heard = Instant::now();
        while alive {
            let switches = control.board.get();
            let silent = switches.feed_silence_seconds;
            let silence = heard + Duration::from_secs(if silent == 0 { u64::from(u32::MAX) } else { silent });
            let left = opened.until.saturating_sub(control.clock.millis()).max(0).unsigned_abs();
            let token_ends = Instant::now() + Duration::from_millis(left.min(u64::from(u32::MAX)));
            alive = tokio::select! {
                frame = opened.frames.recv() => match frame {
                    Some(Frame::Event { path, text }) => self.pass_on(&mut socket, &opened, &path, &text).await,
                    Some(Frame::Close) | None => {
                        drop(socket.send(Message::Close(None)).await);
                        false
                    }
                },
                said = socket.recv() => match said {
                    Some(Ok(said)) => {
                        heard = Instant::now();
                        answer(&mut socket, &said).await
                    }
                    Some(Err(_)) | None => false,
                },
                () = tokio::time::sleep_until(silence) => {
                    drop(socket.send(Message::Close(None)).await);
                    false
                }
                () = tokio::time::sleep_until(token_ends), if switches.feed_ends_with_token => {
                    refuse(socket, "message", "Invalid Token").await;
                    break;
                }
            };
        }
        self.close_feed(&opened);
        control.note("feed.closed", json!({"subscription": &*opened.subscription}));
    }

    /// One event, unless a fault keeps it. Answers whether the connection stands.
    async fn pass_on(&self, socket: &mut WebSocket, opened: &Opened, path: &str, text: &str) -> bool {
        let control = &self.inner.control;
        let frame = json!({"module": "message", "content": text}).to_string();
        let copies = match control.faults.strike("HOOK", path).map(|rule| rule.fault) {
            None | Some(Fault::Body(_)) => 1,
            Some(Fault::Duplicate { copies }) => copies,
            Some(Fault::Drop) => 0,
            Some(Fault::Slow { millis }) => {
                control.clock.sleep(Duration::from_millis(millis)).await;
                1
            }
            Some(Fault::Delay { millis }) => {
                // Sent later past those that come after it, on the same connection if it still stands.
                let wait = Duration::from_millis(control.faults.dice(millis.saturating_add(1)));
                let (clock, own, text) = (control.clock, opened.own.clone(), text.to_owned());
                tokio::spawn(async move {
                    clock.sleep(wait).await;
                    // The path is empty, so that no fault strikes it twice.
                    drop(own.send(Frame::Event { path: String::new(), text }));
                });
                0
            }
            // The connection breaks with the event in it.
            Some(Fault::Status { .. } | Fault::Says { .. } | Fault::Timeout { .. } | Fault::Reset) => {
                return false;
            }
        };
        for _ in 0..copies {
            if socket.send(Message::text(frame.as_str())).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Forgets a connection, unless another has taken its place.
    fn close_feed(&self, opened: &Opened) {
        let mut world = self.world();
        let found = world.subscriptions.by_id.get_mut(&opened.subscription);
        if let Some(Way::Feed(feed)) = found.map(|subscription| &mut subscription.way)
            && feed.as_ref().is_some_and(|feed| feed.same_channel(&opened.own))
        {
            *feed = None;
        }
    }
}

/// What a client says: heartbeats are returned, everything else is not understood.
async fn answer(socket: &mut WebSocket, said: &Message) -> bool {
    let text = match said {
        Message::Text(text) => text.as_str(),
        Message::Close(_) => return false,
        Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => return true,
    };
    let module = serde_json::from_str::<Value>(text).map(|said| said["module"].clone()).unwrap_or_default();
    let frame = if module == "heartbeat" {
        json!({"module": "heartbeat", "success": true, "content": "Heartbeat success."})
    } else {
        json!({"module": module, "success": false, "content": "Invalid module"})
    };
    socket.send(Message::text(frame.to_string())).await.is_ok()
}
