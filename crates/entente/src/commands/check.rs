//! `entente check`: is this configuration right? Reads everything that `serve` reads and starts nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use entente_platform::{AppSecrets, HookKey};

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
        let registry = platforms::all();
        let config = Config::load(&self.config, &registry).map_err(Refusal::new)?;
        for site in &config.sites {
            // Which of its secrets a platform needs is known to it alone.
            let platform = registry.get(&site.workspace.platform);
            let receiver = platform.map(|platform| platform.receiver(site, nothing_yet()));
            if let Some(Err(why)) = receiver {
                return Err(Refusal::new(format!("workspaces.{}: {why}", site.workspace.id)).into());
            }
        }
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

/// What a workspace's receiving half knows before anything was set up.
fn nothing_yet() -> AppSecrets {
    AppSecrets {
        hook_key: HookKey::new([0; 32]),
        public_keys: BTreeMap::new(),
        private_keys: BTreeMap::new(),
        app_login: None,
        logins: BTreeMap::new(),
    }
}
