//! Groups that are shown elsewhere. A group whose people work on several platforms has a mirror in each workspace that somebody
//! in it works in; the group and its mirrors are kept in step by a link of their own.

use crate::{LoginId, Timestamp, WorkspaceRef};

/// The mirror of a group in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    /// Where.
    pub workspace: WorkspaceRef,
    /// How far it is.
    pub state: MirrorState,
}

/// How far a mirror is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorState {
    /// It certainly does not stand.
    Wanted {
        /// Since when.
        since: Timestamp,
    },
    /// The call that makes it may have left.
    Begun {
        /// As which login.
        by: LoginId,
        /// When.
        at: Timestamp,
    },
    /// It stands, and is a member of the link; not everybody has been let in.
    Open {
        /// The login that made it.
        by: LoginId,
    },
    /// It stands, and whoever can be in it is. What it was made for is not planned yet, so nothing that is said in it may be.
    Ready {
        /// The login that made it.
        by: LoginId,
    },
    /// It stands and shows what is said in the group.
    Whole {
        /// The login that made it.
        by: LoginId,
    },
    /// It cannot be made.
    Refused {
        /// Why, for people to read.
        reason: String,
        /// When that was found.
        at: Timestamp,
    },
}

impl MirrorState {
    /// A stable name for the database, the console and the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Wanted { .. } => "wanted",
            Self::Begun { .. } => "begun",
            Self::Open { .. } => "open",
            Self::Ready { .. } => "ready",
            Self::Whole { .. } => "whole",
            Self::Refused { .. } => "refused",
        }
    }

    /// The login that made it, if it stands.
    pub fn made_by(&self) -> Option<LoginId> {
        match self {
            Self::Open { by } | Self::Ready { by } | Self::Whole { by } => Some(*by),
            Self::Wanted { .. } | Self::Begun { .. } | Self::Refused { .. } => None,
        }
    }
}
