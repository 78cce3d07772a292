//! Directories, read page by page with the administrator's login. Can be repeated at any time.

use entente_model::WorkspaceId;
use entente_store::Imported;

use crate::{Engine, EngineError};

impl Engine {
    /// Reads the directory of this workspace, or of each, and records it. Repeatable.
    ///
    /// # Errors
    /// When no administrator has given consent, the platform fails, or a directory lists nobody.
    pub async fn import(
        &self,
        workspace: Option<&WorkspaceId>,
    ) -> Result<Vec<(WorkspaceId, Imported)>, EngineError> {
        let _ = (workspace, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }
}
