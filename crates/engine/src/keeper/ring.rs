//! Keepers of one token each that nothing stores: the app's own by client credentials, and one that is only passing
//! through.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entente_model::{CallError, Timestamp};
use entente_platform::{Access, Tokens};
use entente_store::LoginSecret;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::keeper::endpoint::{TokenEndpoint, Tokened};

/// A token that ends sooner than this is renewed before it is used.
pub(super) const AHEAD: Duration = Duration::from_mins(5);

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

pub(super) fn access(secret: &LoginSecret) -> Access {
    Access { token: secret.access.clone(), generation: secret.generation }
}
