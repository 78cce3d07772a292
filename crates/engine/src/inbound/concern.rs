//! Does a conversation concern us? Asked once per conversation, of its members, and remembered until people change.

use entente_model::{AccountRef, Conversation, ConversationKind, LinkId, LoginId, Pair, StandInState};
use entente_store::{Identity, Interest, KnownConversation, Represented, StoreError};

use crate::engine::Engine;
use crate::inbound::refusal::Refusals;
use crate::inbound::{Hold, Reported};
use crate::route;
use crate::sites::Workspace;

/// Whom a conversation concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concern {
    /// Two represented people.
    Pair(Pair),
    /// The Entente app, which hears with this login, although somebody else was told.
    App(LoginId),
    /// People of several platforms, in a group.
    Group(LinkId),
    /// Nobody.
    Nobody,
}

impl Engine {
    /// Whom the conversation concerns.
    pub(super) async fn concern(
        &self,
        reported: &Reported<'_>,
        known: Option<&KnownConversation>,
    ) -> Result<Concern, Hold> {
        if let Some(known) = known {
            match (known.interest, known.pair) {
                (Interest::Yes, Some(pair)) if self.still_concerns(reported, pair).await? => {
                    return Ok(Concern::Pair(pair));
                }
                (Interest::No, _) => return Ok(Concern::Nobody),
                // Nobody has looked yet, or people have changed since.
                _ => {}
            }
        }
        if self.only_strangers(reported).await? {
            return Ok(Concern::Nobody);
        }
        let Some(conversation) = self.look_into(reported).await? else { return Ok(Concern::Nobody) };
        if let Some(app) = self.app_in(reported.workspace, &conversation).await? {
            return Ok(Concern::App(app));
        }
        if matches!(conversation.kind, ConversationKind::Group | ConversationKind::GroupChannel)
            && let Some(concern) = self.group(reported, &conversation).await?
        {
            return Ok(concern);
        }
        let pair = self.pair_of(&conversation).await?;
        if let Some(pair) = pair {
            // Two accounts have one direct conversation, so another one was between accounts that these two had before.
            let before = self.store.direct(pair, &conversation.at.workspace).await?;
            if let Some(before) = before.filter(|before| *before != conversation.at) {
                self.store.forget(&before).await?;
            }
        }
        let interest = if pair.is_some() { Interest::Yes } else { Interest::No };
        self.store.remember(&conversation, interest, pair, self.clock.now()).await?;
        if pair.is_some() {
            self.attend_opened();
        }
        Ok(pair.map_or(Concern::Nobody, Concern::Pair))
    }

    /// Whether all that is reported was done by people who are not represented. What they say concerns nobody, whoever else is
    /// there, so the platform need not be asked; that is not remembered of the conversation, because apps speak in
    /// conversations of others too.
    async fn only_strangers(&self, reported: &Reported<'_>) -> Result<bool, Hold> {
        let mut actors = Vec::with_capacity(reported.arrivals.len());
        for arrival in reported.arrivals {
            match &arrival.actor {
                Some(actor) if !actors.contains(actor) => actors.push(actor.clone()),
                Some(_) => {}
                None => return Ok(false),
            }
        }
        Ok(self.store.identities(&actors).await?.iter().all(Option::is_none))
    }

    /// The login of the Entente app, if this is its direct conversation with somebody. Where a vendor reports once for all
    /// logins, somebody who consented may be named in the app's place.
    pub(crate) async fn app_in(
        &self,
        workspace: &Workspace,
        conversation: &Conversation,
    ) -> Result<Option<LoginId>, StoreError> {
        let Some(id) = workspace.app_login() else { return Ok(None) };
        if conversation.kind != ConversationKind::Direct {
            return Ok(None);
        }
        let app = self.store.login(id).await?.and_then(|login| login.account);
        Ok(app.filter(|app| conversation.members.contains(app)).map(|_| id))
    }

    /// Whether the two are still represented, and at least one of them still works elsewhere.
    pub(super) async fn still_concerns(&self, reported: &Reported<'_>, pair: Pair) -> Result<bool, Hold> {
        let people = self.store.pair(pair).await?;
        let here = &reported.conversation.workspace;
        Ok(people.is_some_and(|[one, other]| route::concerns(here, [&one, &other]).is_some()))
    }

    /// Asks the platform who is in the conversation, as one of those who were told of it. `None`: nobody may know.
    async fn look_into(&self, reported: &Reported<'_>) -> Result<Option<Conversation>, Hold> {
        let mut refusals = Refusals::default();
        for client in self.listeners(reported).await? {
            match client.conversation(reported.conversation).await {
                Ok(Some(conversation)) => return Ok(Some(conversation)),
                Ok(None) => {}
                Err(error) => refusals.take(error, self.tuning.give_up_after)?,
            }
        }
        refusals.hold().map(|()| None)
    }

    pub(crate) async fn pair_of(&self, conversation: &Conversation) -> Result<Option<Pair>, StoreError> {
        if conversation.kind != ConversationKind::Direct || conversation.members.len() != 2 {
            return Ok(None);
        }
        let identities = self.store.identities(&conversation.members).await?;
        let [Some(one), Some(other)] = &identities[..] else { return Ok(None) };
        // An account that somebody had before, or has beside, is not where the other one reaches them.
        let current = |(identity, account): (&Identity, &AccountRef)| {
            identity.primary || represents(&identity.represented, account)
        };
        if ![one, other].into_iter().zip(&conversation.members).all(current) {
            return Ok(None);
        }
        Ok(route::concerns(&conversation.at.workspace, [&one.represented, &other.represented]))
    }

    /// A client for a login that may be gone.
    pub(super) async fn client_or_hold(
        &self,
        login: LoginId,
    ) -> Result<Option<std::sync::Arc<dyn entente_platform::Client>>, Hold> {
        match self.client(login).await {
            Ok(client) => Ok(client),
            Err(crate::EngineError::Store(error)) => Err(Hold::Store(error)),
            Err(_) => Ok(None),
        }
    }
}

/// Whether this is the account that stands in for somebody.
fn represents(represented: &Represented, account: &AccountRef) -> bool {
    let stands_in = |stand_in: &entente_model::StandIn| {
        stand_in.state != StandInState::Removed && stand_in.account.as_ref() == Some(account)
    };
    represented.stand_ins.iter().any(stands_in)
}
