//! The platforms' public keys: fetched at the start, once a day, and when a webhook names a key that we do not hold, but
//! then at most once a minute, so that nobody can make us ask by naming keys.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use entente_model::WorkspaceId;
use entente_platform::LoginKind;
use entente_store::{LoginState, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::sites::Workspace;

/// The documents by name.
pub(crate) type PublicKeys = BTreeMap<String, Arc<[u8]>>;

const DAILY: Duration = Duration::from_hours(24);
const AT_MOST_EVERY: Duration = Duration::from_mins(1);
const AGAIN: Duration = Duration::from_secs(2);

impl Engine {
    pub(crate) async fn keys(self: Arc<Self>, stop: CancellationToken) {
        let each = self.sites.iter().map(|workspace| self.keys_of(workspace, &stop));
        futures_util::future::join_all(each).await;
    }

    async fn keys_of(&self, workspace: &Workspace, stop: &CancellationToken) {
        let mut changed = self.changed.subscribe();
        while !stop.is_cancelled() {
            changed.mark_unchanged();
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
                    Ok(()) = changed.changed() => {}
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
        let keys: PublicKeys = match client.public_keys().await {
            Ok(keys) => keys.into_iter().collect(),
            Err(error) => {
                tracing::warn!(workspace = %workspace.at().id, %error, "public keys could not be fetched");
                return false;
            }
        };
        match workspace.set_public_keys(keys.clone()) {
            Ok(true) => {
                // Reports signed with the new keys were turned away until now.
                workspace.missed.store(true, Ordering::Relaxed);
                self.ears.sooner.notify_one();
                save(self.store.as_ref(), &workspace.at().id, &keys).await.is_ok()
            }
            Ok(false) => true,
            Err(_) => false,
        }
    }
}

/// The keys that were fetched last, so that nothing is turned away after a start.
pub(crate) async fn stored(store: &dyn Store, workspace: &WorkspaceId) -> Result<PublicKeys, StoreError> {
    let stored = store.setting(&format!("public_keys/{workspace}")).await?;
    let stored: BTreeMap<String, String> =
        stored.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    Ok(stored.into_iter().map(|(name, document)| (name, document.into_bytes().into())).collect())
}

async fn save(store: &dyn Store, workspace: &WorkspaceId, keys: &PublicKeys) -> Result<(), StoreError> {
    // Key documents are JSON; one that is not is fetched again after each start.
    let text = |(name, document): (&String, &Arc<[u8]>)| {
        Some((name.clone(), std::str::from_utf8(document).ok()?.to_owned()))
    };
    let stored: BTreeMap<String, String> = keys.iter().filter_map(text).collect();
    let bytes = serde_json::to_vec(&stored).expect("text is plain data");
    store.save_setting(&format!("public_keys/{workspace}"), bytes).await
}
