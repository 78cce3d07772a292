//! The logins that belong to a workspace and to no person: the Entente app's own, with which it speaks for itself, and
//! the administrator's, with which directories are read and bots are made.
//!
//! Where the app is a bot, it is made as the stand-ins are, with its intent committed first. Where the vendor gives it
//! tokens by client credentials, its login has nothing to keep.

use std::collections::BTreeMap;
use std::sync::Arc;

use entente_model::{AccountId, AccountRef, CallError, LoginId, WorkspaceId};
use entente_platform::{Client, Grant, LoginKind, WantedBot};
use entente_store::{Login, LoginSecret, LoginState, Store};
use secrecy::SecretString;

use crate::people::named_id;
use crate::provision::address;
use crate::provision::attempt::{Attempt, attempt, free};
use crate::sites::{Sites, Workspace};
use crate::{Engine, EngineError};

/// What somebody can do where the vendor gives the app its token when it is installed.
const GIVE_TOKEN: &str = "install it and give its bot token to `entente people bot-token --app`";

/// What somebody can do about an app that could not be made.
const BY_HAND: &str = "make a bot by hand and give its token to `entente people bot-token --app`";

impl Engine {
    /// Sees to it that the app can speak in this workspace. Safe to repeat; the reconciler does so.
    ///
    /// # Errors
    /// [`EngineError::NotReady`] while an administrator's consent is missing, else what the platform said.
    pub async fn ensure_app(&self, workspace: &WorkspaceId) -> Result<(), EngineError> {
        let workspace = self.workspace(workspace)?;
        let _held = self.locks.apps.lock().await;
        let logins = self.store.logins(Some(workspace.at())).await?;
        let oauth = &workspace.profile().oauth;
        if oauth.admin_scopes.is_empty()
            && oauth.app_scope.is_some()
            && of_kind(&logins, LoginKind::Admin).is_none()
        {
            self.save_own(workspace, LoginKind::Admin, None, None).await?;
        }
        if let Some(app) = of_kind(&logins, LoginKind::App) {
            return workspace.set_app_login(app.id);
        }
        let bot = match oauth.speaker {
            Grant::ClientCredentials { .. } => None,
            Grant::Bot => Some(self.app_bot(workspace).await?),
        };
        let (account, token) = bot.unzip();
        self.save_own(workspace, LoginKind::App, account, token).await
    }

    /// Lets a bot that was made by hand be the Entente app of a workspace.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the token is not a bot's, the bot stands in for somebody, or the app is another one.
    pub async fn adopt_app(
        &self,
        workspace: &WorkspaceId,
        token: SecretString,
    ) -> Result<AccountRef, EngineError> {
        let workspace = self.workspace(workspace)?;
        let name = &workspace.at().id;
        if workspace.profile().oauth.speaker != Grant::Bot {
            return Err(EngineError::Refused(format!("{name}: the app needs no bot of its own there")));
        }
        let bot = self.bot_behind(workspace, token.clone()).await?;
        if self.store.identities(std::slice::from_ref(&bot.account)).await?.iter().any(Option::is_some) {
            return Err(EngineError::Refused(format!("{name}: this bot stands in for somebody")));
        }
        let _held = self.locks.apps.lock().await;
        let logins = self.store.logins(Some(workspace.at())).await?;
        let other =
            of_kind(&logins, LoginKind::App).is_some_and(|app| app.account.as_ref() != Some(&bot.account));
        if other {
            return Err(EngineError::Refused(format!("{name}: the app is another bot already")));
        }
        self.save_own(workspace, LoginKind::App, Some(bot.account.clone()), Some(token)).await?;
        Ok(bot.account)
    }

    /// Acts as a workspace's administrator.
    pub(crate) async fn admin(&self, workspace: &Workspace) -> Result<Arc<dyn Client>, EngineError> {
        let logins = self.store.logins(Some(workspace.at())).await?;
        let name = &workspace.at().id;
        let missing = || EngineError::NotReady(format!("{name}: no administrator has given consent"));
        let login = of_kind(&logins, LoginKind::Admin).ok_or_else(missing)?;
        self.client(login.id).await?.ok_or_else(missing)
    }

    /// The configured workspace of this name.
    pub(crate) fn workspace(&self, name: &WorkspaceId) -> Result<&Arc<Workspace>, EngineError> {
        self.sites.get(name).ok_or_else(|| EngineError::UnknownWorkspace(name.clone()))
    }

    /// Writes a login that belongs to no person, in the place of an older one of its kind.
    pub(crate) async fn save_own(
        &self,
        workspace: &Workspace,
        kind: LoginKind,
        account: Option<AccountRef>,
        token: Option<SecretString>,
    ) -> Result<(), EngineError> {
        let secret =
            token.map(|access| LoginSecret { access, refresh: None, expires_at: None, generation: 1 });
        self.save_secret(workspace, kind, account, secret).await
    }

    /// The same with a whole secret, whose generation is put after the older one's.
    pub(crate) async fn save_secret(
        &self,
        workspace: &Workspace,
        kind: LoginKind,
        account: Option<AccountRef>,
        mut secret: Option<LoginSecret>,
    ) -> Result<(), EngineError> {
        let logins = self.store.logins(Some(workspace.at())).await?;
        let name = workspace.at().id.as_str();
        let id = of_kind(&logins, kind)
            .map_or_else(|| LoginId(named_id(&["login", kind.name(), name])), |older| older.id);
        let still = self.keeper.still(id).await;
        let older = self.store.login(id).await?.and_then(|login| login.secret);
        if let (Some(secret), Some(older)) = (&mut secret, older) {
            secret.generation = older.generation + 1;
        }
        let login = Login {
            id,
            workspace: workspace.at().clone(),
            kind: kind.name().to_owned(),
            person: None,
            account,
            secret,
            state: LoginState::Active,
        };
        self.store.save_login(&login).await?;
        self.keeper.forget(id);
        drop(still);
        if kind == LoginKind::App {
            workspace.set_app_login(id)?;
        }
        self.changed.send_replace(());
        Ok(())
    }

    async fn app_bot(&self, workspace: &Workspace) -> Result<(AccountRef, SecretString), EngineError> {
        let name = &workspace.at().id;
        let refused =
            |why: String| EngineError::Refused(format!("{name}: the Entente app cannot speak there: {why}"));
        let Some(domain) = workspace.profile().capabilities.bot_domain else {
            return Err(refused(format!("it is no bot that can be made; {GIVE_TOKEN}")));
        };
        let client = self.admin(workspace).await?;
        let addresses = address::of_app(&self.tuning.bot_suffix, domain, name.as_str());
        let setting = format!("app_bot/{name}");
        let intended = self.store.setting(&setting).await?.and_then(|bytes| String::from_utf8(bytes).ok());
        let mut fresh = intended.is_none();
        let mut index =
            intended.and_then(|address| addresses.iter().position(|known| *known == address)).unwrap_or(0);
        while let Some(address) = addresses.get(index) {
            let wanted = WantedBot {
                name: address::APP_NAME.to_owned(),
                address: address.clone(),
                picture: None,
                description: format!(
                    "Lets colleagues who use different chat apps write to each other. Run by {}.",
                    self.tuning.organization
                ),
            };
            let ended = match if fresh { free(client.as_ref(), address).await } else { Ok(true) } {
                Ok(true) => {
                    self.store.save_setting(&setting, address.clone().into_bytes()).await?;
                    attempt(client.as_ref(), &wanted, fresh).await
                }
                Ok(false) => Attempt::Taken,
                Err(ended) => ended,
            };
            match ended {
                Attempt::Made { account, token } => return Ok((account, token)),
                Attempt::Taken => {
                    index += 1;
                    fresh = true;
                }
                Attempt::Unfit => {
                    index = address::after_unfit(&addresses, index);
                    fresh = true;
                }
                Attempt::TokenLost { .. } => {
                    return Err(refused(format!("the app's bot exists and its token is lost; {BY_HAND}")));
                }
                Attempt::Refused(why) => return Err(refused(format!("{why}; {BY_HAND}"))),
                Attempt::Later { after, .. } => {
                    let error = CallError::Retry { after };
                    return Err(EngineError::Call { workspace: name.clone(), error });
                }
                Attempt::NoAdmin => {
                    return Err(refused("an administrator must give consent again".to_owned()));
                }
            }
        }
        Err(refused(format!("all addresses for the app's bot are taken or not accepted; {BY_HAND}")))
    }
}

/// Whether a login that was consented to as an administrator's is one. A vendor lets anybody consent to the scopes of
/// administrators and only refuses what is done with them later, so the first thing that they are needed for is done at
/// once: a page of the directory, which only administrators may list.
///
/// # Errors
/// [`EngineError::Refused`] when it is not, else what the platform said.
pub(crate) async fn administers(workspace: &Workspace, client: &dyn Client) -> Result<(), EngineError> {
    let name = &workspace.at().id;
    match client.directory(None).await {
        Ok(_) => Ok(()),
        Err(CallError::Reject(_) | CallError::Reauthorize | CallError::Gone) => {
            let platform = workspace.profile().name;
            Err(EngineError::Refused(format!(
                "{name}: the account that consented is not an administrator's: {platform} does not let it list the \
                 organization's people. Sign out of {platform} in this browser and connect again as an administrator"
            )))
        }
        Err(error @ CallError::Lacks(_)) => Err(EngineError::Refused(format!("{name}: {error}"))),
        Err(error @ (CallError::Retry { .. } | CallError::Unknown)) => {
            Err(EngineError::Call { workspace: name.clone(), error })
        }
    }
}

/// Names each workspace's app, and who else hears there, to its receiving half, as they were stored.
pub(crate) async fn recall(store: &dyn Store, sites: &Sites) -> Result<(), EngineError> {
    let all = store.logins(None).await?;
    for workspace in sites.iter() {
        let here: Vec<Login> =
            all.iter().filter(|login| login.workspace == *workspace.at()).cloned().collect();
        if let Some(app) = of_kind(&here, LoginKind::App) {
            workspace.set_app_login(app.id)?;
        }
        workspace.set_hearers(hearers(&here, workspace))?;
    }
    Ok(())
}

/// The logins that hear in a workspace, by the account behind each. Those that were refused read nothing any more.
pub(crate) fn hearers(all: &[Login], workspace: &Workspace) -> BTreeMap<AccountId, LoginId> {
    let hears = |login: &&Login| {
        login.workspace == *workspace.at()
            && login.kind != LoginKind::Admin.name()
            && login.state == LoginState::Active
    };
    let named = |login: &Login| Some((login.account.as_ref()?.id.clone(), login.id));
    all.iter().filter(hears).filter_map(named).collect()
}

fn of_kind(logins: &[Login], kind: LoginKind) -> Option<&Login> {
    logins.iter().find(|login| login.kind == kind.name())
}
