//! Keepers of one token each: stored ones that are renewed with a refresh token, the app's own by client credentials,
//! and one that is only passing through.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entente_model::{CallError, LoginId, Timestamp};
use entente_platform::{Access, Tokens};
use entente_store::{LoginSecret, LoginState, Store};
use tokio::sync::{Mutex, Notify};

use crate::clock::Clock;
use crate::keeper::endpoint::{TokenEndpoint, Tokened};
use crate::keeper::refused;

/// A token that ends sooner than this is renewed before it is used.
const AHEAD: Duration = Duration::from_mins(5);

/// A stored login's token.
pub(super) struct StoredRing {
    login: LoginId,
    store: Arc<dyn Store>,
    endpoint: TokenEndpoint,
    clock: Arc<dyn Clock>,
    changed: Arc<Notify>,
    held: Mutex<Option<LoginSecret>>,
}

impl StoredRing {
    pub(super) fn new(
        login: LoginId,
        store: Arc<dyn Store>,
        endpoint: TokenEndpoint,
        clock: Arc<dyn Clock>,
        changed: Arc<Notify>,
    ) -> Self {
        Self { login, store, endpoint, clock, changed, held: Mutex::new(None) }
    }

    async fn stored(&self) -> Result<LoginSecret, CallError> {
        match self.store.login(self.login).await {
            Ok(Some(login)) => login.secret.ok_or(CallError::Reauthorize),
            Ok(None) => Err(CallError::Reauthorize),
            Err(_) => Err(CallError::Retry { after: None }),
        }
    }

    /// Renews `old`. The new tokens are durable before they are used for the first time; a crash in between costs one
    /// more renewal with the old refresh token, which vendors that do not revoke it at use accept.
    async fn renew(&self, old: LoginSecret) -> Result<LoginSecret, CallError> {
        let stored = self.stored().await?;
        if stored.generation > old.generation {
            return Ok(stored);
        }
        let Some(refresh) = &old.refresh else { return Err(self.lost().await) };
        let tokened = match self.endpoint.refresh(refresh).await {
            Ok(tokened) => tokened,
            Err(error) if refused(&error) => return Err(self.lost().await),
            Err(error) => return Err(error),
        };
        let renewed = LoginSecret {
            access: tokened.access,
            refresh: tokened.refresh.or(old.refresh),
            expires_at: tokened.expires_at,
            generation: old.generation + 1,
        };
        match self.store.renew(self.login, old.generation, &renewed).await {
            Ok(true) => Ok(renewed),
            Ok(false) => self.stored().await,
            Err(_) => Err(CallError::Retry { after: None }),
        }
    }

    /// The login is dead until its owner acts: visible at once, and the first to meet it is the one to say so.
    async fn lost(&self) -> CallError {
        tracing::warn!(login.id = %self.login, "a login was refused by its platform");
        drop(self.store.set_login_state(self.login, LoginState::Refused).await);
        self.changed.notify_waiters();
        CallError::Reauthorize
    }
}

#[async_trait]
impl Tokens for StoredRing {
    async fn access(&self) -> Result<Access, CallError> {
        let mut held = self.held.lock().await;
        let secret = match held.take() {
            Some(secret) => secret,
            None => self.stored().await?,
        };
        let ends_soon = secret.expires_at.is_some_and(|at| at <= self.clock.now().plus(AHEAD));
        let secret = if ends_soon && secret.refresh.is_some() { self.renew(secret).await? } else { secret };
        let access = access(&secret);
        *held = Some(secret);
        Ok(access)
    }

    async fn refused(&self, old: &Access) -> Result<Access, CallError> {
        let mut held = self.held.lock().await;
        let secret = match held.take() {
            Some(secret) => secret,
            None => self.stored().await?,
        };
        let secret = if secret.generation == old.generation { self.renew(secret).await? } else { secret };
        let access = access(&secret);
        *held = Some(secret);
        Ok(access)
    }
}

/// How often a token was got, and the last one with its end.
type Held = (u64, Option<(Access, Option<Timestamp>)>);

/// The app's own token.
pub(super) struct AppRing {
    endpoint: TokenEndpoint,
    scope: &'static str,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
}

impl AppRing {
    pub(super) fn new(endpoint: TokenEndpoint, scope: &'static str, clock: Arc<dyn Clock>) -> Self {
        Self { endpoint, scope, clock, held: Mutex::new((0, None)) }
    }

    async fn fresh(&self, held: &mut Held) -> Result<Access, CallError> {
        let tokened = self.endpoint.app(self.scope).await?;
        held.0 += 1;
        let access = Access { token: tokened.access, generation: held.0 };
        held.1 = Some((access.clone(), tokened.expires_at));
        Ok(access)
    }
}

#[async_trait]
impl Tokens for AppRing {
    async fn access(&self) -> Result<Access, CallError> {
        let mut held = self.held.lock().await;
        match &held.1 {
            Some((access, until)) if until.is_none_or(|at| at > self.clock.now().plus(AHEAD)) => {
                Ok(access.clone())
            }
            _ => self.fresh(&mut held).await,
        }
    }

    async fn refused(&self, old: &Access) -> Result<Access, CallError> {
        let mut held = self.held.lock().await;
        match &held.1 {
            Some((access, _)) if access.generation != old.generation => Ok(access.clone()),
            _ => self.fresh(&mut held).await,
        }
    }
}

/// A token in the middle of a consent; nothing renews it.
pub(super) struct Fixed(Access);

impl Fixed {
    pub(super) fn new(tokened: Tokened) -> Self {
        Self(Access { token: tokened.access, generation: 0 })
    }
}

#[async_trait]
impl Tokens for Fixed {
    async fn access(&self) -> Result<Access, CallError> {
        Ok(self.0.clone())
    }

    async fn refused(&self, _: &Access) -> Result<Access, CallError> {
        Err(CallError::Reauthorize)
    }
}

fn access(secret: &LoginSecret) -> Access {
    Access { token: secret.access.clone(), generation: secret.generation }
}
