//! The tokens of one stored login, renewed with a refresh token.
//!
//! Some vendors take a refresh token once, and it dies with its use (RFC 9700, 4.14.2: rotation; Zoom, "OAuth 2.0"; others
//! may begin to any day). Then what the vendor answers is the only thing in the world that the consent lives by, and four
//! things follow:
//!
//! - There is one renewal at once for a login, whoever acts as it, and nobody replaces its tokens meanwhile.
//! - A renewal goes on when whoever waited for it does not: it is a task of its own, and the engine does not end before it.
//! - What came and could not be stored is kept and stored later, and is used by nobody before.
//! - An answer that got lost, on its way or by our own end before it was stored, cannot be had again. The old refresh token
//!   is tried once more, because the call may as well have had no effect. If it is refused the consent is lost: the login is
//!   marked, which everybody sees, and is not renewed again before somebody has given new tokens.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entente_model::{CallError, LoginId};
use entente_platform::{Access, Tokens};
use entente_store::{Login, LoginSecret, LoginState, Logins};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::keeper::endpoint::TokenEndpoint;
use crate::keeper::refused;
use crate::keeper::ring::{AHEAD, access};

/// How often, and after which pauses, new tokens are stored before they are kept for the next who asks.
const STORE_AFTER: [Duration; 3] = [Duration::ZERO, Duration::from_millis(100), Duration::from_secs(1)];

/// What is known of a login's tokens, shared by all who act as it; held while they are renewed or replaced.
pub(super) type Held = Arc<Mutex<Known>>;

/// A login's tokens, as far as they are known without asking the store.
#[derive(Default)]
pub(crate) struct Known {
    /// As they are stored.
    stored: Option<LoginSecret>,
    /// What the vendor gave for the stored ones and could not be stored.
    unstored: Option<LoginSecret>,
}

impl Known {
    /// Whether the store knows everything that is known here.
    pub(super) fn in_store(&self) -> bool {
        self.unstored.is_none()
    }
}

/// The right to replace a login's tokens. When it is dropped, they are read again.
pub(crate) struct Still(OwnedMutexGuard<Known>);

impl Still {
    pub(super) fn new(held: OwnedMutexGuard<Known>) -> Self {
        Self(held)
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        *self.0 = Known::default();
    }
}

/// A stored login's token.
pub(super) struct StoredRing {
    renewing: Renewing,
    clock: Arc<dyn Clock>,
    held: Held,
    renewals: TaskTracker,
}

/// What a renewal needs, also when nobody waits for it any more.
#[derive(Clone)]
struct Renewing {
    login: LoginId,
    store: Arc<dyn Logins>,
    endpoint: Arc<TokenEndpoint>,
    changed: watch::Sender<()>,
}

impl StoredRing {
    pub(super) fn new(
        login: LoginId,
        store: Arc<dyn Logins>,
        endpoint: Arc<TokenEndpoint>,
        clock: Arc<dyn Clock>,
        changed: watch::Sender<()>,
        held: Held,
        renewals: TaskTracker,
    ) -> Self {
        Self { renewing: Renewing { login, store, endpoint, changed }, clock, held, renewals }
    }

    /// The tokens as they are now, under the right to renew them.
    async fn known(&self) -> Result<(OwnedMutexGuard<Known>, LoginSecret), CallError> {
        let mut held = Arc::clone(&self.held).lock_owned().await;
        let secret = match held.stored.take() {
            Some(secret) => secret,
            None => self.renewing.stored().await?.1,
        };
        held.stored = Some(secret.clone());
        Ok((held, secret))
    }

    /// Renews what is held. Whoever gives up waiting does not end it.
    async fn renew(&self, mut held: OwnedMutexGuard<Known>, old: LoginSecret) -> Result<Access, CallError> {
        let renewing = self.renewing.clone();
        let renewal = self.renewals.spawn(async move {
            // Whatever comes of it, what was known is not certain any more.
            held.stored = None;
            let renewed = renewing.renew(&mut held.unstored, old).await?;
            let access = access(&renewed);
            held.stored = Some(renewed);
            Ok(access)
        });
        renewal.await.unwrap_or(Err(CallError::Retry { after: None }))
    }
}

impl Renewing {
    async fn stored(&self) -> Result<(Login, LoginSecret), CallError> {
        match self.store.login(self.login).await {
            Ok(Some(mut login)) => {
                let secret = login.secret.take().ok_or(CallError::Reauthorize)?;
                Ok((login, secret))
            }
            Ok(None) => Err(CallError::Reauthorize),
            Err(_) => Err(CallError::Retry { after: None }),
        }
    }

    /// Renews `old`. The new tokens are durable before they are used for the first time.
    async fn renew(
        &self,
        unstored: &mut Option<LoginSecret>,
        old: LoginSecret,
    ) -> Result<LoginSecret, CallError> {
        let (login, stored) = self.stored().await?;
        if stored.generation > old.generation {
            *unstored = None;
            return Ok(stored);
        }
        let renewed = match unstored.take() {
            Some(kept) => kept,
            None => self.ask(&login, old).await?,
        };
        self.save(unstored, renewed).await
    }

    /// Asks the vendor for the tokens that follow `old`.
    async fn ask(&self, login: &Login, old: LoginSecret) -> Result<LoginSecret, CallError> {
        if login.state == LoginState::Refused {
            // It was asked for with these, and only somebody's consent brings others.
            return Err(CallError::Reauthorize);
        }
        let Some(refresh) = &old.refresh else { return self.lost(&old).await };
        let tokened = match self.endpoint.refresh(refresh).await {
            Ok(tokened) => tokened,
            Err(error) if refused(&error) => return self.lost(&old).await,
            Err(error) => return Err(error),
        };
        Ok(LoginSecret {
            access: tokened.access,
            refresh: tokened.refresh.or(old.refresh),
            expires_at: tokened.expires_at,
            generation: old.generation + 1,
        })
    }

    /// Stores what the vendor gave, or keeps it for another attempt.
    async fn save(
        &self,
        unstored: &mut Option<LoginSecret>,
        renewed: LoginSecret,
    ) -> Result<LoginSecret, CallError> {
        for pause in STORE_AFTER {
            tokio::time::sleep(pause).await;
            match self.store.renew(self.login, renewed.generation - 1, &renewed).await {
                Ok(true) => return Ok(renewed),
                Ok(false) => return self.stored().await.map(|(_, secret)| secret),
                Err(error) => {
                    tracing::error!(login.id = %self.login, %error, "new tokens could not be stored");
                }
            }
        }
        *unstored = Some(renewed);
        Err(CallError::Retry { after: None })
    }

    /// These tokens are refused. The login is dead until its owner acts: visible at once, and the first to meet it is the one to
    /// say so. It lives where others were given meanwhile, which may be why the vendor ended these.
    async fn lost(&self, old: &LoginSecret) -> Result<LoginSecret, CallError> {
        let (_, stored) = self.stored().await?;
        if stored.generation > old.generation {
            return Ok(stored);
        }
        tracing::warn!(login.id = %self.login, "a login was refused by its platform");
        drop(self.store.set_login_state(self.login, LoginState::Refused).await);
        self.changed.send_replace(());
        Err(CallError::Reauthorize)
    }
}

#[async_trait]
impl Tokens for StoredRing {
    async fn access(&self) -> Result<Access, CallError> {
        let (held, secret) = self.known().await?;
        let ends_soon = secret.expires_at.is_some_and(|at| at <= self.clock.now().plus(AHEAD));
        if (ends_soon && secret.refresh.is_some()) || held.unstored.is_some() {
            return self.renew(held, secret).await;
        }
        Ok(access(&secret))
    }

    async fn refused(&self, old: &Access) -> Result<Access, CallError> {
        let (held, secret) = self.known().await?;
        if secret.generation == old.generation {
            return self.renew(held, secret).await;
        }
        Ok(access(&secret))
    }
}

#[cfg(test)]
mod tests;
