//! Running statements. Every statement is prepared once per connection. Parameters are written `?1`, `?2`: `SQLite` counts
//! `$1` by first appearance, so that form would say something else than it says elsewhere.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row};
use uuid::Uuid;

use crate::StoreError;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Backend(Box::new(error))
    }
}

pub(super) trait Run {
    /// Runs a statement; returns how many rows it changed.
    fn run(&self, sql: &'static str, params: impl Params) -> Result<usize, StoreError>;

    /// The first row, if there is one.
    fn one<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError>;

    /// All rows.
    fn all<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError>;
}

/// Every statement that was run, for the test that asks how they are carried out.
#[cfg(test)]
pub(super) static RUN: std::sync::Mutex<std::collections::BTreeSet<&'static str>> =
    std::sync::Mutex::new(std::collections::BTreeSet::new());

fn prepared<'a>(conn: &'a Connection, sql: &'static str) -> rusqlite::Result<CachedStatement<'a>> {
    #[cfg(test)]
    super::writer::lock(&RUN).insert(sql);
    conn.prepare_cached(sql)
}

impl Run for Connection {
    fn run(&self, sql: &'static str, params: impl Params) -> Result<usize, StoreError> {
        Ok(prepared(self, sql)?.execute(params)?)
    }

    fn one<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(prepared(self, sql)?.query_row(params, read).optional()?)
    }

    fn all<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = prepared(self, sql)?;
        let rows = statement.query_map(params, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A limit as `SQLite` takes it.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A number that is never negative.
pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|value| u64::try_from(value).unwrap_or(0))
}

/// The 16 bytes of a column.
pub(super) fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

/// The 16 bytes of a column that may be null.
pub(super) fn uuid_or_null(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Uuid>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(Uuid::from_bytes))
}
