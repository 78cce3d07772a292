//! When to try again: data, with jitter, and never before the platform allows it.

use std::time::Duration;

use entente_model::Timestamp;

use crate::clock::Dice;

/// The wait after the attempt number `attempts` (from 1) failed: the schedule's, give or take a fifth, or what the
/// platform asked for if that is longer.
pub(crate) fn wait(schedule: &[Duration], attempts: u32, asked: Option<Duration>, dice: &Dice) -> Duration {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let planned = schedule.get(index).or(schedule.last()).copied().unwrap_or(Duration::from_secs(1));
    let jittered = planned.mul_f64(dice.share().mul_add(0.4, 0.8));
    asked.unwrap_or_default().max(jittered)
}

/// The wait before something that has been outstanding since `since` is asked about again: as long as it has been
/// waiting already, between `least` and `most`. Needs no counter, so a restart does not begin anew.
pub(crate) fn ripening(since: Timestamp, now: Timestamp, least: Duration, most: Duration) -> Duration {
    now.since(since).clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(100)];

    #[test]
    fn the_last_wait_repeats_and_jitter_stays_within_a_fifth() {
        let dice = Dice::seeded(1);
        for (attempts, seconds) in [(1, 10.0), (2, 100.0), (3, 100.0), (99, 100.0)] {
            let wait = wait(&SCHEDULE, attempts, None, &dice).as_secs_f64();
            assert!((seconds * 0.8..=seconds * 1.2).contains(&wait), "{wait} after attempt {attempts}");
        }
    }

    #[test]
    fn a_wait_the_platform_asks_for_is_never_shortened() {
        let dice = Dice::seeded(1);
        assert_eq!(wait(&SCHEDULE, 1, Some(Duration::from_mins(1)), &dice), Duration::from_mins(1));
    }

    #[test]
    fn ripening_doubles_what_was_waited() {
        let (least, most) = (Duration::from_secs(1), Duration::from_mins(1));
        let at = |seconds: i64| Timestamp(seconds * 1_000_000);
        assert_eq!(ripening(at(0), at(0), least, most), least);
        assert_eq!(ripening(at(0), at(8), least, most), Duration::from_secs(8));
        assert_eq!(ripening(at(0), at(600), least, most), most);
    }
}
