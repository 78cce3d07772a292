//! One window of a run: what was delivered in it, and what that cost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::cpu::{Core, Process};
use crate::server::{CORE, LOAD_CORE};
use crate::tally::Tally;

/// The load's core must not be busier than this, or the figure says nothing about the product.
pub(crate) const FULL: f64 = 0.9;

/// How fast webhooks were acknowledged, as whoever sent them saw it.
#[derive(Clone, Default)]
pub(crate) struct Acks(Arc<Mutex<Vec<Duration>>>);

impl Acks {
    /// Notes one.
    pub(crate) fn note(&self, took: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(took);
    }

    /// All since the last time.
    pub(crate) fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What stood when a window began.
pub(crate) struct Begun {
    at: Instant,
    messages: usize,
    cpu: Duration,
    own: Duration,
    cores: [Core; 2],
    subject: Process,
}

impl Begun {
    /// Begins one, of the process `subject`.
    pub(crate) fn now(tally: &Tally, subject: Process) -> anyhow::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            messages: tally.count(),
            cpu: subject.cpu()?,
            own: Process::own().cpu()?,
            cores: cores()?,
            subject,
        })
    }

    /// Ends it.
    pub(crate) fn end(self, tally: &Tally) -> anyhow::Result<Window> {
        let to = Instant::now();
        let seconds = to.duration_since(self.at).as_secs_f64();
        let cpu = self.subject.cpu()?.saturating_sub(self.cpu);
        let load = Process::own().cpu()?.saturating_sub(self.own).as_secs_f64() / seconds;
        let busy: f64 = cores()?.iter().zip(self.cores).map(|(now, before)| now.busy_since(before)).sum();
        let others = (busy - load - cpu.as_secs_f64() / seconds).max(0.0) / 2.0;
        Ok(Window { from: self.at, to, messages: tally.count() - self.messages, cpu, load, others })
    }
}

fn cores() -> anyhow::Result<[Core; 2]> {
    Ok([Core::read(CORE)?, Core::read(LOAD_CORE)?])
}

/// What happened in a window.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// Its begin.
    pub(crate) from: Instant,
    /// Its end.
    pub(crate) to: Instant,
    /// Messages that arrived in it.
    pub(crate) messages: usize,
    /// Processor time of the process under test.
    pub(crate) cpu: Duration,
    /// How busy the load kept its core, 0 to 1.
    pub(crate) load: f64,
    /// What everything else on the machine took of both cores, 0 to 1.
    pub(crate) others: f64,
}

#[expect(clippy::cast_precision_loss, reason = "some hundred thousand messages")]
impl Window {
    /// Messages a second.
    pub(crate) fn rate(&self) -> f64 {
        self.messages as f64 / self.seconds()
    }

    /// Processor time per message, in microseconds.
    pub(crate) fn cpu_per_message(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.messages.max(1) as f64
    }

    /// How busy the core under test was with the process under test, 0 to 1.
    pub(crate) fn busy(&self) -> f64 {
        self.cpu.as_secs_f64() / self.seconds()
    }

    fn seconds(&self) -> f64 {
        self.to.duration_since(self.from).as_secs_f64()
    }
}
