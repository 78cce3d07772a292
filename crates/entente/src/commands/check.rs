//! `entente check`: is this configuration right? Reads everything that `serve` reads and starts nothing.

use std::path::PathBuf;

use clap::Args;

use crate::config::Config;
use crate::platforms;
use crate::refusal::Refusal;
use crate::said::say;

/// What it takes.
#[derive(Args)]
pub(super) struct Check {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "entente.toml")]
    config: PathBuf,
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let config = Config::load(&self.config, &platforms::all()).map_err(Refusal::new)?;
        say!("{} is right.", self.config.display());
        if config.sites.is_empty() {
            say!("It configures no workspace yet; `entente config` shows how one is written.");
        }
        for site in &config.sites {
            say!("  {} on {}", site.workspace.id, site.workspace.platform);
        }
        Ok(())
    }
}
