//! What this machine can do, measured with the same load in the same run.

use std::ffi::OsStr;
use std::sync::Arc;

use crate::floor::{Kind, disk};
use crate::load;
use crate::measure::Window;
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;
use crate::server::Pinned;
use crate::stats::{millis, percentile};
use crate::tally::Tally;
use crate::typists::{Callers, sink};

/// Conversations, as in the product's own case.
const CONVERSATIONS: usize = 200;

/// The case in the report.
pub(super) const CASE: &str = "floors";
/// The figures that others are put in relation to.
pub(super) const DURABLE: &str = "durable floor, messages";
pub(super) const RSA: &str = "RSA-2048 private operations";
pub(super) const SYNC: &str = "4 KiB append and fdatasync, p50";

/// Measures all of them.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    let mut syncs = disk::syncs(&settings.folder)?;
    let at = |syncs: &mut Vec<_>, percent| percentile(syncs, percent).map(millis).unwrap_or_default();
    figures.put(CASE, SYNC, Unit::Millis, at(&mut syncs, 50.0), Target::None);
    figures.put(CASE, "4 KiB append and fdatasync, p99", Unit::Millis, at(&mut syncs, 99.0), Target::None);
    let mut rsa = start(settings, Kind::Rsa, "")?;
    let rate: f64 = rsa.first_line().await?.trim().parse()?;
    rsa.wait().await?;
    figures.put(CASE, RSA, Unit::PerSecond, rate, Target::None);
    let names = [
        (Kind::Relay, "bare floor, messages", "bare floor at 200/s, p50", "bare floor at 200/s, p99"),
        (Kind::Durable, DURABLE, "durable floor at 200/s, p50", "durable floor at 200/s, p99"),
    ];
    for (kind, rate, p50, p99) in names {
        let (window, mut latencies) = floor(settings, figures, kind, None).await?;
        figures.put(CASE, rate, Unit::PerSecond, window.rate(), Target::None);
        drop(latencies);
        (_, latencies) = floor(settings, figures, kind, Some(200.0)).await?;
        let at =
            |latencies: &mut Vec<_>, percent| percentile(latencies, percent).map(millis).unwrap_or_default();
        figures.put(CASE, p50, Unit::Millis, at(&mut latencies, 50.0), Target::None);
        figures.put(CASE, p99, Unit::Millis, at(&mut latencies, 99.0), Target::None);
    }
    Ok(())
}

fn start(settings: &Settings, kind: Kind, to: &str) -> anyhow::Result<Pinned> {
    let program = std::env::current_exe()?;
    let data = settings.folder.join(format!("floor-{}", kind.name()));
    if data.exists() {
        std::fs::remove_dir_all(&data)?;
    }
    let arguments = ["floor", kind.name(), "--to", to, "--data"].map(OsStr::new);
    let arguments = [&arguments[..], &[data.as_os_str()]].concat();
    Pinned::start(&program, &arguments, &[], &settings.folder.join("floor.log"))
}

/// As much as passes, or this rate.
async fn floor(
    settings: &Settings,
    figures: &mut Figures,
    kind: Kind,
    rate: Option<f64>,
) -> anyhow::Result<(Window, Vec<std::time::Duration>)> {
    let tally = Arc::new(Tally::new(CONVERSATIONS));
    let (to, sink) = sink(Arc::clone(&tally)).await?;
    let mut server = start(settings, kind, &to.to_string())?;
    let address = server.first_line().await?;
    let callers = Arc::new(Callers::connect(address.trim(), CONVERSATIONS, sink).await?);
    let length = settings.window / 2;
    let window = match rate {
        None => load::closed(&callers, &tally, server.process, settings.deep, length).await?,
        Some(rate) => load::open(&callers, &tally, server.process, rate, length).await?,
    };
    super::small::judged(figures, &format!("{} floor", kind.name()), &window, &tally);
    let latencies = tally.latencies(window.from, window.to);
    server.kill().await?;
    Ok((window, latencies))
}
