//! The product as an operator runs it: the real binary, its data folder and its ports. It knows how to die and to come
//! back, nothing else.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::time::Instant;

/// The number of the signal that cannot be caught.
const SIGKILL: i32 = 9;

/// Takes the binary along into the folder: a build that runs meanwhile must not change what is tested.
pub(crate) fn install(folder: &Path) {
    fs::copy(env!("CARGO_BIN_EXE_entente"), folder.join("entente")).expect("the binary can be copied");
}

/// A running server.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    /// When it was started.
    pub(crate) since: Instant,
}

impl Process {
    /// Starts `entente serve` on the configuration in `folder`, to die at a boundary or not, with a mistake or without.
    pub(crate) fn start(folder: &Path, start: usize, die_at: Option<&str>, planted: Option<&str>) -> Self {
        let log = folder.join(format!("start-{start}.log"));
        let errors = File::create(&log).expect("the folder can be written");
        let mut command = Command::new(folder.join("entente"));
        command.arg("serve").arg("--config").arg(folder.join("entente.toml"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
        command.env_remove("ENTENTE_DIE_AT").env_remove("ENTENTE_PLANTED");
        if let Some(die_at) = die_at {
            command.env("ENTENTE_DIE_AT", die_at);
        }
        if let Some(planted) = planted {
            command.env("ENTENTE_PLANTED", planted);
        }
        let since = Instant::now();
        Self { child: command.spawn().expect("the binary can be started"), log, since }
    }

    /// Whether it is dead by SIGKILL.
    ///
    /// # Panics
    /// When it ended in any other way.
    pub(crate) fn is_dead(&mut self) -> bool {
        let Some(status) = self.child.try_wait().expect("a child can be waited for") else { return false };
        self.died(status);
        true
    }

    /// Kills it from outside.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a child can be killed");
        let status = self.child.wait().expect("a child can be waited for");
        self.died(status);
    }

    /// Where it says that it died, if it killed itself.
    pub(crate) fn dies_at(&self) -> Option<String> {
        let said = self.said();
        said.lines().find_map(|line| line.strip_prefix("dies at ").map(str::to_owned))
    }

    /// What it wrote.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until it dies, at most so long; answers whether it did.
    pub(crate) async fn dead_within(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if self.is_dead() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        false
    }

    fn died(&self, status: ExitStatus) {
        assert_eq!(status.signal(), Some(SIGKILL), "the server ended with {status}:\n{}", self.said());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
