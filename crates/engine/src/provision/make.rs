//! One person's bot in one workspace: from wherever it stands to the end, or to where it cannot go on.

use entente_model::{AccountRef, Person, PersonId, StandIn, StandInMode, StandInState};
use entente_platform::LoginKind;
use entente_store::{Login, LoginSecret, LoginState};
use secrecy::SecretString;

use super::attempt::{Attempt, attempt, free};
use super::desk::{Desk, Stopped};
use super::{Became, address, login_of};
use crate::{Engine, EngineError};

/// What somebody can do about a bot that could not be made.
const BY_HAND: &str = "make one by hand and give its token to `entente people bot-token`";

fn unfit(address: &str) -> String {
    format!("the platform does not accept {address}")
}

impl Engine {
    /// Makes the bot, if it is still to be made.
    pub(super) async fn make(&self, desk: &Desk, person: PersonId) -> Result<Became, EngineError> {
        let _held = self.locks.person(person).await;
        if desk.stopped().is_some() {
            return Ok(Became::AsItWas);
        }
        let Some(known) = self.store.person(person).await? else { return Ok(Became::AsItWas) };
        let unmade = known.stand_ins.into_iter().find(|stand_in| {
            stand_in.workspace == desk.workspace
                && stand_in.mode == StandInMode::Bot
                && matches!(stand_in.state, StandInState::Planned | StandInState::Provisioning)
        });
        let Some(mut stand_in) = unmade else { return Ok(Became::AsItWas) };
        // The login may have been written before a crash, and the stand-in not.
        let login = login_of(LoginKind::Bot, &desk.workspace, person);
        if let Some(Login { account: Some(account), secret: Some(_), .. }) = self.store.login(login).await? {
            return self.active(stand_in, account).await;
        }
        let addresses = desk.addresses(&known.person, stand_in.address.as_deref());
        let at = |address: &str| addresses.iter().position(|known| known == address);
        let mut index = stand_in.address.as_deref().and_then(at).unwrap_or(0);
        let mut fresh = stand_in.state == StandInState::Planned;
        while let Some(address) = addresses.get(index) {
            if fresh && desk.takes_no_dots() && address::dotted(address) {
                stand_in.reason = Some(unfit(address));
                index = address::after_unfit(&addresses, index);
                continue;
            }
            if !self.store.take_address(address, person).await? {
                stand_in.reason = Some(format!("{address} was given to somebody else"));
                index += 1;
                fresh = true;
                continue;
            }
            let ended = if fresh {
                self.first_attempt(desk, &known.person, &mut stand_in, address).await?
            } else {
                attempt(desk.client.as_ref(), &desk.wanted(&known.person, address), false).await
            };
            match ended {
                Attempt::Made { account, token } => {
                    self.save_bot(&stand_in, &account, token).await?;
                    return self.active(stand_in, account).await;
                }
                Attempt::Taken => {
                    stand_in.reason = Some(format!("{address} is taken by somebody else"));
                    index += 1;
                    fresh = true;
                }
                Attempt::Unfit => {
                    // Others here need not try the same.
                    if address::dotted(address) {
                        desk.no_dots();
                    }
                    stand_in.reason = Some(unfit(address));
                    index = address::after_unfit(&addresses, index);
                    fresh = true;
                }
                Attempt::TokenLost { account } => {
                    let reason = format!(
                        "the bot {address} exists and its token is lost; make a new token for it by hand and give it to \
                         `entente people bot-token`"
                    );
                    return self.suspended(StandIn { account: Some(account), ..stand_in }, reason).await;
                }
                Attempt::Refused(why) => {
                    return self.suspended(stand_in, format!("{why}; {BY_HAND}")).await;
                }
                Attempt::Later { all, after } => {
                    if all {
                        desk.stop(Stopped { after, reason: None });
                    }
                    return Ok(Became::AsItWas);
                }
                Attempt::NoAdmin => {
                    let reason =
                        "the administrator's login was refused; an administrator must give consent again";
                    desk.stop(Stopped { after: None, reason: Some(reason.to_owned()) });
                    return Ok(Became::AsItWas);
                }
            }
        }
        let reason = format!("all addresses that could be derived are taken or not accepted; {BY_HAND}");
        self.suspended(stand_in, reason).await
    }

    /// Tries an address that was never tried before: looks whether it is free, commits the intent, and only then asks.
    async fn first_attempt(
        &self,
        desk: &Desk,
        person: &Person,
        stand_in: &mut StandIn,
        address: &str,
    ) -> Result<Attempt, EngineError> {
        match free(desk.client.as_ref(), address).await {
            Ok(true) => {}
            Ok(false) => return Ok(Attempt::Taken),
            Err(ended) => return Ok(ended),
        }
        stand_in.state = StandInState::Provisioning;
        stand_in.address = Some(address.to_owned());
        self.store.save_stand_in(stand_in).await?;
        Ok(attempt(desk.client.as_ref(), &desk.wanted(person, address), true).await)
    }

    /// Writes a bot's token, before its stand-in says that it has one.
    pub(super) async fn save_bot(
        &self,
        stand_in: &StandIn,
        account: &AccountRef,
        token: SecretString,
    ) -> Result<(), EngineError> {
        let id = login_of(LoginKind::Bot, &stand_in.workspace, stand_in.person);
        let _still = self.keeper.still(id).await;
        let before = self.store.login(id).await?.and_then(|login| login.secret);
        let generation = before.map_or(1, |secret| secret.generation + 1);
        let login = Login {
            id,
            workspace: stand_in.workspace.clone(),
            kind: LoginKind::Bot.name().to_owned(),
            person: Some(stand_in.person),
            account: Some(account.clone()),
            secret: Some(LoginSecret { access: token, refresh: None, expires_at: None, generation }),
            state: LoginState::Active,
        };
        self.store.save_login(&login).await?;
        self.keeper.forget(id);
        Ok(())
    }

    /// The stand-in speaks. If an address had been taken, that stays to be read.
    pub(super) async fn active(&self, stand_in: StandIn, account: AccountRef) -> Result<Became, EngineError> {
        let login = login_of(LoginKind::Bot, &stand_in.workspace, stand_in.person);
        let state = StandInState::Active;
        let stand_in = StandIn { state, account: Some(account), login: Some(login), ..stand_in };
        self.store.save_stand_in(&stand_in).await?;
        Ok(Became::Active)
    }

    async fn suspended(&self, stand_in: StandIn, reason: String) -> Result<Became, EngineError> {
        tracing::warn!(
            person.id = %stand_in.person,
            workspace = %stand_in.workspace.id,
            "a bot could not be made; the reason stands with its person"
        );
        let state = StandInState::Suspended;
        self.store.save_stand_in(&StandIn { state, reason: Some(reason), ..stand_in }).await?;
        Ok(Became::Suspended)
    }
}
