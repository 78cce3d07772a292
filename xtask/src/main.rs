//! Checks and chores of the project: `cargo xtask test`, `gate`, `tidy`, `matrix`, `bench`.
//!
//! Everything that a developer or a machine runs goes through here, so that there is one list of what must hold. The
//! program leans on the standard library alone (and `serde_json` for what cargo says about the workspace): it is built
//! before anything else and must not make a cold run longer.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

mod bench;
mod gate;
mod matrix;
mod python;
mod sdk;
mod shell;
mod steps;
mod test;
mod tidy;

const USAGE: &str = "\
usage: cargo xtask <command>

  test   everything that must hold before a change is accepted: format, lints, documentation, tidy, tests, SDKs
  gate   the longer checks: many simulation seeds and whatever else takes minutes
  tidy   only the rules that no compiler checks
  matrix writes docs/matrix.md anew: what travels, from where to where
  bench  the product's figures on this machine; `bench --help` lists what it takes
  sdk    only the vendors' SDKs; with an address, against a directory.json that is already served there; `sdk fields` finds
         out which fields of the simulators they prove, and writes docs/clients.md
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = root().and_then(|root| match arguments.as_slice() {
        ["test"] => test::run(&root),
        ["gate"] => gate::run(&root),
        ["tidy"] => tidy::run(&root),
        ["matrix"] => matrix::write(&root),
        ["bench", rest @ ..] => bench::run(&root, rest),
        ["sdk"] => sdk::against_binary(&root),
        ["sdk", "fields"] => sdk::fields(&root),
        ["sdk", directory] => sdk::against(&root, directory),
        _ => {
            eprint!("{USAGE}");
            anyhow::bail!("no such command: {:?}", arguments.join(" "))
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's root: cargo says where this package is, whatever folder it was called from.
fn root() -> anyhow::Result<PathBuf> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("run me as `cargo xtask`")?;
    let root = Path::new(&manifest).parent().context("xtask has no parent folder")?;
    Ok(root.to_owned())
}

/// Whether somebody watches, so that colours and progress bars make sense.
fn watched() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
