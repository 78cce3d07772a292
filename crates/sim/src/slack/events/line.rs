//! Where one app's events go, and how that went: the request URL or the sockets, the hourly allowance, and the failures
//! that switch an app's events off ("Events API": rate limiting, failure conditions).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::mpsc;

use super::delivery::{Job, Post, drain, see_through};
use crate::slack::socket::Sockets;
use crate::slack::switches::Switches;

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// The state that an app shares with its deliveries.
pub(in crate::slack) struct Line {
    /// The app's id.
    pub(in crate::slack) app: Arc<str>,
    pub(in crate::slack) signing_secret: Arc<str>,
    pub(in crate::slack) sockets: Sockets,
    state: Mutex<State>,
}

/// What the app's pages say about events, and counts.
#[derive(Debug, Clone, Default)]
pub(in crate::slack) struct Settings {
    /// Where events are posted to, once it has answered a challenge.
    pub(in crate::slack) request_url: Option<Arc<str>>,
    /// Events go to sockets and no longer to the request URL.
    pub(in crate::slack) socket_mode: bool,
    /// Switched off after too many failures; on again only by hand.
    pub(in crate::slack) off: bool,
    /// "Delayed events": after the last retry, every hour for a day.
    pub(in crate::slack) delayed: bool,
    pub(in crate::slack) delivered: u64,
    pub(in crate::slack) failed: u64,
    pub(in crate::slack) limited: u64,
}

#[derive(Default)]
struct State {
    settings: Settings,
    recent: VecDeque<Minute>,
    /// When the present hour began, and how many events it has seen.
    hour: (i64, u64),
    /// The last minute for which the app was told that it is limited.
    told: i64,
    queues: HashMap<Arc<str>, mpsc::UnboundedSender<Job>>,
}

/// Deliveries within one minute, so that the window stays small whatever the rate.
#[derive(Debug, Clone, Copy)]
struct Minute {
    at: i64,
    all: u64,
    failed: u64,
}

/// Whether an event may leave.
enum Allowance {
    Granted,
    /// Not delivered; the app is told so for this minute (seconds since the Unix epoch).
    Told(i64),
    Silent,
}

impl Line {
    pub(in crate::slack) fn new(app: Arc<str>, signing_secret: Arc<str>) -> Self {
        Self { app, signing_secret, sockets: Sockets::default(), state: Mutex::default() }
    }

    pub(in crate::slack) fn settings(&self) -> Settings {
        self.state().settings.clone()
    }

    pub(in crate::slack) fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut state = self.state();
        let off = state.settings.off;
        change(&mut state.settings);
        if off && !state.settings.off {
            state.recent.clear();
        }
    }

    /// Takes an event on its way, or, beyond the allowance, sends `limited` once a minute instead.
    pub(super) fn offer(
        self: &Arc<Self>,
        job: Job,
        order: Arc<str>,
        mut limited: Value,
        factor: f64,
        post: Post,
    ) {
        let switches = post.control.board.get();
        let now = post.control.clock.millis();
        let allowance = self.allow(now, factor, &switches);
        let job = match allowance {
            Allowance::Granted => job,
            Allowance::Silent => return,
            Allowance::Told(minute) => {
                limited["minute_rate_limited"] = minute.into();
                let body = Bytes::from(limited.to_string());
                Job { body, path: Arc::from("/events/app_rate_limited"), done: None }
            }
        };
        if !switches.events_in_order {
            let line = Arc::clone(self);
            tokio::spawn(async move { see_through(job, &line, &post).await });
            return;
        }
        let mut state = self.state();
        let line = Arc::clone(self);
        let queue = state.queues.entry(order).or_insert_with(|| {
            let (queue, jobs) = mpsc::unbounded_channel();
            tokio::spawn(drain(jobs, line, post));
            queue
        });
        // The other end lives as long as this one.
        drop(queue.send(job));
    }

    fn allow(&self, now: i64, factor: f64, switches: &Switches) -> Allowance {
        let mut state = self.state();
        if now - state.hour.0 >= HOUR_MS {
            state.hour = (now, 0);
        }
        state.hour.1 += 1;
        #[expect(clippy::cast_precision_loss, reason = "some ten thousand events")]
        let over = factor > 0.0 && state.hour.1 as f64 > switches.events_per_hour as f64 * factor;
        if !over {
            return Allowance::Granted;
        }
        state.settings.limited += 1;
        let minute = now.div_euclid(MINUTE_MS);
        if state.told == minute {
            return Allowance::Silent;
        }
        state.told = minute;
        Allowance::Told(minute * 60)
    }

    /// Counts a delivery. Answers whether it was the one that switched the app's events off.
    pub(super) fn count(&self, succeeded: bool, now: i64, switches: &Switches) -> bool {
        let mut state = self.state();
        let settings = &mut state.settings;
        *(if succeeded { &mut settings.delivered } else { &mut settings.failed }) += 1;
        let (at, failed) = (now.div_euclid(MINUTE_MS), u64::from(!succeeded));
        match state.recent.back_mut() {
            Some(minute) if minute.at == at => {
                minute.all += 1;
                minute.failed += failed;
            }
            _ => state.recent.push_back(Minute { at, all: 1, failed }),
        }
        let window = i64::try_from(switches.event_window_ms).unwrap_or(i64::MAX);
        while state.recent.front().is_some_and(|oldest| now - oldest.at * MINUTE_MS > window) {
            state.recent.pop_front();
        }
        let sum = |(all, failed): (u64, u64), minute: &Minute| (all + minute.all, failed + minute.failed);
        let (all, failed) = state.recent.iter().fold((0, 0), sum);
        #[expect(clippy::cast_precision_loss, reason = "a share of at most some million deliveries")]
        let too_many =
            all >= switches.event_window_least && failed as f64 > switches.event_failure_share * all as f64;
        too_many && !std::mem::replace(&mut state.settings.off, true)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("app", &self.app).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line::new("A0".into(), "secret".into())
    }

    #[test]
    fn events_are_switched_off_by_enough_recent_failures_only() {
        let switches = Switches { event_window_least: 20, ..Switches::default() };
        let line = line();
        assert!(!line.count(true, 0, &switches));
        for _ in 0..19 {
            assert!(!line.count(false, 1000, &switches), "one in twenty succeeded");
        }
        assert!(line.count(false, 2000, &switches), "fewer than one in twenty");
        assert!(!line.count(false, 2000, &switches), "it is switched off once");
        line.change(|settings| settings.off = false);
        assert!(!line.count(false, 3000, &switches), "switching it on forgets the failures");
        for _ in 0..18 {
            assert!(!line.count(false, 3000, &switches));
        }
        assert!(!line.count(false, 3_700_000, &switches), "the old ones left the window");
        assert_eq!((line.settings().delivered, line.settings().failed), (1, 41));
    }

    #[test]
    fn the_allowance_is_by_the_hour_and_told_once_a_minute() {
        let switches = Switches { events_per_hour: 2, ..Switches::default() };
        let line = line();
        let granted = |now| matches!(line.allow(now, 1.0, &switches), Allowance::Granted);
        let start = 10 * HOUR_MS;
        assert!(granted(start) && granted(start));
        assert!(matches!(line.allow(start + 1, 1.0, &switches), Allowance::Told(36_000)));
        assert!(matches!(line.allow(start + 2, 1.0, &switches), Allowance::Silent));
        assert!(matches!(line.allow(start + MINUTE_MS, 1.0, &switches), Allowance::Told(36_060)));
        assert!(granted(start + HOUR_MS));
        assert!(
            matches!(line.allow(start + HOUR_MS, 0.0, &switches), Allowance::Granted),
            "0 switches it off"
        );
    }
}
