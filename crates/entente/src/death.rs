//! Death at a named boundary, for the test that kills this process: `ENTENTE_DIE_AT=begun:17` means at the seventeenth
//! time that an intent was committed. Compiled only with the feature `steps`, which no released binary has.
//!
//! It is a real SIGKILL, sent from inside because nobody outside can hit a boundary: nothing is flushed, no destructor
//! runs, and the other threads are wherever they happen to be.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use entente_platform::{Http, Step, Steps};
use rustix::process::{Signal, getpid, kill_process};

use crate::refusal::Refusal;

/// Kills the process when a boundary was reached so many times.
struct Death {
    at: Step,
    left: AtomicU64,
}

impl Steps for Death {
    fn reached(&self, step: Step) {
        if step == self.at && self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            // The test counts only deaths that say where they were.
            drop(writeln!(std::io::stderr(), "dies at {}", step.name()));
            if kill_process(getpid(), Signal::KILL).is_err() {
                std::process::abort();
            }
        }
    }
}

/// Has the boundaries told to whoever the environment asks for.
///
/// # Errors
/// [`Refusal`] when the environment names no boundary.
pub(crate) fn told(http: Http) -> anyhow::Result<Http> {
    let Ok(wanted) = std::env::var("ENTENTE_DIE_AT") else { return Ok(http) };
    let death = wanted.split_once(':').and_then(|(name, count)| {
        let at = Step::ALL.into_iter().find(|step| step.name() == name)?;
        let left = count.parse::<u64>().ok().filter(|count| *count > 0)?;
        Some(Death { at, left: AtomicU64::new(left) })
    });
    let death = death.ok_or_else(|| {
        Refusal::new(format!("ENTENTE_DIE_AT={wanted} names no boundary; write it like begun:17"))
    })?;
    Ok(http.told_to(Arc::new(death)))
}
