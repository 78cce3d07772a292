//! The numbers that an operator may set, with their defaults. Durations and counts only; no platform is named here.

use std::time::Duration;

use url::Url;

/// How the engine behaves.
#[derive(Debug, Clone)]
pub struct Tuning {
    /// Where platforms reach us, without a trailing slash.
    pub public_address: Url,
    /// Waits before the second, third, … attempt; the last one repeats.
    pub schedule: Vec<Duration>,
    /// A delivery that could not be done for so long is dead.
    pub give_up_after: Duration,
    /// Overrides each platform's quiet time after an unknown outcome.
    pub quiet: Option<Duration>,
    /// How long the echo of a message may be waited out while its own call is on its way.
    pub echo_patience: Duration,
    /// A sender is told of a message that waits for longer.
    pub tell_after: Duration,
    /// Whether a new mirror begins with a line that says what it is.
    pub first_contact: bool,
    /// Groups of more accounts are not mirrored; 0: none are.
    pub largest_group: usize,
    /// How long a lane is leased to a worker.
    pub lease: Duration,
    /// How many lanes are worked on at once, per side.
    pub lanes_at_once: usize,
    /// How often lanes are looked for without having been woken.
    pub poll: Duration,
    /// How often conversations are asked after where nothing reports them.
    pub ask: Duration,
    /// How often conversations are compared with what was reported, in case a report got lost.
    pub compare: Duration,
    /// How often channels of links are looked at, in case nothing reports what they are called or whether they are there.
    pub follow: Duration,
    /// What bots' addresses end with, before the platform's own domain: `first.last.{suffix}`.
    pub bot_suffix: String,
    /// What bots are for, shown in their profile.
    pub organization: String,
}

impl Tuning {
    /// Defaults, for an instance at this public address.
    pub fn at(public_address: Url) -> Self {
        Self {
            public_address,
            schedule: [1, 2, 5, 15, 30, 60, 120, 300].map(Duration::from_secs).to_vec(),
            give_up_after: Duration::from_hours(24),
            quiet: None,
            echo_patience: Duration::from_secs(5),
            tell_after: Duration::from_mins(5),
            first_contact: true,
            largest_group: 50,
            lease: Duration::from_mins(2),
            lanes_at_once: 512,
            poll: Duration::from_secs(5),
            ask: Duration::from_secs(10),
            compare: Duration::from_mins(5),
            follow: Duration::from_mins(10),
            bot_suffix: "entente".to_owned(),
            organization: "Entente".to_owned(),
        }
    }
}
