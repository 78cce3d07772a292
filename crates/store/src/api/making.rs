//! Channels that are made to be linked.

use async_trait::async_trait;
use entente_model::{ConversationRef, LoginId, Timestamp, WorkspaceRef};

use crate::StoreError;

/// A channel that is being made, or was made and is in no link yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Making {
    /// Where.
    pub workspace: WorkspaceRef,
    /// As it was asked for; with the workspace it says which wish it is.
    pub name: String,
    /// What else the wish is known by, on platforms where names do not tell.
    pub mark: String,
    /// The login that makes it.
    pub by: LoginId,
    /// When the call that makes it was about to leave.
    pub at: Timestamp,
    /// What came of it; `None` as long as that is not known.
    pub made: Option<ConversationRef>,
}

/// Channels in the making. They are forgotten in the transaction that links them ([`crate::Channels::add_link`]).
#[async_trait]
pub trait Makings: Send + Sync {
    /// The channel of this wish, if it was begun and is in no link.
    async fn making(&self, workspace: &WorkspaceRef, name: &str) -> Result<Option<Making>, StoreError>;

    /// Records how far one is, in place of what was recorded of the same wish.
    async fn set_making(&self, making: &Making) -> Result<(), StoreError>;

    /// Forgets one: it certainly was not made, or is there no more. Done twice it changes nothing.
    async fn forget_making(&self, workspace: &WorkspaceRef, name: &str) -> Result<(), StoreError>;
}
