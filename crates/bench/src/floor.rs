//! The floors: the least a program does that passes messages on over HTTP.
//!
//! The first one stores nothing: a message comes in, goes out, is answered. The second one keeps the promise that
//! matters, in the cheapest way there is: a message is inserted and synced before it is acknowledged, and marked when
//! it was passed on, with as many messages sharing a sync as are waiting ([`durable`]). Neither knows people, order,
//! echoes, limits, sealing or intents. Both speak a bare HTTP/1.1 over connections that stay open ([`wire`]).
//!
//! Beside them, what a core can do of the one unavoidable operation of rich notifications ([`rsa`]), and what the disk
//! can do ([`disk`]).

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tokio::net::{TcpListener, TcpStream};

use wire::Wire;

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
                if let Err(error) = pass_on(stream, &to, store).await {
                    eprintln!("floor: {error:#}");
                }
            });
        }
    }
}

async fn pass_on(stream: TcpStream, to: &str, store: Option<durable::Store>) -> anyhow::Result<()> {
    let mut from = Wire::new(stream)?;
    let mut onward = Wire::new(TcpStream::connect(to).await?)?;
    while let Some(body) = from.receive().await? {
        let Some(store) = &store else {
            onward.post("/out", &body).await?;
            onward.answered().await?;
            from.ok().await?;
            continue;
        };
        let id = store.insert(body.clone()).await?;
        from.ok().await?;
        onward.post("/out", &body).await?;
        onward.answered().await?;
        store.mark(id)?;
    }
    Ok(())
}
