//! How a store fails. "Not found" is never an error.

use std::error::Error;

/// Why a transaction did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The claim's epoch is not the lane's any more: somebody else works on it. An ordinary outcome; drop the work.
    #[error("the lane is not ours any more")]
    LeaseLost,
    /// Stored data that should be impossible.
    #[error("impossible data in {table}.{column}")]
    Inconsistent {
        /// Where.
        table: &'static str,
        /// In which column.
        column: &'static str,
    },
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// The database failed; nothing was written.
    #[error("the database failed")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}
