//! What a process and a core did, as Linux tells it under `/proc` (proc(5)).

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

/// The unit of processor times in `/proc`: a hundredth of a second on every architecture Linux shows to programs.
const TICK: Duration = Duration::from_millis(10);

/// A process, by its id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// This process.
    pub(crate) fn own() -> Self {
        Self(std::process::id())
    }

    fn file(self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.0))
    }

    fn read(self, name: &str) -> anyhow::Result<String> {
        std::fs::read_to_string(self.file(name)).with_context(|| format!("process {} is gone", self.0))
    }

    /// The processor time of all its threads so far, in the kernel and outside.
    pub(crate) fn cpu(self) -> anyhow::Result<Duration> {
        let stat = self.read("stat")?;
        // The name before it may hold anything, parentheses too.
        let (_, fields) = stat.rsplit_once(')').context("stat has no name")?;
        let mut fields = fields.split_whitespace().skip(11).map(str::parse::<u32>);
        let (Some(Ok(user)), Some(Ok(system))) = (fields.next(), fields.next()) else {
            anyhow::bail!("stat has no times");
        };
        Ok(TICK * (user + system))
    }

    /// Resident memory now, in KiB.
    pub(crate) fn memory(self) -> anyhow::Result<u64> {
        self.status("VmRSS:")
    }

    /// The most resident memory since the process began or since [`Process::forget_peak`], in KiB.
    pub(crate) fn peak(self) -> anyhow::Result<u64> {
        self.status("VmHWM:")
    }

    /// Starts the measurement of the peak anew.
    pub(crate) fn forget_peak(self) -> anyhow::Result<()> {
        std::fs::write(self.file("clear_refs"), "5").context("the peak of memory cannot be reset")
    }

    fn status(self, name: &str) -> anyhow::Result<u64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
        number.with_context(|| format!("status has no {name}"))
    }
}

/// What one core has done since the machine started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Core {
    busy: u64,
    all: u64,
}

impl Core {
    /// The core of this number.
    pub(crate) fn read(number: usize) -> anyhow::Result<Self> {
        let stat = std::fs::read_to_string("/proc/stat")?;
        let name = format!("cpu{number} ");
        let line = stat.lines().find_map(|line| line.strip_prefix(&name)).context("there is no such core")?;
        let times: Vec<u64> = line.split_whitespace().map_while(|time| time.parse().ok()).collect();
        let [user, nice, system, idle, waiting, interrupts, soft, stolen, ..] = times[..] else {
            anyhow::bail!("/proc/stat has too few times");
        };
        let busy = user + nice + system + interrupts + soft + stolen;
        Ok(Self { busy, all: busy + idle + waiting })
    }

    /// The share of the time since `before` in which it was busy, for whomever.
    #[expect(clippy::cast_precision_loss, reason = "hundredths of seconds")]
    pub(crate) fn busy_since(self, before: Self) -> f64 {
        let all = self.all.saturating_sub(before.all);
        if all == 0 { 0.0 } else { self.busy.saturating_sub(before.busy) as f64 / all as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_a_peak_above_it() -> anyhow::Result<()> {
        let (memory, peak) = (Process::own().memory()?, Process::own().peak()?);
        assert!(memory > 100 && peak >= memory / 2, "{memory} of {peak} KiB");
        Process::own().cpu()?;
        Core::read(0)?;
        assert!(Core::read(10_000).is_err());
        Ok(())
    }
}
