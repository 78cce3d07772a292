//! On what the figures were taken.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// A few lines for the head of a report.
pub(crate) fn facts(folder: &Path) -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| {
            line.split_once(':').map(|(_, value)| value.trim().to_owned()).or(Some(line.trim().to_owned()))
        })
        .unwrap_or_default()
    };
    let processors = read("/proc/cpuinfo");
    let count = processors.lines().filter(|line| line.starts_with("processor")).count();
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let load = read("/proc/loadavg");
    let mut text = String::new();
    let _infallible = writeln!(
        text,
        "- machine: {count} × {}, {memory} of memory, Linux {}",
        field(&processors, "model name"),
        read("/proc/sys/kernel/osrelease").trim()
    );
    let _infallible = writeln!(text, "- disk: {}", disk(folder).unwrap_or_else(|| "unknown".to_owned()));
    let _infallible = writeln!(text, "- commit: {}", commit().unwrap_or_else(|| "unknown".to_owned()));
    let _infallible =
        writeln!(text, "- load average before: {}", load.split(' ').take(3).collect::<Vec<_>>().join(" "));
    text
}

/// The device and file system below a folder.
fn disk(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = std::fs::read_to_string("/proc/self/mounts").ok()?;
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let below = fields.filter(|fields| fields.len() > 2 && folder.starts_with(fields[1]));
    let longest = below.max_by_key(|fields| fields[1].len())?;
    Some(format!("{}, {}", longest[0], longest[2]))
}

fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit}, with changes that are not committed") })
}
