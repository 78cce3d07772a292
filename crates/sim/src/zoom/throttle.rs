//! The vendor's limits ("Rate limits"): so many calls a second and a day by label, for the whole account whoever calls;
//! and the windows of one conversation ("Send a chat message", `to_channel`), which block for a while once exceeded.
//!
//! Counted in windows rather than buckets, because that is how the documents give them: a second, a day from 00:00 UTC,
//! and for conversations four sliding windows at once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::answer::Refusal;
use super::switches::{Plan, RetryAfter, Switches};

/// The label of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Label {
    /// Not limited: sign-in and control paths.
    None,
    /// `LIGHT`.
    Light,
    /// `MEDIUM`.
    Medium,
    /// `HEAVY`.
    Heavy,
    /// The calls that upload a file have a limit of their own, 20 a second each ("Upload a chat file").
    Upload,
}

/// "Send a chat message": more than so many within so many milliseconds block for so many milliseconds.
const WINDOWS: [(usize, i64, i64); 4] =
    [(10, 1_000, 10_000), (30, 10_000, 30_000), (60, 100_000, 60_000), (450, 1_000_000, 300_000)];

const DAY_MS: i64 = 86_400_000;

/// What was used of all limits.
#[derive(Debug)]
pub(super) struct Throttle {
    factor: f64,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    seconds: HashMap<Label, (i64, u64)>,
    days: HashMap<Label, (i64, u64)>,
    conversations: HashMap<String, Sends>,
}

#[derive(Debug, Default)]
struct Sends {
    at: VecDeque<i64>,
    blocked_until: i64,
}

impl Label {
    fn word(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Light => "Light",
            Self::Medium => "Medium",
            Self::Heavy => "Heavy",
            Self::Upload => "Upload",
        }
    }

    /// Calls a second, and a day where there is such a limit.
    fn limits(self, plan: Plan) -> (u32, Option<u32>) {
        match (self, plan) {
            (Self::None, _) => (u32::MAX, None),
            (Self::Light, Plan::Free) => (4, Some(6_000)),
            (Self::Light, Plan::Pro) => (30, None),
            (Self::Light, Plan::Business) => (80, None),
            (Self::Medium, Plan::Free) => (2, Some(2_000)),
            (Self::Medium, Plan::Pro) | (Self::Upload, _) => (20, None),
            (Self::Medium, Plan::Business) => (60, None),
            (Self::Heavy, Plan::Free) => (1, Some(1_000)),
            (Self::Heavy, Plan::Pro) => (10, Some(30_000)),
            (Self::Heavy, Plan::Business) => (40, Some(60_000)),
        }
    }
}

impl Throttle {
    /// `factor` multiplies every limit; 0 switches them off.
    pub(super) fn new(factor: f64) -> Self {
        Self { factor, used: Mutex::default() }
    }

    /// Counts one call. `headers` receives what every answer says about the limits.
    ///
    /// # Errors
    /// 429 with the vendor's words and headers.
    pub(super) fn take(
        &self,
        label: Label,
        now: i64,
        switches: &Switches,
        headers: &mut Vec<(&'static str, String)>,
    ) -> Result<(), Refusal> {
        if self.factor <= 0.0 {
            return Ok(());
        }
        let (second, day) = label.limits(switches.plan);
        headers.push(("x-ratelimit-category", label.word().to_owned()));
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(most) = day.map(|day| self.scaled(day)) {
            let today = now.div_euclid(DAY_MS);
            let reset = iso((today + 1) * DAY_MS);
            let left = left(used.days.entry(label).or_default(), today, most);
            if left.is_none() {
                headers.clear();
                return Err(daily(label, most, &reset));
            }
        }
        let most = self.scaled(second);
        let this = now.div_euclid(1000);
        let Some(left) = left(used.seconds.entry(label).or_default(), this, most) else {
            headers.clear();
            return Err(per_second(label, most, (this + 1) * 1000, now, switches));
        };
        headers.push(("x-ratelimit-type", "QPS".to_owned()));
        headers.push(("x-ratelimit-limit", most.to_string()));
        headers.push(("x-ratelimit-remaining", left.to_string()));
        Ok(())
    }

    /// Counts one send into a conversation.
    ///
    /// # Errors
    /// What [`Switches::window_status`] says, while the conversation is blocked.
    pub(super) fn send(&self, conversation: &str, now: i64, switches: &Switches) -> Result<(), Refusal> {
        if self.factor <= 0.0 {
            return Ok(());
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let sends = used.conversations.entry(conversation.to_owned()).or_default();
        let longest = WINDOWS[WINDOWS.len() - 1].1;
        while sends.at.front().is_some_and(|at| now - at >= longest) {
            sends.at.pop_front();
        }
        if now >= sends.blocked_until {
            for (most, within, pause) in WINDOWS {
                let recent = sends.at.iter().rev().take_while(|at| now - **at < within).count();
                if recent as u64 >= self.scaled(u32::try_from(most).unwrap_or(u32::MAX)) {
                    sends.blocked_until = sends.blocked_until.max(now + pause);
                }
            }
        }
        if now < sends.blocked_until {
            let message =
                "You have reached the maximum message limit for this conversation. Try again later.";
            let mut refusal = Refusal::new(switches.window_status, switches.window_code, message);
            refusal.headers.extend(after(switches, sends.blocked_until, now));
            return Err(refusal);
        }
        sends.at.push_back(now);
        Ok(())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a limit times a positive factor"
    )]
    fn scaled(&self, limit: u32) -> u64 {
        (f64::from(limit) * self.factor).round().max(1.0) as u64
    }
}

/// Counts one and says how many are left of `most` in the present window; `None` when it was one too many.
fn left(window: &mut (i64, u64), present: i64, most: u64) -> Option<u64> {
    if window.0 != present {
        *window = (present, 0);
    }
    if window.1 >= most {
        return None;
    }
    window.1 += 1;
    Some(most - window.1)
}

fn per_second(label: Label, most: u64, reset: i64, now: i64, switches: &Switches) -> Refusal {
    let message = "You have reached the maximum per-second rate limit for this API. Try again later.";
    let mut refusal = Refusal::new(429, 429, message);
    refusal.headers = vec![
        ("x-ratelimit-category", label.word().to_owned()),
        ("x-ratelimit-type", "QPS".to_owned()),
        ("x-ratelimit-limit", most.to_string()),
        ("x-ratelimit-remaining", "0".to_owned()),
    ];
    refusal.headers.extend(after(switches, reset, now));
    refusal
}

fn daily(label: Label, most: u64, reset: &str) -> Refusal {
    let message = "You have reached the maximum daily rate limit for this API. Refer to the response header for \
                   details on when you can make another request.";
    let mut refusal = Refusal::new(429, 429, message);
    refusal.headers = vec![
        ("x-ratelimit-category", label.word().to_owned()),
        ("x-ratelimit-type", "Daily-limit".to_owned()),
        ("x-ratelimit-limit", most.to_string()),
        ("x-ratelimit-remaining", "0".to_owned()),
        ("x-ratelimit-reset", reset.to_owned()),
        ("retry-after", reset.to_owned()),
    ];
    refusal
}

fn after(switches: &Switches, until: i64, now: i64) -> Option<(&'static str, String)> {
    let value = match switches.retry_after {
        RetryAfter::Absent => return None,
        RetryAfter::Seconds => ((until - now).max(0).unsigned_abs().div_ceil(1000)).to_string(),
        RetryAfter::Instant => iso(until),
    };
    Some(("retry-after", value))
}

/// ISO 8601 in UTC, to the second.
fn iso(millis: i64) -> String {
    super::messages::shape::date_time(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers() -> Vec<(&'static str, String)> {
        Vec::new()
    }

    #[test]
    fn a_second_holds_so_many_calls_and_the_next_as_many_again() {
        let throttle = Throttle::new(1.0);
        let switches = Switches { plan: Plan::Free, ..Switches::default() };
        for left in ["1", "0"] {
            let mut told = headers();
            throttle.take(Label::Medium, 5_000, &switches, &mut told).unwrap();
            assert!(told.contains(&("x-ratelimit-remaining", left.to_owned())), "{told:?}");
        }
        assert!(throttle.take(Label::Medium, 5_999, &switches, &mut headers()).is_err());
        assert!(throttle.take(Label::Light, 5_999, &switches, &mut headers()).is_ok(), "labels do not share");
        assert!(throttle.take(Label::Medium, 6_000, &switches, &mut headers()).is_ok());
    }

    #[test]
    fn a_conversation_that_is_written_to_too_fast_is_blocked_for_a_while() {
        let throttle = Throttle::new(1.0);
        let switches = Switches::default();
        for at in 0..10 {
            throttle.send("one", at, &switches).unwrap();
        }
        assert!(throttle.send("one", 10, &switches).is_err());
        assert!(throttle.send("other", 10, &switches).is_ok());
        assert!(throttle.send("one", 10_009, &switches).is_err(), "blocked although the second is over");
        assert!(throttle.send("one", 10_010, &switches).is_ok());
        assert!(Throttle::new(0.0).send("one", 10, &switches).is_ok());
    }
}
