//! What Graph does to endpoints that answer slowly. Graph: "Receive change notifications through webhooks", section on
//! notification endpoint performance.
//!
//! An answer after more than 2.9 seconds is slow. With a hundred answers or more in a window of ten minutes, a tenth of
//! them slow makes the endpoint "slow": its notifications leave ten minutes late. Three twentieths make it "drop": its
//! notifications are discarded. The next window decides anew.

use std::time::Duration;

use jiff::Timestamp;

/// The length of a window.
pub(crate) const WINDOW: Duration = Duration::from_mins(10);

/// Slower than this is slow.
pub(crate) const SLOW: Duration = Duration::from_millis(2_900);

/// Fewer answers say nothing.
const ENOUGH: u32 = 100;

/// How an endpoint is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Standing {
    /// At once.
    #[default]
    Good,
    /// Ten minutes late.
    Slow,
    /// Not at all.
    Drop,
}

/// One endpoint's window.
#[derive(Debug, Default)]
pub(crate) struct Window {
    begun: Option<Timestamp>,
    answers: u32,
    slow: u32,
    standing: Standing,
}

impl Window {
    /// How the endpoint is treated now.
    pub(crate) fn standing(&mut self, now: Timestamp) -> Standing {
        let begun = *self.begun.get_or_insert(now);
        if now.duration_since(begun).unsigned_abs() >= WINDOW {
            *self = Self { begun: Some(now), ..Self::default() };
        }
        self.standing
    }

    /// Counts an answer, or a missing one, that took so long.
    pub(crate) fn answered(&mut self, now: Timestamp, took: Duration) {
        self.standing(now);
        self.answers += 1;
        self.slow += u32::from(took > SLOW);
        if self.answers < ENOUGH {
            return;
        }
        let share = f64::from(self.slow) / f64::from(self.answers);
        let standing = match share {
            share if share >= 0.15 => Standing::Drop,
            share if share >= 0.10 => Standing::Slow,
            _ => Standing::Good,
        };
        // Within a window it only gets worse.
        if self.standing == Standing::Good || standing == Standing::Drop {
            self.standing = standing;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(slow: u32, of: u32) -> (Window, Timestamp) {
        let (mut window, now) = (Window::default(), Timestamp::UNIX_EPOCH);
        for n in 0..of {
            let took = if n < slow { SLOW + Duration::from_millis(1) } else { Duration::from_millis(5) };
            window.answered(now, took);
        }
        (window, now)
    }

    #[test]
    fn a_tenth_delays_and_three_twentieths_drop_until_the_window_ends() {
        for (slow, of, standing) in [
            (9, 100, Standing::Good),
            (50, 99, Standing::Good),
            (40, 100, Standing::Drop),
            (12, 100, Standing::Slow),
        ] {
            let (mut window, now) = after(slow, of);
            assert_eq!(window.standing(now), standing, "{slow} of {of}");
            let later = now + WINDOW;
            assert_eq!(window.standing(later), Standing::Good);
        }
    }
}
