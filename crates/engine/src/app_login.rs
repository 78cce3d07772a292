//! The Entente app's own login in a workspace, with which it speaks for itself.

use entente_model::WorkspaceId;

use crate::{Engine, EngineError};

impl Engine {
    /// Sees to it that the app can speak in this workspace. Safe to repeat; the reconciler does so.
    ///
    /// # Errors
    /// [`EngineError::NotReady`] while an administrator's consent is missing, else what the platform said.
    pub async fn ensure_app(&self, workspace: &WorkspaceId) -> Result<(), EngineError> {
        let _ = (workspace, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }
}
