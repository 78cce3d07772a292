//! `entente demo`: the whole product with simulated platforms and the sample organization, Acme, Inc.
//!
//! The demo is not a mode of the server. It starts the simulated platforms on ports of their own, writes a configuration
//! that names their addresses, starts the server with it as `entente serve` would, and then does what an administrator
//! and the engineers would do by hand: registers the apps on the vendors' side, gives consent in a browser, and brings
//! people in with the product's own commands. Whatever works here works the same way with the real platforms.
//!
//! The simulated platforms forget everything when they end. With `--data` the server's folder is kept; at the next start
//! its database, which speaks of chats that do not exist any more, is put aside and not deleted.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::time::Instant;

use crate::client::{self, Client};
use crate::config::Config;
use crate::refusal::Refusal;
use crate::server::Server;
use crate::{lifecycle, platforms, wire};

mod apps;
mod browser;
mod channels;
mod configuration;
mod directory;
mod groups;
mod said;
mod story;
mod world;

pub(crate) use apps::register;
pub(crate) use directory::{Source, routes as directory_routes};
pub(crate) use world::World;

/// What it takes.
#[derive(Args)]
pub(crate) struct Demo {
    /// Keep the server's data in this folder. Otherwise it is gone when the demo ends.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The port of the console; the platforms take the next ones. 0: any free ports.
    #[arg(long, value_name = "N", default_value_t = 7700)]
    port: u16,
    /// Multiplies the rate limits of the simulated platforms, and what the server keeps to.
    #[arg(long, value_name = "F", default_value_t = 1.0)]
    limits_factor: f64,
}

impl Demo {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let began = Instant::now();
        let stop = lifecycle::stop_on_signals()?;
        let (folder, temporary) = folder(self.data.as_deref())?;
        let (listen, held) = reserve(self.port)?;
        let world = Arc::new(World::start(self.port, self.limits_factor, false)?);
        put_aside(&folder)?;
        let apps = apps::register(&world, listen).await?;
        let feed = apps::subscribe(&world, &apps).await?;
        let file = configuration::write(&folder, listen, &world, &apps, &feed, self.limits_factor)?;
        let config = Config::load(&file, &platforms::all()).map_err(Refusal::new)?;
        wire::log(&config.log);
        let source = Source::new(Arc::clone(&world), &apps);
        let extra = directory_routes(source.clone()).merge(world.page());
        let server = Server::start(&config, extra, stop.clone()).await?;
        drop(held);
        let client = Client::at(server.public.clone(), server.token.clone());
        source.product(Client::at(server.public.clone(), server.token.clone()));
        let done = tokio::select! {
            done = story::play(&world, &apps, &client, &server.public, &server.token) => done,
            () = stop.cancelled() => Ok(()),
        };
        if let Err(error) = done {
            stop.cancel();
            server.ended().await?;
            return Err(error);
        }
        // From now on somebody may pull a plug.
        source.remember().await?;
        if !stop.is_cancelled() {
            said::ready(&server.public, &client, &folder, temporary.is_some(), began.elapsed()).await?;
        }
        server.ended().await
    }
}

/// The server's folder, and what makes it go away.
fn folder(kept: Option<&Path>) -> anyhow::Result<(PathBuf, Option<TempDir>)> {
    let Some(folder) = kept else {
        let folder = TempDir::with_prefix("entente-demo-").context("no temporary folder can be made")?;
        return Ok((folder.path().to_owned(), Some(folder)));
    };
    std::fs::create_dir_all(folder).map_err(|error| {
        Refusal::new(format!(
            "the data folder {} cannot be made ({error}); name another with --data DIR",
            folder.display()
        ))
    })?;
    let probe = folder.join(".writable");
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(|error| {
        Refusal::new(format!(
            "the data folder {} cannot be written ({error}); make it writable for this user, or name another with \
             --data DIR",
            folder.display()
        ))
    })?;
    Ok((folder.to_owned(), None))
}

/// Puts the database of an earlier demo where it can be looked at and does no harm, unless a server still runs on it.
fn put_aside(folder: &Path) -> anyhow::Result<()> {
    if !folder.join("entente.db").exists() {
        return Ok(());
    }
    if let Ok(running) = client::running(&folder.join("server.json"))
        && let (Some(host), Some(port)) = (running.host_str(), running.port())
        && TcpStream::connect((host, port)).is_ok()
    {
        let line = format!("another demo runs with {}; stop it, or name another folder", folder.display());
        return Err(Refusal::new(line).into());
    }
    let aside = (1..10_000).map(|number| folder.join(format!("before-{number}"))).find(|path| !path.exists());
    let aside =
        aside.with_context(|| format!("{} is full of old databases; delete some", folder.display()))?;
    std::fs::create_dir(&aside).with_context(|| format!("{} cannot be made", aside.display()))?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("entente.db") || name == "payload.keys" {
            std::fs::rename(entry.path(), aside.join(name))?;
        }
    }
    println!(
        "The simulated platforms begin anew, so the database of the last demo was put into {}.",
        aside.display()
    );
    Ok(())
}

/// The address of the console, and, if any port will do, what keeps others from it until the server listens there: a
/// socket that is bound and does not listen.
pub(crate) fn reserve(port: u16) -> anyhow::Result<(SocketAddr, Option<TcpSocket>)> {
    let wanted = SocketAddr::from(([127, 0, 0, 1], port));
    if port != 0 {
        return Ok((wanted, None));
    }
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(wanted)?;
    Ok((socket.local_addr()?, Some(socket)))
}
