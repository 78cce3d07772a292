//! Steps in order, each timed; the first that fails ends the run. The summary is printed either way, so that a log's last
//! lines say what was done, how long it took and what stopped it.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// The steps done so far.
pub(crate) struct Steps {
    began: Instant,
    done: Vec<Done>,
}

struct Done {
    name: &'static str,
    took: Duration,
    passed: bool,
}

impl Steps {
    /// No step yet; the clock starts.
    pub(crate) fn begin() -> Self {
        Self { began: now(), done: Vec::new() }
    }

    /// Does one step. On failure the summary is printed and the error names the step.
    pub(crate) fn step(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        println!("\n== {name}");
        let began = now();
        let outcome = work();
        let took = began.elapsed();
        self.done.push(Done { name, took, passed: outcome.is_ok() });
        match &outcome {
            Ok(()) => println!("== {name}: passed in {}", seconds(took)),
            Err(error) => {
                println!("== {name}: FAILED after {}: {error:#}", seconds(took));
                print!("{}", self.summary());
            }
        }
        outcome.with_context(|| format!("{name} failed"))
    }

    /// Prints the summary of a run in which every step passed.
    pub(crate) fn end(self) {
        print!("{}", self.summary());
    }

    fn summary(&self) -> String {
        let mut text = String::from("\n== summary\n");
        for Done { name, took, passed } in &self.done {
            let word = if *passed { "passed" } else { "FAILED" };
            let _infallible = writeln!(text, "{name:<14} {word} {:>9}", seconds(*took));
        }
        let all = self.done.iter().all(|done| done.passed);
        let word = if all { "passed" } else { "FAILED" };
        let _infallible = writeln!(text, "{:<14} {word} {:>9}", "all", seconds(self.began.elapsed()));
        text
    }
}

/// The one place of this program that reads a clock.
#[expect(clippy::disallowed_methods, reason = "how long a step took is measured on the machine's own clock")]
fn now() -> Instant {
    Instant::now()
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_fails_the_run_and_is_named() {
        let mut steps = Steps::begin();
        assert!(steps.step("first", || Ok(())).is_ok());
        let error = steps.step("second", || anyhow::bail!("the reason")).unwrap_err();
        assert_eq!(format!("{error:#}"), "second failed: the reason");
        let summary = steps.summary();
        let words: Vec<&str> = summary.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
        assert_eq!(words, ["summary", "passed", "FAILED", "FAILED"]);
    }
}
