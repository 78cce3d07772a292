//! The way out through the gate. Behind it stand the simulators, which go on living when the process dies: a call that
//! had left keeps its effect.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use entente_platform::{InProcess, Socket, Steps, Transport, Undelivered};
use http::{Request, Response};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use url::Url;

use crate::gate::Gate;

/// How many bytes of a connection may be under way in each direction.
const UNDER_WAY: usize = 64 * 1024;

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

    async fn dial(&self, url: &Url) -> Result<Socket, Undelivered> {
        let router = self.inner.router(url.authority()).ok_or(Undelivered::NotSent)?;
        let dialed = async {
            let (ours, theirs) = tokio::io::duplex(UNDER_WAY);
            tokio::spawn(serve(router, theirs));
            Socket::over(ours, url).await
        };
        self.gate.through("dial", dialed).await
    }
}

/// Speaks HTTP at the other end of a connection, until either side closes it or it becomes a WebSocket's.
async fn serve(router: Router, connection: tokio::io::DuplexStream) {
    let service = TowerToHyperService::new(router);
    // Whoever dialed sees the end of it.
    drop(http1::Builder::new().serve_connection(TokioIo::new(connection), service).with_upgrades().await);
}
