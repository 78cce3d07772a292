//! How a simulator's own calls (webhooks, validation hand-shakes) leave it: over TCP, or into a router in process.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// Carries a request to the address in its URI.
#[derive(Clone)]
pub enum Courier {
    /// Real sockets.
    Tcp(reqwest::Client),
    /// Routers in process, by authority (`host:port`); an authority that is not registered refuses the connection.
    InProcess(Arc<RwLock<HashMap<String, Router>>>),
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

    /// Makes `router` answer for `authority`. Does nothing on a TCP courier.
    pub fn register(&self, authority: &str, router: Router) {
        if let Self::InProcess(routers) = self {
            routers.write().unwrap_or_else(PoisonError::into_inner).insert(authority.to_owned(), router);
        }
    }

    /// Makes `authority` refuse connections again. Does nothing on a TCP courier.
    pub fn unregister(&self, authority: &str) {
        if let Self::InProcess(routers) = self {
            routers.write().unwrap_or_else(PoisonError::into_inner).remove(authority);
        }
    }

    /// Sends and waits at most `limit` for the whole answer. `None`: no connection, no answer or no answer in time.
    pub async fn send(&self, request: Request<Bytes>, limit: Duration) -> Option<Response<Bytes>> {
        tokio::time::timeout(limit, self.carry(request)).await.ok().flatten()
    }

    async fn carry(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        match self {
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
