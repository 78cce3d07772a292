//! Consent: the authorization code grant (RFC 6749, 4.1) with PKCE (RFC 7636) where the vendor takes it.
//!
//! What the browser carries is random, is kept only as a hash, is good once, for ten minutes, and only together with a
//! cookie of the browser that was sent away (RFC 9700, 4.7). The code is exchanged before anything is believed, and then
//! the vendor is asked whose account it is: a person's consent counts only for the account that they are matched with,
//! else whoever opens a link could speak as somebody else.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entente_model::{
    Account, AccountRef, PersonId, StandIn, StandInMode, StandInState, WorkspaceId, WorkspaceRef,
};
use entente_platform::LoginKind;
use entente_store::{Login, LoginSecret, LoginState, PendingGrant};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::app_login::administers;
use crate::keeper::{refused, with_tenant};
use crate::provision::login_of;
use crate::sites::Workspace;
use crate::{Engine, EngineError};

/// How long somebody may take to consent.
const CONSENT_WITHIN: Duration = Duration::from_mins(10);

/// How long an invitation is good.
const INVITED_FOR: Duration = Duration::from_hours(7 * 24);

/// A consent that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// Where.
    pub workspace: WorkspaceId,
    /// What for: an account or an administrator.
    pub kind: LoginKind,
    /// The account that gave it.
    pub account: AccountRef,
    /// Whose account it is; `None` for administrators.
    pub person: Option<PersonId>,
}

impl Engine {
    /// Begins a consent: where to send the browser. `browser` is the value of a cookie that the same browser brings back;
    /// it must be hard to guess.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when there is nothing to consent to.
    pub async fn begin_grant(
        &self,
        workspace: &WorkspaceId,
        kind: LoginKind,
        person: Option<PersonId>,
        browser: &str,
    ) -> Result<Url, EngineError> {
        self.begin(workspace, kind, person, None, browser).await
    }

    async fn begin(
        &self,
        workspace: &WorkspaceId,
        kind: LoginKind,
        person: Option<PersonId>,
        invitation: Option<[u8; 32]>,
        browser: &str,
    ) -> Result<Url, EngineError> {
        let workspace = self.workspace(workspace)?;
        let oauth = &workspace.profile().oauth;
        let scopes = match (kind, person) {
            (LoginKind::Account, Some(person)) => {
                self.expected(person, workspace.at()).await?;
                oauth.account_scopes
            }
            (LoginKind::Admin, None) if !oauth.admin_scopes.is_empty() => oauth.admin_scopes,
            (LoginKind::Listener, None) if workspace.profile().capabilities.channels.is_some() => {
                oauth.account_scopes
            }
            (LoginKind::Admin, None) => {
                return Err(nothing(workspace, "administrators give no consent of their own there"));
            }
            _ => {
                return Err(nothing(workspace, "consent is for one person's account, or an administrator's"));
            }
        };
        // Without anything to tell browsers apart, a state could be brought back by any.
        if browser.is_empty() {
            return Err(nothing(workspace, "the browser brings no cookie"));
        }
        let state = self.secret();
        let verifier = oauth.pkce.then(|| self.secret());
        let mut url = workspace.site.url(oauth.address, &with_tenant(oauth.authorize_path, &workspace.site));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &workspace.site.client_id)
            .append_pair("redirect_uri", self.redirect().as_str())
            .append_pair("state", state.expose_secret());
        url.query_pairs_mut().extend_pairs(scope(scopes));
        if let (true, Some(person)) = (oauth.login_hint, person)
            && let Some(expected) = self.store.person(person).await?
            && !expected.person.email.is_empty()
        {
            url.query_pairs_mut().append_pair("login_hint", &expected.person.email);
        }
        if let Some(verifier) = &verifier {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret()));
            url.query_pairs_mut()
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", "S256");
        }
        let grant = PendingGrant {
            state: hash("state", state.expose_secret()),
            browser: hash("browser", browser),
            workspace: workspace.at().clone(),
            kind: kind.name().to_owned(),
            person,
            verifier,
            invitation,
            expires_at: self.now().plus(CONSENT_WITHIN),
        };
        self.store.save_grant(&grant).await?;
        Ok(url)
    }

    /// Ends a consent with what the browser brought to `{public_address}/oauth/callback`: the state, and the code or
    /// the vendor's error name.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the state is unknown, used, expired or another browser's, when consent was denied,
    /// when it was given by another account than the person's, for less than was asked for or, as an administrator, by somebody
    /// who is none, or when the
    /// invitation that it began at has led to a consent meanwhile. Nothing is stored then, and an invitation stays as good
    /// as it was.
    pub async fn finish_grant(
        &self,
        state: &str,
        browser: &str,
        answer: Result<&str, &str>,
    ) -> Result<Granted, EngineError> {
        let worthless = || {
            EngineError::Refused(
                "this consent was used, has expired, or began in another browser; begin again".to_owned(),
            )
        };
        let grant = self.store.take_grant(&hash("state", state), self.now()).await?.ok_or_else(worthless)?;
        verify_slices_are_equal(&hash("browser", browser), &grant.browser).map_err(|_| worthless())?;
        let workspace = self.workspace(&grant.workspace.id)?;
        let name = &grant.workspace.id;
        let code = answer.map_err(|error| EngineError::Refused(format!("{name}: {}", declined(error))))?;
        let endpoint = self.keeper.endpoint(workspace);
        let tokened = match endpoint.exchange(code, self.redirect().as_str(), grant.verifier.as_ref()).await {
            Ok(tokened) => tokened,
            Err(error) if refused(&error) => {
                return Err(EngineError::Refused(format!("{name}: the code was not accepted; begin again")));
            }
            Err(error) => return Err(EngineError::Call { workspace: name.clone(), error }),
        };
        let secret = LoginSecret {
            access: tokened.access.clone(),
            refresh: tokened.refresh.clone(),
            expires_at: tokened.expires_at,
            generation: 1,
        };
        let kind = LoginKind::named(&grant.kind).ok_or_else(worthless)?;
        let oauth = &workspace.profile().oauth;
        let asked = if kind == LoginKind::Admin { oauth.admin_scopes } else { oauth.account_scopes };
        let missing = tokened.lacks(asked);
        if !missing.is_empty() {
            let platform = workspace.profile().name;
            return Err(EngineError::Refused(format!(
                "{name}: {platform} granted less than Entente needs, so nothing was connected. Missing: {}. An administrator has \
                 to allow that in the app's settings at {platform}; then consent again",
                missing.join(", ")
            )));
        }
        let client = self.keeper.passing(workspace, kind, tokened);
        let account =
            client.me().await.map_err(|error| EngineError::Call { workspace: name.clone(), error })?;
        if account.bot || !account.active {
            return Err(EngineError::Refused(format!("{name}: consent was given by no person's account")));
        }
        let at = account.account.clone();
        match (kind, grant.person) {
            (LoginKind::Account, Some(person)) => {
                self.consented_by(person, workspace, account, secret, grant.invitation).await?;
            }
            (LoginKind::Admin, None) => {
                administers(workspace, client.as_ref()).await?;
                let _held = self.locks.apps.lock().await;
                self.save_secret(workspace, LoginKind::Admin, Some(account.account), Some(secret)).await?;
            }
            (LoginKind::Listener, None) => {
                let known = self.store.identities(std::slice::from_ref(&account.account)).await?;
                if known.iter().any(Option::is_some) {
                    return Err(EngineError::Refused(format!(
                        "{name}: consent was given by a colleague's account; sign in there with an account that belongs to nobody"
                    )));
                }
                let _held = self.locks.apps.lock().await;
                self.save_secret(workspace, LoginKind::Listener, Some(account.account), Some(secret)).await?;
            }
            _ => return Err(worthless()),
        }
        Ok(Granted { workspace: name.clone(), kind, account: at, person: grant.person })
    }

    /// A personal link by which somebody can give consent without signing in to anything of ours:
    /// `{public_address}/connect/{token}`. Good for a week, for one consent: whoever declines, closes the page or meets
    /// an outage opens the same link again.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when there is nothing to consent to.
    pub async fn invite(&self, person: PersonId, workspace: &WorkspaceId) -> Result<Url, EngineError> {
        let workspace = self.workspace(workspace)?;
        self.expected(person, workspace.at()).await?;
        self.invitation(workspace, LoginKind::Account, Some(person)).await
    }

    /// The same for an account of nobody's that is to hear in channels, or in the rooms of people whom nothing stands in for.
    /// Whoever can sign in with it follows the link.
    ///
    /// # Errors
    /// [`EngineError::Refused`] where channels cannot be linked, and where the app needs nobody.
    pub async fn invite_listener(&self, workspace: &WorkspaceId) -> Result<Url, EngineError> {
        let workspace = self.workspace(workspace)?;
        let makes_rooms = !workspace.app_makes_rooms();
        match workspace.profile().capabilities.channels {
            Some(channels) if !channels.app.hears() || makes_rooms => {}
            Some(_) => return Err(nothing(workspace, "the Entente app hears by itself there")),
            None => return Err(nothing(workspace, "channels cannot be linked there")),
        }
        self.invitation(workspace, LoginKind::Listener, None).await
    }

    async fn invitation(
        &self,
        workspace: &Workspace,
        kind: LoginKind,
        person: Option<PersonId>,
    ) -> Result<Url, EngineError> {
        let token = self.secret();
        // An invitation is a grant under way too, whose state is a token of another kind.
        let invitation = PendingGrant {
            state: hash("invitation", token.expose_secret()),
            browser: [0; 32],
            workspace: workspace.at().clone(),
            kind: kind.name().to_owned(),
            person,
            verifier: None,
            invitation: None,
            expires_at: self.now().plus(INVITED_FOR),
        };
        self.store.save_grant(&invitation).await?;
        Ok(self.public(&format!("/connect/{}", token.expose_secret())))
    }

    /// Begins the consent that an invitation is for: where to send the browser. To be called when the person acts on
    /// the page behind the link, not when the page is fetched: chat apps fetch links to show a preview, and each
    /// beginning is written down. The invitation is used up when the consent succeeds, and not before.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the token is unknown, used or expired, or there is nothing to consent to any more.
    pub async fn follow_invitation(&self, token: &str, browser: &str) -> Result<Url, EngineError> {
        let invitation = hash("invitation", token);
        let grant = self.store.grant(&invitation, self.now()).await?.ok_or_else(worn_out)?;
        let kind = LoginKind::named(&grant.kind).ok_or_else(worn_out)?;
        self.begin(&grant.workspace.id, kind, grant.person, Some(invitation), browser).await
    }

    /// The stand-in that somebody's consent is for.
    async fn expected(&self, person: PersonId, workspace: &WorkspaceRef) -> Result<StandIn, EngineError> {
        let stand_in = self.stand_in(person, workspace).await?;
        stand_in
            .filter(|at| at.mode == StandInMode::Account && at.state != StandInState::Removed)
            .filter(|at| at.account.is_some())
            .ok_or_else(|| {
                let name = &workspace.id;
                EngineError::Refused(format!(
                    "{name}: this person is not represented by their own account there"
                ))
            })
    }

    /// Stores a person's consent: the login first, then the stand-in that speaks with it. What a crash leaves in
    /// between, the reconciler of stand-ins mends.
    async fn consented_by(
        &self,
        person: PersonId,
        workspace: &Workspace,
        account: Account,
        mut secret: LoginSecret,
        invitation: Option<[u8; 32]>,
    ) -> Result<(), EngineError> {
        let _held = self.locks.person(person).await;
        let stand_in = self.expected(person, workspace.at()).await?;
        if stand_in.account.as_ref() != Some(&account.account) {
            let name = &workspace.at().id;
            return Err(EngineError::Refused(format!(
                "{name}: consent was given by another account than the one it was asked of; nothing was connected. Open your \
                 personal link again, and sign in there with the account that your colleagues know"
            )));
        }
        let id = stand_in.login.unwrap_or_else(|| login_of(LoginKind::Account, workspace.at(), person));
        let still = self.keeper.still(id).await;
        if let Some(older) = self.store.login(id).await?.and_then(|login| login.secret) {
            secret.generation = older.generation + 1;
        }
        let login = Login {
            id,
            workspace: workspace.at().clone(),
            kind: LoginKind::Account.name().to_owned(),
            person: Some(person),
            account: Some(account.account),
            secret: Some(secret),
            state: LoginState::Active,
        };
        // One invitation may have been followed in two windows; the first that succeeds is the one that counts.
        match invitation {
            Some(invitation) => {
                if !self.store.redeem(&invitation, &login, self.now()).await? {
                    return Err(worn_out());
                }
            }
            None => self.store.save_login(&login).await?,
        }
        self.keeper.forget(id);
        drop(still);
        let state = StandInState::Active;
        self.store.save_stand_in(&StandIn { state, login: Some(id), reason: None, ..stand_in }).await?;
        self.changed.send_replace(());
        Ok(())
    }

    /// Where vendors send browsers back to; registered with them exactly so.
    fn redirect(&self) -> Url {
        self.public("/oauth/callback")
    }

    fn public(&self, path: &str) -> Url {
        let mut url = self.tuning.public_address.clone();
        let path = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }

    /// 256 bits that nobody can guess, in letters that a URL takes.
    fn secret(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.dice.bytes::<32>()).into()
    }
}

/// What is asked for, as a parameter. RFC 6749, 3.3: it may be left out, and must not be empty.
fn scope(scopes: &[&str]) -> Option<(&'static str, String)> {
    (!scopes.is_empty()).then(|| ("scope", scopes.join(" ")))
}

/// What is kept of a secret that somebody else carries. `what` keeps one kind from being taken for another.
fn hash(what: &str, secret: &str) -> [u8; 32] {
    Sha256::new().chain_update(what).chain_update([0]).chain_update(secret).finalize().into()
}

/// What a vendor's error (RFC 6749, 4.1.2.1) means to a reader. It comes from the address bar, so only a name is shown.
fn declined(error: &str) -> String {
    let named = (1..=40).contains(&error.len()) && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match error {
        "access_denied" => "consent was declined".to_owned(),
        error if named => format!("consent failed with {error}"),
        _ => "consent failed".to_owned(),
    }
}

fn worn_out() -> EngineError {
    EngineError::Refused("this invitation was used or has expired; ask for a new one".to_owned())
}

fn nothing(workspace: &Workspace, why: &str) -> EngineError {
    EngineError::Refused(format!("{}: {why}", workspace.at().id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_asked_for_nothing_stands_in_the_address() {
        assert_eq!(scope(&["read", "write"]), Some(("scope", "read write".to_owned())));
        assert_eq!(scope(&[]), None);
    }
}
