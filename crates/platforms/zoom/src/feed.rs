//! Events by a WebSocket that we open. "Using `WebSockets`": `wss://…/ws?subscriptionId=…&access_token=…` with a token of the
//! app; the first frame says whether the connection stands, a heartbeat is due every 30 seconds, and events come as the
//! text of the webhook that they would have been. Nothing is acknowledged, and nothing is kept for whoever was not
//! connected; another connection for the same subscription ends this one.
//!
//! Zoom offers it to apps of the whole account, not to those that each user authorizes.

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
pub(crate) struct ZoomFeed {
    http: Http,
    tokens: Arc<dyn Tokens>,
    url: Url,
    subscription: String,
}

impl ZoomFeed {
    /// The feed, where the operator named a subscription for it.
    pub(crate) fn new(site: &Site, http: Http, tokens: Arc<dyn Tokens>) -> Option<Self> {
        let subscription = site.secrets.get(SUBSCRIPTION)?.expose_secret().to_owned();
        let mut url = site.url(SOCKET, "/ws");
        let scheme = if url.scheme() == "http" { "ws" } else { "wss" };
        url.set_scheme(scheme).ok()?;
        Some(Self { http, tokens, url, subscription })
    }

    /// Opens a connection with this token. `None`: the vendor does not take it.
    async fn connect(&self, access: &Access) -> Result<Option<ZoomInflow>, CallError> {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("subscriptionId", &self.subscription)
            .append_pair("access_token", access.token.expose_secret());
        let mut socket = self.http.dial(&url).await?;
        let again = CallError::Retry { after: None };
        let first = tokio::time::timeout(PATIENCE, socket.next()).await.map_err(|_| again.clone())?;
        let first = first.map_err(|_| again.clone())?;
        let frame: Frame = serde_json::from_slice(&first).map_err(|_| again)?;
        if frame.success != Some(true) {
            return Ok(None);
        }
        Ok(Some(ZoomInflow { socket, beat: Instant::now() + BEAT }))
    }
}

#[async_trait]
impl Feed for ZoomFeed {
    async fn open(&self) -> Result<Box<dyn Inflow>, CallError> {
        let access = self.tokens.access().await?;
        if let Some(inflow) = self.connect(&access).await? {
            return Ok(Box::new(inflow));
        }
        let access = self.tokens.refused(&access).await?;
        let inflow = self.connect(&access).await?.ok_or(CallError::Reauthorize)?;
        Ok(Box::new(inflow))
    }
}

/// An open connection.
struct ZoomInflow {
    socket: Socket,
    /// When the next heartbeat is due.
    beat: Instant,
}

#[async_trait]
impl Inflow for ZoomInflow {
    async fn next(&mut self) -> Result<Fed, CallError> {
        let ended = CallError::Retry { after: None };
        loop {
            let Ok(came) = tokio::time::timeout_at(self.beat, self.socket.next()).await else {
                self.beat = Instant::now() + BEAT;
                self.socket.say(HEARTBEAT).await.map_err(|_| ended.clone())?;
                continue;
            };
            let came = came.map_err(|_| ended.clone())?;
            match event(&came) {
                Ok(Some(body)) => {
                    // It came over a connection that we opened to Zoom's own address.
                    let hook = Hook::new(EVENTS.to_owned(), None, HeaderMap::new(), body).vouch();
                    return Ok(Fed { hook, ticket: None });
                }
                Ok(None) => {}
                Err(()) => return Err(ended),
            }
        }
    }

    async fn stored(&mut self, _: &str) -> Result<(), CallError> {
        Ok(())
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
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_apart() {
        let message = br#"{"module":"message","content":"{\"event\":\"x\"}"}"#;
        assert_eq!(event(message), Ok(Some(Bytes::from_static(br#"{"event":"x"}"#))));
        assert_eq!(event(br#"{"module":"heartbeat","success":true,"content":""}"#), Ok(None));
        assert_eq!(
            event(br#"{"module":"build_connection","success":false,"content":"Invalid Token"}"#),
            Err(())
        );
        assert_eq!(event(b"no frame"), Ok(None));
    }
}
