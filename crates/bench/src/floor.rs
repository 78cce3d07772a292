//! The floors: the least a program does that passes messages on over HTTP.
//!
//! The first one stores nothing: a message comes in, goes out, is answered. The second one keeps the promise that
//! matters, in the cheapest way there is: a message is inserted and synced before it is acknowledged, and marked when
//! it was passed on, with as many messages sharing a sync as are waiting ([`durable`]). Neither knows people, order,
//! echoes, limits, sealing or intents. Both use the HTTP library that the product is built on, bare: no routing, no
//! pool, no client on top of it, each incoming connection with an outgoing one of its own. The load speaks to them
//! over [`wire`].
//!
//! Beside them, what a core can do of the one unavoidable operation of rich notifications ([`rsa`]), and what the disk
//! can do ([`disk`]).

use std::convert::Infallible;
use std::path::PathBuf;

use anyhow::ensure;
use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

pub(crate) mod disk;
mod durable;
mod rsa;
pub(crate) mod wire;

/// Which, and where to.
#[derive(Args)]
pub(crate) struct Floor {
    kind: Kind,
    /// Where messages are passed on to.
    #[arg(long, default_value = "")]
    to: String,
    /// Where they are kept.
    #[arg(long, default_value = "")]
    data: PathBuf,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Stores nothing.
    Relay,
    /// One insert and one mark per message.
    Durable,
    /// Private RSA operations only.
    Rsa,
}

impl Kind {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Durable => "durable",
            Self::Rsa => "rsa",
        }
    }
}

impl Floor {
    /// Prints one line: the address, or the operations a second.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let store = match self.kind {
            Kind::Rsa => {
                println!("{}", rsa::operations()?);
                return Ok(());
            }
            Kind::Relay => None,
            Kind::Durable => Some(durable::open(&self.data)?),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            let (to, store) = (self.to.clone(), store.clone());
            tokio::spawn(async move {
                // A connection that breaks ends its own messages only, and the judge will miss them.
                if let Err(error) = serve(stream, to, store).await {
                    eprintln!("floor: {error:#}");
                }
            });
        }
    }
}

async fn serve(stream: TcpStream, to: String, store: Option<durable::Store>) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let onward = TcpStream::connect(&to).await?;
    onward.set_nodelay(true)?;
    let (onward, connection) = hyper::client::conn::http1::handshake(TokioIo::new(onward)).await?;
    tokio::spawn(connection);
    let onward = std::sync::Arc::new(Mutex::new(onward));
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let (to, store, onward) = (to.clone(), store.clone(), onward.clone());
        async move {
            let status = match take(request, &to, store, onward).await {
                Ok(()) => StatusCode::OK,
                Err(error) => {
                    eprintln!("floor: {error:#}");
                    StatusCode::INTERNAL_SERVER_ERROR
                }
            };
            let mut answer = Response::new(Empty::<Bytes>::new());
            *answer.status_mut() = status;
            Ok::<_, Infallible>(answer)
        }
    });
    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await?;
    Ok(())
}

/// The next connection's message is passed on after this one's: the lock is fair.
type Onward = std::sync::Arc<Mutex<SendRequest<Full<Bytes>>>>;

async fn take(
    request: Request<Incoming>,
    to: &str,
    store: Option<durable::Store>,
    onward: Onward,
) -> anyhow::Result<()> {
    let body = request.into_body().collect().await?.to_bytes();
    let Some(store) = store else { return pass_on(body, to, &onward).await };
    let id = store.insert(body.clone()).await?;
    // Acknowledged now that it is durable, and passed on afterwards.
    let (to, line) = (to.to_owned(), onward.clone().lock_owned().await);
    tokio::spawn(async move {
        let mut line = line;
        match send(body, &to, &mut line).await.and_then(|()| store.mark(id)) {
            Ok(()) => {}
            Err(error) => eprintln!("floor: {error:#}"),
        }
    });
    Ok(())
}

async fn pass_on(body: Bytes, to: &str, onward: &Onward) -> anyhow::Result<()> {
    send(body, to, &mut *onward.lock().await).await
}

async fn send(body: Bytes, to: &str, line: &mut SendRequest<Full<Bytes>>) -> anyhow::Result<()> {
    line.ready().await?;
    let request = Request::post("/out")
        .header(header::HOST, to)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(body))?;
    let answer = line.send_request(request).await?;
    ensure!(answer.status() == StatusCode::OK, "not taken: {}", answer.status());
    answer.into_body().collect().await?;
    Ok(())
}
