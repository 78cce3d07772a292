//! Rate limits that we keep of our own accord, and the waits that platforms ask for. GCRA on tokio's clock, so that it
//! is exact under a paused one. Keys name what the vendor counts by: a token, a conversation, an app.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// One limit that a call falls under.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// What is counted.
    pub key: String,
    /// Sustained calls per second.
    pub per_second: f64,
    /// How many may go at once after a rest.
    pub burst: f64,
    /// Whether a wait that the platform asks for holds for everything under this key. Not for what many conversations
    /// share: a platform that limits one of them would silence all.
    pub waits: bool,
}

impl Limit {
    /// A limit of `per_second` calls, `burst` of them at once.
    pub fn new(key: impl Into<String>, per_second: f64, burst: f64) -> Self {
        Self { key: key.into(), per_second, burst, waits: true }
    }

    /// The same, only to keep our own pace: a wait that the platform asks for is no matter of this key.
    #[must_use]
    pub fn pace(self) -> Self {
        Self { waits: false, ..self }
    }
}

/// All limits of the process.
#[derive(Debug)]
pub struct Limiter {
    factor: f64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the next call of a key would be exactly on the sustained rate (GCRA's theoretical arrival time).
    due: HashMap<String, Instant>,
    /// No call before, because the platform said so.
    blocked: HashMap<String, Instant>,
    calls: u64,
}

/// Forgets keys that mean nothing any more each so many calls.
const SWEEP: u64 = 4_096;

impl Limiter {
    /// `factor` multiplies every rate; 1 in production, more against simulators whose own limits are scaled alike.
    pub fn new(factor: f64) -> Self {
        Self { factor, state: Mutex::default() }
    }

    /// Takes a permit under all `limits`, at the earliest instant that all allow; the caller waits until then.
    /// Permits are given in the order in which they are asked for.
    pub fn reserve(&self, limits: &[Limit]) -> Instant {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.calls += 1;
        if state.calls.is_multiple_of(SWEEP) {
            state.due.retain(|_, due| *due > now);
            state.blocked.retain(|_, until| *until > now);
        }
        let mut at = now;
        for limit in limits {
            let tolerance = self.interval(limit).mul_f64((limit.burst * self.factor - 1.0).max(0.0));
            if let Some(due) = state.due.get(&limit.key) {
                at = at.max(due.checked_sub(tolerance).unwrap_or(now));
            }
            if let Some(until) = state.blocked.get(&limit.key) {
                at = at.max(*until);
            }
        }
        for limit in limits {
            let interval = self.interval(limit);
            if let Some(due) = state.due.get_mut(&limit.key) {
                *due = (*due).max(at) + interval;
            } else {
                state.due.insert(limit.key.clone(), at + interval);
            }
        }
        at
    }

    /// No call under `key` for `wait` from now.
    pub fn block(&self, key: &str, wait: Duration) {
        let until = Instant::now() + wait;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let held = state.blocked.entry(key.to_owned()).or_insert(until);
        *held = (*held).max(until);
    }

    /// How long calls under `key` must still wait because the platform said so.
    pub fn blocked(&self, key: &str) -> Duration {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.blocked.get(key).map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    fn interval(&self, limit: &Limit) -> Duration {
        Duration::from_secs_f64(1.0 / (limit.per_second * self.factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let limiter = Limiter::new(1.0);
        let limits = [Limit::new("room", 2.0, 3.0)];
        let start = Instant::now();
        let waits: Vec<_> =
            (0..5).map(|_| limiter.reserve(&limits).duration_since(start).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 500, 1_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_strictest_of_several_limits_decides() {
        let limiter = Limiter::new(1.0);
        let limits = [Limit::new("token", 10.0, 1.0), Limit::new("room", 1.0, 1.0)];
        let start = Instant::now();
        limiter.reserve(&limits);
        assert_eq!(limiter.reserve(&limits).duration_since(start), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_the_platform_asked_for_is_kept_to_the_end() {
        let limiter = Limiter::new(1.0);
        let start = Instant::now();
        limiter.block("token", Duration::from_millis(2_500));
        limiter.block("token", Duration::from_millis(500));
        let at = limiter.reserve(&[Limit::new("token", 100.0, 10.0)]);
        assert_eq!(at.duration_since(start), Duration::from_millis(2_500));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(limiter.blocked("token"), Duration::ZERO);
    }
}
