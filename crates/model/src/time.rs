//! Instants, as both databases carry them: whole microseconds since the Unix epoch.

use std::fmt;
use std::time::Duration;

/// An instant in microseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Reads RFC 3339, with any number of fractional digits. `None` when the text is no instant.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|at| Self(at.as_microsecond()))
    }

    /// From whole milliseconds since the Unix epoch.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Whole milliseconds since the Unix epoch, rounded down.
    pub fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// This instant and `later`, or the end of time.
    #[must_use]
    pub fn plus(self, later: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(later.as_micros()).unwrap_or(i64::MAX)))
    }

    /// This instant less `earlier`, or the beginning of time.
    #[must_use]
    pub fn minus(self, earlier: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(earlier.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The day that it is in UTC, for people to read: `5 January 2026`.
    pub fn day(self) -> String {
        let at = jiff::Timestamp::from_microsecond(self.0).unwrap_or_default();
        at.strftime("%-d %B %Y").to_string()
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// RFC 3339 in UTC with milliseconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.millis()) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => f.write_str("out of range"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_told_in_full() {
        let day = |text| Timestamp::parse(text).map(Timestamp::day);
        assert_eq!(day("2026-01-05T23:59:59.999Z").as_deref(), Some("5 January 2026"));
        assert_eq!(day("2026-01-06T00:30:00+01:00").as_deref(), Some("5 January 2026"));
    }
}
