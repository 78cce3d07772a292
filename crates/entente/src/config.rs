//! The configuration: one TOML file, overrides from the environment, secrets from files.
//!
//! A mistake is found at start and told in one line with file, line and remedy; nothing is guessed. Each section is a
//! file of its own here. `config.default.toml` is both the manual and the proof: a test reads it and compares.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use entente_platform::{Registry, Site};
use serde::Deserialize;
use toml::Table;
use toml::de::DeTable;

mod calls;
mod data;
mod engine;
mod environment;
mod keys;
mod log;
mod server;
#[cfg(test)]
mod tests;
mod workspaces;

pub(crate) use calls::Calls;
pub(crate) use data::Data;
pub(crate) use engine::Engine;
pub(crate) use log::{Format, Log};
pub(crate) use server::Server;
use workspaces::Workspace;

/// The documented defaults, for `entente config`.
pub(crate) const DEFAULTS: &str = include_str!("../../../config.default.toml");

/// A configuration that was found right.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) data: Data,
    pub(crate) engine: Engine,
    pub(crate) calls: Calls,
    pub(crate) log: Log,
    /// The workspaces, by name.
    pub(crate) sites: Vec<Site>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Written {
    server: Server,
    data: Data,
    engine: Engine,
    calls: Calls,
    log: Log,
    workspaces: BTreeMap<String, Workspace>,
}

impl Config {
    /// Reads the file, lays the process's environment over it and checks everything.
    ///
    /// # Errors
    /// What is wrong, in one line.
    pub(crate) fn load(file: &Path, platforms: &Registry) -> Result<Self, String> {
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| {
            format!("{name}: cannot be read ({error}); name the configuration with --config FILE")
        })?;
        let file = std::path::absolute(file).map_err(|error| format!("{name}: {error}"))?;
        let base = file.parent().map_or_else(PathBuf::new, Path::to_owned);
        Self::parse(&text, &base, std::env::vars(), platforms).map_err(|wrong| match wrong {
            Wrong::At(line, why) => format!("{name}:{line}: {why}"),
            Wrong::Whole(why) => format!("{name}: {why}"),
            Wrong::Environment(why) => why,
        })
    }

    fn parse(
        text: &str,
        base: &Path,
        environment: impl Iterator<Item = (String, String)>,
        platforms: &Registry,
    ) -> Result<Self, Wrong> {
        let at = |error: toml::de::Error| {
            let why = error.message().lines().collect::<Vec<_>>().join(" ");
            error.span().map_or_else(
                || Wrong::Whole(why.clone()),
                |span| Wrong::At(keys::line(text, span.start), why.clone()),
            )
        };
        let spanned = DeTable::parse(text).map_err(at)?;
        if let Some((line, why)) = keys::unknown(text, spanned.get_ref()) {
            return Err(Wrong::At(line, why));
        }
        // The types of the file by itself, so that a wrong one is named with its line.
        drop(toml::from_str::<Written>(text).map_err(at)?);
        let mut all: Table = text.parse().map_err(at)?;
        environment::overlay(&mut all, environment).map_err(Wrong::Environment)?;
        let mut written: Written = all.try_into().map_err(|error: toml::de::Error| {
            Wrong::Environment(format!("environment: {}", error.message()))
        })?;
        written.data.validate().map_err(Wrong::Whole)?;
        written.data.resolve(base);
        written.server.validate().map_err(Wrong::Whole)?;
        written.engine.validate().map_err(Wrong::Whole)?;
        written.calls.validate().map_err(Wrong::Whole)?;
        written.log.validate().map_err(Wrong::Whole)?;
        let sites = written.workspaces.iter().map(|(name, workspace)| workspace.site(name, base, platforms));
        let sites = sites.collect::<Result<Vec<_>, _>>().map_err(Wrong::Whole)?;
        let Written { server, data, engine, calls, log, .. } = written;
        Ok(Self { server, data, engine, calls, log, sites })
    }
}

/// Where the mistake is.
#[derive(Debug)]
enum Wrong {
    At(usize, String),
    Whole(String),
    Environment(String),
}
