//! Events by a WebSocket that we open. "Using `WebSockets`": `wss://…/ws?subscriptionId=…&access_token=…`; the first frame
//! says whether the connection stands, a heartbeat is due every 30 seconds, and events come as the text of the webhook that
//! they would have been. Nothing is acknowledged, and nothing is kept for whoever was not connected; another connection for
//! the same subscription ends this one.
//!
//! Zoom offers it to apps of the whole account, not to those that each user authorizes, so it is opened with a token of the
//! app that reads the directory, and tells of everybody. Whether a connection outlives its token is not documented. So when
//! the token is replaced, ahead of its end, so is the connection: the new one is opened, the old one is read until the vendor
//! closes it, and nothing falls between.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::CallError;
use entente_platform::{Access, Fed, Feed, Hook, Http, Inflow, Site, Socket, Tokens};
use http::HeaderMap;
use secrecy::ExposeSecret as _;
use tokio::time::Instant;
use url::Url;

use crate::hook::EVENTS;
use crate::profile::{SOCKET, SUBSCRIPTION};
use crate::wire::socket::{Frame, HEARTBEAT};

/// A heartbeat is due every 30 seconds.
const BEAT: Duration = Duration::from_secs(25);

/// How long the first frame may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The feed of one account.
#[derive(Clone)]
pub(crate) struct ZoomFeed {
    http: Http,
    tokens: Arc<dyn Tokens>,
    url: Url,
    subscription: String,
    beat: Duration,
}

impl ZoomFeed {
    /// The feed, where the operator named a subscription for it.
    pub(crate) fn new(site: &Site, http: Http, tokens: Arc<dyn Tokens>) -> Option<Self> {
        let subscription = site.settings.get(SUBSCRIPTION)?.clone();
        let mut url = site.url(SOCKET, "/ws");
        let scheme = if url.scheme() == "http" { "ws" } else { "wss" };
        url.set_scheme(scheme).ok()?;
        Some(Self { http, tokens, url, subscription, beat: BEAT })
    }

    /// Opens a connection with this token. `None`: the vendor does not take it.
    async fn connect(&self, access: &Access) -> Result<Option<Socket>, CallError> {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("subscriptionId", &self.subscription)
            .append_pair("access_token", access.token.expose_secret());
        let mut socket = self.http.dial(&url).await?;
        let first = tokio::time::timeout(PATIENCE, socket.next()).await.map_err(|_| ended())?;
        let first = first.map_err(|_| ended())?;
        let frame: Frame = serde_json::from_slice(&first).map_err(|_| ended())?;
        Ok((frame.success == Some(true)).then_some(socket))
    }
}

#[async_trait]
impl Feed for ZoomFeed {
    async fn open(&self) -> Result<Box<dyn Inflow>, CallError> {
        let mut access = self.tokens.access().await?;
        let mut newest = self.connect(&access).await?;
        if newest.is_none() {
            access = self.tokens.refused(&access).await?;
            newest = self.connect(&access).await?;
        }
        let refused = || {
            let why =
                format!("Zoom opens no WebSocket for the app and the subscription `settings.{SUBSCRIPTION}`");
            CallError::Reject(why)
        };
        let newest = newest.ok_or_else(refused)?;
        let beat = Instant::now() + self.beat;
        Ok(Box::new(ZoomInflow {
            feed: self.clone(),
            newest,
            older: None,
            opened_with: access.generation,
            beat,
        }))
    }
}

/// The connection that is open, and the one before it until it ends.
struct ZoomInflow {
    feed: ZoomFeed,
    newest: Socket,
    older: Option<Socket>,
    /// The generation of the token that the newest was opened with.
    opened_with: u64,
    /// When the next heartbeat is due.
    beat: Instant,
}

impl ZoomInflow {
    /// Says that we are here, and moves to another connection if there is another token.
    async fn beat(&mut self) -> Result<(), CallError> {
        self.beat = Instant::now() + self.feed.beat;
        self.newest.say(HEARTBEAT).await.map_err(|_| ended())?;
        // It had all the time that it takes to say what it still held.
        self.older = None;
        // Without another token or connection the present one is kept until it ends, and its end is told.
        let Ok(access) = self.feed.tokens.access().await else { return Ok(()) };
        if access.generation != self.opened_with
            && let Ok(Some(newest)) = self.feed.connect(&access).await
        {
            self.older = Some(std::mem::replace(&mut self.newest, newest));
            self.opened_with = access.generation;
        }
        Ok(())
    }
}

#[async_trait]
impl Inflow for ZoomInflow {
    async fn next(&mut self) -> Result<Fed, CallError> {
        loop {
            let (came, from_newest) = tokio::select! {
                // What the older one holds happened before.
                biased;
                came = older(&mut self.older) => {
                    let Some(came) = came else {
                        self.older = None;
                        continue;
                    };
                    (came, false)
                }
                came = self.newest.next() => (came.map_err(|_| ended())?, true),
                () = tokio::time::sleep_until(self.beat) => {
                    self.beat().await?;
                    continue;
                }
            };
            match event(&came) {
                Ok(Some(body)) => {
                    // It came over a connection that we opened to Zoom's own address.
                    let hook = Hook::new(EVENTS.to_owned(), None, HeaderMap::new(), body).vouch();
                    return Ok(Fed { hook, ticket: None });
                }
                Ok(None) => {}
                Err(()) if from_newest => return Err(ended()),
                // It is told that its token has ended, or that another took its place.
                Err(()) => self.older = None,
            }
        }
    }

    async fn stored(&mut self, _: &str) -> Result<(), CallError> {
        Ok(())
    }
}

fn ended() -> CallError {
    CallError::Retry { after: None }
}

/// What comes by the older connection, `None` at its end; nothing ever if there is no such connection.
async fn older(socket: &mut Option<Socket>) -> Option<Bytes> {
    match socket {
        Some(socket) => socket.next().await.ok(),
        None => std::future::pending().await,
    }
}

/// The event in a frame, if it is one of those.
fn event(frame: &[u8]) -> Result<Option<Bytes>, ()> {
    let Ok(frame) = serde_json::from_slice::<Frame>(frame) else { return Ok(None) };
    match (frame.module.as_str(), frame.success) {
        // The token has ended, or another connection took over.
        (_, Some(false)) => Err(()),
        ("message", _) => Ok(frame.content.map(Bytes::from)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests;
