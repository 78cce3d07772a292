//! Where a client gets its token from. Tokens are opened only by the logins' keeper and used only by [`crate::Http`].

use std::sync::Arc;

use async_trait::async_trait;
use entente_model::{AccountRef, CallError, LoginId};
use secrecy::SecretString;

/// A token that can be sent.
#[derive(Debug, Clone)]
pub struct Access {
    /// The token.
    pub token: SecretString,
    /// Distinguishes it from the tokens before and after it, without naming it.
    pub generation: u64,
}

/// The keeper of one login's token: refreshes it ahead of time, one refresh at once.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// A token that should be valid.
    async fn access(&self) -> Result<Access, CallError>;

    /// The vendor refused `old` (401). A newer token if there is one, else a refreshed one.
    async fn refused(&self, old: &Access) -> Result<Access, CallError>;
}

/// What a login is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoginKind {
    /// A person's own account, by their consent.
    Account,
    /// A bot that stands in for a person.
    Bot,
    /// The workspace's Entente app, speaking for itself.
    App,
    /// An administrator, for directories and for making bots.
    Admin,
    /// An account of no person, that is in channels to hear them for the Entente app.
    Listener,
}

impl LoginKind {
    /// A stable name for the database and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Bot => "bot",
            Self::App => "app",
            Self::Admin => "admin",
            Self::Listener => "listener",
        }
    }

    /// The kind of a stored name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Account, Self::Bot, Self::App, Self::Admin, Self::Listener]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// As whom a client calls.
#[derive(Clone)]
pub struct Credentials {
    /// The login.
    pub login: LoginId,
    /// What it is good for.
    pub kind: LoginKind,
    /// The account behind it; `None` for an administrator's or app's login that has not been asked yet.
    pub account: Option<AccountRef>,
    /// Its token.
    pub tokens: Arc<dyn Tokens>,
    /// The app's own token by client credentials, where the vendor has such a thing. Second argument of no person.
    pub app_tokens: Option<Arc<dyn Tokens>>,
}
