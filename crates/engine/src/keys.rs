//! The platforms' public keys: fetched at the start, once a day, and when a webhook names a key that we do not hold, but
//! then at most once a minute, so that nobody can make us ask by naming keys.

use std::sync::Arc;
use std::time::Duration;

use entente_platform::LoginKind;
use entente_store::LoginState;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::sites::Workspace;

const DAILY: Duration = Duration::from_hours(24);
const AT_MOST_EVERY: Duration = Duration::from_mins(1);
const AGAIN: Duration = Duration::from_secs(2);

impl Engine {
    pub(crate) async fn keys(self: Arc<Self>, stop: CancellationToken) {
        let each = self.sites.iter().map(|workspace| self.keys_of(workspace, &stop));
        futures_util::future::join_all(each).await;
    }

    async fn keys_of(&self, workspace: &Workspace, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let changed = self.changed.notified();
            let fetched = self.fetch_keys(workspace).await;
            if fetched {
                tokio::select! {
                    () = tokio::time::sleep(AT_MOST_EVERY) => {}
                    () = stop.cancelled() => return,
                }
                tokio::select! {
                    () = workspace.keys_wanted.notified() => {}
                    () = tokio::time::sleep(DAILY) => {}
                    () = stop.cancelled() => {}
                }
            } else {
                tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep(AGAIN) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
    }

    /// Fetches the keys with whichever login there is; they are public.
    async fn fetch_keys(&self, workspace: &Workspace) -> bool {
        let Ok(logins) = self.store.logins(Some(workspace.at())).await else { return false };
        let mut logins: Vec<_> =
            logins.into_iter().filter(|login| login.state == LoginState::Active).collect();
        logins.sort_by_key(|login| {
            login.kind != LoginKind::Admin.name() && login.kind != LoginKind::App.name()
        });
        let Some(login) = logins.first() else { return false };
        let Ok(Some(client)) = self.client(login.id).await else { return false };
        match client.public_keys().await {
            Ok(keys) => workspace.set_public_keys(keys).is_ok(),
            Err(error) => {
                tracing::warn!(workspace = %workspace.at().id, %error, "public keys could not be fetched");
                false
            }
        }
    }
}
