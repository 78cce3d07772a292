//! How soon the demo is ready: from its start to the line that says so, on both cores, as a newcomer starts it.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::Instant;

use crate::report::{Figures, Target, Unit};
use crate::run::Settings;

/// How long it may take at all.
const PATIENCE: Duration = Duration::from_mins(1);

/// Measures it.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut demo = Command::new("taskset")
        .args(["--cpu-list", "0-1", "setpriv", "--pdeathsig", "KILL"])
        .arg(&settings.product)
        .args(["demo", "--port", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("the demo cannot be started")?;
    let mut lines = BufReader::new(demo.stdout.take().context("the demo says nothing")?).lines();
    let ready = async {
        while let Some(line) = lines.next_line().await? {
            if line.contains("demo is ready") {
                return Ok(());
            }
        }
        anyhow::bail!("the demo ended by itself")
    };
    tokio::time::timeout(PATIENCE, ready).await.context("the demo was not ready in time")??;
    figures.put("demo", "ready after", Unit::Seconds, began.elapsed().as_secs_f64(), Target::AtMost(2.0));
    demo.kill().await?;
    Ok(())
}
