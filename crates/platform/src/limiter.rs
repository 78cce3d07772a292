//! Rate limits that we keep of our own accord, and the waits that platforms ask for. GCRA on tokio's clock, so that it
//! is exact under a paused one. Keys name what the vendor counts by: a token, a conversation, an app.
//!
//! Turns are given in the order in which they are asked for. A caller whose turn is too far off to wait for is told when
//! it will be, and goes away; its turn is kept until the same call comes again. So nobody who comes later gets in front of
//! it, nobody can starve, and however many wait, each comes back once. A call that never comes again has wasted one turn.

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
    /// Turns of calls that went away, by what the call is.
    kept: HashMap<u64, Turn>,
    calls: u64,
}

/// The turn of a call that went away.
#[derive(Debug)]
struct Turn {
    at: Instant,
    /// The limits under which it has its place in the line. Under the others it gets one when it goes: a call that waits long
    /// for one room must not hold back everything else that its token could do meanwhile.
    placed: Vec<String>,
}

/// Forgets keys that mean nothing any more each so many calls.
const SWEEP: u64 = 4_096;

/// A turn that was not taken for so long is forgotten. Long enough for whatever a caller waits for besides, such as the
/// next round of a reconciler or another call of the same delivery.
const KEPT: Duration = Duration::from_hours(24);

impl Limiter {
    /// `factor` multiplies every rate; 1 in production, more against simulators whose own limits are scaled alike.
    pub fn new(factor: f64) -> Self {
        Self { factor, state: Mutex::default() }
    }

    /// Takes a permit under all `limits`, at the earliest instant that all allow; the caller waits until then. `call` says
    /// what is to be called, the same whenever it is tried again.
    ///
    /// # Errors
    /// How long it would be, if that is more than `patience`: the caller should go away and come again then.
    pub fn turn(&self, limits: &[Limit], call: u64, patience: Duration) -> Result<Instant, Duration> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.calls += 1;
        if state.calls.is_multiple_of(SWEEP) {
            state.due.retain(|_, due| *due > now);
            state.blocked.retain(|_, until| *until > now);
            state.kept.retain(|_, turn| now.saturating_duration_since(turn.at) < KEPT);
        }
        let Turn { at: mine, mut placed } =
            state.kept.remove(&call).unwrap_or(Turn { at: now, placed: Vec::new() });
        let mut at = mine.max(now);
        let mut new = Vec::with_capacity(limits.len());
        for limit in limits {
            let blocked = state.blocked.get(&limit.key).copied().unwrap_or(now);
            let own = if placed.contains(&limit.key) { now } else { self.earliest(&state, limit, now) };
            at = at.max(blocked).max(own);
            if !placed.contains(&limit.key) {
                new.push((limit, own));
            }
        }
        let wait = at.saturating_duration_since(now);
        for (limit, own) in new {
            if wait > patience {
                if own.saturating_duration_since(now) <= patience {
                    continue;
                }
                placed.push(limit.key.clone());
            }
            let interval = self.interval(limit);
            let due = state.due.entry(limit.key.clone()).or_insert(own);
            *due = (*due).max(if wait > patience { own } else { at }) + interval;
        }
        if wait > patience {
            state.kept.insert(call, Turn { at, placed });
            return Err(wait);
        }
        Ok(at)
    }

    /// When the next call under this limit may go, whatever the platform said.
    fn earliest(&self, state: &State, limit: &Limit, now: Instant) -> Instant {
        let tolerance = self.interval(limit).mul_f64((limit.burst * self.factor - 1.0).max(0.0));
        let due = state.due.get(&limit.key).and_then(|due| due.checked_sub(tolerance));
        due.map_or(now, |due| due.max(now))
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

    const EVER: Duration = Duration::MAX;
    const PATIENCE: Duration = Duration::from_secs(10);

    /// When the turn of a call is, in milliseconds from `start`.
    fn turn(limiter: &Limiter, limits: &[Limit], start: Instant) -> u128 {
        limiter.turn(limits, 0, EVER).unwrap().duration_since(start).as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let limiter = Limiter::new(1.0);
        let limits = [Limit::new("room", 2.0, 3.0)];
        let start = Instant::now();
        let waits: Vec<_> = (0..5).map(|_| turn(&limiter, &limits, start)).collect();
        assert_eq!(waits, [0, 0, 0, 500, 1_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_strictest_of_several_limits_decides() {
        let limiter = Limiter::new(1.0);
        let limits = [Limit::new("token", 10.0, 1.0), Limit::new("room", 1.0, 1.0)];
        let start = Instant::now();
        turn(&limiter, &limits, start);
        assert_eq!(turn(&limiter, &limits, start), 1_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_the_platform_asked_for_is_kept_to_the_end() {
        let limiter = Limiter::new(1.0);
        let start = Instant::now();
        limiter.block("token", Duration::from_millis(2_500));
        limiter.block("token", Duration::from_millis(500));
        assert_eq!(turn(&limiter, &[Limit::new("token", 100.0, 10.0)], start), 2_500);
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(limiter.blocked("token"), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_goes_away_keeps_the_turn() {
        let limiter = Limiter::new(1.0);
        let limits = [Limit::new("room", 1.0, 1.0)];
        let ask = |call| limiter.turn(&limits, call, PATIENCE);
        for call in 0..=10 {
            assert!(ask(call).is_ok(), "{call} waits for its turn");
        }
        assert_eq!(ask(11), Err(Duration::from_secs(11)));
        assert_eq!(ask(12), Err(Duration::from_secs(12)));
        assert_eq!(ask(11), Err(Duration::from_secs(11)), "asking again costs no second turn");
        tokio::time::advance(Duration::from_secs(11)).await;
        // Others came meanwhile, and came first: they are behind.
        let start = Instant::now();
        assert_eq!(ask(13), Ok(start + Duration::from_secs(2)));
        assert_eq!(ask(12), Ok(start + Duration::from_secs(1)));
        assert_eq!(ask(11), Ok(start));
        assert_eq!(ask(11), Ok(start + Duration::from_secs(3)), "a turn is good once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_wait_under_one_limit_holds_back_nothing_under_another() {
        let limiter = Limiter::new(1.0);
        let ask = |room: &str, per_second, call| {
            let limits = [Limit::new("token", 2.0, 1.0), Limit::new(room, per_second, 1.0)];
            limiter.turn(&limits, call, PATIENCE).map(|at| at - Instant::now())
        };
        assert_eq!(ask("slow", 0.01, 1), Ok(Duration::ZERO));
        for call in 2..50 {
            assert!(ask("slow", 0.01, call).is_err());
        }
        assert_eq!(
            ask("quick", 1.0, 100),
            Ok(Duration::from_millis(500)),
            "only the first call is before it"
        );
        tokio::time::advance(Duration::from_secs(100)).await;
        assert_eq!(ask("quick", 1.0, 101), Ok(Duration::ZERO));
        assert_eq!(
            ask("slow", 0.01, 2),
            Ok(Duration::from_millis(500)),
            "its turn, at the end of the other line"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_starves_however_many_come_later() {
        let limiter = Limiter::new(1.0);
        let limits = [Limit::new("token", 1.0, 1.0)];
        let ask = |call| limiter.turn(&limits, call, PATIENCE);
        assert!((0..100).filter(|call| ask(*call).is_ok()).count() == 11);
        // Two newcomers a second, where one is served: the line grows, and yet each of the first goes in its turn.
        let mut late = 1_000;
        let mut waiting: Vec<u64> = (11..100).collect();
        for second in 1..100 {
            tokio::time::advance(Duration::from_secs(1)).await;
            for _ in 0..2 {
                assert!(ask(late).is_err(), "newcomers are behind");
                late += 1;
            }
            waiting.retain(|call| *call != second || ask(*call) != Ok(Instant::now()));
        }
        assert_eq!(waiting, [] as [u64; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_nobody_takes_is_forgotten_in_the_end() {
        let limiter = Limiter::new(1.0);
        let limits = [Limit::new("room", 1.0, 1.0)];
        assert!(limiter.turn(&limits, 1, Duration::ZERO).is_ok());
        assert!(limiter.turn(&limits, 2, Duration::ZERO).is_err());
        tokio::time::advance(KEPT + Duration::from_secs(2)).await;
        for call in 3..SWEEP + 3 {
            let _turn = limiter.turn(&[], call, EVER);
        }
        assert!(limiter.state.lock().unwrap().kept.is_empty());
    }
}
