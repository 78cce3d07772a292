//! Reports that come over a connection which we open ourselves, for operators without an address that the vendor could
//! reach.
//!
//! Who keeps a feed does no more than this: open it; take what comes, store what it reports as of a webhook
//! ([`crate::Receiver::heads`]), and only then say so ([`Inflow::stored`]), because a vendor repeats what was not
//! acknowledged; when it ends, take that for a gap of every login of the workspace and open it again, after a pause that
//! grows. Heartbeats and moving from one connection to the next are matters of the connector, so that a keeper never sees
//! an end that is none.

use async_trait::async_trait;
use entente_model::CallError;

use crate::{Hook, Verified};

/// Where a workspace's reports come from.
#[async_trait]
pub trait Feed: Send + Sync {
    /// Opens a connection.
    ///
    /// # Errors
    /// [`CallError::Retry`] when it cannot be had now, [`CallError::Reauthorize`] when our token is refused,
    /// [`CallError::Reject`] when the vendor does not wait for one.
    async fn open(&self) -> Result<Box<dyn Inflow>, CallError>;
}

/// A connection by which reports come in.
#[async_trait]
pub trait Inflow: Send {
    /// Waits for what comes next. Nothing is lost when the wait is given up.
    ///
    /// # Errors
    /// The connection has ended: open another. [`CallError::Reject`]: the vendor will have none from now on.
    async fn next(&mut self) -> Result<Fed, CallError>;

    /// Tells the vendor that what came with this ticket is stored.
    ///
    /// # Errors
    /// The connection has ended; the vendor will repeat what came.
    async fn stored(&mut self, ticket: &str) -> Result<(), CallError>;
}

/// Something that came in.
#[derive(Debug)]
pub struct Fed {
    /// What came, proven by the connection that it came over.
    pub hook: Hook<Verified>,
    /// By what to name it when it is stored; `None` where the vendor does not ask.
    pub ticket: Option<String>,
}
