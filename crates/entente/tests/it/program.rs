//! The binary as a child process. Waiting is always for something that is seen; the deadlines only end a test that would
//! otherwise hang.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything takes on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// The binary with these arguments and an environment of its own.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entente"));
    command.args(arguments).stdin(Stdio::null()).env("NO_COLOR", "1");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ENTENTE_")) {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// What it said on standard error.
pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A process that runs until it is told to stop, or until it is dropped.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    errors: Option<thread::JoinHandle<String>>,
}

/// How it ended.
pub(crate) struct Ended {
    /// The exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it said on standard error.
    pub(crate) errors: String,
}

impl Running {
    /// Starts it.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (said, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
        let mut stderr = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text).unwrap_or_default()
        });
        Self { child, lines, errors: Some(errors) }
    }

    /// The first line that it prints in which `wanted` stands.
    pub(crate) fn line(&mut self, wanted: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(DEADLINE) else {
                panic!("never said {wanted:?}: {}", self.killed());
            };
            if line.contains(wanted) {
                return line;
            }
        }
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> Ended {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let code = self.child.wait().unwrap().code();
        Ended { code, errors: self.said() }
    }

    fn killed(&mut self) -> String {
        drop(self.child.kill());
        drop(self.child.wait());
        self.said()
    }

    fn said(&mut self) -> String {
        self.errors.take().map(|errors| errors.join().unwrap()).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A folder with a configuration that names no workspace and any free port.
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let this = Self { folder };
        this.write("entente.toml", "[server]\nlisten = \"127.0.0.1:0\"\n");
        this
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// `entente serve` with this folder's configuration.
    pub(crate) fn serve(&self) -> Command {
        command(&["serve", "--config", self.path("entente.toml").to_str().unwrap()])
    }

    /// A server that runs, and its address.
    pub(crate) fn running(&self) -> (Running, String) {
        let server = Running::start(self.serve());
        let url = until("server.json is written", || address(&self.path("data")));
        (server, url)
    }
}

/// The address that a server has left in its data folder.
pub(crate) fn address(data: &Path) -> Option<String> {
    let text = std::fs::read(data.join("server.json")).ok()?;
    let note: Value = serde_json::from_slice(&text).ok()?;
    note["url"].as_str().map(str::to_owned)
}

/// Waits until there is something.
pub(crate) fn until<T>(what: &str, is: impl Fn() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + DEADLINE;
    loop {
        if let Some(found) = is() {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited in vain until {what}");
        thread::park_timeout(Duration::from_millis(10));
    }
}
