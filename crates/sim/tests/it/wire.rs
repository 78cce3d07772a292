//! Calls as clients make them, and what came back or was delivered: the same for every vendor but for what it says.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt as _;

/// What came back from the vendor with the switches `V`, by which its tests tell it from the others'.
#[derive(Debug)]
pub(crate) struct Reply<V> {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
    of: PhantomData<V>,
}

/// The answer to any call.
pub(crate) async fn answered<V>(router: &Router, request: Request) -> Reply<V> {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Reply { status: parts.status.as_u16(), headers: parts.headers, body, text, of: PhantomData }
}

/// A vendor whose calls are JSON, and everybody's token by address.
pub(crate) struct Wire<V> {
    pub(crate) router: Router,
    pub(super) tokens: HashMap<String, String>,
    host: &'static str,
    of: PhantomData<V>,
}

impl<V> Wire<V> {
    pub(crate) fn new(router: Router, host: &'static str) -> Self {
        Self { router, tokens: HashMap::new(), host, of: PhantomData }
    }

    pub(crate) fn token(&self, email: &str) -> &str {
        &self.tokens[email]
    }

    /// A call as somebody known by address, or with a token as it stands.
    pub(crate) async fn send(&self, method: &str, path: &str, who: &str, body: Option<Value>) -> Reply<V> {
        let mut request = Request::builder().method(method).uri(path).header("Host", self.host);
        let token = self.tokens.get(who).map_or(who, String::as_str);
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("Content-Type", "application/json;charset=utf-8");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.raw(request.body(body).unwrap()).await
    }

    pub(crate) async fn raw(&self, request: Request) -> Reply<V> {
        answered(&self.router, request).await
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Reply<V> {
        self.send("GET", path, who, None).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: Value) -> Reply<V> {
        self.send("POST", path, who, Some(body)).await
    }

    pub(crate) async fn put(&self, who: &str, path: &str, body: Value) -> Reply<V> {
        self.send("PUT", path, who, Some(body)).await
    }

    pub(crate) async fn patch(&self, who: &str, path: &str, body: Value) -> Reply<V> {
        self.send("PATCH", path, who, Some(body)).await
    }

    pub(crate) async fn delete(&self, who: &str, path: &str) -> Reply<V> {
        self.send("DELETE", path, who, None).await
    }

    pub(crate) async fn switch(&self, change: Value) {
        assert_eq!(self.post("", "/_sim/switches", change).await.status, 200);
    }
}

/// What was delivered to a receiver.
#[derive(Clone, Default)]
pub(crate) struct Heard {
    all: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    notify: Arc<Notify>,
}

impl Heard {
    pub(crate) fn push(&self, headers: HeaderMap, body: Bytes) {
        locked(&self.all).push((headers, body));
        self.notify.notify_waiters();
    }

    pub(crate) fn count(&self) -> usize {
        locked(&self.all).len()
    }

    /// Forgets what was delivered so far.
    pub(crate) fn forget(&self) {
        locked(&self.all).clear();
    }

    /// Waits, at most so long, until so many were delivered and the rest of the world has nothing left to do at this moment.
    pub(crate) async fn exactly(&self, count: usize, at_most: Duration) -> Vec<(HeaderMap, Bytes)> {
        let enough = async {
            loop {
                let heard = self.notify.notified();
                if self.count() >= count {
                    return;
                }
                heard.await;
            }
        };
        tokio::time::timeout(at_most, enough).await.expect("enough deliveries");
        // Time only moves when nothing can run, so afterwards a delivery too many has been made as well.
        tokio::time::sleep(Duration::from_millis(1)).await;
        let heard = locked(&self.all).clone();
        assert_eq!(heard.len(), count, "as many deliveries as expected");
        heard
    }
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
