//! Credentials.

use async_trait::async_trait;
use entente_model::{LoginId, Timestamp, WorkspaceRef};

use super::Memory;
use crate::{Listening, Login, LoginSecret, LoginState, Logins, PendingGrant, StoreError};

#[async_trait]
impl Logins for Memory {
    async fn save_login(&self, login: &Login) -> Result<(), StoreError> {
        self.state().logins.insert(login.id, login.clone());
        Ok(())
    }

    async fn login(&self, id: LoginId) -> Result<Option<Login>, StoreError> {
        Ok(self.state().logins.get(&id).cloned())
    }

    async fn logins(&self, workspace: Option<&WorkspaceRef>) -> Result<Vec<Login>, StoreError> {
        let state = self.state();
        let wanted = state.logins.values().filter(|login| workspace.is_none_or(|at| login.workspace == *at));
        Ok(wanted.map(|login| Login { secret: None, ..login.clone() }).collect())
    }

    async fn renew(&self, id: LoginId, from: u64, secret: &LoginSecret) -> Result<bool, StoreError> {
        let mut state = self.state();
        let stored = state.logins.get_mut(&id).and_then(|login| login.secret.as_mut());
        match stored {
            Some(stored) if stored.generation == from => {
                *stored = secret.clone();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn set_login_state(&self, id: LoginId, state: LoginState) -> Result<(), StoreError> {
        if let Some(login) = self.state().logins.get_mut(&id) {
            login.state = state;
        }
        Ok(())
    }

    async fn save_grant(&self, grant: &PendingGrant) -> Result<(), StoreError> {
        self.state().grants.insert(grant.state, grant.clone());
        Ok(())
    }

    async fn grant(&self, state: &[u8; 32], now: Timestamp) -> Result<Option<PendingGrant>, StoreError> {
        Ok(self.state().grants.get(state).filter(|grant| now < grant.expires_at).cloned())
    }

    async fn take_grant(&self, state: &[u8; 32], now: Timestamp) -> Result<Option<PendingGrant>, StoreError> {
        Ok(self.state().grants.remove(state).filter(|grant| now < grant.expires_at))
    }

    async fn redeem(&self, invitation: &[u8; 32], login: &Login, now: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.state();
        let good = state.grants.get(invitation).is_some_and(|grant| now < grant.expires_at);
        if good {
            state.grants.remove(invitation);
            state.logins.insert(login.id, login.clone());
        }
        Ok(good)
    }

    async fn save_listening(&self, login: LoginId, listening: &Listening) -> Result<(), StoreError> {
        self.state().listening.insert(login, listening.clone());
        Ok(())
    }

    async fn listening(&self) -> Result<Vec<(LoginId, Listening)>, StoreError> {
        Ok(self.state().listening.iter().map(|(id, listening)| (*id, listening.clone())).collect())
    }
}
