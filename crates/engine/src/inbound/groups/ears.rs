//! Who hears what is said in a group, and who must be let in where nobody does.

use entente_model::{AccountRef, LoginId};
use entente_platform::{LoginKind, Presence};
use entente_store::Login;

use crate::linking::{hearing, working};
use crate::sites::Workspace;

/// Who hears what is said among these accounts: the app, where it hears and is one of them, or whoever has consented.
pub(super) fn ear_among(workspace: &Workspace, logins: &[Login], accounts: &[AccountRef]) -> Option<LoginId> {
    let hears = presence(workspace).is_some_and(Presence::hears);
    let app = workspace.app_login().filter(|_| hears);
    let app = app.filter(|app| account_of(logins, *app).is_some_and(|own| accounts.contains(own)));
    app.or_else(|| hearing(logins, accounts))
}

/// An account that belongs to nobody and hears wherever it is let in, on platforms where bots do not.
pub(crate) fn service_account(workspace: &Workspace, logins: &[Login]) -> Option<(LoginId, AccountRef)> {
    if presence(workspace) != Some(Presence::Joins) {
        return None;
    }
    let listener = working(logins, LoginKind::Listener).next()?;
    Some((listener.id, listener.account.clone()?))
}

/// The account behind a login.
pub(super) fn account_of(logins: &[Login], login: LoginId) -> Option<&AccountRef> {
    logins.iter().find(|known| known.id == login)?.account.as_ref()
}

/// What the app is in groups of this workspace.
pub(super) fn presence(workspace: &Workspace) -> Option<Presence> {
    workspace.profile().capabilities.channels.map(|channels| channels.app)
}
