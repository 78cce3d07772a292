//! How bytes get to a platform: over TCP, or into a router in process under a virtual clock. The difference that
//! matters to the caller is the same for both: had the request begun to leave?

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt as _};
use http::{Request, Response, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use url::Url;

use crate::content::{Broken, Content};
use crate::socket::Socket;
use crate::steps::{Step, Steps};

mod tcp;

pub use tcp::{NoCertificates, Tcp};

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
