//! Time and randomness as seams: the system's in production, a paused clock and seeded dice in a simulation.

use std::sync::{Mutex, PoisonError};

use entente_model::Timestamp;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng as _, SeedableRng as _};
use tokio::time::Instant;
use uuid::Uuid;

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// A clock that starts at an instant and advances with tokio's time, so that a paused runtime pauses it too.
#[derive(Debug, Clone, Copy)]
pub struct RunningClock {
    start: Timestamp,
    since: Instant,
}

impl RunningClock {
    /// A clock that shows `start` now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, since: Instant::now() }
    }
}

impl Clock for RunningClock {
    fn now(&self) -> Timestamp {
        self.start.plus(self.since.elapsed())
    }
}

/// The system's wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the seam itself")]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp(since_epoch.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// Dice for ids, secrets and jitter.
#[derive(Debug)]
pub struct Dice(Mutex<StdRng>);

impl Dice {
    /// Dice that nobody can foresee.
    ///
    /// # Panics
    /// When the system has no randomness; nothing safe can be done then.
    pub fn unforeseeable() -> Self {
        Self(Mutex::new(StdRng::try_from_rng(&mut SysRng).expect("the system has randomness")))
    }

    /// The same dice for the same seed. Never for secrets.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// A number from 0 to 1, without 1.
    pub fn share(&self) -> f64 {
        let bits = u64::from_le_bytes(self.bytes()) >> 11;
        #[expect(clippy::cast_precision_loss, reason = "53 bits are what a double holds exactly")]
        let share = bits as f64 / (1_u64 << 53) as f64;
        share
    }

    /// A new id that sorts by its time of making.
    pub fn id(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}
