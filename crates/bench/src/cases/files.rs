//! Large files: one alone, how fast it passes and in how much memory; and a hundred at once.
//!
//! Somebody on Webex attaches it, and it is uploaded to Slack by the writer's own account: the pair of which one side gives a
//! plain download and the other takes a plain upload. It counts when it stands in the ledger with its length and its digest.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::json;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::small::mib;
use crate::cpu::Process;
use crate::four::{Four, hosts};
use crate::judge::Platform::{Slack, Webex};
use crate::load;
use crate::report::{Figures, Target, Unit};
use crate::run::Settings;

/// People; those of two platforms make more than a hundred pairs.
const PEOPLE: usize = 44;
/// How long a file is.
const LENGTH: u64 = 50 << 20;
/// How many at once.
const PARALLEL: usize = 100;
/// Conversations are opened so many at a time.
const OPENING: usize = 8;
/// How long all may take.
const PATIENCE: Duration = Duration::from_mins(10);
/// How often memory is looked at: a transfer alone takes a second.
const LOOK: Duration = Duration::from_millis(20);

/// Files that stand in the target's ledger.
#[derive(Clone, Default)]
struct Landed(Arc<Ground>);

#[derive(Default)]
struct Ground {
    /// Length and digest by name.
    files: Mutex<BTreeMap<String, (u64, String)>>,
    changed: Notify,
}

impl Landed {
    fn files(&self) -> MutexGuard<'_, BTreeMap<String, (u64, String)>> {
        self.0.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn land(&self, name: &str, length: u64, digest: &str) {
        let before = self.files().insert(name.to_owned(), (length, digest.to_owned()));
        if before.is_some() {
            self.files().insert(name.to_owned(), (0, "twice".to_owned()));
        }
        self.0.changed.notify_waiters();
    }

    async fn wait(&self, count: usize) -> bool {
        let every = async {
            loop {
                let mut changed = std::pin::pin!(self.0.changed.notified());
                changed.as_mut().enable();
                if self.files().len() >= count {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(PATIENCE, every).await.is_ok()
    }

    /// Takes what landed: how much, and how much of it is not as it was sent.
    fn take(&self) -> (usize, usize) {
        let files = std::mem::take(&mut *self.files());
        let first = files.values().next().cloned();
        let wrong = files.values().filter(|file| file.0 != LENGTH || Some(*file) != first.as_ref());
        (files.len(), wrong.count())
    }
}

/// Measures one file, and then many.
pub(super) async fn measure(settings: &Settings, figures: &mut Figures) -> anyhow::Result<()> {
    figures.note(hosts::DIFFERENCES.to_owned());
    let four = Four::start(settings, PEOPLE).await?;
    let talk = four.talk(Webex, Slack, PARALLEL).await?;
    four.seat(&[&talk]);
    load::one_each(&talk.apps, talk.tally(), 0..PARALLEL, OPENING).await?;
    let landed = Landed::default();
    let seen = landed.clone();
    four.see_files(Slack, move |name, length, digest| seen.land(name, length, digest));
    for count in [1, PARALLEL] {
        let case = match count {
            1 => "a file of 50 MiB, Webex → Slack".to_owned(),
            _ => format!("{count} files of 50 MiB at once, Webex → Slack"),
        };
        transfer(figures, &four, &landed, (&case, count)).await?;
    }
    Ok(())
}

async fn transfer(
    figures: &mut Figures,
    four: &Four,
    landed: &Landed,
    (case, count): (&str, usize),
) -> anyhow::Result<()> {
    let subject = four.product.server.process;
    let before = subject.memory()?;
    subject.forget_peak()?;
    let (cpu, own) = (subject.cpu()?, Process::own().cpu()?);
    let began = Instant::now();
    for number in 0..count {
        let (writer, reader) = four.pair(Webex, Slack, number);
        let file = json!({
            "person": writer.email,
            "to": reader.accounts[Webex.index()].0,
            "text": "",
            "files": [{"name": format!("{count}-{number}.bin"), "length": LENGTH}],
        });
        four.hosts.call(Webex, "/_sim/files", None, &file).await.context("a file cannot be attached")?;
    }
    let mut peak = before;
    let arrived = landed.wait(count);
    let mut arrived = std::pin::pin!(arrived);
    let all = loop {
        tokio::select! {
            all = &mut arrived => break all,
            () = tokio::time::sleep(LOOK) => peak = peak.max(subject.memory()?),
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    let (there, wrong) = landed.take();
    ensure!(all, "{case}: only {there} arrived");
    if wrong > 0 {
        figures.void(format!("{case}: {wrong} of {there} were altered or doubled"));
    }
    let peak = peak.max(subject.peak()?);
    #[expect(clippy::cast_precision_loss, reason = "some gigabytes")]
    let megabytes = (LENGTH * count as u64) as f64 / 1e6;
    figures.put(case, "bytes", Unit::MegabytesPerSecond, megabytes / seconds, Target::None);
    let cpu = subject.cpu()?.saturating_sub(cpu).as_secs_f64();
    figures.put(case, "CPU per megabyte", Unit::Micros, cpu * 1e6 / megabytes, Target::None);
    let load = Process::own().cpu()?.saturating_sub(own).as_secs_f64() / seconds;
    figures.put(case, "load's core", Unit::Percent, load * 100.0, Target::None);
    let target = if count == 1 { Target::None } else { Target::AtMost(160.0) };
    figures.put(case, "peak memory", Unit::MiB, mib(peak), target);
    figures.put(case, "memory above what it was", Unit::MiB, mib(peak.saturating_sub(before)), Target::None);
    Ok(())
}
