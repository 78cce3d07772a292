//! `[log]`: what is said on standard error.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

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
        // A bare word that is no level would be taken for the name of a part of the program, of which all is logged.
        let level = |rule: &str| {
            let word = rule.trim();
            word.contains(['=', '[']) || (!word.is_empty() && word.parse::<LevelFilter>().is_ok())
        };
        let plain = self.level.split(',').all(level);
        if plain && EnvFilter::try_new(&self.level).is_ok() {
            return Ok(());
        }
        Err(format!(
            "log.level is \"{}\"; it must be error, warn, info, debug, trace or off, or rules such as \
             \"info,entente_engine=debug\"",
            self.level
        ))
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: Format::Text }
    }
}
