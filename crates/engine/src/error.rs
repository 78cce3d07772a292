//! How the engine's own calls fail, for whoever asked.

use entente_model::{CallError, WorkspaceId};
use entente_store::StoreError;

/// Why something asked of the engine was not done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A platform refused or could not be reached.
    #[error("{workspace}: {error}")]
    Call {
        /// Where.
        workspace: WorkspaceId,
        /// How.
        #[source]
        error: CallError,
    },
    /// No workspace of this name is configured.
    #[error("no workspace named {0} is configured")]
    UnknownWorkspace(WorkspaceId),
    /// Something must be done first; the text says what.
    #[error("{0}")]
    NotReady(String),
    /// What was asked for cannot be; the text says why.
    #[error("{0}")]
    Refused(String),
}
