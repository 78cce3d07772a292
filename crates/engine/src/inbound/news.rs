//! How the reported messages stand now.

use std::time::Duration;

use entente_model::{CallError, DropReason, MessageId, Snapshot, Timestamp};
use entente_platform::Mark;
use entente_store::{Arrived, Known, Report, Seen};

use crate::compare::{self, Verdict};
use crate::engine::Engine;
use crate::inbound::refusal::{self, PATIENCE, Refusals, answered};
use crate::inbound::{Aside, Hold, Reported, Talk};
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
    /// Reports that could not be read.
    pub(crate) aside: Vec<Aside>,
    /// How far the conversation had been read before.
    pub(crate) read_until: Option<Timestamp>,
    /// How far the conversation has been read now.
    pub(crate) mark: Option<(MessageId, Timestamp)>,
}

/// Clocks of platforms may be behind ours by so much.
const SKEW: Duration = Duration::from_mins(1);

impl Engine {
    /// Learns how the reported messages stand. `talk` says what is carried of the conversation, if
    /// anything is.
    pub(crate) async fn news(
        &self,
        reported: &Reported<'_>,
        known: &Known,
        talk: Option<&Talk>,
    ) -> Result<News, Hold> {
        let seen = self.settled_by_now(reported, known, talk).await?;
        let since = talk.and_then(|talk| talk.since);
        let mark = known.conversation.as_ref().and_then(|conversation| conversation.mark.as_ref());
        let mut news = News { read_until: mark.map(|(_, at)| *at), ..News::default() };
        let mut snapshots = Vec::new();
        // Where reports may have been missed, the next one does not tell what came before it; the history does.
        let missed = reported
            .arrivals
            .iter()
            .any(|arrival| self.ears.missed(reported.workspace, arrival.watcher, reported.as_of));
        let listed = missed || reported.workspace.profile().capabilities.listed;
        let mut looks =
            reported.arrivals.iter().zip(&seen).any(|(arrival, seen)| wants_reading(arrival, *seen, listed));
        if looks {
            match self.read_on(reported, known, since).await {
                Ok(read) => snapshots = read,
                Err(Hold::Refused { patience, reason }) if self.all_ripe(reported, patience) => {
                    let whole = reported.arrivals.iter().filter(|arrival| arrival.report == Report::Look);
                    news.aside.extend(whole.map(|arrival| refusal::aside(arrival, &reason)));
                    news.drops.resize(news.aside.len(), DropReason::Refused);
                    looks = false;
                }
                Err(hold) => return Err(hold),
            }
        }
        let read_to = snapshots.iter().map(|read| read.created_at).max().max(news.read_until);
        let read: Vec<MessageId> = snapshots.iter().map(|snapshot| snapshot.message.at.id.clone()).collect();
        for (arrival, seen) in reported.arrivals.iter().zip(&seen) {
            if arrival.report == Report::Look {
                continue;
            }
            if arrival.report == Report::Reacted {
                self.reacted(reported, arrival, &mut snapshots, &mut news).await?;
            } else if seen.is_some_and(|seen| seen.ours) {
                news.drops.push(DropReason::Echo);
            } else if arrival.report == Report::Deleted {
                match seen {
                    Some(seen) if !seen.deleted => news.gone.push(arrival.message.id.clone()),
                    Some(_) => news.drops.push(DropReason::Repeat),
                    None => news.unseen.push(arrival.message.id.clone()),
                }
            } else if arrival.report == Report::Created && seen.is_some() {
                news.drops.push(DropReason::Repeat);
            } else if read.contains(&arrival.message.id) {
                // Not every history tells when a message was changed; the report of the change does.
                if let (Report::Changed, Some(body)) = (arrival.report, &arrival.body)
                    && let Ok(snapshot) = told(reported, arrival, body)
                {
                    keep_newest(&mut snapshots, snapshot);
                }
            } else {
                match self.one(reported, arrival, read_to, &mut news.aside).await {
                    Ok(Some(snapshot)) => keep_newest(&mut snapshots, snapshot),
                    Ok(None) => news.drops.push(DropReason::Gone),
                    Err(Hold::Refused { patience, reason }) if self.ripe(arrival, patience) => {
                        news.aside.push(refusal::aside(arrival, &reason));
                        news.drops.push(DropReason::Refused);
                    }
                    Err(hold) => return Err(hold),
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
        self.leave_aside_old(reported, &mut news, since).await?;
        Ok(news)
    }

    /// A change of something that was written before we began to hear, or so long ago that it was forgotten, is not news:
    /// nobody on the other side has seen it.
    async fn leave_aside_old(
        &self,
        reported: &Reported<'_>,
        news: &mut News,
        since: Option<Timestamp>,
    ) -> Result<(), Hold> {
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
        let since = heard_since.max(self.clock.now().minus(KEEP_SEEN)).max(since.unwrap_or(Timestamp(0)));
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
        talk: Option<&Talk>,
    ) -> Result<Vec<Option<Seen>>, Hold> {
        let unseen = known.seen.iter().any(Option::is_none);
        if let (true, Some(talk)) = (unseen, talk)
            && self.in_flight.wait(&talk.lane, self.tuning.echo_patience).await
        {
            let ids: Vec<MessageId> = reported.arrivals.iter().map(|a| a.message.id.clone()).collect();
            return Ok(self.store.known(reported.conversation, &ids).await?.seen);
        }
        Ok(known.seen.clone())
    }

    /// Reads the conversation's history from where it was left.
    async fn read_on(
        &self,
        reported: &Reported<'_>,
        known: &Known,
        since: Option<Timestamp>,
    ) -> Result<Vec<Snapshot>, Hold> {
        let mark = known.conversation.as_ref().and_then(|conversation| conversation.mark.clone());
        let mark = if let Some((message, at)) = mark {
            Mark { message: Some(message), at }
        } else {
            // Nobody has read here yet. What was written before we began to hear is none of our business, and what
            // was reported need not be the first since then.
            let heard = self.heard_since(reported.arrivals[0].watcher).await?.minus(SKEW);
            Mark { message: None, at: since.unwrap_or(heard) }
        };
        let mut refusals = Refusals::default();
        for client in self.listeners(reported).await? {
            match client.catch_up(reported.conversation, &mark).await {
                Ok(read) => {
                    if read.gap {
                        tracing::warn!(workspace = %reported.workspace.at().id, "part of a conversation could not be read");
                        self.store.count("history_gaps", 1);
                    }
                    return Ok(read.snapshots);
                }
                Err(error) => refusals.take(error, self.tuning.give_up_after)?,
            }
        }
        refusals.hold().map(|()| Vec::new())
    }

    /// One message, from its report or from the platform. A report that cannot be opened goes to `aside`.
    async fn one(
        &self,
        reported: &Reported<'_>,
        arrival: &Arrived,
        read_to: Option<Timestamp>,
        aside: &mut Vec<Aside>,
    ) -> Result<Option<Snapshot>, Hold> {
        if let Some(body) = &arrival.body {
            match told(reported, arrival, body) {
                Ok(snapshot) => {
                    self.store.count("opened", 1);
                    let passed = read_to.is_some_and(|read_to| snapshot.created_at < read_to);
                    return if passed && arrival.report == Report::Created {
                        self.as_it_is(reported, snapshot).await
                    } else {
                        Ok(Some(snapshot))
                    };
                }
                Err(reason) => {
                    tracing::warn!(workspace = %reported.workspace.at().id, reason, "a report could not be opened");
                    aside.push(Aside { reason, body: body.clone() });
                }
            }
        }
        self.fetch(reported, arrival).await
    }

    /// A message of a time that has been read, where it was not: its report came late, or it has been taken back since it was
    /// reported, and then nobody shall see it any more. What nobody may read now stands as it was told.
    async fn as_it_is(&self, reported: &Reported<'_>, told: Snapshot) -> Result<Option<Snapshot>, Hold> {
        let mut gone = false;
        for client in self.listeners(reported).await? {
            match answered(client.fetch(&told.message.at).await)? {
                Ok(Some(snapshot)) => return Ok(Some(snapshot)),
                Ok(None) | Err(CallError::Gone) => gone = true,
                Err(_) => {}
            }
        }
        Ok((!gone).then_some(told))
    }

    /// One message as the platform shows it to any of those who were told.
    pub(super) async fn fetch(
        &self,
        reported: &Reported<'_>,
        arrival: &Arrived,
    ) -> Result<Option<Snapshot>, Hold> {
        let mut refusals = Refusals::default();
        let clients = self.listeners(reported).await?;
        let mut gone = false;
        for client in &clients {
            match client.fetch(&arrival.message).await {
                Ok(Some(snapshot)) => return Ok(Some(snapshot)),
                Ok(None) => gone = true,
                Err(error) => refusals.take(error, self.tuning.give_up_after)?,
            }
        }
        // Who may read there and does not see it has said what those cannot who may not.
        if !gone {
            refusals.hold()?;
        }
        // A message that was just written may not be readable yet.
        let fresh = arrival.report == Report::Created && !self.ripe(arrival, PATIENCE);
        if fresh && !clients.is_empty() { Err(Hold::Later(None)) } else { Ok(None) }
    }
}

/// Reports come with a message as it was then; of several about one message the newest counts.
pub(super) fn keep_newest(snapshots: &mut Vec<Snapshot>, snapshot: Snapshot) {
    let age = |snapshot: &Snapshot| (snapshot.deleted, compare::version(snapshot));
    match snapshots.iter_mut().find(|held| held.message.at.id == snapshot.message.at.id) {
        Some(held) if age(held) < age(&snapshot) => {
            let reactions = snapshot.reactions.clone().or_else(|| held.reactions.take());
            *held = Snapshot { reactions, ..snapshot };
        }
        Some(held) if held.reactions.is_none() => held.reactions = snapshot.reactions,
        Some(_) => {}
        None => snapshots.push(snapshot),
    }
}

/// The message as its report tells it. How people felt about it then is left out: a report of that may have come since, and is
/// a reason to look only as long as nobody believes this one.
fn told(reported: &Reported<'_>, arrival: &Arrived, body: &[u8]) -> Result<Snapshot, String> {
    let told = reported.workspace.receiver().open(&arrival.message, body)?;
    Ok(Snapshot { reactions: None, ..told })
}

fn wants_reading(arrival: &Arrived, seen: Option<Seen>, listed: bool) -> bool {
    let ours = seen.is_some_and(|seen| seen.ours);
    match arrival.report {
        Report::Look => true,
        Report::Created => listed && seen.is_none(),
        Report::Changed | Report::Reacted => listed && !ours,
        Report::Deleted => false,
    }
}

fn swap((verdict, snapshot): (Verdict, Snapshot)) -> (Snapshot, Verdict) {
    (snapshot, verdict)
}
