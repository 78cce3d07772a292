//! Bots that were made by hand, where the organisation lets no program make any.

use entente_model::{Account, AccountRef, PersonId, StandIn, StandInMode, StandInState, WorkspaceId};
use entente_platform::LoginKind;
use secrecy::SecretString;

use super::same_account;
use crate::keeper::{Tokened, refused};
use crate::sites::Workspace;
use crate::{Engine, EngineError};

/// A bot made by hand that stands in for somebody now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// For whom.
    pub person: PersonId,
    /// The bot.
    pub account: AccountRef,
    /// Where people find it.
    pub address: String,
}

impl Engine {
    /// Lets a bot that was made by hand stand in for the person with this address.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the token is not a bot's, or the bot or its address is somebody else's.
    pub async fn adopt_bot(
        &self,
        email: &str,
        workspace: &WorkspaceId,
        token: SecretString,
    ) -> Result<Adopted, EngineError> {
        let workspace = self.workspace(workspace)?;
        let name = &workspace.at().id;
        let Some(known) = self.store.person_by_email(&email.trim().to_lowercase()).await? else {
            return Err(EngineError::Refused("nobody with this address is known".to_owned()));
        };
        let person = known.person;
        if person.primary.as_ref().is_none_or(|primary| primary.account.workspace == *workspace.at()) {
            return Err(EngineError::Refused(format!("{} needs no stand-in in {name}", person.name)));
        }
        if workspace.profile().capabilities.bot_domain.is_none() {
            return Err(EngineError::Refused(format!(
                "{name}: the platform has no bots that could stand in"
            )));
        }
        let bot = self.bot_behind(workspace, token.clone()).await?;
        let owner =
            self.store.identities(std::slice::from_ref(&bot.account)).await?.into_iter().flatten().next();
        if owner.is_some_and(|owner| owner.represented.person.id != person.id) {
            return Err(EngineError::Refused("this bot stands in for somebody else".to_owned()));
        }
        let _held = self.locks.person(person.id).await;
        let stand_in = self.stand_in(person.id, workspace.at()).await?.unwrap_or_else(|| StandIn {
            person: person.id,
            workspace: workspace.at().clone(),
            mode: StandInMode::Bot,
            state: StandInState::Planned,
            account: None,
            address: None,
            login: None,
            reason: None,
        });
        if stand_in.mode != StandInMode::Bot {
            return Err(EngineError::Refused(format!(
                "{} is represented in {name} by their own account",
                person.name
            )));
        }
        if !same_account(&stand_in, &bot.account) {
            return Err(EngineError::Refused(format!(
                "{} has another bot in {name} already; give a token of that one",
                person.name
            )));
        }
        if !self.store.take_address(&bot.email, person.id).await? {
            return Err(EngineError::Refused("this bot's address was somebody else's once".to_owned()));
        }
        let adopted = Adopted { person: person.id, account: bot.account.clone(), address: bot.email.clone() };
        let stand_in = StandIn { address: Some(bot.email), reason: None, ..stand_in };
        self.save_bot(&stand_in, &bot.account, token).await?;
        self.active(stand_in, bot.account).await?;
        self.changed.send_replace(());
        Ok(adopted)
    }

    /// The bot that a token is of.
    pub(crate) async fn bot_behind(
        &self,
        workspace: &Workspace,
        token: SecretString,
    ) -> Result<Account, EngineError> {
        let name = &workspace.at().id;
        let tokened = Tokened { access: token, refresh: None, expires_at: None, scope: String::new() };
        let mut bot = match self.keeper.passing(workspace, LoginKind::Bot, tokened).me().await {
            Ok(bot) => bot,
            Err(error) if refused(&error) => {
                return Err(EngineError::Refused(format!("{name}: the token is not accepted")));
            }
            Err(error) => return Err(EngineError::Call { workspace: name.clone(), error }),
        };
        bot.email = bot.email.trim().to_lowercase();
        // Where bots have no addresses of their own, the vendor's word is all there is.
        let domain = workspace.profile().capabilities.bot_domain;
        let at_home = |domain: &str| {
            bot.email.split_once('@').is_some_and(|(local, at)| !local.is_empty() && at == domain)
        };
        if !bot.bot || !domain.is_none_or(at_home) {
            return Err(EngineError::Refused(format!("{name}: the token is not a bot's")));
        }
        Ok(bot)
    }
}
