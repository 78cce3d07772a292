//! `cargo xtask bench`: the product's figures.
//!
//! Builds what is shipped and the program that measures it, and starts the latter bound to the second core; it binds the
//! product to the first one. Everything behind the command goes to the program as it is: `--runs 5`, `--seconds 10`,
//! `--case messages`, `--long`. The report is in `target/bench`.

use std::path::Path;

use anyhow::ensure;

use crate::shell::{self, cargo, program};

/// The core of the load; the product has core 0.
const CORE: &str = "1";

/// Builds and measures; fails when a target is missed or a run was void.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    ensure!(
        shell::answers(root, "taskset", &["--version"]) && shell::answers(root, "setpriv", &["--version"]),
        "measuring needs `taskset` and `setpriv`, which are in the package util-linux"
    );
    let cores = std::thread::available_parallelism()?.get();
    ensure!(cores >= 2, "measuring needs two cores, one for the product and one for the load");
    let packages = ["--package", "entente", "--package", "entente-bench"];
    shell::run(cargo(root, &["build", "--locked", "--release"]).args(packages))?;
    let mut bench = program(root, "taskset", &["--cpu-list", CORE, "target/release/entente-bench", "run"]);
    shell::run(bench.args(arguments))
}
