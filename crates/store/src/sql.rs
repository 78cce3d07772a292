//! The `SQLite` store: one file, one process, one writer thread.
//!
//! A message costs four durable steps, and a disk that syncs in milliseconds gives a few hundred of them a second; so
//! independent transactions share a sync ([`writer`]). Reads are tens of microseconds in WAL mode and run where they are
//! asked, on connections of their own ([`readers`]). Leases live in memory ([`crate::leases`]); claims touch no disk.
//! Texts are sealed and opened on the caller's side, never in the writer thread.

mod channels;
mod console;
mod finish;
mod identities;
mod inbox;
mod lanes;
mod links;
mod lock;
mod logins;
mod making;
mod migrate;
mod mirrors;
mod names;
mod open;
mod origin;
mod outbox;
mod overdue;
mod people;
#[cfg(test)]
mod plans;
mod queues;
mod readers;
mod rebuild;
mod rooms;
mod routed;
mod run;
mod settings;
mod sweep;
mod tx;
mod writer;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

pub use self::open::OpenError;

use self::identities::Identities;
use self::names::Names;
use self::readers::Readers;
use self::tx::Tx;
use self::writer::{Job, Write};
use crate::leases::Leases;
use crate::payload_keys::{PayloadKey, PayloadKeys};
use crate::seal::Place;
use crate::{Claim, LaneId, MasterKey, StoreError};

/// A store in a folder: `entente.db`, `payload.keys` beside it (never to be backed up), and a lock file.
pub struct Sqlite {
    shared: Arc<Shared>,
    readers: Option<Readers>,
    jobs: Option<Sender<Box<dyn Job>>>,
    writer: Option<JoinHandle<()>>,
    /// Held until the end; the last field to be dropped.
    _lock: File,
}

/// What callers and the writer thread share.
struct Shared {
    master: MasterKey,
    keys: PayloadKeys,
    leases: Leases,
    names: Names,
    identities: Identities,
    /// Rises with every change of people, once that is committed.
    people: AtomicI64,
    /// What [`crate::Console::count`] was told and no commit has written yet.
    counted: Mutex<BTreeMap<String, u64>>,
    /// Commits that wrote something, and syncs of any file, since the store was opened.
    commits: AtomicU64,
    syncs: AtomicU64,
}

impl Sqlite {
    /// Opens the store of a folder, or makes it. Checks everything that can be checked before the first message: the lock,
    /// the file's soundness, its version, the key.
    pub fn open(folder: &Path, key: &MasterKey) -> Result<Self, OpenError> {
        open::open(folder, key)
    }

    /// Whether a folder holds a database.
    pub fn exists(folder: &Path) -> bool {
        folder.join(open::DATABASE).exists()
    }

    /// Runs a transaction in the writer thread; returns once it is committed together with its neighbours.
    async fn write<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.queue(None, Vec::new(), run)?.await.map_err(|_| StoreError::Closed)?
    }

    /// The same with payloads that these keys sealed; they are kept from being destroyed until the end.
    async fn write_sealed<T, F>(&self, keys: Vec<Arc<PayloadKey>>, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.queue(None, keys, run)?.await.map_err(|_| StoreError::Closed)?
    }

    /// The same under a claim. The lane is not handed out while the transaction is queued, so the claim that holds now
    /// holds at the commit.
    async fn write_under<T, F>(
        &self,
        under: &Claim,
        keys: Vec<Arc<PayloadKey>>,
        run: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.shared.leases.enter(under)?;
        self.queue(Some(under.lane), keys, run)?.await.map_err(|_| StoreError::Closed)?
    }

    fn queue<T, F>(
        &self,
        lane: Option<LaneId>,
        keys: Vec<Arc<PayloadKey>>,
        run: F,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Write::new(run, lane, keys, reply));
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if sent {
            return Ok(answer);
        }
        if let Some(lane) = lane {
            self.shared.leases.leave(lane);
        }
        Err(StoreError::Closed)
    }

    /// Runs a read where it is asked.
    fn read<T>(
        &self,
        run: impl FnOnce(&rusqlite::Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.readers.as_ref().ok_or(StoreError::Closed)?.read(run)
    }
}

impl Shared {
    fn people(&self) -> i64 {
        self.people.load(Ordering::Acquire)
    }

    fn open_payload(&self, row: i64, key: i64, sealed: &[u8]) -> Result<bytes::Bytes, StoreError> {
        let plain = self.keys.get(key).and_then(|key| key.open(row, sealed));
        plain.map(bytes::Bytes::from).ok_or(StoreError::Inconsistent { table: "payload", column: "sealed" })
    }

    fn open_secret(
        &self,
        place: &Place<'_>,
        sealed: &[u8],
        error: StoreError,
    ) -> Result<Vec<u8>, StoreError> {
        self.master.open(place, sealed).ok_or(error)
    }
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sqlite")
    }
}

/// Waits for the last commit.
impl Drop for Sqlite {
    fn drop(&mut self) {
        self.readers = None;
        self.jobs = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the writer of the database had panicked");
        }
    }
}
