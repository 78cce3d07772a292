//! A running server: the engine and its surfaces on one port, from start to orderly stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use entente_engine::Dice;
use entente_web::{Limits, WebOptions};
use secrecy::SecretString;
use serde_json::json;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::Config;
use crate::refusal::Refusal;
use crate::wire;

/// How long the head of a connection's first request may take.
const HEAD: Duration = Duration::from_secs(5);

/// How long a connection may be idle. nginx keeps one to us for a minute, and so do the clouds' load balancers
/// (nginx: `keepalive_timeout` of an upstream; AWS: "Connection idle timeout").
const IDLE: Duration = Duration::from_secs(75);

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A server that accepts requests.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where others reach it.
    pub(crate) public: Url,
    /// The operator's token.
    pub(crate) token: SecretString,
    tasks: JoinSet<()>,
    stop: CancellationToken,
    drain: Duration,
    note: PathBuf,
}

impl Server {
    /// Starts everything that the configuration says, and serves `extra` beside the product's own paths.
    ///
    /// # Errors
    /// [`Refusal`] when something must be mended first.
    pub(crate) async fn start(
        config: &Config,
        extra: Router,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        let listener = listen(config.server.listen)?;
        let address = listener.local_addr()?;
        let public = config.server.public(address).map_err(Refusal::new)?;
        let store = wire::store(config)?;
        let dice = Arc::new(Dice::unforeseeable());
        let (operator, token) = wire::operator(&config.data.folder, &dice)?;
        let engine = wire::engine(config, store, dice, public.clone()).await?;
        let options = WebOptions { public_address: public.clone(), operator };
        let router = entente_web::router(Arc::clone(&engine), options).merge(extra);
        let drain = Duration::from_secs(config.server.drain_seconds);
        let limits = Limits { connections: config.server.max_connections, head: HEAD, idle: IDLE, drain };
        let mut tasks = JoinSet::new();
        tasks.spawn(entente_web::serve(listener, router, limits, stop.clone()));
        let told = stop.clone();
        tasks.spawn(async move { engine.run(told).await });
        let note = config.data.folder.join("server.json");
        let said = json!({"url": format!("http://{}", reachable(address)), "pid": std::process::id()});
        wire::write_private(&note, &said.to_string())?;
        Ok(Self { address, public, token, tasks, stop, drain, note })
    }

    /// Waits until it was told to stop and has stopped.
    ///
    /// # Errors
    /// When a part of it ended by itself.
    pub(crate) async fn ended(mut self) -> anyhow::Result<()> {
        let first = self.tasks.join_next().await;
        let by_itself = !self.stop.is_cancelled();
        self.stop.cancel();
        // The surfaces give up on requests after `drain`; the engine gets a moment more to write down what came of them.
        let patience = self.drain + Duration::from_secs(2);
        let rest = tokio::time::timeout(patience, async { while self.tasks.join_next().await.is_some() {} });
        if rest.await.is_err() {
            tracing::warn!("work under way was cut off; it is looked for at the next start");
        }
        drop(std::fs::remove_file(&self.note));
        first.transpose().context("a part of the server failed")?;
        anyhow::ensure!(!by_itself, "a part of the server ended by itself");
        Ok(())
    }
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let taken = |why: std::io::Error| {
        let remedy = match why.kind() {
            std::io::ErrorKind::AddrInUse => "another program listens there; stop it, or choose another port",
            std::io::ErrorKind::PermissionDenied => "this user may not; choose a port above 1023",
            _ => "choose an address of this machine",
        };
        Refusal::new(format!("cannot listen on {address}: {remedy} (server.listen)"))
    };
    let open = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Connections of the server before linger in the system; they must not keep this one from starting.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    Ok(open().map_err(taken)?)
}

/// Where this machine reaches an address that stands for all of its own.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => SocketAddr::from(([127, 0, 0, 1], v4.port())),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
            SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, v6.port()))
        }
        other => other,
    }
}
