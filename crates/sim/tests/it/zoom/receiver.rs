//! A webhook's target.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::sign;
use crate::wire::{Heard, locked};

/// What a webhook's target saw. It answers challenges as the guide says, and everything else with a status.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    secret: String,
    heard: Heard,
    challenges: Arc<Mutex<usize>>,
    status: Arc<Mutex<StatusCode>>,
    deaf: Arc<Mutex<bool>>,
}

impl Receiver {
    pub(crate) fn new(secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..Self::default() }
    }

    pub(crate) fn router(&self) -> Router {
        let state = self.clone();
        Router::new().fallback(move |request: Request| {
            let state = state.clone();
            async move { state.receive(request).await }
        })
    }

    async fn receive(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let read: Value = serde_json::from_slice(&body).unwrap();
        if read["event"] == "endpoint.url_validation" {
            *locked(&self.challenges) += 1;
            let plain = read["payload"]["plainToken"].as_str().unwrap();
            let secret = if *locked(&self.deaf) { "wrong" } else { &self.secret };
            let answer = json!({"plainToken": plain, "encryptedToken": sign(secret, plain.as_bytes())});
            return axum::Json(answer).into_response();
        }
        self.heard.push(parts.headers, body);
        let status = *locked(&self.status);
        status.into_response()
    }

    pub(crate) fn answer(&self, status: u16) {
        *locked(&self.status) = StatusCode::from_u16(status).unwrap();
    }

    /// Whether challenges are answered wrongly from now on.
    pub(crate) fn forget_secret(&self, forgotten: bool) {
        *locked(&self.deaf) = forgotten;
    }

    pub(crate) fn challenges(&self) -> usize {
        *locked(&self.challenges)
    }

    /// Waits until `count` deliveries were made and the rest of the world has nothing left to do; answers all bodies.
    pub(crate) async fn bodies(&self, count: usize) -> Vec<Value> {
        self.raw(count).await.iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }

    /// The same, with headers and bytes.
    pub(crate) async fn raw(&self, count: usize) -> Vec<(HeaderMap, Bytes)> {
        self.heard.exactly(count, Duration::from_mins(1)).await
    }

    pub(crate) fn count(&self) -> usize {
        self.heard.count()
    }
}
