//! How often Zoom may be called. "Rate limits": by label (light, medium, heavy), for all apps and users of an account
//! together, by the account's plan; 20 medium calls a second on Pro, three times that on Business. "Send a chat message":
//! 10 messages in a second, 30 in ten, 60 in a hundred and 450 in a thousand to one channel, or sending there is blocked
//! for up to five minutes.
//!
//! What we keep of our own accord stays within the limits of the Pro plan. A 429 says nothing of which of the limits it was;
//! the block of one conversation must not silence all, so only what is done in that conversation waits.

use entente_model::WorkspaceRef;
use entente_platform::Limit;

/// Calls a second and how many more at once, so that no second holds more than the plan allows. Medium calls are of two
/// kinds with a share each: reading on for thousands must not hold up what people say, and turns are kept in order.
const SAYING: (f64, f64) = (9.0, 3.0);
const READING: (f64, f64) = (6.0, 2.0);
const LIGHT: (f64, f64) = (25.0, 5.0);

/// To one place: with 18 at once and then 0.42 a second, none of the windows of 10, 100 and 1,000 seconds is ever full, and
/// with 5 at once and 5 a second that of one second is not. Documented for channels; direct conversations are held to the
/// same, because a pause is cheaper than a block.
const WINDOWS: (f64, f64) = (0.42, 18.0);
const SECOND: (f64, f64) = (5.0, 5.0);

/// The limits of an account.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    saying: Limit,
    reading: Limit,
    light: Limit,
    place: String,
}

impl Limits {
    /// Of this account.
    pub(crate) fn new(workspace: &WorkspaceRef) -> Self {
        let name = &workspace.id;
        let paced =
            |label: &str, (rate, burst)| Limit::new(format!("zoom/{name}/{label}"), rate, burst).pace();
        Self {
            saying: paced("medium/say", SAYING),
            reading: paced("medium/read", READING),
            light: paced("light", LIGHT),
            place: format!("zoom/{name}/to/"),
        }
    }

    /// Reading in a conversation.
    pub(crate) fn read(&self, place: &str) -> Vec<Limit> {
        // Wide: it is only there to take a wait that is asked for.
        vec![self.reading.clone(), Limit::new(format!("{}{place}/read", self.place), 15.0, 15.0)]
    }

    /// Saying something in a conversation.
    pub(crate) fn send(&self, place: &str) -> Vec<Limit> {
        let second = Limit::new(format!("{}{place}/second", self.place), SECOND.0, SECOND.1);
        let windows = Limit::new(format!("{}{place}", self.place), WINDOWS.0, WINDOWS.1);
        vec![self.saying.clone(), windows, second]
    }

    /// Changing or deleting a message; no window is documented for that.
    pub(crate) fn change(&self, place: &str) -> Vec<Limit> {
        vec![self.saying.clone(), Limit::new(format!("{}{place}/change", self.place), 5.0, 5.0)]
    }

    /// "List users", sessions: medium calls that belong to no conversation.
    pub(crate) fn medium(&self) -> Vec<Limit> {
        vec![self.reading.clone()]
    }

    /// "Get a user": light.
    pub(crate) fn light(&self) -> Vec<Limit> {
        vec![self.light.clone()]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use entente_platform::Limiter;
    use tokio::time::Instant;

    use super::*;

    /// How many calls a pace lets through in any so many seconds.
    fn most((rate, burst): (f64, f64), seconds: f64) -> f64 {
        rate.mul_add(seconds, burst)
    }

    #[test]
    fn no_window_is_ever_overrun() {
        for (seconds, allowed) in [(1.0, 10.0), (10.0, 30.0), (100.0, 60.0), (1_000.0, 450.0)] {
            let ours = most(WINDOWS, seconds).min(most(SECOND, seconds));
            assert!(ours <= allowed, "{ours} in {seconds} s");
        }
        assert!(most(SAYING, 1.0) + most(READING, 1.0) <= 20.0 && most(LIGHT, 1.0) <= 30.0);
    }

    #[tokio::test(start_paused = true)]
    async fn however_much_is_read_nobody_waits_to_speak() {
        let limits = Limits::new(&WorkspaceRef { platform: "zoom".into(), id: "acme".into() });
        let limiter = Limiter::new(1.0);
        for call in 0..500 {
            let _ = limiter.turn(&limits.read(&call.to_string()), call, Duration::from_secs(10));
        }
        assert_eq!(limiter.turn(&limits.send("a:b"), 1_000, Duration::from_secs(10)), Ok(Instant::now()));
    }
}
