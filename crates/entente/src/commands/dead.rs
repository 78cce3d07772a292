//! `entente dead`, `entente replay`, `entente aside`: what was refused for good, and what could not be read.

use clap::Args;
use serde_json::json;

use super::{Remote, minutes, rows};
use crate::said::say;
use crate::table;

/// What it takes.
#[derive(Args)]
pub(super) struct Dead {
    #[command(flatten)]
    remote: Remote,
}

impl Dead {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let dead = self.remote.client()?.get("/dead").await?;
        if !self.remote.printed(&dead) {
            let rows = minutes(rows(&dead, "dead", &["id", "at", "workspace", "reason"]), 1);
            table::print(&["id", "when", "to", "why"], &rows, "No dead letters.");
        }
        Ok(())
    }
}

/// What it takes.
#[derive(Args)]
pub(super) struct Replay {
    /// Which, by the first column of `entente dead`.
    id: i64,
    #[command(flatten)]
    remote: Remote,
}

impl Replay {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        self.remote.client()?.post(&format!("/dead/{}/replay", self.id), &json!({})).await?;
        if !self.remote.json {
            say!("It is tried again.");
        }
        Ok(())
    }
}

/// What it takes.
#[derive(Args)]
pub(super) struct Aside {
    #[command(flatten)]
    remote: Remote,
}

impl Aside {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let aside = self.remote.client()?.get("/aside").await?;
        if !self.remote.printed(&aside) {
            let rows = minutes(rows(&aside, "aside", &["at", "workspace", "reason"]), 0);
            table::print(&["when", "from", "what is wrong"], &rows, "Nothing was set aside.");
        }
        Ok(())
    }
}
