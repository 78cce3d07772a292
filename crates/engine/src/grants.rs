//! Consent: the authorization code grant (RFC 6749, 4.1) with PKCE (RFC 7636) where the vendor takes it.

use entente_model::{AccountRef, PersonId, WorkspaceId};
use entente_platform::LoginKind;
use url::Url;

use crate::{Engine, EngineError};

/// A consent that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// Where.
    pub workspace: WorkspaceId,
    /// What for: an account or an administrator.
    pub kind: LoginKind,
    /// The account that gave it.
    pub account: AccountRef,
    /// Whose account it is; `None` for administrators.
    pub person: Option<PersonId>,
}

impl Engine {
    /// Begins a consent: where to send the browser. `browser` is the value of a cookie that the same browser brings back.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when there is nothing to consent to.
    pub async fn begin_grant(
        &self,
        workspace: &WorkspaceId,
        kind: LoginKind,
        person: Option<PersonId>,
        browser: &str,
    ) -> Result<Url, EngineError> {
        let _ = (workspace, kind, person, browser, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }

    /// Ends a consent with what the browser brought to `{public_address}/oauth/callback`: the state, and the code or
    /// the vendor's error name.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the state is unknown, used, expired or another browser's, when consent was denied,
    /// or when it was given by another account than the person's. Nothing is stored then.
    pub async fn finish_grant(
        &self,
        state: &str,
        browser: &str,
        answer: Result<&str, &str>,
    ) -> Result<Granted, EngineError> {
        let _ = (state, browser, answer, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }

    /// A personal link by which somebody can give consent without signing in to anything of ours:
    /// `{public_address}/connect/{token}`. Good once, for a week.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when there is nothing to consent to.
    pub async fn invite(&self, person: PersonId, workspace: &WorkspaceId) -> Result<Url, EngineError> {
        let _ = (person, workspace, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }

    /// Takes an invitation: who was invited, and where to. To be called when the person acts on the page behind the
    /// link, not when the page is fetched: chat apps fetch links to show a preview, and an invitation is good once.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the token is unknown, used or expired.
    pub async fn follow_invitation(&self, token: &str) -> Result<(PersonId, WorkspaceId), EngineError> {
        let _ = (token, &self.store);
        Err(EngineError::NotReady("not built yet".to_owned()))
    }
}
