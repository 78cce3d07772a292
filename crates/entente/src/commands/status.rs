//! `entente status` and `entente sign-in`.

use clap::Args;
use serde_json::{Value, json};

use super::{Remote, minute, rows, text};
use crate::said::say;
use crate::table;

/// What it takes.
#[derive(Args)]
pub(super) struct Status {
    #[command(flatten)]
    remote: Remote,
}

impl Status {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let status = self.remote.client()?.get("/status").await?;
        if self.remote.printed(&status) {
            return Ok(());
        }
        say!("{}", if status["healthy"] == true { "All is well." } else { "Something needs you:" });
        for line in status["attention"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            say!("  {line}");
        }
        let counts = &status["counts"];
        let numbers = ["delivered", "waiting", "dead", "wedged", "unrouted", "accepted"];
        let numbers: Vec<String> =
            numbers.iter().map(|name| format!("{name} {}", text(counts, name))).collect();
        say!("\n{}", numbers.join(" · "));
        if let Some(since) = counts["unrouted_since"].as_str() {
            say!("The oldest report that is not read yet came at {}.", minute(since));
        }
        let late = counts["other"]["late"].as_u64().unwrap_or(0);
        if late > 0 {
            say!("Messages passed on after newer ones, because they were reported late: {late}.");
        }
        let losses = status["losses"].as_object().into_iter().flatten();
        let losses: Vec<String> =
            losses.map(|(name, count)| format!("{} {count}", name.replace('_', " "))).collect();
        if !losses.is_empty() {
            say!("lost on the way: {}", losses.join(" · "));
        }
        say!("");
        let columns = ["workspace", "kind", "person", "rung", "error"];
        table::print(
            &["workspace", "login", "person", "hears", "error"],
            &rows(&status, "logins", &columns),
            "No logins yet.",
        );
        Ok(())
    }
}

/// What it takes.
#[derive(Args)]
pub(super) struct SignIn {
    #[command(flatten)]
    remote: Remote,
}

impl SignIn {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let made = self.remote.client()?.post("/sign-in-link", &json!({})).await?;
        if !self.remote.printed(&made) {
            say!("{}", text(&made, "url"));
        }
        Ok(())
    }
}
