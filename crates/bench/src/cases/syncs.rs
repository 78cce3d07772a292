//! Syncs per message. The product does not know when the file system syncs, so the kernel is asked through `strace`;
//! that slows everything down, so this is a short run of its own and nothing else is taken from it.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use tokio::process::Command;

use super::small::{CONVERSATIONS, PEOPLE, begin};
use crate::judge::Direction;
use crate::load;
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;
use crate::world::World;

/// How long each load runs.
const LONG: Duration = Duration::from_secs(4);

/// Measures it, idle enough and busy.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    if Command::new("strace").arg("--version").stdout(Stdio::null()).status().await.is_err() {
        figures.note("Syncs per message were not counted: there is no strace here.".to_owned());
        return Ok(());
    }
    let world = World::start(settings, PEOPLE).await?;
    for direction in [Direction::WebexToTeams, Direction::TeamsToWebex] {
        for rate in [200.0, 1000.0] {
            let talk = world.talk(direction, CONVERSATIONS).await?;
            begin(&world, &talk).await?;
            let output = settings.folder.join("strace.out");
            let mut strace = Command::new("strace")
                .args(["--follow-forks", "--summary-only", "--trace=fsync,fdatasync", "--attach"])
                .arg(world.product.server.process.0.to_string())
                .arg("--output")
                .arg(&output)
                .stdin(Stdio::null())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .context("strace cannot be started")?;
            let subject = world.product.server.process;
            let before = talk.tally().count();
            load::open(&talk.apps, talk.tally(), subject, rate, LONG).await?;
            let messages = talk.tally().count() - before;
            let id = strace.id().context("strace ended by itself")?.to_string();
            // Told to stop, it lets go of the product and writes its summary.
            Command::new("kill").args(["-INT", &id]).status().await?;
            strace.wait().await?;
            let calls = count(&std::fs::read_to_string(&output)?);
            let case = format!("{}, {rate}/s under strace", direction.name());
            #[expect(clippy::cast_precision_loss, reason = "some thousands")]
            figures.put(
                &case,
                "syncs per message",
                Unit::Ratio,
                calls as f64 / messages as f64,
                Target::None,
            );
        }
    }
    Ok(())
}

/// The calls in strace's table: `% time, seconds, usecs/call, calls, errors, syscall`.
fn count(table: &str) -> u64 {
    let rows = table.lines().filter(|line| line.ends_with("fsync") || line.ends_with("fdatasync"));
    rows.filter_map(|row| row.split_whitespace().nth(3)?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let table = "% time     seconds  usecs/call     calls    errors syscall\n\
             ------ ----------- ----------- --------- --------- ----------------\n \
             99.00    0.012300          12      1024           fdatasync\n  \
             1.00    0.000100          10        10         1 fsync\n\
             ------ ----------- ----------- --------- --------- ----------------\n\
             100.00    0.012400          12      1034         1 total\n";
        assert_eq!(count(table), 1034);
    }
}
