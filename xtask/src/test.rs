//! `cargo xtask test`: everything that must hold, cheapest first, so that a slip is told early.
//!
//! The order also saves building: lints and documentation share what they know about the dependencies, and the tests
//! share their dependencies' build scripts with both. Only the release binary is built a second time, because the
//! vendors' clients talk to what is shipped.

use std::path::Path;

use crate::shell::{self, answers, cargo};
use crate::steps::Steps;
use crate::{gate, sdk, tidy};

/// Runs every step in order and stops at the first that fails.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let mut steps = Steps::begin();
    steps.step("tools", || tools(root))?;
    steps.step("format", || run_cargo(root, &["fmt", "--all", "--check"]))?;
    steps.step("lints", || {
        let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--all-features"];
        run_cargo(root, &[&clippy[..], &["--", "--deny", "warnings"]].concat())
    })?;
    steps.step("documentation", || {
        let mut doc = cargo(root, &["doc", "--locked", "--workspace", "--all-features", "--no-deps"]);
        shell::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))
    })?;
    steps.step("tidy", || tidy::run(root))?;
    steps.step("scripts", || scripts(root))?;
    if answers(root, "cargo", &["deny", "--version"]) {
        let deny = ["deny", "--offline", "check", "bans", "licenses", "sources"];
        steps.step("supply chain", || run_cargo(root, &deny))?;
    }
    steps.step("tests", || tests(root, &["--workspace"]))?;
    steps.step("examples", || run_cargo(root, &["test", "--locked", "--workspace", "--doc", "--quiet"]))?;
    steps.step("release build", || gate::release(root))?;
    steps.step("vendors' SDKs", || sdk::against_binary(root))?;
    steps.end();
    Ok(())
}

/// Unit, property and integration tests of the packages that `selection` names, each once: a test that passes only
/// sometimes is a fault.
pub(crate) fn tests(root: &Path, selection: &[&str]) -> anyhow::Result<()> {
    let runner: &[&str] = if nextest(root) {
        &["nextest", "run", "--locked", "--retries", "0", "--no-tests", "warn"]
    } else {
        &["test", "--locked", "--all-targets", "--no-fail-fast"]
    };
    run_cargo(root, &[runner, selection].concat())
}

fn run_cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    shell::run(&mut cargo(root, arguments))
}

/// Whether the browser will be able to read the scripts that pages come with, and whether those do right that can be
/// tried without a browser. A test is a file that Node runs by itself, without any package.
fn scripts(root: &Path) -> anyhow::Result<()> {
    for script in tidy::files(root, &[".js", ".mjs"])? {
        shell::run(&mut shell::program(root, "node", &["--check", &script]))?;
    }
    for test in tidy::files(root, &[".test.mjs"])? {
        shell::run(&mut shell::program(root, "node", &[&test]))?;
    }
    Ok(())
}

fn nextest(root: &Path) -> bool {
    answers(root, "cargo", &["nextest", "--version"])
}

/// What is needed and cannot be brought: said at once, not after ten minutes.
fn tools(root: &Path) -> anyhow::Result<()> {
    let needed = [
        ("cc", "a C compiler (Debian: build-essential)"),
        ("python3", "Python 3.11 or newer"),
        ("node", "Node"),
    ];
    for (name, what) in needed {
        anyhow::ensure!(answers(root, name, &["--version"]), "`{name}` is missing; install {what}");
    }
    for component in ["fmt", "clippy"] {
        anyhow::ensure!(
            answers(root, "cargo", &[component, "--version"]),
            "`cargo {component}` is missing; install it with `rustup component add`"
        );
    }
    let runner = if nextest(root) { "cargo-nextest" } else { "cargo test (cargo-nextest is not installed)" };
    println!("tests run under {runner}");
    Ok(())
}
