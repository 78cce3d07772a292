//! `entente check`: is this configuration right? Reads everything that `serve` reads and starts nothing. What a workspace
//! could have beside what it needs is listed, so that nobody has to guess why something does not work later.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use entente_platform::{AppSecrets, HookKey, Profile, Site};

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
        let platforms = platforms::all();
        let config = Config::load(&self.config, &platforms).map_err(Refusal::new)?;
        for site in &config.sites {
            let Some(platform) = platforms.get(&site.workspace.platform) else { continue };
            if let Err(wrong) = platform.receiver(site, nothing_yet()) {
                return Err(Refusal::new(format!("workspaces.{}: {wrong}", site.workspace.id)).into());
            }
        }
        say!("{} is right.", self.config.display());
        if config.sites.is_empty() {
            say!("It configures no workspace yet; `entente config` shows how one is written.");
        }
        for site in &config.sites {
            say!("  {} on {}", site.workspace.id, site.workspace.platform);
            let Some(platform) = platforms.get(&site.workspace.platform) else { continue };
            for (name, purpose) in left_out(site, platform.profile()) {
                say!("    without {name}: {purpose}");
            }
        }
        Ok(())
    }
}

/// The secrets and settings that a platform knows and a workspace does not give.
fn left_out<'a>(site: &Site, profile: &'a Profile) -> impl Iterator<Item = &'a (&'static str, &'static str)> {
    let secrets = profile.secrets.iter().filter(|(name, _)| !site.secrets.contains_key(*name));
    secrets.chain(profile.settings.iter().filter(|(name, _)| !site.settings.contains_key(*name)))
}

/// What a server has before its first start: the receiving half must be content with it.
fn nothing_yet() -> AppSecrets {
    AppSecrets {
        hook_key: HookKey::new([0; 32]),
        public_keys: BTreeMap::new(),
        private_keys: BTreeMap::new(),
        app_login: None,
        logins: BTreeMap::new(),
    }
}
