//! The load: the same for the product and for the floors.
//!
//! *Closed*: every conversation has a bounded number of messages under way, and the next is typed when one has arrived;
//! what comes out is how much passes. *Open*: a message is typed at each tick whatever became of those before; what
//! comes out is how long one takes at that rate.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use crate::cpu::Process;
use crate::measure::{Begun, Window};
use crate::tally::{Said, Tally};

/// Before a window, the load runs for this share of the window's length, so that the window sees a steady state.
const WARM: f64 = 0.25;
/// How long the last messages may take to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whoever types.
pub(crate) trait Typist: Send + Sync + 'static {
    /// Types one message in its conversation, and returns when the source took it.
    fn say(&self, said: Said) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// As much as passes, with `deep` messages under way in each conversation.
pub(crate) async fn closed<T: Typist>(
    typist: &Arc<T>,
    tally: &Arc<Tally>,
    subject: Process,
    deep: usize,
    length: Duration,
) -> anyhow::Result<Window> {
    let (stop, stopped) = watch::channel(false);
    let mut people: JoinSet<anyhow::Result<()>> = JoinSet::new();
    for conversation in 0..tally.len() {
        let (typist, tally, mut stopped) = (Arc::clone(typist), Arc::clone(tally), stopped.clone());
        people.spawn(async move {
            loop {
                tokio::select! {
                    biased;
                    _ = stopped.changed() => return Ok(()),
                    () = tally.at_most(conversation, deep - 1) => {}
                }
                typist.say(tally.say(conversation)).await?;
            }
        });
    }
    let window = async {
        tokio::time::sleep(length.mul_f64(WARM)).await;
        let begun = Begun::now(tally, subject)?;
        tokio::time::sleep(length).await;
        begun.end(tally)
    };
    let window = tokio::select! {
        window = window => window?,
        Some(ended) = people.join_next() => {
            ended??;
            anyhow::bail!("somebody stopped typing");
        }
    };
    stop.send_replace(true);
    while let Some(ended) = people.join_next().await {
        ended??;
    }
    tally.all(PATIENCE).await;
    Ok(window)
}

/// `rate` messages a second, conversation after conversation.
pub(crate) async fn open<T: Typist>(
    typist: &Arc<T>,
    tally: &Arc<Tally>,
    subject: Process,
    rate: f64,
    length: Duration,
) -> anyhow::Result<Window> {
    let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
    // A late tick is made up for, so that the rate is kept.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut typing: JoinSet<anyhow::Result<()>> = JoinSet::new();
    let (start, warm) = (Instant::now(), length.mul_f64(WARM));
    let (mut begun, mut next) = (None, 0);
    while start.elapsed() < warm + length {
        ticks.tick().await;
        if begun.is_none() && start.elapsed() >= warm {
            begun = Some(Begun::now(tally, subject)?);
        }
        let conversation = next % tally.len();
        next += 1;
        let (typist, said) = (Arc::clone(typist), tally.say(conversation));
        typing.spawn(async move { typist.say(said).await });
        while let Some(ended) = typing.try_join_next() {
            ended??;
        }
    }
    let window = begun.unwrap_or(Begun::now(tally, subject)?).end(tally)?;
    while let Some(ended) = typing.join_next().await {
        ended??;
    }
    tally.all(PATIENCE).await;
    Ok(window)
}

/// One message in each conversation that had none, at most `at_once` at a time: opens the mirrors.
pub(crate) async fn one_each<T: Typist>(
    typist: &Arc<T>,
    tally: &Arc<Tally>,
    which: std::ops::Range<usize>,
    at_once: usize,
) -> anyhow::Result<()> {
    let mut opening: JoinSet<anyhow::Result<()>> = JoinSet::new();
    for conversation in which {
        if opening.len() >= at_once
            && let Some(ended) = opening.join_next().await
        {
            ended??;
        }
        let (typist, tally) = (Arc::clone(typist), Arc::clone(tally));
        opening.spawn(async move {
            typist.say(tally.say(conversation)).await?;
            let arrived = tokio::time::timeout(PATIENCE, tally.at_most(conversation, 0)).await;
            ensure!(arrived.is_ok(), "the first message of conversation {conversation} did not arrive");
            Ok(())
        });
    }
    while let Some(ended) = opening.join_next().await {
        ended??;
    }
    Ok(())
}
