//! Who hears in a channel, when whoever did no longer can: a consent is taken back, or runs out, or they are in the channel no
//! more. Somebody else who is in the channel and has consented takes over and reads on from where it was left; as long as there is
//! nobody, the channel is shown as unheard.

use entente_model::{AccountRef, CallError, Link, LoginId, Member};
use entente_store::{Login, LoginState, StoreError};

use crate::engine::Engine;
use crate::linking::{hearing, lookers};
use crate::listening::look;

impl Engine {
    /// Has the channels looked at that are heard by a login which was refused.
    pub(super) async fn look_where_nobody_hears(&self) -> Result<(), StoreError> {
        for login in self.linked.hearers() {
            if !self.works(login).await? {
                for channel in self.linked.heard_by(login) {
                    self.look_soon(channel, None);
                }
            }
        }
        Ok(())
    }

    /// Whether whoever should hear in a channel can, as far as we know.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_heard(&self, member: &Member) -> Result<bool, StoreError> {
        let Some(listener) = member.listener else { return Ok(false) };
        Ok(self.works(listener).await? && !self.following.is_deaf(&member.at))
    }

    /// Finds somebody else who hears in a channel, if whoever did no longer can. `false`: it could not be asked now.
    pub(super) async fn keep_heard(&self, link: &Link, member: &Member) -> Result<bool, StoreError> {
        let Some(listener) = member.listener.filter(|_| member.flow.gives()) else { return Ok(true) };
        let works = self.works(listener).await?;
        let app = self.sites.get(&member.at.workspace.id).and_then(|site| site.app_login());
        // Whether an app is there is seen when the channel is looked at.
        if works && app == Some(listener) {
            return Ok(true);
        }
        let logins = self.store.logins(Some(&member.at.workspace)).await?;
        let Ok(accounts) = self.accounts_in(member, &logins).await else { return Ok(false) };
        let own = logins.iter().find(|login| login.id == listener).and_then(|login| login.account.as_ref());
        let there = own.is_none_or(|own| accounts.contains(own));
        // That nobody may look says nothing about who is there.
        if works && (there || accounts.is_empty()) {
            self.following.hears_again(&member.at);
            return Ok(true);
        }
        let Some(ear) = hearing(&logins, &accounts) else {
            if self.following.went_deaf(&member.at) {
                self.store.count("channels_unheard", 1);
                tracing::warn!(workspace = %member.at.workspace.id, link.id = %link.id, "nobody hears in a channel any more");
            }
            return Ok(true);
        };
        self.following.hears_again(&member.at);
        self.store.hear(link.id, &member.at, ear).await?;
        self.linked.load(self.store.as_ref()).await?;
        self.attend_to(std::iter::once(ear));
        self.store.accept(vec![look(member.at.clone(), ear)], self.now()).await?;
        tracing::info!(workspace = %member.at.workspace.id, link.id = %link.id, "somebody else hears in a channel");
        Ok(true)
    }

    /// Who is in a channel, as anybody sees who still may look. An error: it could not be asked now.
    async fn accounts_in(&self, member: &Member, logins: &[Login]) -> Result<Vec<AccountRef>, CallError> {
        let site = self.sites.get(&member.at.workspace.id);
        let app = site.and_then(|site| site.app_login());
        for login in app.into_iter().chain(lookers(logins)) {
            let Ok(Some(client)) = self.client(login).await else { continue };
            let found = match client.channel(member.at.id.as_str()).await {
                // Groups are no channels.
                Ok(None) => {
                    client.conversation(&member.at).await.map(|found| found.map(|found| found.members))
                }
                found => found.map(|found| found.map(|channel| channel.members)),
            };
            match found {
                Ok(Some(members)) if !members.is_empty() => return Ok(members),
                Err(error @ (CallError::Retry { .. } | CallError::Unknown)) => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(Vec::new())
    }

    /// Whether a login is accepted by its platform, as far as we know.
    pub(crate) async fn works(&self, login: LoginId) -> Result<bool, StoreError> {
        Ok(self.store.login(login).await?.is_some_and(|login| login.state == LoginState::Active))
    }
}
