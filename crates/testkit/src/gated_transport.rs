//! The way out through the gate. Behind it stand the simulators, which go on living when the process dies: a call that
//! had left keeps its effect.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use entente_platform::{Content, InProcess, Socket, Steps, Transport, Undelivered};
use entente_sim::server;
use http::{Request, Response};
use url::Url;

use crate::gate::Gate;

/// A transport through a gate.
pub struct GatedTransport {
    inner: InProcess,
    gate: Arc<Gate>,
}

impl GatedTransport {
    /// `inner` through `gate`.
    pub fn new(inner: InProcess, gate: Arc<Gate>) -> Self {
        Self { inner, gate }
    }
}

#[async_trait]
impl Transport for GatedTransport {
    async fn carry(
        &self,
        request: Request<Bytes>,
        steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Bytes>, Undelivered> {
        // What has left goes on on its own, whatever becomes of whoever sent it.
        let inner = self.inner.clone();
        let sent = async move { tokio::spawn(async move { inner.carry(request, steps).await }).await };
        self.gate.through("call", sent).await.unwrap_or(Err(Undelivered::NoAnswer))
    }

    async fn stream(
        &self,
        request: Request<Content>,
        steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Content>, Undelivered> {
        // A body that passes through ends with the process, wherever it is.
        self.gate.through("stream", self.inner.stream(request, steps)).await
    }

    async fn dial(&self, url: &Url) -> Result<Socket, Undelivered> {
        let router = self.inner.router(url.authority()).ok_or(Undelivered::NotSent)?;
        self.gate.through("dial", Socket::over(server::connect(router), url)).await
    }
}
