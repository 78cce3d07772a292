//! Credentials, sealed; grants under way; and how well each login hears.

use async_trait::async_trait;
use entente_model::{AccountRef, LoginId, PersonId, Timestamp, WorkspaceRef};
use secrecy::SecretString;

use crate::StoreError;

/// A set of credentials.
#[derive(Debug, Clone)]
pub struct Login {
    /// Which one.
    pub id: LoginId,
    /// Where.
    pub workspace: WorkspaceRef,
    /// `account`, `bot`, `app` or `admin`.
    pub kind: String,
    /// Whose it is, for accounts and bots.
    pub person: Option<PersonId>,
    /// The account behind it.
    pub account: Option<AccountRef>,
    /// The tokens; `None` where the login needs none stored (client credentials).
    pub secret: Option<LoginSecret>,
    /// Whether it works.
    pub state: LoginState,
}

/// Tokens.
#[derive(Debug, Clone)]
pub struct LoginSecret {
    /// The token that is sent.
    pub access: SecretString,
    /// What a new one is got with.
    pub refresh: Option<SecretString>,
    /// When `access` ends; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// Rises with every new token.
    pub generation: u64,
}

/// Whether a login works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoginState {
    /// As far as we know.
    Active,
    /// The platform refused it; a person must act.
    Refused,
}

/// A consent that somebody was sent to give. Single use.
#[derive(Debug, Clone)]
pub struct PendingGrant {
    /// SHA-256 of the `state` that the browser carries.
    pub state: [u8; 32],
    /// SHA-256 of the cookie that binds it to the browser.
    pub browser: [u8; 32],
    /// Where.
    pub workspace: WorkspaceRef,
    /// `account` or `admin`.
    pub kind: String,
    /// Who was asked, for accounts.
    pub person: Option<PersonId>,
    /// The PKCE verifier.
    pub verifier: Option<SecretString>,
    /// The `state` of the invitation that it began at, which a success uses up.
    pub invitation: Option<[u8; 32]>,
    /// After that it is worth nothing.
    pub expires_at: Timestamp,
}

/// How well a login hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// The rung, by its stable name.
    pub rung: String,
    /// When it was last seen to.
    pub at: Timestamp,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

/// Credentials.
#[async_trait]
pub trait Logins: Send + Sync {
    /// Makes or replaces a login.
    async fn save_login(&self, login: &Login) -> Result<(), StoreError>;

    /// One login with its tokens.
    async fn login(&self, id: LoginId) -> Result<Option<Login>, StoreError>;

    /// All logins, without their tokens (`secret` is `None`), those of a workspace if one is named.
    async fn logins(&self, workspace: Option<&WorkspaceRef>) -> Result<Vec<Login>, StoreError>;

    /// Replaces the tokens if the stored generation is still `from`. `false`: somebody else was faster; read again.
    async fn renew(&self, id: LoginId, from: u64, secret: &LoginSecret) -> Result<bool, StoreError>;

    /// Records whether a login works.
    async fn set_login_state(&self, id: LoginId, state: LoginState) -> Result<(), StoreError>;

    /// Records that somebody was sent to give consent.
    async fn save_grant(&self, grant: &PendingGrant) -> Result<(), StoreError>;

    /// A pending grant by its state, left where it is. `None`: unknown, taken or expired.
    async fn grant(&self, state: &[u8; 32], now: Timestamp) -> Result<Option<PendingGrant>, StoreError>;

    /// Takes a pending grant by its state, once. `None`: unknown, taken or expired.
    async fn take_grant(&self, state: &[u8; 32], now: Timestamp) -> Result<Option<PendingGrant>, StoreError>;

    /// Makes or replaces a login, and takes the invitation that led to it, both at once. `false`: the invitation is
    /// unknown, taken or expired, and nothing is stored.
    async fn redeem(&self, invitation: &[u8; 32], login: &Login, now: Timestamp) -> Result<bool, StoreError>;

    /// Records how well a login hears.
    async fn save_listening(&self, login: LoginId, listening: &Listening) -> Result<(), StoreError>;

    /// How well each login hears.
    async fn listening(&self) -> Result<Vec<(LoginId, Listening)>, StoreError>;
}
