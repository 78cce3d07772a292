//! `entente-bench run`: all cases, some runs, one report.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::cases::{self, Case};
use crate::report::Figures;
use crate::server::LOAD_CORE;
use crate::{chart, hosts, machine};

/// What it takes.
#[derive(Args)]
pub(crate) struct Run {
    /// The product's release binary.
    #[arg(long, value_name = "FILE", default_value = "target/release/entente")]
    product: PathBuf,
    /// Where data, logs and the report go.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    folder: PathBuf,
    /// How often everything is measured.
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: usize,
    /// How long each window is.
    #[arg(long, value_name = "S", default_value_t = 10)]
    seconds: u64,
    /// Only these cases.
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<Case>,
    /// Messages under way in each conversation at most, in loads that go as fast as they can.
    #[arg(long, value_name = "N", default_value_t = 4)]
    deep: usize,
    /// People in the large case.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    people: usize,
    /// Also load for ten minutes and see whether memory stays flat.
    #[arg(long)]
    long: bool,
}

/// What the cases need to know.
pub(crate) struct Settings {
    pub(crate) product: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) window: Duration,
    pub(crate) deep: usize,
    pub(crate) people: usize,
}

impl Run {
    /// Answers whether every target was met and no run was void.
    pub(crate) async fn run(self) -> anyhow::Result<bool> {
        let (mut stop, mut end) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            done = self.all() => done,
            // Whatever was started is ended by being dropped.
            _ = stop.recv() => anyhow::bail!("interrupted"),
            _ = end.recv() => anyhow::bail!("told to stop"),
        }
    }

    async fn all(self) -> anyhow::Result<bool> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("{} cannot be made", self.folder.display()))?;
        ensure!(self.product.exists(), "there is no {}; build it in release first", self.product.display());
        ensure!(self.runs > 0 && self.seconds > 0 && self.deep > 0, "at least one run, second and message");
        let settings = Settings {
            product: self.product.canonicalize()?,
            folder: self.folder.canonicalize()?,
            window: Duration::from_secs(self.seconds),
            deep: self.deep,
            people: self.people,
        };
        let cases = if self.cases.is_empty() { Case::usual(self.long) } else { self.cases.clone() };
        let mut head = machine::facts(&settings.folder);
        let _infallible = write!(
            head,
            "- {} run(s), windows of {} s; the product alone on core 0, load and simulators on core {LOAD_CORE}, over \
             loopback TCP; SQLite with synchronous=FULL on the disk above\n- throughput: at most {} message(s) under way \
             per conversation from Webex, 1 from Teams, whose notifications have no order\n- differences from life: {}\n",
            self.runs,
            self.seconds,
            self.deep,
            hosts::DIFFERENCES
        );
        print!("{head}");
        let mut figures = Figures::default();
        let mut curves = Vec::new();
        for run in 1..=self.runs {
            println!("run {run} of {}", self.runs);
            for case in &cases {
                if run > 1 && case.once() {
                    continue;
                }
                println!("  {}", case.name());
                cases::measure(*case, &settings, &mut figures, &mut curves)
                    .await
                    .with_context(|| format!("case {}", case.name()))?;
                let report = figures.markdown(&head);
                std::fs::write(settings.folder.join("report.md"), report)?;
            }
        }
        if !curves.is_empty() {
            std::fs::write(settings.folder.join("latency.svg"), chart::draw(&curves))?;
        }
        println!("\n{}", figures.markdown(&head));
        Ok(figures.good())
    }
}
