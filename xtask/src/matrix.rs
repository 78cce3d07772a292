//! `cargo xtask matrix`: the document of what travels, written by the run that proves it. Every other run only compares.

use std::path::Path;

use crate::shell::{self, cargo};

/// Runs the matrix and has it write its document.
pub(crate) fn write(root: &Path) -> anyhow::Result<()> {
    let mut run =
        cargo(root, &["test", "--locked", "--package", "entente-testkit", "--test", "it", "matrix::"]);
    shell::run(run.env("ENTENTE_MATRIX", "write"))
}
