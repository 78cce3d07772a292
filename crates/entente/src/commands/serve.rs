//! `entente serve`: runs the server until it is told to stop.

use std::path::PathBuf;

use axum::Router;
use clap::Args;

use crate::config::Config;
use crate::refusal::Refusal;
use crate::server::Server;
use crate::{lifecycle, platforms, wire};

/// What it takes.
#[derive(Args)]
pub(super) struct Serve {
    /// The configuration; `entente config` prints one to begin with.
    #[arg(long, value_name = "FILE", default_value = "entente.toml")]
    config: PathBuf,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = Config::load(&self.config, &platforms::all()).map_err(Refusal::new)?;
        wire::log(&config.log);
        let stop = lifecycle::stop_on_signals()?;
        let server = Server::start(&config, Router::new(), stop).await?;
        tracing::info!(address = %server.address, public = %server.public, "ready");
        server.ended().await
    }
}
