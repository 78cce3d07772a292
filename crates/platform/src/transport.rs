//! How bytes get to a platform: over TCP, or into a router in process under a virtual clock. The difference that
//! matters to the caller is the same for both: had the request begun to leave?

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use http::{Request, Response, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use url::Url;

use crate::content::{Broken, Content};
use crate::socket::Socket;
use crate::steps::{Step, Steps};

/// Carries one request. Follows no redirect, decompresses nothing, retries nothing.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and reads the whole answer. With `steps`, tells of the boundaries on the way.
    async fn carry(
        &self,
        request: Request<Bytes>,
        steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Bytes>, Undelivered>;

    /// Sends the request piece by piece, and leaves the answer's body where it is until it is read. A body that breaks is
    /// never ended, so whoever receives it knows that it is not whole.
    async fn stream(
        &self,
        _request: Request<Content>,
        _steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Content>, Undelivered> {
        Err(Undelivered::NotSent)
    }

    /// Opens a WebSocket (RFC 6455). Follows no redirect. Where nothing can be connected to, nothing was sent.
    async fn dial(&self, _url: &Url) -> Result<Socket, Undelivered> {
        Err(Undelivered::NotSent)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// No connection: not a byte of the request was written.
    #[error("no connection")]
    NotSent,
    /// Something may have been written.
    #[error("no answer")]
    NoAnswer,
    /// The body broke before its end, so nobody can have taken it for whole.
    #[error("the body broke")]
    Broken(Broken),
}

/// The longest answer that is read.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// Real sockets, pooled.
#[derive(Debug, Clone)]
pub struct Tcp {
    client: reqwest::Client,
    connect: Duration,
}

impl Tcp {
    /// Connections are given `connect` to come about and are dropped after having been idle for `idle`.
    #[expect(clippy::disallowed_methods, reason = "the one client that `Http` sends through")]
    pub fn new(connect: Duration, idle: Duration) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(connect)
            .pool_idle_timeout(idle)
            .tcp_nodelay(true)
            .no_proxy()
            .user_agent(concat!("entente/", env!("CARGO_PKG_VERSION")))
            .build()
            .unwrap_or_default();
        Self { client, connect }
    }
}

#[async_trait]
impl Transport for Tcp {
    async fn carry(
        &self,
        request: Request<Bytes>,
        steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Bytes>, Undelivered> {
        let request = match steps {
            Some(steps) => request.map(|body| told(&body, steps)),
            None => request.map(reqwest::Body::from),
        };
        let request = reqwest::Request::try_from(request).map_err(|_| Undelivered::NotSent)?;
        let mut answer = self.client.execute(request).await.map_err(|error| {
            if error.is_connect() || error.is_builder() {
                Undelivered::NotSent
            } else {
                Undelivered::NoAnswer
            }
        })?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = std::mem::take(answer.headers_mut());
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| Undelivered::NoAnswer)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(Undelivered::NoAnswer);
            }
            body.extend_from_slice(&chunk);
        }
        response.body(body.into()).map_err(|_| Undelivered::NoAnswer)
    }

    async fn stream(
        &self,
        request: Request<Content>,
        steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Content>, Undelivered> {
        let broke = Broke::default();
        let request = outgoing(request.map(small), &broke, steps).map(reqwest::Body::wrap_stream);
        let request = reqwest::Request::try_from(request).map_err(|_| Undelivered::NotSent)?;
        let mut answer = self.client.execute(request).await.map_err(|error| match broke.get() {
            Some(broken) => Undelivered::Broken(broken),
            None if error.is_connect() || error.is_builder() => Undelivered::NotSent,
            None => Undelivered::NoAnswer,
        })?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = std::mem::take(answer.headers_mut());
        }
        let body = answer.bytes_stream().map(|piece| piece.map_err(|_| Broken::Connection));
        response.body(Content::new(body)).map_err(|_| Undelivered::NoAnswer)
    }

    async fn dial(&self, url: &Url) -> Result<Socket, Undelivered> {
        Socket::connect(url, self.connect).await
    }
}

/// The longest piece of a body on its way out. The client of HTTP keeps up to sixteen of them ready to be written.
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

/// Whether, and why, a body broke on its way out; the error that a client of HTTP makes of it does not say.
#[derive(Clone, Default)]
struct Broke(Arc<OnceLock<Broken>>);

impl Broke {
    fn get(&self) -> Option<Broken> {
        self.0.get().copied()
    }
}

/// A request whose body is on its way out.
fn outgoing(
    request: Request<Content>,
    broke: &Broke,
    steps: Option<Arc<dyn Steps>>,
) -> Request<impl Stream<Item = Result<Bytes, Broken>> + Send + 'static> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let mut left: Option<u64> = length.and_then(|length| length.parse().ok());
    let (broke, mut begun) = (broke.clone(), false);
    request.map(|body| {
        body.inspect(move |piece| match piece {
            Ok(bytes) => {
                left = left.map(|left| left.saturating_sub(bytes.len() as u64));
                let Some(steps) = &steps else { return };
                if !std::mem::replace(&mut begun, true) {
                    steps.reached(Step::FirstByte);
                }
                if left == Some(0) {
                    steps.reached(Step::LastByte);
                }
            }
            // Nothing comes after it.
            Err(broken) => drop(broke.0.set(*broken)),
        })
    })
}

/// The body in two halves, so that the boundaries before the first and after the last byte are real ones.
fn told(body: &Bytes, steps: Arc<dyn Steps>) -> reqwest::Body {
    let middle = body.len() / 2;
    let halves = [body.slice(..middle), body.slice(middle..), Bytes::new()];
    reqwest::Body::wrap_stream(stream::iter(halves.into_iter().enumerate().map(move |(index, half)| {
        match index {
            0 => steps.reached(Step::FirstByte),
            2 => steps.reached(Step::LastByte),
            _ => {}
        }
        Ok::<_, std::convert::Infallible>(half)
    })))
}

/// Routers in this process, by authority (`host:port`). An authority that is not registered refuses the connection.
#[derive(Clone, Default)]
pub struct InProcess {
    routers: Arc<RwLock<BTreeMap<String, Router>>>,
}

impl InProcess {
    /// Makes `router` answer for `authority`.
    pub fn register(&self, authority: &str, router: Router) {
        self.routers.write().unwrap_or_else(PoisonError::into_inner).insert(authority.to_owned(), router);
    }

    /// What answers for `authority`.
    pub fn router(&self, authority: &str) -> Option<Router> {
        self.routers.read().unwrap_or_else(PoisonError::into_inner).get(authority).cloned()
    }

    /// Makes `authority` refuse connections again.
    pub fn unregister(&self, authority: &str) {
        self.routers.write().unwrap_or_else(PoisonError::into_inner).remove(authority);
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn carry(
        &self,
        request: Request<Bytes>,
        steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Bytes>, Undelivered> {
        let authority = request.uri().authority().ok_or(Undelivered::NotSent)?.as_str().to_owned();
        let router = self.router(&authority).ok_or(Undelivered::NotSent)?;
        if let Some(steps) = &steps {
            steps.reached(Step::FirstByte);
            steps.reached(Step::LastByte);
        }
        let answer = router.oneshot(request.map(Body::from)).await.map_err(|_| Undelivered::NoAnswer)?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|_| Undelivered::NoAnswer)?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }

    async fn stream(
        &self,
        request: Request<Content>,
        steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Content>, Undelivered> {
        let authority = request.uri().authority().ok_or(Undelivered::NotSent)?.as_str().to_owned();
        let router = self.router(&authority).ok_or(Undelivered::NotSent)?;
        let broke = Broke::default();
        let request = outgoing(request, &broke, steps).map(Body::from_stream);
        let answer = router.oneshot(request).await.map_err(|_| Undelivered::NoAnswer)?;
        if let Some(broken) = broke.get() {
            return Err(Undelivered::Broken(broken));
        }
        Ok(answer.map(|body| {
            Content::new(body.into_data_stream().map(|piece| piece.map_err(|_| Broken::Connection)))
        }))
    }
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
