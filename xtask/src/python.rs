//! The virtual environment that the vendors' SDKs live in.
//!
//! It stands under `target/` and is made from pinned versions. A stamp beside it holds the requirements it was made
//! from, so that it is made anew only when those change, and a run that was cut short leaves no stamp.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::shell::{answers, program, run};

const MINIMUM: &str = "import sys; sys.exit(sys.version_info < (3, 11))";

/// The environment's own interpreter, with everything in `requirements` (a path in the workspace) installed.
pub(crate) fn environment(root: &Path, requirements: &str) -> anyhow::Result<PathBuf> {
    let wanted =
        fs::read_to_string(root.join(requirements)).with_context(|| format!("cannot read {requirements}"))?;
    let folder = root.join("target").join("python");
    let python = folder.join("bin").join("python");
    let stamp = folder.join("made-from.txt");
    let made = fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == wanted);
    if made && answers(root, &python.to_string_lossy(), &["-c", MINIMUM]) {
        println!("the Python environment in target/python is up to date");
        return Ok(python);
    }
    make(root, &folder)?;
    let install =
        ["-m", "pip", "install", "--disable-pip-version-check", "--no-compile", "--quiet", "--retries", "2"];
    let mut pip = program(root, &python, &install);
    run(pip.args(["--only-binary", ":all:", "--requirement", requirements])).context(
        "cannot install the vendors' SDKs: pip must reach its package index (set PIP_INDEX_URL to use a mirror)",
    )?;
    fs::write(&stamp, wanted).context("cannot write the environment's stamp")?;
    Ok(python)
}

fn make(root: &Path, folder: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        answers(root, "python3", &["-c", MINIMUM]),
        "python3 is missing or older than 3.11; install it and try again"
    );
    if folder.exists() {
        fs::remove_dir_all(folder).context("cannot remove the old Python environment")?;
    }
    if !answers(root, "python3", &["-c", "import ensurepip, venv"]) {
        // Debian ships the module in a package of its own.
        run(&mut program(root, "apt-get", &["update", "--quiet"]))
            .context("apt-get cannot reach its sources")?;
        run(&mut program(root, "apt-get", &["install", "--yes", "--no-install-recommends", "python3-venv"]))
            .context("python3 cannot make virtual environments; install your system's python3-venv")?;
    }
    let target = folder.to_string_lossy();
    run(&mut program(root, "python3", &["-m", "venv", &target])).context("cannot make a virtual environment")
}
