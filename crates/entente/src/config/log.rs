//! `[log]`: what is said on standard error.

use serde::Deserialize;

use super::keys::{Key, text};

/// How to log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// A level, or rules as `tracing` knows them.
    pub(crate) level: String,
    /// For whom.
    pub(crate) format: Format,
}

/// For whom the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// People.
    Text,
    /// Collectors.
    Json,
}

impl Log {
    /// The keys of this section.
    pub(super) const KEYS: &'static [Key] = &[text("level"), text("format")];

    pub(super) fn validate(&self) -> Result<(), String> {
        match tracing_subscriber::EnvFilter::try_new(&self.level) {
            Ok(_) => Ok(()),
            Err(_) => Err("log.level must be error, warn, info, debug or trace, or rules such as \
                           \"info,entente_engine=debug\""
                .to_owned()),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: Format::Text }
    }
}
