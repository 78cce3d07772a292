//! Time as a seam: the wall clock in a sandbox, a paused tokio clock in a simulation.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// A clock that starts at a given instant and advances with tokio's time, so that a paused runtime pauses it too.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Timestamp,
    since: Instant,
}

impl Clock {
    /// A clock that shows the wall-clock time. Must be called inside a tokio runtime.
    #[expect(clippy::disallowed_methods, reason = "the seam itself")]
    pub fn system() -> Self {
        Self::starting_at(Timestamp::now())
    }

    /// A clock that shows `start` now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, since: Instant::now() }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        let elapsed = self.since.elapsed();
        self.start.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// The present instant in whole milliseconds since the Unix epoch.
    pub fn millis(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Waits on this clock.
    pub async fn sleep(&self, how_long: Duration) {
        tokio::time::sleep(how_long).await;
    }
}

/// ISO 8601 in UTC with milliseconds and `Z`, the form both vendors write.
pub fn iso_millis(at: Timestamp) -> String {
    let at = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    format!("{at:.3}")
}
