//! How a simulator's own calls (webhooks, validation hand-shakes) leave it: over TCP, or into a router in process.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use tokio::time::Instant;
use tower::ServiceExt as _;

/// What came of one call, for those who measure how fast it was answered.
#[derive(Debug, Clone)]
pub struct Sent {
    /// From the first byte to the whole answer, or until it was given up.
    pub took: Duration,
    /// What was answered; `None` as in [`Courier::send`].
    pub status: Option<StatusCode>,
}

/// Is told of every call when it is over.
pub type Observer = Arc<dyn Fn(&Sent) + Send + Sync>;

/// Carries a request to the address in its URI.
#[derive(Clone)]
pub enum Courier {
    /// Real sockets.
    Tcp(reqwest::Client),
    /// Routers in process, by authority (`host:port`); an authority that is not registered refuses the connection.
    InProcess(Arc<RwLock<HashMap<String, Router>>>),
    /// Another courier, on whose calls somebody holds a watch.
    Observed(Box<Courier>, Observer),
}

impl Courier {
    /// A courier over TCP that follows no redirect and goes straight there, whatever proxy the machine has.
    #[expect(clippy::disallowed_methods, reason = "the simulators' only way out")]
    pub fn tcp() -> Self {
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self::Tcp(client.unwrap_or_default())
    }

    /// A courier that only knows routers registered with [`Courier::register`].
    pub fn in_process() -> Self {
        Self::InProcess(Arc::default())
    }

    /// The same courier, with an observer.
    #[must_use]
    pub fn observed(self, observer: Observer) -> Self {
        Self::Observed(Box::new(self), observer)
    }

    /// Makes `router` answer for `authority`. Does nothing on a TCP courier.
    pub fn register(&self, authority: &str, router: Router) {
        if let Self::InProcess(routers) = self.bare() {
            routers.write().unwrap_or_else(PoisonError::into_inner).insert(authority.to_owned(), router);
        }
    }

    /// Makes `authority` refuse connections again. Does nothing on a TCP courier.
    pub fn unregister(&self, authority: &str) {
        if let Self::InProcess(routers) = self.bare() {
            routers.write().unwrap_or_else(PoisonError::into_inner).remove(authority);
        }
    }

    /// Sends and waits at most `limit` for the whole answer. `None`: no connection, no answer or no answer in time.
    pub async fn send(&self, request: Request<Bytes>, limit: Duration) -> Option<Response<Bytes>> {
        let Self::Observed(_, observer) = self else { return self.within(request, limit).await };
        let begun = Instant::now();
        let answer = self.bare().within(request, limit).await;
        observer(&Sent { took: begun.elapsed(), status: answer.as_ref().map(Response::status) });
        answer
    }

    /// The courier that carries.
    fn bare(&self) -> &Self {
        let mut courier = self;
        while let Self::Observed(inner, _) = courier {
            courier = inner;
        }
        courier
    }

    async fn within(&self, request: Request<Bytes>, limit: Duration) -> Option<Response<Bytes>> {
        tokio::time::timeout(limit, self.carry(request)).await.ok().flatten()
    }

    async fn carry(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        match self {
            // What carries is bare.
            Self::Observed(..) => None,
            Self::Tcp(client) => {
                let answer = client.execute(request.try_into().ok()?).await.ok()?;
                let mut response = Response::builder().status(answer.status());
                if let Some(headers) = response.headers_mut() {
                    headers.clone_from(answer.headers());
                }
                response.body(answer.bytes().await.ok()?).ok()
            }
            Self::InProcess(routers) => {
                let authority = request.uri().authority()?.as_str().to_owned();
                let router =
                    routers.read().unwrap_or_else(PoisonError::into_inner).get(&authority).cloned()?;
                let answer = router.oneshot(request.map(Body::from)).await.ok()?;
                let (parts, body) = answer.into_parts();
                Some(Response::from_parts(parts, body.collect().await.ok()?.to_bytes()))
            }
        }
    }
}
