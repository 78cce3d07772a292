//! `cargo xtask gate`: what takes too long for every change and must hold before a release.

use std::path::Path;

use crate::shell::{self, cargo};
use crate::steps::Steps;

/// The seeds of the simulation in a gate run, unless `ENTENTE_SEEDS` says otherwise.
const SEEDS: &str = "2000";

/// Runs every longer check in order and stops at the first that fails.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let mut steps = Steps::begin();
    steps.step("simulation", || simulation(root))?;
    steps.end();
    Ok(())
}

/// Everything that runs by seed, with more seeds and optimized, because the time goes into our own code.
fn simulation(root: &Path) -> anyhow::Result<()> {
    let seeds = std::env::var("ENTENTE_SEEDS").unwrap_or_else(|_| SEEDS.to_owned());
    let mut command =
        cargo(root, &["test", "--locked", "--release", "--package", "entente-testkit", "--", "--nocapture"]);
    shell::run(command.env("ENTENTE_SEEDS", seeds))
}
