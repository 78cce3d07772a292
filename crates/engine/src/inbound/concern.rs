//! Does a conversation concern us? Asked once per conversation, of its members, and remembered until people change.

use entente_model::{Conversation, ConversationKind, Pair};
use entente_store::{Interest, KnownConversation};

use crate::engine::Engine;
use crate::inbound::refusal::Refusals;
use crate::inbound::{Hold, Reported};
use crate::route;

impl Engine {
    /// The pair whose conversation it is, if it concerns us.
    pub(super) async fn concern(
        &self,
        reported: &Reported<'_>,
        known: Option<&KnownConversation>,
    ) -> Result<Option<Pair>, Hold> {
        if let Some(known) = known {
            match known.interest {
                Interest::Yes => return Ok(known.pair),
                Interest::No => return Ok(None),
                Interest::Unknown => {}
            }
        }
        let Some(conversation) = self.look_into(reported).await? else { return Ok(None) };
        let pair = self.pair_of(&conversation).await?;
        let interest = if pair.is_some() { Interest::Yes } else { Interest::No };
        self.store.remember(&conversation, interest, pair, self.clock.now()).await?;
        if pair.is_some() {
            self.attend_opened();
        }
        Ok(pair)
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

    async fn pair_of(&self, conversation: &Conversation) -> Result<Option<Pair>, Hold> {
        if conversation.kind != ConversationKind::Direct || conversation.members.len() != 2 {
            return Ok(None);
        }
        let identities = self.store.identities(&conversation.members).await?;
        let [Some(one), Some(other)] = &identities[..] else { return Ok(None) };
        Ok(route::concerns(&conversation.at.workspace, [&one.represented, &other.represented]))
    }

    /// A client for a login that may be gone.
    pub(super) async fn client_or_hold(
        &self,
        login: entente_model::LoginId,
    ) -> Result<Option<std::sync::Arc<dyn entente_platform::Client>>, Hold> {
        match self.client(login).await {
            Ok(client) => Ok(client),
            Err(crate::EngineError::Store(error)) => Err(Hold::Store(error)),
            Err(_) => Ok(None),
        }
    }
}
