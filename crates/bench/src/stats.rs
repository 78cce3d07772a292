//! Order statistics, by the nearest rank: a percentile is always a value that was measured.

use std::time::Duration;

/// A percentile of unsorted values; `None` of none.
pub(crate) fn percentile(values: &mut [Duration], percent: f64) -> Option<Duration> {
    values.sort_unstable();
    values.get(rank(values.len(), percent)?).copied()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list"
)]
fn rank(length: usize, percent: f64) -> Option<usize> {
    let last = length.checked_sub(1)?;
    let rank = (percent / 100.0 * length as f64).ceil().max(1.0) as usize - 1;
    Some(rank.min(last))
}

/// Smallest, middle and largest of some values; `None` of none.
pub(crate) fn spread(values: &[f64]) -> Option<(f64, f64, f64)> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some((*sorted.first()?, *sorted.get((sorted.len() - 1) / 2)?, *sorted.last()?))
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_values() {
        let mut values: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut values, 50.0), Some(Duration::from_millis(50)));
        assert_eq!(percentile(&mut values, 99.0), Some(Duration::from_millis(99)));
        assert_eq!(percentile(&mut values, 100.0), Some(Duration::from_millis(100)));
        assert_eq!(percentile(&mut values[..1], 99.0), Some(Duration::from_millis(1)));
        assert_eq!(percentile(&mut [], 50.0), None);
    }

    #[test]
    fn the_middle_of_an_even_number_is_the_lower_one() {
        assert_eq!(spread(&[4.0, 1.0, 3.0, 2.0]), Some((1.0, 2.0, 4.0)));
        assert_eq!(spread(&[]), None);
    }
}
