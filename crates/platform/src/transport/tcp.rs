//! Real sockets, pooled. What waits to be read or written is bounded, so that a file on its way takes little memory however
//! large it is, and however slow the other side.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tower::Service;
use url::Url;

use super::{Broke, Transport, Undelivered, outgoing};
use crate::content::{Broken, Content};
use crate::socket::Socket;
use crate::steps::{Step, Steps};

/// The longest answer that is read.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// The most that is read ahead, and the most that waits to be written. The head of an answer has to fit.
const BUFFER: usize = 64 * 1024;

/// After so long without a word the other side is asked whether it is there, and so often.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVES: u32 = 3;

/// So long may what was written stay unacknowledged.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Real sockets, pooled.
#[derive(Debug, Clone)]
pub struct Tcp {
    client: Client<Connector, Body>,
    connect: Duration,
}

/// There is nothing to judge servers by.
#[derive(Debug, thiserror::Error)]
#[error(
    "this system has no certificate authorities; install them (Debian: the package ca-certificates): {0}"
)]
pub struct NoCertificates(#[from] std::io::Error);

impl Tcp {
    /// Connections are given `connect` to come about and are dropped after having been idle for `idle`.
    ///
    /// # Errors
    /// When the system trusts no certificate authority.
    #[expect(clippy::disallowed_methods, reason = "the one client that `Http` sends through")]
    pub fn new(connect: Duration, idle: Duration) -> Result<Self, NoCertificates> {
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        plain.set_keepalive(Some(KEEPALIVE));
        plain.set_keepalive_interval(Some(KEEPALIVE));
        plain.set_keepalive_retries(Some(KEEPALIVES));
        plain.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        let tls = HttpsConnectorBuilder::new().with_native_roots()?;
        let https = tls.https_or_http().enable_http1().wrap_connector(plain);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(idle)
            .http1_max_buf_size(BUFFER)
            .build(Connector { https, within: connect });
        Ok(Self { client, connect })
    }

    async fn send(&self, mut request: Request<Body>) -> Result<Response<Incoming>, ClientError> {
        let agent = HeaderValue::from_static(concat!("entente/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().entry(header::USER_AGENT).or_insert(agent);
        request.headers_mut().entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        self.client.request(request).await
    }
}

#[async_trait]
impl Transport for Tcp {
    async fn carry(
        &self,
        request: Request<Bytes>,
        steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Bytes>, Undelivered> {
        let request = request.map(|body| match steps {
            Some(steps) => told(&body, steps),
            None => Body::from(body),
        });
        let (parts, body) = self.send(request).await.map_err(|error| undelivered(&error))?.into_parts();
        let whole = Limited::new(body, MAX_ANSWER).collect().await.map_err(|_| Undelivered::NoAnswer)?;
        Ok(Response::from_parts(parts, whole.to_bytes()))
    }

    async fn stream(
        &self,
        request: Request<Content>,
        steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Content>, Undelivered> {
        let broke = Broke::default();
        let request = outgoing(request.map(small), &broke, steps).map(Body::from_stream);
        let answer = self.send(request).await.map_err(|error| match broke.get() {
            Some(broken) => Undelivered::Broken(broken),
            None => undelivered(&error),
        })?;
        Ok(answer.map(|body| {
            Content::new(body.into_data_stream().map(|piece| piece.map_err(|_| Broken::Connection)))
        }))
    }

    async fn dial(&self, url: &Url) -> Result<Socket, Undelivered> {
        Socket::connect(url, self.connect).await
    }
}

fn undelivered(error: &ClientError) -> Undelivered {
    if error.is_connect() { Undelivered::NotSent } else { Undelivered::NoAnswer }
}

/// Connects, with a time-out over all of it: finding the address, TCP, and TLS.
#[derive(Debug, Clone)]
struct Connector {
    https: HttpsConnector<HttpConnector>,
    within: Duration,
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.within, self.https.call(uri));
        Box::pin(async { connecting.await? })
    }
}

/// The longest piece of a body on its way out.
const PIECE: usize = 8 * 1024;

/// The same body in small pieces of their own. What is read from a socket comes in pieces of a buffer that grows with the
/// other side's speed to some hundreds of KiB, and each piece that waits to be written would keep all of its buffer: a
/// copy costs less than a hundred such files at once.
fn small(content: Content) -> Content {
    Content::new(stream::unfold((content, Bytes::new()), |(mut content, mut rest)| async move {
        while rest.is_empty() {
            match content.next().await? {
                Ok(bytes) => rest = bytes,
                Err(broken) => return Some((Err(broken), (content, rest))),
            }
        }
        let piece = rest.split_to(rest.len().min(PIECE));
        Some((Ok(Bytes::copy_from_slice(&piece)), (content, rest)))
    }))
}

/// The body in two halves, so that the boundaries before the first and after the last byte are real ones.
fn told(body: &Bytes, steps: Arc<dyn Steps>) -> Body {
    let middle = body.len() / 2;
    let halves = [body.slice(..middle), body.slice(middle..), Bytes::new()];
    Body::from_stream(stream::iter(halves.into_iter().enumerate().map(move |(index, half)| {
        match index {
            0 => steps.reached(Step::FirstByte),
            2 => steps.reached(Step::LastByte),
            _ => {}
        }
        Ok::<_, Infallible>(half)
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn large_pieces_leave_as_small_ones_of_their_own() {
        let whole: Vec<u8> = (0..PIECE * 2 + 5).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let pieces = [Ok(Bytes::from(whole.clone())), Ok(Bytes::new()), Ok(Bytes::from_static(b"end"))];
        let left: Vec<Bytes> = small(Content::new(stream::iter(pieces))).map(Result::unwrap).collect().await;
        assert_eq!(left.iter().map(Bytes::len).collect::<Vec<_>>(), [PIECE, PIECE, 5, 3]);
        assert_eq!(left.concat(), [&whole[..], b"end"].concat());
        let broken = Content::new(stream::iter([Ok(Bytes::from_static(b"a")), Err(Broken::Short)]));
        let left: Vec<_> = small(broken).take(2).collect().await;
        assert_eq!(left, [Ok(Bytes::from_static(b"a")), Err(Broken::Short)]);
    }
}
