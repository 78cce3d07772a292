//! A plan, put into effect.

use crate::{Engine, EngineError};

/// What applying did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// People recorded for the first time.
    pub people_added: usize,
    /// People changed.
    pub people_changed: usize,
    /// Bots that will be made now.
    pub bots: usize,
    /// Consents that are wanted now.
    pub consents: usize,
    /// Stand-ins suspended or resumed.
    pub changed: usize,
    /// Stand-ins taken away.
    pub removed: usize,
}

impl Engine {
    /// Does what the plan of this digest says; bots are made afterwards, by [`Engine::provision`]. Applying it again
    /// does nothing; applying it after having been interrupted does the rest.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when it is not the last plan that was made, or when something else would come out now;
    /// the text lists what differs.
    pub async fn apply(&self, digest: &str) -> Result<Applied, EngineError> {
        let _ = (digest, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }
}
