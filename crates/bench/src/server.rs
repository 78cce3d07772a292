//! A process under test on a core of its own.
//!
//! It is started through `taskset` (util-linux), which binds it before it runs, and `setpriv`, which asks the kernel to
//! end it should this process end without a chance to: nothing that was started here stays behind. It is only ever
//! ended by its handle.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::cpu::Process;

/// The core of whatever is measured.
pub(crate) const CORE: usize = 0;
/// The core of the load, to which this process was bound by whoever started it.
pub(crate) const LOAD_CORE: usize = 1;

/// A child on [`CORE`]. Dropping it ends it.
pub(crate) struct Pinned {
    child: Child,
    /// For its figures.
    pub(crate) process: Process,
}

impl Pinned {
    /// Starts a program. What it says on standard error goes to `log`.
    pub(crate) fn start(
        program: &Path,
        arguments: &[&OsStr],
        environment: &[(String, String)],
        log: &Path,
    ) -> anyhow::Result<Self> {
        let errors = File::options().create(true).append(true).open(log);
        let errors = errors.with_context(|| format!("{} cannot be written", log.display()))?;
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &CORE.to_string(), "setpriv", "--pdeathsig", "KILL"]);
        command.arg(program).args(arguments).envs(environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).kill_on_drop(true);
        let child =
            command.spawn().with_context(|| format!("cannot start {} with taskset", program.display()))?;
        let id = child.id().context("it ended at once")?;
        // Both helpers replace themselves by what they start, so the id stays.
        Ok(Self { child, process: Process(id) })
    }

    /// The first line that it prints.
    pub(crate) async fn first_line(&mut self) -> anyhow::Result<String> {
        let output = self.child.stdout.take().context("its output was read already")?;
        let mut lines = BufReader::new(output).lines();
        let line = lines.next_line().await?.context("it ended without a word")?;
        // The pipe stays open, so that a second line would not be an error on the other side.
        self.child.stdout = Some(lines.into_inner().into_inner());
        Ok(line)
    }

    /// Whether it ended by itself.
    pub(crate) fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until it ends by itself.
    pub(crate) async fn wait(&mut self) -> anyhow::Result<()> {
        self.child.wait().await?;
        Ok(())
    }

    /// Ends it with SIGKILL and waits until it is gone.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("it cannot be ended")
    }
}
