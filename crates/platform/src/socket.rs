//! A WebSocket that we opened, as lines of text in both directions.
//!
//! A connection can die without a word, so silence is measured: after some of it we ask for a sign of life, after more the
//! connection counts as ended. Signs of life of either side are answered and swallowed here.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{client_async_with_config, connect_async_with_config};
use url::Url;

use crate::transport::Undelivered;

/// After so much silence a sign of life is asked for.
const ASK_AFTER: Duration = Duration::from_secs(10);

/// After so much silence the connection counts as ended.
const END_AFTER: Duration = Duration::from_secs(30);

/// The longest text that is taken; webhooks are held to the same.
const MAX_TEXT: usize = 1024 * 1024;

/// Messages in both directions, over whatever they travel.
trait Line: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Send + Unpin {}

impl<T: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Send + Unpin> Line for T {}

/// An open WebSocket.
pub struct Socket {
    stream: Box<dyn Line>,
    heard: Instant,
    asked: bool,
}

/// A WebSocket has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection has ended")]
pub struct Ended;

impl Socket {
    /// Connects, within this time.
    ///
    /// # Errors
    /// There is nobody, or nobody who speaks the protocol.
    pub(crate) async fn connect(url: &Url, within: Duration) -> Result<Self, Undelivered> {
        let connecting = connect_async_with_config(url.as_str(), Some(limits()), true);
        let connected = tokio::time::timeout(within, connecting).await.map_err(|_| Undelivered::NotSent)?;
        let (stream, _) = connected.map_err(|_| Undelivered::NotSent)?;
        Ok(Self::new(Box::new(stream)))
    }

    /// Opens one to `url` over a connection that stands already, for transports of other kinds.
    ///
    /// # Errors
    /// Whoever is at the other end does not speak the protocol.
    pub async fn over(
        connection: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        url: &Url,
    ) -> Result<Self, Undelivered> {
        let opened = client_async_with_config(url.as_str(), connection, Some(limits())).await;
        let (stream, _) = opened.map_err(|_| Undelivered::NotSent)?;
        Ok(Self::new(Box::new(stream)))
    }

    fn new(stream: Box<dyn Line>) -> Self {
        Self { stream, heard: Instant::now(), asked: false }
    }

    /// The next text. Nothing is lost when the wait is given up.
    ///
    /// # Errors
    /// The other side closed, or was silent for too long.
    pub async fn next(&mut self) -> Result<Bytes, Ended> {
        loop {
            let patience = if self.asked { END_AFTER } else { ASK_AFTER };
            let came = match tokio::time::timeout_at(self.heard + patience, self.stream.next()).await {
                Ok(came) => came.ok_or(Ended)?.map_err(|_| Ended)?,
                Err(_) if self.asked => return Err(Ended),
                Err(_) => {
                    self.asked = true;
                    self.stream.send(Message::Ping(Bytes::new())).await.map_err(|_| Ended)?;
                    continue;
                }
            };
            self.heard = Instant::now();
            self.asked = false;
            match came {
                Message::Text(text) => return Ok(text.into()),
                Message::Binary(bytes) => return Ok(bytes),
                Message::Close(_) => return Err(Ended),
                // A sign of life that is asked for is given by the protocol's own code.
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Says something.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn say(&mut self, text: &str) -> Result<(), Ended> {
        self.stream.send(Message::Text(Utf8Bytes::from(text))).await.map_err(|_| Ended)
    }

    /// Says farewell. The other side may not hear it.
    pub async fn close(mut self) {
        // It ends in either case.
        drop(self.stream.close().await);
    }
}

fn limits() -> WebSocketConfig {
    WebSocketConfig::default().max_message_size(Some(MAX_TEXT)).max_frame_size(Some(MAX_TEXT))
}
