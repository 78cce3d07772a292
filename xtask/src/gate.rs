//! `cargo xtask gate`: what takes too long for every change and must hold before a release.
//!
//! Optimized, because the time goes into our own code, and under the plain test runner, which ends nothing for being slow.

use std::path::Path;

use crate::shell::{self, cargo};
use crate::steps::Steps;

/// The seeds of the simulation in a gate run, unless `ENTENTE_SEEDS` says otherwise.
const SEEDS: &str = "2000";

/// Runs every longer check in order and stops at the first that fails.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let mut steps = Steps::begin();
    steps.step("hostile texts", || texts(root))?;
    steps.step("simulation", || simulation(root))?;
    steps.step("kill -9", || kill(root))?;
    // The binary of the last step can be told to die, and stands where the one to be shipped is looked for.
    steps.step("release build", || release(root))?;
    steps.end();
    Ok(())
}

/// What is hostile to parsers, with a clock: a mebibyte of it is read and written in a twentieth of a second.
fn texts(root: &Path) -> anyhow::Result<()> {
    // One after the other, so that none takes the others' time.
    shell::run(test(root, &["--package", "entente-tongues"]).arg("--test-threads=1"))
}

/// Everything that runs by seed, with more seeds.
fn simulation(root: &Path) -> anyhow::Result<()> {
    let seeds = std::env::var("ENTENTE_SEEDS").unwrap_or_else(|_| SEEDS.to_owned());
    let mut command = test(root, &["--package", "entente-testkit"]);
    shell::run(command.env("ENTENTE_SEEDS", seeds))
}

/// The real process, killed at every boundary, and mistakes planted in it that must be found.
fn kill(root: &Path) -> anyhow::Result<()> {
    shell::run(&mut test(root, &["--package", "entente", "--features", "steps", "--test", "kill"]))
}

fn test(root: &Path, selection: &[&str]) -> std::process::Command {
    let mut command = cargo(root, &["test", "--locked", "--release"]);
    command.args(selection).args(["--", "--nocapture"]);
    command
}

/// The binary that is shipped.
pub(crate) fn release(root: &Path) -> anyhow::Result<()> {
    shell::run(&mut cargo(root, &["build", "--locked", "--release", "--package", "entente"]))
}
