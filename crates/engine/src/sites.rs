//! The configured workspaces with what is fixed about each: its platform, its receiving half, its keys. The keys are
//! made at the first start, kept sealed, and never shown.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use entente_model::{AccountId, LoginId, Person, WorkspaceId, WorkspaceRef};
use entente_platform::site::PrivateKey;
use entente_platform::{AppSecrets, HookKey, Platform, Profile, Receiver, Registry, Site};
use entente_store::Store;
use tokio::sync::Notify;

use crate::certificate::Certificate;
use crate::clock::Dice;
use crate::error::EngineError;
use crate::keys::PublicKeys;

/// All workspaces by name.
pub struct Sites {
    by_name: BTreeMap<WorkspaceId, Arc<Workspace>>,
}

/// One workspace.
pub struct Workspace {
    /// As configured.
    pub site: Arc<Site>,
    /// Its platform.
    pub platform: Arc<dyn Platform>,
    /// Where its subscriptions' secrets come from.
    pub hook_key: HookKey,
    /// What content may be encrypted to.
    pub certificate: Certificate,
    /// A webhook was signed with a key that we do not hold.
    pub(crate) keys_wanted: Notify,
    /// Reports were turned away although they may have been the vendor's; those who hear here must read on.
    pub(crate) missed: AtomicBool,
    /// Why nothing is reported at present, where reports come by a connection of ours that does not stand.
    deaf: RwLock<Option<String>>,
    secrets: RwLock<AppSecrets>,
    receiver: RwLock<Arc<dyn Receiver>>,
}

impl Sites {
    pub(crate) async fn new(
        store: &dyn Store,
        registry: &Registry,
        sites: Vec<Site>,
        dice: &Dice,
    ) -> Result<Self, EngineError> {
        let mut by_name = BTreeMap::new();
        for site in sites {
            let name = site.workspace.id.clone();
            let Some(platform) = registry.get(&site.workspace.platform).cloned() else {
                return Err(EngineError::Refused(format!(
                    "{name}: no platform named {}",
                    site.workspace.platform
                )));
            };
            let hook_key = store.setting_or(&format!("hook_key/{name}"), dice.bytes::<32>().to_vec()).await?;
            let hook_key = <[u8; 32]>::try_from(hook_key)
                .map_err(|_| entente_store::StoreError::Inconsistent { table: "setting", column: "value" })?;
            let certificate = Certificate::of(store, &name).await?;
            let secrets = AppSecrets {
                hook_key: HookKey::new(hook_key),
                public_keys: crate::keys::stored(store, &name).await?,
                private_keys: BTreeMap::from([(
                    certificate.id.clone(),
                    PrivateKey(Arc::clone(&certificate.key)),
                )]),
                app_login: None,
                logins: BTreeMap::new(),
            };
            let receiver = receiver(platform.as_ref(), &site, &secrets)?;
            let workspace = Workspace {
                site: Arc::new(site),
                platform,
                hook_key: secrets.hook_key.clone(),
                certificate,
                keys_wanted: Notify::new(),
                missed: AtomicBool::new(false),
                deaf: RwLock::new(None),
                secrets: RwLock::new(secrets),
                receiver: RwLock::new(receiver),
            };
            by_name.insert(name, Arc::new(workspace));
        }
        Ok(Self { by_name })
    }

    /// The workspace of this name.
    pub fn get(&self, name: &WorkspaceId) -> Option<&Arc<Workspace>> {
        self.by_name.get(name)
    }

    /// Where somebody works.
    pub(crate) fn home(&self, person: &Person) -> Option<&Arc<Workspace>> {
        self.get(&person.primary.as_ref()?.account.workspace.id)
    }

    /// All workspaces by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Workspace>> {
        self.by_name.values()
    }
}

impl Workspace {
    /// Which one it is.
    pub fn at(&self) -> &WorkspaceRef {
        &self.site.workspace
    }

    /// What its platform can do.
    pub fn profile(&self) -> &Profile {
        self.platform.profile()
    }

    /// The receiving half as it is now.
    pub fn receiver(&self) -> Arc<dyn Receiver> {
        Arc::clone(&self.receiver.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the vendor's public keys as they are now; `true` if they are others than before.
    pub(crate) fn set_public_keys(&self, keys: PublicKeys) -> Result<bool, EngineError> {
        if self.secrets.read().unwrap_or_else(PoisonError::into_inner).public_keys == keys {
            return Ok(false);
        }
        self.change(|secrets| secrets.public_keys = keys).map(|()| true)
    }

    /// The login that the app hears with.
    pub(crate) fn app_login(&self) -> Option<LoginId> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner).app_login
    }

    /// Names the login that the app hears with.
    pub(crate) fn set_app_login(&self, login: LoginId) -> Result<(), EngineError> {
        self.change(|secrets| secrets.app_login = Some(login))
    }

    /// Names all logins that hear, by the account behind each.
    pub(crate) fn set_hearers(&self, hearers: BTreeMap<AccountId, LoginId>) -> Result<(), EngineError> {
        if self.secrets.read().unwrap_or_else(PoisonError::into_inner).logins == hearers {
            return Ok(());
        }
        self.change(|secrets| secrets.logins = hearers)
    }

    /// Why nothing is reported at present, if that is so.
    pub fn deaf(&self) -> Option<String> {
        self.deaf.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reports have ended, or come again: in either case some may have been missed.
    pub(crate) fn set_deaf(&self, why: Option<String>) {
        *self.deaf.write().unwrap_or_else(PoisonError::into_inner) = why;
        self.missed.store(true, Ordering::Relaxed);
    }

    /// The secrets and the receiving half that is made of them change together, or, where nothing can be made of the new
    /// ones, not at all: else keys that are no use would pass for known, and never be asked for again.
    fn change(&self, change: impl FnOnce(&mut AppSecrets)) -> Result<(), EngineError> {
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        let mut changed = secrets.clone();
        change(&mut changed);
        let built = receiver(self.platform.as_ref(), &self.site, &changed)?;
        *secrets = changed;
        *self.receiver.write().unwrap_or_else(PoisonError::into_inner) = built;
        Ok(())
    }
}

fn receiver(
    platform: &dyn Platform,
    site: &Site,
    secrets: &AppSecrets,
) -> Result<Arc<dyn Receiver>, EngineError> {
    platform
        .receiver(site, secrets.clone())
        .map_err(|wrong| EngineError::Refused(format!("{}: {wrong}", site.workspace.id)))
}

#[cfg(test)]
mod tests;
