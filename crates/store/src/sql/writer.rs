//! The one thread that writes. It takes whatever transactions are queued, runs each in a savepoint of its own, commits
//! them together, and then answers every caller: under load many share one sync, and an idle store answers after one.
//!
//! It is also the only one that checkpoints, after the callers were answered, so that no caller pays for it alone.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::Shared;
use super::run::Run;
use super::tx::{Effects, LeaseEffect, Tx};
use crate::payload_keys::PayloadKey;
use crate::{LaneId, StoreError};

const BEGIN: &str = "begin immediate";
const COMMIT: &str = "commit";
const ROLLBACK: &str = "rollback";
const SAVEPOINT: &str = "savepoint job";
const RELEASE: &str = "release job";
const UNDO: &str = "rollback to job";
const LOG_PAGES: &str = "pragma wal_checkpoint(noop)";
const WRITE_BACK: &str = "pragma wal_checkpoint(passive)";
const COUNT: &str = "insert into counter (name, value) values (?1, ?2) \
     on conflict (name) do update set value = value + excluded.value";
const SAVE_PEOPLE: &str = "insert or replace into meta (name, value) values ('people', ?1)";

/// The log, the database, and the header of the log that begins anew.
const WRITE_BACK_SYNCS: u64 = 3;
/// How many transactions share a commit at most.
const GROUP: usize = 256;
/// Pages of 4 KiB in the log from which on it is written back after a commit.
const LOG: i64 = 2_000;

/// A queued transaction.
pub(super) trait Job: Send {
    /// Runs it; `false` if it failed and must be undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;

    /// Answers the caller. With an error nothing was committed.
    fn answer(self: Box<Self>, shared: &Shared, committed: Result<(), String>);
}

/// A transaction with its result.
pub(super) struct Write<T, F> {
    run: Option<F>,
    result: Option<Result<T, StoreError>>,
    lane: Option<LaneId>,
    /// Held until the end, so that no key is destroyed whose rows are on their way.
    _keys: Vec<Arc<PayloadKey>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Write<T, F> {
    pub(super) fn new(
        run: F,
        lane: Option<LaneId>,
        keys: Vec<Arc<PayloadKey>>,
        reply: oneshot::Sender<Result<T, StoreError>>,
    ) -> Self {
        Self { run: Some(run), result: None, lane, _keys: keys, reply }
    }
}

impl<T, F> Job for Write<T, F>
where
    T: Send,
    F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(run) = self.run.take() else { return false };
        // A panic is this transaction's alone: it is undone like one that failed, and its neighbours are committed.
        let result = catch_unwind(AssertUnwindSafe(|| run(tx)))
            .unwrap_or_else(|_| Err(StoreError::Backend("a transaction panicked".into())));
        let done = result.is_ok();
        self.result = Some(result);
        done
    }

    fn answer(self: Box<Self>, shared: &Shared, committed: Result<(), String>) {
        if let Some(lane) = self.lane {
            shared.leases.leave(lane);
        }
        let result = match (self.result, committed) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(reason)) => Err(StoreError::Backend(reason.into())),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => Err(StoreError::Closed),
        };
        // A caller that went away does not want to know.
        let _ = self.reply.send(result);
    }
}

pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) shared: Arc<Shared>,
    pub(super) jobs: Receiver<Box<dyn Job>>,
    pub(super) people: i64,
    pub(super) last_seq: i64,
}

impl Writer {
    /// Works until the last sender is gone, then writes the last counts.
    pub(super) fn work(mut self) {
        while let Ok(first) = self.jobs.recv() {
            // Whoever else is about to write may do so first: where the processor is busy, many then share the commit, and
            // where it is idle, this costs nothing.
            std::thread::yield_now();
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(next) = self.jobs.try_recv()
            {
                group.push(next);
            }
            self.group(group);
            self.checkpoint();
        }
        self.group(Vec::new());
    }

    fn group(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let people = self.people;
        let counted = std::mem::take(&mut *lock(&self.shared.counted));
        match self.commit(&mut jobs, &counted) {
            Ok(effects) => {
                self.shared.people.store(self.people, Ordering::Release);
                for effects in effects {
                    apply(&self.shared, effects);
                }
                for job in jobs {
                    job.answer(&self.shared, Ok(()));
                }
            }
            Err(error) => {
                self.people = people;
                if !self.conn.is_autocommit()
                    && let Err(error) = self.conn.run(ROLLBACK, [])
                {
                    tracing::error!(error = %Chain(&error), "a failed commit could not be rolled back");
                }
                let mut waiting = lock(&self.shared.counted);
                for (name, by) in counted {
                    *waiting.entry(name).or_default() += by;
                }
                drop(waiting);
                let reason = Chain(&error).to_string();
                tracing::error!(error = reason, jobs = jobs.len(), "the database could not commit");
                for job in jobs {
                    job.answer(&self.shared, Err(reason.clone()));
                }
            }
        }
    }

    fn commit(
        &mut self,
        jobs: &mut [Box<dyn Job>],
        counted: &BTreeMap<String, u64>,
    ) -> Result<Vec<Effects>, StoreError> {
        self.conn.run(BEGIN, [])?;
        let before = self.people;
        let changes = self.conn.total_changes();
        let mut counts: BTreeMap<Cow<'static, str>, i64> = BTreeMap::new();
        let mut done = Vec::with_capacity(jobs.len());
        for job in jobs {
            self.conn.run(SAVEPOINT, [])?;
            let mut tx = Tx {
                conn: &self.conn,
                shared: &self.shared,
                effects: Effects::default(),
                people: self.people,
                last_seq: &mut self.last_seq,
            };
            if job.run(&mut tx) {
                self.people = tx.people;
                for (name, by) in tx.effects.counts.drain(..) {
                    *counts.entry(name).or_default() += by;
                }
                done.push(tx.effects);
            } else {
                // A full disk ends the whole transaction by itself; then this fails, and so do all.
                self.conn.run(UNDO, [])?;
            }
            self.conn.run(RELEASE, [])?;
        }
        for (name, by) in counted {
            let by = i64::try_from(*by).unwrap_or(i64::MAX);
            *counts.entry(Cow::Owned(format!("other/{name}"))).or_default() += by;
        }
        for (name, by) in &counts {
            self.conn.run(COUNT, (name, by))?;
        }
        if self.people != before {
            self.conn.run(SAVE_PEOPLE, [self.people])?;
        }
        let synced = self.shared.keys.sync().map_err(|error| StoreError::Backend(Box::new(error)))?;
        self.conn.run(COMMIT, [])?;
        let wrote = u64::from(self.conn.total_changes() != changes);
        self.shared.commits.fetch_add(wrote, Ordering::Relaxed);
        self.shared.syncs.fetch_add(wrote + u64::from(synced), Ordering::Relaxed);
        Ok(done)
    }

    fn checkpoint(&self) {
        let pages = |sql| self.conn.one(sql, [], |row| row.get::<_, i64>(1));
        let outcome = pages(LOG_PAGES).and_then(|log| match log {
            Some(log) if log >= LOG => {
                self.shared.syncs.fetch_add(WRITE_BACK_SYNCS, Ordering::Relaxed);
                pages(WRITE_BACK)
            }
            log => Ok(log),
        });
        if let Err(error) = outcome {
            tracing::warn!(error = %Chain(&error), "the log of the database could not be written back");
        }
    }
}

fn apply(shared: &Shared, effects: Effects) {
    shared.names.learn(effects.workspaces, effects.lanes);
    for key in effects.condemned {
        shared.keys.condemn(key);
    }
    for effect in effects.leases {
        match effect {
            LeaseEffect::Wake(id, key, at) => shared.leases.wake(id, &key, at),
            LeaseEffect::Wedge(id, key) => shared.leases.wedge(id, &key),
            LeaseEffect::Unwedge(id, key) => shared.leases.unwedge(id, &key),
            LeaseEffect::Revoke(claim, at) => shared.leases.revoke(&claim, at),
        }
    }
}

pub(super) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// An error and what led to it, in one line.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
