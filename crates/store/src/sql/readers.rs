//! Connections that only read. A read sees what was committed when it began, waits for nobody, and takes tens of
//! microseconds; a hop to another thread would cost more than it saves.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::{Connection, OpenFlags};

use crate::StoreError;

/// More than the processors of a small machine; each keeps its own cache of pages and statements.
const CONNECTIONS: usize = 4;

pub(super) struct Readers {
    pool: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Readers {
    pub(super) fn open(database: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connect = |_| {
            let connection = Connection::open_with_flags(database, flags)?;
            connection.set_prepared_statement_cache_capacity(64);
            connection
                .execute_batch("pragma mmap_size = 0; pragma cache_size = -2000; pragma query_only = 1;")?;
            Ok(Mutex::new(connection))
        };
        Ok(Self {
            pool: (0..CONNECTIONS).map(connect).collect::<rusqlite::Result<_>>()?,
            next: AtomicUsize::new(0),
        })
    }

    pub(super) fn read<T>(
        &self,
        run: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        run(&self.free())
    }

    /// A connection that nobody uses, or else the next one when it is free.
    fn free(&self) -> MutexGuard<'_, Connection> {
        for connection in &self.pool {
            match connection.try_lock() {
                Ok(free) => return free,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let next = self.next.fetch_add(1, Ordering::Relaxed) % self.pool.len();
        self.pool[next].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Several reads of one moment.
pub(super) fn at_once<T>(
    connection: &Connection,
    run: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let moment = connection.unchecked_transaction()?;
    let result = run(&moment)?;
    moment.finish()?;
    Ok(result)
}
