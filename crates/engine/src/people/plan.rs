//! What is to be done about people, before it is.

use std::fmt;

use entente_model::{AccountRef, PersonId, WorkspaceId};

use super::{Conflict, Matching, PrimaryRule};
use crate::{Engine, EngineError};

/// Everything that applying would do, and what it would leave alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncPlan {
    /// Names this plan; given back to [`Engine::apply`].
    pub digest: String,
    /// What would be done, in this order. Empty: everything is as it should be.
    pub lines: Vec<PlanLine>,
    /// Accounts that belong to nobody, with the reasons.
    pub conflicts: Vec<Conflict>,
    /// People for whom no primary was chosen: name and address.
    pub unchosen: Vec<(String, String)>,
    /// People who cannot be represented somewhere.
    pub unrepresented: Vec<Unrepresented>,
    /// People and stand-ins that stay as they are.
    pub kept: usize,
}

/// One thing that would be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// About whom.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Where, for stand-ins; `None` for the person as such.
    pub workspace: Option<WorkspaceId>,
    /// What.
    pub action: Action,
}

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A person is recorded.
    Add {
        /// Where they work, if that is clear.
        primary: Option<AccountRef>,
        /// All their accounts.
        accounts: Vec<AccountRef>,
    },
    /// A person's name, address, accounts or primary is recorded as it is now.
    Change {
        /// Where they work, if that is clear.
        primary: Option<AccountRef>,
        /// All their accounts.
        accounts: Vec<AccountRef>,
    },
    /// A bot of their own is made; the address may turn out to be taken, then another is derived.
    MakeBot {
        /// Where it will be found.
        address: String,
    },
    /// Their own account is to speak for them; they are asked to consent.
    AskConsent {
        /// Their account.
        account: AccountRef,
    },
    /// The stand-in is suspended.
    Suspend {
        /// Why.
        reason: String,
    },
    /// The reason for its suspension is gone.
    Resume,
    /// The stand-in is taken away, because the person works there now.
    Remove,
}

/// Somebody who cannot be represented in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrepresented {
    /// Whose name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Where.
    pub workspace: WorkspaceId,
    /// Why.
    pub reason: String,
}

impl Action {
    /// A stable name for the API: `created`, `changed`, `prompted` and `removed` are what the console counts by.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Change { .. } => "change",
            Self::MakeBot { .. } => "make_bot",
            Self::AskConsent { .. } => "ask_consent",
            Self::Suspend { .. } => "suspend",
            Self::Resume => "resume",
            Self::Remove => "remove",
        }
    }
}

/// For people to read.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Engine {
    /// Matches accounts with people, by what was imported last. Changes nothing.
    ///
    /// # Errors
    /// When a rule names no workspace, a directory was not imported yet, or the store fails.
    pub async fn matching(&self, rules: &[PrimaryRule]) -> Result<Matching, EngineError> {
        let _ = (rules, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }

    /// What applying would do now. Remembered under its digest until the next plan is made.
    ///
    /// # Errors
    /// Like [`Engine::matching`].
    pub async fn plan(&self, rules: &[PrimaryRule]) -> Result<SyncPlan, EngineError> {
        let _ = (rules, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }
}
