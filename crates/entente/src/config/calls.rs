//! `[calls]`: patience and restraint towards the platforms.

use std::time::Duration;

use serde::Deserialize;

use super::keys::{Key, value};

/// How calls are made.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Calls {
    timeout_seconds: u64,
    connect_seconds: u64,
    /// Multiplies our own rates.
    pub(crate) limits_factor: f64,
}

impl Calls {
    /// The keys of this section.
    pub(super) const KEYS: &'static [Key] =
        &[value("timeout_seconds"), value("connect_seconds"), value("limits_factor")];

    /// How long one call may take.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// How long a connection may take to come about.
    pub(crate) fn connect(&self) -> Duration {
        Duration::from_secs(self.connect_seconds)
    }

    pub(super) fn validate(&self) -> Result<(), String> {
        if self.timeout_seconds == 0 || self.connect_seconds == 0 {
            return Err("calls.timeout_seconds and calls.connect_seconds must be at least 1".to_owned());
        }
        if !self.limits_factor.is_finite() || self.limits_factor <= 0.0 {
            return Err("calls.limits_factor must be a number above 0".to_owned());
        }
        Ok(())
    }
}

impl Default for Calls {
    fn default() -> Self {
        Self { timeout_seconds: 30, connect_seconds: 5, limits_factor: 1.0 }
    }
}
