//! `entente lanes`, `entente release`: conversations in which something waits, and those that stand until somebody acts.

use clap::Args;
use serde_json::{Value, json};

use super::{Remote, minute, text};
use crate::said::say;
use crate::table;

/// What it takes.
#[derive(Args)]
pub(super) struct Lanes {
    #[command(flatten)]
    remote: Remote,
}

impl Lanes {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let lanes = self.remote.client()?.get("/lanes").await?;
        if self.remote.printed(&lanes) {
            return Ok(());
        }
        let lanes = lanes["lanes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let rows: Vec<_> = lanes.iter().map(row).collect();
        let head = ["id", "state", "where", "waiting", "since", "why"];
        table::print(&head, &rows, "Nothing waits.");
        if lanes.iter().any(|lane| lane["state"] == "stands") {
            say!(
                "\nWhat stands met a mistake of ours: see the log, then `entente release ID` lets it go on."
            );
        }
        Ok(())
    }
}

fn row(lane: &Value) -> Vec<String> {
    let people = lane["people"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let people: Vec<&str> = people.collect();
    let mut place = format!("{} {}", text(lane, "direction"), text(lane, "workspace"));
    if !people.is_empty() {
        place = format!("{place} ({})", people.join(", "));
    }
    let since = minute(&text(lane, "since"));
    vec![text(lane, "id"), text(lane, "state"), place, text(lane, "waiting"), since, text(lane, "reason")]
}

/// What it takes.
#[derive(Args)]
pub(super) struct Release {
    /// Which, by the first column of `entente lanes`.
    id: i64,
    #[command(flatten)]
    remote: Remote,
}

impl Release {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        self.remote.client()?.post(&format!("/lanes/{}/release", self.id), &json!({})).await?;
        if !self.remote.json {
            say!("It goes on.");
        }
        Ok(())
    }
}
