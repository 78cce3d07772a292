//! Connections that only read. A read sees what was committed when it began, waits for nobody, and takes tens of
//! microseconds; a hop to another thread would cost more than it saves.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::run::Run;
use crate::StoreError;

const BEGIN: &str = "begin";
const END: &str = "rollback";

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
            prepare_once(&connection, 64)?;
            connection
                .execute_batch("pragma mmap_size = 0; pragma cache_size = -1000; pragma query_only = 1;")?;
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

/// Keeps prepared statements, and keeps them valid: without the guarantee of stable plans `SQLite` prepares a statement
/// anew whenever a limit that is bound to it changes, which costs more than running it.
pub(super) fn prepare_once(connection: &Connection, statements: usize) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(statements);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Several reads of one moment.
pub(super) fn at_once<T>(
    connection: &Connection,
    run: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.run(BEGIN, [])?;
    let moment = Moment(connection);
    let result = run(connection);
    drop(moment);
    result
}

/// Ends the moment, also when reading panics; a connection left in it would show the same for ever.
struct Moment<'a>(&'a Connection);

impl Drop for Moment<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.run(END, []) {
            tracing::error!(%error, "a read could not be ended");
        }
    }
}
