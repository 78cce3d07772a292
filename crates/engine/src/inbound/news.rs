//! How the reported messages stand now.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{CallError, DropReason, MessageId, MessageRef, Pair, Snapshot};
use entente_platform::{Client, Mark};
use entente_store::{Arrived, Known, LaneKey, Report, Seen};

use crate::compare::{self, Verdict};
use crate::engine::Engine;
use crate::inbound::{Hold, Reported};
use crate::planted::{Bug, planted};
use crate::telling::KEEP_SEEN;

/// What was learned.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Messages as they are now and what that means, oldest first.
    pub(crate) stand: Vec<(Snapshot, Verdict)>,
    /// Messages that are gone and were seen before.
    pub(crate) gone: Vec<MessageId>,
    /// Messages that are gone and were never seen; a report of their making may still come.
    pub(crate) unseen: Vec<MessageId>,
    /// Reports of which nothing remains to be done.
    pub(crate) drops: Vec<DropReason>,
    /// How far the conversation has been read now.
    pub(crate) mark: Option<(MessageId, entente_model::Timestamp)>,
}

/// A message that was just written may not be readable yet; for so long it is asked for again.
const PATIENCE: Duration = Duration::from_mins(1);

/// Clocks of platforms may be behind ours by so much.
const SKEW: Duration = Duration::from_mins(1);

impl Engine {
    /// Learns how the reported messages stand. `pair` names whose conversation it is, if it is anybody's.
    pub(crate) async fn news(
        &self,
        reported: &Reported<'_>,
        known: &Known,
        pair: Option<Pair>,
    ) -> Result<News, Hold> {
        let seen = self.settled_by_now(reported, known, pair).await?;
        let mut news = News::default();
        let mut snapshots = Vec::new();
        // Where reports may have been missed, the next one does not tell what came before it; the history does.
        let missed = reported
            .arrivals
            .iter()
            .any(|arrival| self.ears.missed(reported.workspace, arrival.watcher, reported.as_of));
        let listed = missed || reported.workspace.profile().capabilities.listed;
        let looks =
            reported.arrivals.iter().zip(&seen).any(|(arrival, seen)| wants_reading(arrival, *seen, listed));
        if looks {
            snapshots = self.read_on(reported, known).await?;
        }
        let read: Vec<MessageId> = snapshots.iter().map(|snapshot| snapshot.message.at.id.clone()).collect();
        for (arrival, seen) in reported.arrivals.iter().zip(&seen) {
            if arrival.report == Report::Look {
                continue;
            }
            if seen.is_some_and(|seen| seen.ours) {
                news.drops.push(DropReason::Echo);
            } else if arrival.report == Report::Deleted {
                match seen {
                    Some(seen) if !seen.deleted => news.gone.push(arrival.message.id.clone()),
                    Some(_) => news.drops.push(DropReason::Repeat),
                    None => news.unseen.push(arrival.message.id.clone()),
                }
            } else if arrival.report == Report::Created && seen.is_some() {
                news.drops.push(DropReason::Repeat);
            } else if !read.contains(&arrival.message.id) {
                match self.one(reported, arrival).await? {
                    Some(snapshot) => keep_newest(&mut snapshots, snapshot),
                    None => news.drops.push(DropReason::Gone),
                }
            }
        }
        // What was taken back before anybody here saw it is not passed on.
        snapshots.retain(|snapshot| !news.unseen.contains(&snapshot.message.at.id));
        snapshots.sort_by(|a, b| (a.created_at, &a.message.at.id).cmp(&(b.created_at, &b.message.at.id)));
        if planted(Bug::OrderById) {
            snapshots.sort_by(|a, b| a.message.at.id.cmp(&b.message.at.id));
        }
        // Only reading tells what came before the newest message; a report does not.
        let newest = snapshots.iter().rfind(|snapshot| looks && !snapshot.deleted);
        news.mark = newest.map(|newest| (newest.message.at.id.clone(), newest.created_at));
        let ids: Vec<MessageId> = snapshots.iter().map(|snapshot| snapshot.message.at.id.clone()).collect();
        let now_known = self.store.known(reported.conversation, &ids).await?;
        let judged = snapshots.into_iter().zip(now_known.seen);
        news.stand =
            judged.map(|(snapshot, seen)| (compare::compare(&snapshot, seen), snapshot)).map(swap).collect();
        news.gone.dedup();
        self.leave_aside_old(reported, &mut news).await?;
        Ok(news)
    }

    /// A change of something that was written before we began to hear, or so long ago that it was forgotten, is not news:
    /// nobody on the other side has seen it.
    async fn leave_aside_old(&self, reported: &Reported<'_>, news: &mut News) -> Result<(), Hold> {
        let made = |snapshot: &Snapshot| {
            let of = |arrival: &Arrived| arrival.message.id == snapshot.message.at.id;
            reported.arrivals.iter().any(|arrival| arrival.report == Report::Created && of(arrival))
        };
        let unmade =
            |(snapshot, verdict): &&mut (Snapshot, Verdict)| *verdict == Verdict::New && !made(snapshot);
        let mut unmade = news.stand.iter_mut().filter(unmade).peekable();
        if unmade.peek().is_none() {
            return Ok(());
        }
        let heard_since = self.heard_since(reported.arrivals[0].watcher).await?.minus(SKEW);
        let since = heard_since.max(self.clock.now().minus(KEEP_SEEN));
        for (_, verdict) in unmade.filter(|(snapshot, _)| snapshot.created_at < since) {
            *verdict = Verdict::NeverSeen;
        }
        Ok(())
    }

    /// What is known of the reported messages, after a call of ours that is on its way to this conversation has been
    /// answered: then its echo is known by its id and need not be opened.
    async fn settled_by_now(
        &self,
        reported: &Reported<'_>,
        known: &Known,
        pair: Option<Pair>,
    ) -> Result<Vec<Option<Seen>>, Hold> {
        let unseen = known.seen.iter().any(Option::is_none);
        if let (true, Some(pair)) = (unseen, pair) {
            let lane = LaneKey::Direct(pair, reported.conversation.workspace.clone());
            if self.in_flight.wait(&lane, self.tuning.echo_patience).await {
                let ids: Vec<MessageId> = reported.arrivals.iter().map(|a| a.message.id.clone()).collect();
                return Ok(self.store.known(reported.conversation, &ids).await?.seen);
            }
        }
        Ok(known.seen.clone())
    }

    /// Reads the conversation's history from where it was left.
    async fn read_on(&self, reported: &Reported<'_>, known: &Known) -> Result<Vec<Snapshot>, Hold> {
        let mark = known.conversation.as_ref().and_then(|conversation| conversation.mark.clone());
        let mark = match mark {
            Some((message, at)) => Mark { message: Some(message), at },
            // Nobody has read here yet. What was written before we began to hear is none of our business, and what
            // was reported need not be the first since then.
            None => {
                Mark { message: None, at: self.heard_since(reported.arrivals[0].watcher).await?.minus(SKEW) }
            }
        };
        let Some(client) = self.listener(reported).await? else { return Ok(Vec::new()) };
        match client.catch_up(reported.conversation, &mark).await {
            Ok(read) => {
                if read.gap {
                    tracing::warn!(workspace = %reported.workspace.at().id, "part of a conversation could not be read");
                    self.store.count("history_gaps", 1);
                }
                Ok(read.snapshots)
            }
            Err(CallError::Gone) => Ok(Vec::new()),
            Err(error) => Err(later(&error)),
        }
    }

    /// One message, from its report or from the platform.
    async fn one(&self, reported: &Reported<'_>, arrival: &Arrived) -> Result<Option<Snapshot>, Hold> {
        if let Some(body) = &arrival.body {
            match reported.workspace.receiver().open(&arrival.message, body) {
                Ok(snapshot) => {
                    self.store.count("opened", 1);
                    return Ok(Some(snapshot));
                }
                Err(reason) => {
                    tracing::warn!(workspace = %reported.workspace.at().id, reason, "a report could not be opened");
                    let (at, now) = (reported.workspace.at(), self.clock.now());
                    self.store.set_aside(at, &reason, body.clone(), now).await?;
                }
            }
        }
        let Some(client) = self.listener(reported).await? else { return Ok(None) };
        self.fetch(&client, &arrival.message, arrival).await
    }

    async fn fetch(
        &self,
        client: &Arc<dyn Client>,
        message: &MessageRef,
        arrival: &Arrived,
    ) -> Result<Option<Snapshot>, Hold> {
        match client.fetch(message).await {
            Ok(Some(snapshot)) => Ok(Some(snapshot)),
            Ok(None) | Err(CallError::Gone) => {
                let fresh = self.clock.now().since(arrival.accepted_at) < PATIENCE;
                if fresh && arrival.report == Report::Created { Err(Hold::Later(None)) } else { Ok(None) }
            }
            Err(error) => Err(later(&error)),
        }
    }

    /// A client of the first of those who were told that still exists.
    async fn listener(&self, reported: &Reported<'_>) -> Result<Option<Arc<dyn Client>>, Hold> {
        for arrival in reported.arrivals {
            if let Some(client) = self.client_or_hold(arrival.watcher).await? {
                return Ok(Some(client));
            }
        }
        Ok(None)
    }
}

/// Reports come with a message as it was then; of several about one message the newest counts.
fn keep_newest(snapshots: &mut Vec<Snapshot>, snapshot: Snapshot) {
    let age = |snapshot: &Snapshot| (snapshot.deleted, compare::version(snapshot));
    match snapshots.iter_mut().find(|held| held.message.at.id == snapshot.message.at.id) {
        Some(held) if age(held) < age(&snapshot) => *held = snapshot,
        Some(_) => {}
        None => snapshots.push(snapshot),
    }
}

fn wants_reading(arrival: &Arrived, seen: Option<Seen>, listed: bool) -> bool {
    let ours = seen.is_some_and(|seen| seen.ours);
    match arrival.report {
        Report::Look => true,
        Report::Created => listed && seen.is_none(),
        Report::Changed => listed && !ours,
        Report::Deleted => false,
    }
}

fn later(error: &CallError) -> Hold {
    match error {
        CallError::Retry { after } => Hold::Later(*after),
        _ => Hold::Later(None),
    }
}

fn swap((verdict, snapshot): (Verdict, Snapshot)) -> (Snapshot, Verdict) {
    (snapshot, verdict)
}
