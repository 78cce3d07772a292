//! One window of a run: what was delivered in it, and what that cost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::cpu::{Core, Process};
use crate::server::LOAD_CORE;
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
    core: Core,
    subject: Process,
}

impl Begun {
    /// Begins one, of the process `subject`.
    pub(crate) fn now(tally: &Tally, subject: Process) -> anyhow::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            messages: tally.count(),
            cpu: subject.cpu()?,
            core: Core::read(LOAD_CORE)?,
            subject,
        })
    }

    /// Ends it.
    pub(crate) fn end(self, tally: &Tally) -> anyhow::Result<Window> {
        let to = Instant::now();
        Ok(Window {
            from: self.at,
            to,
            messages: tally.count() - self.messages,
            cpu: self.subject.cpu()?.saturating_sub(self.cpu),
            load: Core::read(LOAD_CORE)?.busy_since(self.core),
        })
    }
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
    /// How busy the load's core was, 0 to 1.
    pub(crate) load: f64,
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
