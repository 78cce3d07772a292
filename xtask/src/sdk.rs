//! The vendors' own clients against the simulators and the product.
//!
//! The connectors and the simulators were written from the same documents, so a misreading could hide in both. The
//! vendors' SDKs were written by neither: what they can do with the simulators is proof from outside. The tests are in
//! `tests/sdk`, know nothing but an address of `directory.json`, and print which endpoints they reached. Which fields of the
//! answers they prove is kept in `docs/clients.md`, with which every run against the binary is compared.

use std::path::Path;

use crate::{python, shell};

const FOLDER: &str = "tests/sdk";

/// What is known of the fields.
const FIELDS: &str = "docs/clients.md";

/// Starts the release binary's demo and runs the SDK tests against it. The binary must have been built.
pub(crate) fn against_binary(root: &Path) -> anyhow::Result<()> {
    tests(root, &["--binary", &binary(root)?, "--known", FIELDS])
}

/// Runs them again and again with one field after the other renamed, and writes which are proven. Takes about an hour.
pub(crate) fn fields(root: &Path) -> anyhow::Result<()> {
    tests(root, &["--binary", &binary(root)?, "--fields", FIELDS])
}

fn binary(root: &Path) -> anyhow::Result<String> {
    let binary = root.join("target").join("release").join("entente");
    anyhow::ensure!(binary.exists(), "target/release/entente is missing; run `cargo build --release` first");
    Ok(binary.to_string_lossy().into_owned())
}

/// Runs the SDK tests against a `directory.json` that somebody serves already.
pub(crate) fn against(root: &Path, directory: &str) -> anyhow::Result<()> {
    tests(root, &["--directory", directory])
}

fn tests(root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let python = python::environment(root, &format!("{FOLDER}/requirements.txt"))?;
    let mut command = shell::program(root, &python, &["-B", "-u", &format!("{FOLDER}/run.py")]);
    shell::run(command.args(arguments))
}
