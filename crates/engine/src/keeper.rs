//! The keeper of logins: opens tokens, renews them ahead of their end, one renewal at once, and hands out clients that
//! act as a login. Tokens are open nowhere else but in [`entente_platform::Http`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use entente_model::{CallError, LoginId, WorkspaceId};
use entente_platform::{Client, Credentials, DirectoryApp, Feed, Grant, Http, LoginKind, Registry, Tokens};
use entente_store::{Login, Store};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::error::EngineError;
use crate::sites::{Sites, Workspace};

mod endpoint;
mod kept;
mod ring;
mod stored;

pub(crate) use endpoint::{TokenEndpoint, Tokened, with_tenant};
pub(crate) use stored::Still;

use kept::Kept;
use ring::AppRing;
use stored::StoredRing;

/// Apps' own tokens, by workspace and scope.
type Apps = HashMap<(WorkspaceId, &'static str), Arc<dyn Tokens>>;

/// Clients by login, and what they share.
pub(crate) struct Keeper {
    store: Arc<dyn Store>,
    http: Http,
    clock: Arc<dyn Clock>,
    /// Told when a login is refused, as of every change of logins.
    changed: watch::Sender<()>,
    kept: Kept,
    apps: Mutex<Apps>,
    endpoints: Mutex<HashMap<WorkspaceId, Arc<TokenEndpoint>>>,
    /// The renewals that are under way.
    renewals: TaskTracker,
}

impl Keeper {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        http: Http,
        clock: Arc<dyn Clock>,
        changed: watch::Sender<()>,
    ) -> Self {
        Self {
            store,
            http,
            clock,
            changed,
            kept: Kept::default(),
            apps: Mutex::default(),
            endpoints: Mutex::default(),
            renewals: TaskTracker::new(),
        }
    }

    /// A client that acts as this login; kept for a while, because every message needs one.
    pub(crate) async fn client(
        &self,
        id: LoginId,
        sites: &Sites,
        registry: &Registry,
    ) -> Result<Option<Arc<dyn Client>>, EngineError> {
        if let Some(client) = self.kept.get(id, self.clock.now()) {
            return Ok(Some(client));
        }
        let Some(login) = self.store.login(id).await? else { return Ok(None) };
        let Some(workspace) = sites.get(&login.workspace.id) else { return Ok(None) };
        if registry.get(&login.workspace.platform).is_none() {
            return Ok(None);
        }
        let client = self.build(&login, workspace)?;
        self.kept.insert(id, Arc::clone(&client), self.clock.now());
        Ok(Some(client))
    }

    /// Forgets a login's client, because its tokens were replaced from outside or it was taken away.
    pub(crate) fn forget(&self, id: LoginId) {
        self.kept.remove(id);
    }

    /// Lets the clients go that nobody used for a while.
    pub(crate) fn sweep(&self) {
        self.kept.sweep(self.clock.now());
    }

    /// Waits for a renewal of this login's tokens that is under way, and keeps others from beginning, until the right is
    /// dropped; then the tokens are read again. Whoever replaces them from outside does it under this right, else what a
    /// renewal that began before brings could be written over what replaced it.
    pub(crate) async fn still(&self, id: LoginId) -> Still {
        Still::new(self.kept.held(id).lock_owned().await)
    }

    /// Waits until no renewal is under way any more.
    pub(crate) async fn at_rest(&self) {
        self.renewals.close();
        self.renewals.wait().await;
    }

    /// The token endpoint of a workspace; one for all its logins, of which there are thousands.
    pub(crate) fn endpoint(&self, workspace: &Workspace) -> Arc<TokenEndpoint> {
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        let made = endpoints.entry(workspace.at().id.clone()).or_insert_with(|| {
            let http = self.http.within(&workspace.site);
            Arc::new(TokenEndpoint::new(http, workspace, Arc::clone(&self.clock)))
        });
        Arc::clone(made)
    }

    /// A client for tokens that are not stored (yet), as in the middle of a consent.
    pub(crate) fn passing(
        &self,
        workspace: &Workspace,
        kind: LoginKind,
        tokened: Tokened,
    ) -> Arc<dyn Client> {
        let tokens = Arc::new(ring::Fixed::new(tokened));
        let login = LoginId(uuid::Uuid::nil());
        let app_tokens = self.app_tokens(workspace);
        let credentials = Credentials { login, kind, account: None, tokens, app_tokens };
        workspace.platform.client(&workspace.site, self.endpoint(workspace).http(), credentials)
    }

    fn build(&self, login: &Login, workspace: &Workspace) -> Result<Arc<dyn Client>, EngineError> {
        let kind = LoginKind::named(&login.kind)
            .ok_or(entente_store::StoreError::Inconsistent { table: "login", column: "kind" })?;
        let oauth = &workspace.profile().oauth;
        let app_tokens = self.app_tokens(workspace);
        let tokens: Arc<dyn Tokens> = match (kind, oauth.speaker) {
            (LoginKind::App, Grant::ClientCredentials { path, scope }) => {
                self.app_ring(workspace, path, scope)
            }
            (LoginKind::Admin, _) if login.secret.is_none() => match oauth.directory {
                Some(app) => self.directory_ring(workspace, app)?,
                None => app_tokens.clone().ok_or_else(|| {
                    EngineError::NotReady(format!(
                        "{}: no administrator has given consent",
                        login.workspace.id
                    ))
                })?,
            },
            _ => {
                let endpoint = self.endpoint(workspace);
                Arc::new(StoredRing::new(
                    login.id,
                    Arc::<dyn Store>::clone(&self.store),
                    endpoint,
                    Arc::clone(&self.clock),
                    self.changed.clone(),
                    self.kept.held(login.id),
                    self.renewals.clone(),
                ))
            }
        };
        let credentials =
            Credentials { login: login.id, kind, account: login.account.clone(), tokens, app_tokens };
        let http = self.endpoint(workspace).http().acting_as(login.id);
        Ok(workspace.platform.client(&workspace.site, http, credentials))
    }

    /// The feed that a workspace's reports come by, if they do not come by webhook.
    pub(crate) fn feed(&self, workspace: &Workspace) -> Option<Arc<dyn Feed>> {
        let http = self.endpoint(workspace).http();
        // What opens it hears the whole organization, so where that is an app of its own, it is that one.
        let tokens = match workspace.profile().oauth.directory {
            Some(app) => self.directory_ring(workspace, app).ok(),
            None => self.app_tokens(workspace),
        };
        workspace.platform.feed(&workspace.site, http, tokens)
    }

    fn app_tokens(&self, workspace: &Workspace) -> Option<Arc<dyn Tokens>> {
        let oauth = &workspace.profile().oauth;
        oauth.app_scope.map(|scope| self.app_ring(workspace, oauth.token_path, scope))
    }

    /// Tokens of the app that the directory is read by. Read seldom, so they are not shared.
    fn directory_ring(
        &self,
        workspace: &Workspace,
        app: DirectoryApp,
    ) -> Result<Arc<dyn Tokens>, EngineError> {
        let endpoint = self.endpoint(workspace).of_directory(app).ok_or_else(|| {
            EngineError::NotReady(format!(
                "{}: the directory is read by an app of its own; give its {} among the workspace's settings and its {} among the secrets",
                workspace.at().id,
                app.client_id,
                app.client_secret
            ))
        })?;
        Ok(Arc::new(AppRing::new(endpoint, "", Arc::clone(&self.clock))))
    }

    fn app_ring(&self, workspace: &Workspace, path: &'static str, scope: &'static str) -> Arc<dyn Tokens> {
        let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (workspace.at().id.clone(), scope);
        Arc::clone(apps.entry(key).or_insert_with(|| {
            Arc::new(AppRing::new(self.endpoint(workspace).at(path), scope, Arc::clone(&self.clock)))
        }))
    }
}

/// What a platform's refusal at the token endpoint means to the lane that wanted to speak.
pub(crate) fn refused(error: &CallError) -> bool {
    matches!(error, CallError::Reject(_) | CallError::Reauthorize | CallError::Gone)
}
