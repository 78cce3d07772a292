//! `[engine]`: the numbers of the engine, as whole seconds and counts.

use std::time::Duration;

use entente_engine::Tuning;
use serde::Deserialize;
use url::Url;

use super::keys::{Key, text, value};

/// How the engine behaves.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Engine {
    schedule_seconds: Vec<u64>,
    give_up_after_seconds: u64,
    quiet_seconds: u64,
    echo_patience_seconds: u64,
    tell_after_seconds: u64,
    first_contact: bool,
    largest_group: usize,
    lease_seconds: u64,
    lanes_at_once: usize,
    poll_seconds: u64,
    ask_seconds: u64,
    bot_suffix: String,
    organization: String,
}

impl Engine {
    /// The keys of this section.
    pub(super) const KEYS: &'static [Key] = &[
        value("schedule_seconds"),
        value("give_up_after_seconds"),
        value("quiet_seconds"),
        value("echo_patience_seconds"),
        value("tell_after_seconds"),
        value("first_contact"),
        value("largest_group"),
        value("lease_seconds"),
        value("lanes_at_once"),
        value("poll_seconds"),
        value("ask_seconds"),
        text("bot_suffix"),
        text("organization"),
    ];

    /// As the engine wants them.
    pub(crate) fn tuning(&self, public_address: Url) -> Tuning {
        Tuning {
            schedule: self.schedule_seconds.iter().copied().map(Duration::from_secs).collect(),
            give_up_after: Duration::from_secs(self.give_up_after_seconds),
            quiet: Some(self.quiet_seconds).filter(|quiet| *quiet > 0).map(Duration::from_secs),
            echo_patience: Duration::from_secs(self.echo_patience_seconds),
            tell_after: Duration::from_secs(self.tell_after_seconds),
            first_contact: self.first_contact,
            largest_group: self.largest_group,
            lease: Duration::from_secs(self.lease_seconds),
            lanes_at_once: self.lanes_at_once,
            poll: Duration::from_secs(self.poll_seconds),
            ask: Duration::from_secs(self.ask_seconds),
            bot_suffix: self.bot_suffix.clone(),
            organization: self.organization.clone(),
            ..Tuning::at(public_address)
        }
    }

    pub(super) fn validate(&self) -> Result<(), String> {
        if self.schedule_seconds.is_empty() {
            return Err("engine.schedule_seconds is empty: give at least one wait".to_owned());
        }
        let counts = [
            ("lanes_at_once", self.lanes_at_once as u64),
            ("lease_seconds", self.lease_seconds),
            ("poll_seconds", self.poll_seconds),
            ("ask_seconds", self.ask_seconds),
            ("give_up_after_seconds", self.give_up_after_seconds),
        ];
        for (name, count) in counts {
            if count == 0 {
                return Err(format!("engine.{name} must be at least 1"));
            }
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if self.bot_suffix.is_empty() || !self.bot_suffix.chars().all(plain) {
            return Err("engine.bot_suffix must be of small letters, digits, `-` and `.`".to_owned());
        }
        Ok(())
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            schedule_seconds: vec![1, 2, 5, 15, 30, 60, 120, 300],
            give_up_after_seconds: 86_400,
            quiet_seconds: 0,
            echo_patience_seconds: 5,
            tell_after_seconds: 300,
            first_contact: true,
            largest_group: 50,
            lease_seconds: 120,
            lanes_at_once: 512,
            poll_seconds: 5,
            ask_seconds: 10,
            bot_suffix: "entente".to_owned(),
            organization: "Entente".to_owned(),
        }
    }
}
