//! Socket Mode: deliveries over a connection that we open, for operators without a public address. "Using Socket Mode",
//! "apps.connections.open".
//!
//! A connection lives about an hour. Ten seconds before its end the vendor says so (`disconnect`, reason `warning`), or asks
//! for another at once (`refresh_requested`); then a second one is opened while the first is still read, so that nothing falls
//! between. Each delivery comes by one of them and is acknowledged there. What is not acknowledged comes again.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::CallError;
use entente_platform::{Access, Call, Effect, Fed, Feed, Hook, Http, Inflow, Limit, Site, Socket, Tokens};
use http::{HeaderMap, Method};
use secrecy::SecretString;
use url::Url;

use crate::limits::Limits;
use crate::profile::{API, APP_TOKEN};
use crate::refusal;
use crate::wire::answer::Opened;
use crate::wire::envelope::Frame;

/// The channel that hooks of this feed have. Nothing that is posted to it is ever proven.
const CHANNEL: &str = "socket";

/// How long the vendor may take to say hello.
const GREETING: Duration = Duration::from_secs(10);

/// Where connections come from.
#[derive(Clone)]
pub(crate) struct SocketMode {
    http: Http,
    url: Url,
    token: SecretString,
    limits: Vec<Limit>,
}

impl SocketMode {
    /// The feed of this workspace, if the operator wants one.
    pub(crate) fn new(site: &Site, http: Http) -> Option<Self> {
        let token = site.secrets.get(APP_TOKEN)?.clone();
        let limits = Limits::new(site).method("apps.connections.open");
        Some(Self { http, url: site.url(API, "/apps.connections.open"), token, limits })
    }

    async fn connect(&self) -> Result<Socket, CallError> {
        let call = Call { limits: self.limits.clone(), ..Call::new(Method::POST, self.url.clone()) };
        let call = call.form(&[]).effect(Effect::Repeatable).verdict(refusal::verdict);
        let answer = self.http.send(call, Some(&AppToken(self.token.clone()))).await.map_err(|failure| {
            // Nobody's consent hangs on this token, so it may be said at once that it was refused.
            if refusal::code(&failure).as_deref() == Some("invalid_auth") {
                return CallError::Reauthorize;
            }
            failure.error
        })?;
        let again = || CallError::Retry { after: None };
        let opened: Opened = serde_json::from_slice(&answer.body).map_err(|_| again())?;
        let url: Url = opened.url.parse().map_err(|_| again())?;
        let mut socket = self.http.dial(&url).await?;
        // Before it has said hello it may still turn us away.
        let hello = tokio::time::timeout(GREETING, socket.next()).await;
        let hello = hello.map_err(|_| again())?.map_err(|_| again())?;
        let frame: Frame<'_> = serde_json::from_slice(&hello).map_err(|_| again())?;
        if &*frame.kind == "hello" { Ok(socket) } else { Err(ending(&frame)) }
    }
}

#[async_trait]
impl Feed for SocketMode {
    async fn open(&self) -> Result<Box<dyn Inflow>, CallError> {
        let newest = self.connect().await?;
        Ok(Box::new(Connections { feed: self.clone(), newest, older: None, number: 0, due: false }))
    }
}

/// An app-level token, which nothing renews.
struct AppToken(SecretString);

#[async_trait]
impl Tokens for AppToken {
    async fn access(&self) -> Result<Access, CallError> {
        Ok(Access { token: self.0.clone(), generation: 0 })
    }

    async fn refused(&self, _: &Access) -> Result<Access, CallError> {
        Err(CallError::Reauthorize)
    }
}

/// The connection that is open, and the one before it until it ends.
struct Connections {
    feed: SocketMode,
    newest: Socket,
    older: Option<Socket>,
    /// Which one the newest is, for tickets.
    number: u64,
    /// The newest one will end and another is to be opened.
    due: bool,
}

/// What a frame asks of us.
enum Said {
    Delivery(Fed),
    Move,
    Stop(CallError),
    Nothing,
}

impl Connections {
    /// Opens another connection. If that fails the present one is kept until it ends, and its end is told.
    async fn renew(&mut self) {
        if let Ok(newest) = self.feed.connect().await {
            let older = std::mem::replace(&mut self.newest, newest);
            self.number += 1;
            if let Some(oldest) = self.older.replace(older) {
                oldest.close().await;
            }
        }
        self.due = false;
    }

    async fn heard(&mut self, frame: &Bytes, from_newest: bool) -> Result<Said, CallError> {
        // What cannot be read cannot be acknowledged, and is told again.
        let Ok(read) = serde_json::from_slice::<Frame<'_>>(frame) else { return Ok(Said::Nothing) };
        let number = if from_newest { self.number } else { self.number.wrapping_sub(1) };
        Ok(match (&*read.kind, read.envelope_id.as_deref(), read.payload) {
            ("events_api", Some(envelope), Some(payload)) => {
                let body = frame.slice_ref(payload.get().as_bytes());
                let hook = Hook::new(CHANNEL.to_owned(), None, HeaderMap::new(), body).vouch();
                Said::Delivery(Fed { hook, ticket: Some(format!("{number}/{envelope}")) })
            }
            // Commands and buttons, of which the app has none.
            (_, Some(envelope), _) => {
                self.acknowledge(&format!("{number}/{envelope}")).await?;
                Said::Nothing
            }
            ("disconnect", ..) if !from_newest => Said::Nothing,
            ("disconnect", ..) => match read.reason.as_deref() {
                Some("warning" | "refresh_requested") => Said::Move,
                _ => Said::Stop(ending(&read)),
            },
            _ => Said::Nothing,
        })
    }

    async fn acknowledge(&mut self, ticket: &str) -> Result<(), CallError> {
        let (number, envelope) = ticket.split_once('/').unwrap_or_default();
        let acknowledgment = serde_json::json!({ "envelope_id": envelope }).to_string();
        let newest = number.parse() == Ok(self.number);
        let socket = if newest { Some(&mut self.newest) } else { self.older.as_mut() };
        // A connection that has ended by now takes nothing any more, and the other tells it again.
        match socket {
            Some(socket) if newest => socket.say(&acknowledgment).await.map_err(|_| ended()),
            Some(socket) => {
                let _ = socket.say(&acknowledgment).await;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Inflow for Connections {
    async fn next(&mut self) -> Result<Fed, CallError> {
        loop {
            if self.due {
                self.renew().await;
            }
            let (frame, from_newest) = match &mut self.older {
                None => (self.newest.next().await, true),
                Some(older) => tokio::select! {
                    frame = older.next() => (frame, false),
                    frame = self.newest.next() => (frame, true),
                },
            };
            let frame = match (frame, from_newest) {
                (Ok(frame), _) => frame,
                (Err(_), true) => return Err(ended()),
                (Err(_), false) => {
                    self.older = None;
                    continue;
                }
            };
            match self.heard(&frame, from_newest).await? {
                Said::Delivery(fed) => return Ok(fed),
                Said::Move => self.due = true,
                Said::Stop(error) => return Err(error),
                Said::Nothing => {}
            }
        }
    }

    async fn stored(&mut self, ticket: &str) -> Result<(), CallError> {
        self.acknowledge(ticket).await
    }
}

fn ended() -> CallError {
    CallError::Retry { after: None }
}

/// What a farewell means.
fn ending(frame: &Frame<'_>) -> CallError {
    match frame.reason.as_deref() {
        Some("link_disabled") => {
            CallError::Reject("Socket Mode is switched off in the app's settings".to_owned())
        }
        _ => ended(),
    }
}
