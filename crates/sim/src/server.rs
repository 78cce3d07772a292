//! A TCP port whose plug can be pulled.
//!
//! The accept loop is ours rather than `axum::serve`'s for two reasons: closing has to drop connections that are alive
//! (a client with a keep-alive connection would otherwise not notice an outage), and the header time-out has to be on.
//! A port remembers its address, so that opening it again is the same place coming back and not a new one.
//!
//! A connection that became a WebSocket has left the accept loop for a task of its own. Its socket knows the plug itself
//! (`Cord`) and breaks when it is pulled. [`connect`] opens a connection to a router in process, for those who need one
//! to upgrade under a paused clock.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt as _;
use futures_util::future::Shared;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// How long a client may take to send the head of a request.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// A router behind a TCP address, open from the start. Dropping it closes it.
pub struct Port {
    addr: SocketAddr,
    router: Router,
    running: Mutex<Option<JoinHandle<()>>>,
}

impl Port {
    /// Binds `addr` (port 0 lets the system choose, and the choice is kept) and serves `router` there. Must be called
    /// inside a tokio runtime.
    ///
    /// # Errors
    /// What binding answers, e.g. that the port is taken.
    pub fn open(addr: SocketAddr, router: Router) -> io::Result<Self> {
        let listener = bind(addr)?;
        let addr = listener.local_addr()?;
        let port = Self { addr, router, running: Mutex::new(None) };
        port.start(listener);
        Ok(port)
    }

    /// The address, which stays the same while closed.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Whether connections are accepted.
    pub fn is_open(&self) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Stops accepting and drops every live connection, whatever it was doing. Returns once the listener is gone, so
    /// that the next connection is refused. Does nothing when closed.
    pub async fn close(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = running {
            task.abort();
            // The answer is only "cancelled"; what counts is that the listener was dropped.
            drop(task.await);
        }
    }

    /// Serves again on the same address. Does nothing when open.
    ///
    /// # Errors
    /// What binding answers, e.g. that somebody else took the port meanwhile.
    pub fn reopen(&self) -> io::Result<()> {
        if !self.is_open() {
            self.start(bind(self.addr)?);
        }
        Ok(())
    }

    fn start(&self, listener: TcpListener) {
        let task = tokio::spawn(accept(listener, self.router.clone()));
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        if let Some(task) = self.running.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections that were dropped linger in the system; they must not keep us from coming back.
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

/// Owns the connections: when this task is aborted, the set is dropped and with it every connection. Connections that
/// were upgraded have left the set and end because the plug is dropped.
async fn accept(listener: TcpListener, router: Router) {
    let (_plug, pulled) = oneshot::channel();
    let pulled = pulled.shared();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, pulled.clone(), router.clone()));
                }
                // Out of file descriptors or a connection that was gone already; neither is helped by spinning.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, pulled: Shared<oneshot::Receiver<()>>, router: Router) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    answer(Cord { stream, pulled }, router).await;
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::trace!(%error, "a connection to a simulator ended early");
    }
}

/// The client's end of a connection to `router`, in process. It speaks HTTP/1.1 and can be upgraded.
pub fn connect(router: Router) -> DuplexStream {
    let (client, server) = tokio::io::duplex(64 * 1024);
    tokio::spawn(answer(server, router));
    client
}

/// A socket that breaks when the plug is pulled. Whoever waits to read from it is woken; a WebSocket always does.
struct Cord {
    stream: TcpStream,
    pulled: Shared<oneshot::Receiver<()>>,
}

impl AsyncRead for Cord {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        // Asked only while there is nothing to read, which is when a connection waits.
        if read.is_pending() && self.pulled.poll_unpin(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        read
    }
}

impl AsyncWrite for Cord {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }
}
