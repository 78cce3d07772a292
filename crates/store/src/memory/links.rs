//! What is known of conversations and messages.

use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

use async_trait::async_trait;
use entente_model::{
    AccountId, Conversation, ConversationRef, Emoji, MessageId, MessageRef, Pair, PersonId, Timestamp,
    WorkspaceRef,
};

use super::Memory;
use super::state::State;
use crate::{Everywhere, Interest, Known, KnownConversation, LaneId, Links, Seen, StoreError};

impl State {
    /// Whether a conversation concerns us, as far as that still holds.
    pub(super) fn interest(&self, conversation: &ConversationRef) -> Interest {
        match self.links.get(conversation) {
            Some(link) if link.interest == Some(Interest::No) && link.people != self.people_version => {
                Interest::Unknown
            }
            Some(link) => link.interest.unwrap_or(Interest::Unknown),
            None => Interest::Unknown,
        }
    }
}

#[async_trait]
impl Links for Memory {
    async fn known(
        &self,
        conversation: &ConversationRef,
        messages: &[MessageId],
    ) -> Result<Known, StoreError> {
        let state = self.state();
        let recorded =
            state.links.get(conversation).filter(|link| link.interest.is_some() || link.mark.is_some()).map(
                |link| KnownConversation {
                    interest: state.interest(conversation),
                    pair: link.pair,
                    mark: link.mark.clone(),
                },
            );
        let seen = messages.iter().map(|id| {
            let message = MessageRef { conversation: conversation.clone(), id: id.clone() };
            let trace = state.messages.get(&message)?;
            let (ours, deleted, silent) = (trace.ours, trace.deleted, trace.silent);
            Some(Seen { ours, version: trace.version?, deleted, silent })
        });
        let link = state.link_of(conversation);
        Ok(Known { conversation: recorded, link, seen: seen.collect() })
    }

    async fn reactions(
        &self,
        conversation: &ConversationRef,
        message: &MessageId,
    ) -> Result<Vec<(AccountId, Emoji)>, StoreError> {
        let state = self.state();
        let message = MessageRef { conversation: conversation.clone(), id: message.clone() };
        Ok(state.messages.get(&message).map(|trace| trace.reactions.clone()).unwrap_or_default())
    }

    async fn reactions_everywhere(&self, message: &MessageRef) -> Result<Everywhere, StoreError> {
        let state = self.state();
        let origin = state.messages.get(message).and_then(|trace| trace.origin.clone());
        let origin = origin.unwrap_or_else(|| message.clone());
        let trace = state.messages.get(&origin);
        let gone = trace.is_some_and(|trace| trace.deleted);
        let every = |lane, part| (origin.clone(), LaneId(lane), part);
        let copies = state.counterparts.range(every(i64::MIN, 0)..=every(i64::MAX, u32::MAX));
        let copies = copies.flat_map(|(_, all)| all).map(|copy| &copy.message);
        let mut reactions = BTreeSet::new();
        for at in copies.chain([&origin]) {
            let of = state.messages.get(at).into_iter().flat_map(|trace| &trace.reactions);
            reactions.extend(of.map(|(id, emoji)| (at.conversation.clone(), id.clone(), emoji.clone())));
        }
        Ok(Everywhere { origin, gone, reactions: reactions.into_iter().collect() })
    }

    async fn copies(&self, message: &MessageRef) -> Result<Vec<ConversationRef>, StoreError> {
        let state = self.state();
        let of = |lane, part| (message.clone(), LaneId(lane), part);
        let copies = state.counterparts.range(of(i64::MIN, 0)..=of(i64::MAX, u32::MAX));
        let places: BTreeSet<_> =
            copies.flat_map(|(_, all)| all).map(|copy| copy.message.conversation.clone()).collect();
        Ok(places.into_iter().collect())
    }

    async fn remember(
        &self,
        conversation: &Conversation,
        interest: Interest,
        pair: Option<Pair>,
        _now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut guard = self.state();
        let state = &mut *guard;
        let at = &conversation.at;
        if state.is_linked(at) || state.is_room(at) {
            return Ok(());
        }
        let link = state.links.entry(at.clone()).or_default();
        link.interest = Some(interest);
        link.people = state.people_version;
        if let Some(before) = link.pair.take() {
            state.directs.remove(&(before, at.workspace.clone()));
        }
        if let Some(pair) = pair {
            let slot = (pair, at.workspace.clone());
            if let Entry::Vacant(free) = state.directs.entry(slot) {
                free.insert(at.clone());
                link.pair = Some(pair);
            }
        }
        Ok(())
    }

    async fn forget(&self, conversation: &ConversationRef) -> Result<(), StoreError> {
        let mut guard = self.state();
        let state = &mut *guard;
        if state.is_linked(conversation) || state.is_room(conversation) {
            return Ok(());
        }
        if let Some(link) = state.links.get_mut(conversation) {
            link.interest = link.interest.and(Some(Interest::Unknown));
            if let Some(pair) = link.pair.take() {
                state.directs.remove(&(pair, conversation.workspace.clone()));
            }
        }
        Ok(())
    }

    async fn direct(
        &self,
        pair: Pair,
        workspace: &WorkspaceRef,
    ) -> Result<Option<ConversationRef>, StoreError> {
        Ok(self.state().directs.get(&(pair, workspace.clone())).cloned())
    }

    async fn directs_of(
        &self,
        person: PersonId,
        workspace: &WorkspaceRef,
    ) -> Result<Vec<ConversationRef>, StoreError> {
        let state = self.state();
        let mut found: Vec<_> = state
            .directs
            .iter()
            .filter(|((pair, at), _)| at == workspace && pair.both().contains(&person))
            .map(|(_, conversation)| conversation.clone())
            .collect();
        found.sort();
        Ok(found)
    }
}
