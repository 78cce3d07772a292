//! Which conversations are rooms of the app and somebody, at hand for the door and for whoever looks at what came in. What is
//! true is in the store.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError, RwLock};

use entente_model::{AccountRef, ConversationRef, LoginId, Pair, WorkspaceRef};
use entente_platform::{LoginKind, Maker};
use entente_store::{LoginState, Store, StoreError};

use crate::Engine;
use crate::sites::Workspace;

/// The rooms that stand, or stood.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    all: RwLock<HashMap<ConversationRef, Pair>>,
    /// Those that somebody left: whoever is written to next is let in again before. A hint for one process.
    left: Mutex<HashSet<ConversationRef>>,
}

/// Who makes rooms in a workspace, and who hears there.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    /// The login that makes them.
    pub(crate) maker: LoginId,
    /// The login that hears what is said in them.
    pub(crate) ear: LoginId,
    /// The account of nobody's that has to be in them, if the app alone would not hear.
    pub(crate) service: Option<AccountRef>,
}

impl Rooms {
    /// Reads them anew.
    pub(crate) async fn load(&self, store: &dyn Store) -> Result<(), StoreError> {
        let all = store.rooms().await?.into_iter().collect();
        *self.all.write().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(())
    }

    /// One more stands.
    pub(crate) fn add(&self, at: ConversationRef, pair: Pair) {
        self.all.write().unwrap_or_else(PoisonError::into_inner).insert(at, pair);
    }

    /// Somebody is not in it any more.
    pub(crate) fn left(&self, at: ConversationRef) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).insert(at);
    }

    /// Whether somebody left it.
    pub(crate) fn may_be_empty(&self, at: &ConversationRef) -> bool {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).contains(at)
    }

    /// Everybody is in it who should be.
    pub(crate) fn filled(&self, at: &ConversationRef) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).remove(at);
    }

    /// Whether it is one.
    pub(crate) fn has(&self, at: &ConversationRef) -> bool {
        self.all.read().unwrap_or_else(PoisonError::into_inner).contains_key(at)
    }

    /// Those of a workspace.
    pub(crate) fn of(&self, workspace: &WorkspaceRef) -> Vec<ConversationRef> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.keys().filter(|at| at.workspace == *workspace).cloned().collect()
    }

    /// Whose words come together there.
    pub(crate) fn pair(&self, at: &ConversationRef) -> Option<Pair> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).get(at).copied()
    }
}

impl Engine {
    /// Who makes rooms in a workspace and hears in them. `None`: none can be made, or an answer there would reach nobody.
    ///
    /// Where the app makes conversations and hears in them, it needs nobody else. Elsewhere the account of nobody's does what
    /// the app cannot: whoever is written to has consented to nothing where they work, and a conversation of one alone is no
    /// vendor's.
    pub(crate) async fn host_of_rooms(&self, workspace: &Workspace) -> Result<Option<Host>, StoreError> {
        let groups = workspace.profile().capabilities.groups;
        let (Some(groups), Some(app)) = (groups, workspace.app_login()) else { return Ok(None) };
        if workspace.app_makes_rooms() {
            return Ok(Some(Host { maker: app, ear: app, service: None }));
        }
        let logins = self.store.logins(Some(workspace.at())).await?;
        let listener = logins
            .iter()
            .find(|login| login.kind == LoginKind::Listener.name() && login.state == LoginState::Active);
        let Some((ear, account)) = listener.and_then(|login| Some((login.id, login.account.clone()?))) else {
            return Ok(None);
        };
        let maker = match groups.maker {
            Maker::App => app,
            Maker::Member => ear,
        };
        Ok(Some(Host { maker, ear, service: Some(account) }))
    }

    /// Whether the door lets in what only the app was told of a room: where it hears everything there.
    pub(crate) fn heard_in_room(&self, at: &ConversationRef) -> bool {
        let channels = self.sites.get(&at.workspace.id).and_then(|site| site.profile().capabilities.channels);
        self.rooms.has(at) && channels.is_some_and(|channels| channels.app.hears())
    }
}

impl Workspace {
    /// Whether the app alone makes rooms and hears in them.
    pub(crate) fn app_makes_rooms(&self) -> bool {
        let capabilities = &self.profile().capabilities;
        let hears = capabilities.channels.is_some_and(|channels| channels.app.hears());
        hears && capabilities.groups.is_some_and(|groups| groups.maker == Maker::App)
    }
}
