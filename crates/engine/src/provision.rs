//! The reconciler of stand-ins: compares what is wanted with what there is, takes no input, and can be interrupted
//! anywhere.

use std::time::Duration;

use entente_model::{AccountRef, PersonId, WorkspaceId};
use secrecy::SecretString;

use crate::{Engine, EngineError};

/// What one pass did, and what is left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provisioned {
    /// Stand-ins that speak now and did not before.
    pub activated: usize,
    /// Stand-ins suspended in this pass; the reasons stand with them.
    pub suspended: usize,
    /// Bots still to be made.
    pub left: usize,
    /// Stand-ins that wait for their person's consent.
    pub awaiting_consent: usize,
    /// Stand-ins that speak.
    pub active: usize,
    /// When it is worth another pass, if something is left.
    pub again: Option<Duration>,
    /// Workspaces where nothing could be done, and why.
    pub blocked: Vec<(WorkspaceId, String)>,
}

/// A bot made by hand that stands in for somebody now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// For whom.
    pub person: PersonId,
    /// The bot.
    pub account: AccountRef,
    /// Where people find it.
    pub address: String,
}

impl Engine {
    /// One pass over all stand-ins. May be called at any time, also while another pass runs (it waits).
    ///
    /// # Errors
    /// When the store fails. What platforms refuse is recorded with the stand-in and fails nobody else.
    pub async fn provision(&self) -> Result<Provisioned, EngineError> {
        let _ = &self.store;
        Err(EngineError::NotReady("not built yet".to_owned()))
    }

    /// Lets the bots that could not be made be tried again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn retry_bots(&self) -> Result<usize, EngineError> {
        let _ = &self.store;
        Err(EngineError::NotReady("not built yet".to_owned()))
    }

    /// Lets a bot that was made by hand stand in for the person with this address.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the token is not a bot's, or the bot or its address is somebody else's.
    pub async fn adopt_bot(
        &self,
        email: &str,
        workspace: &WorkspaceId,
        token: SecretString,
    ) -> Result<Adopted, EngineError> {
        let _ = (email, workspace, token, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }
}
