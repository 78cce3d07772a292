//! Rooms in which the app speaks for somebody whom nothing stands in for.

use async_trait::async_trait;
use entente_model::{ConversationRef, Pair, Timestamp, WorkspaceRef};

use super::Memory;
use super::outbox::outbound;
use super::state::State;
use crate::{Interest, Plan, Room, Rooms, StoreError};

impl State {
    /// Whether a conversation is a room of the app and somebody.
    pub(super) fn is_room(&self, conversation: &ConversationRef) -> bool {
        self.room_at(conversation).is_some()
    }

    fn room_at(&self, conversation: &ConversationRef) -> Option<&Room> {
        self.rooms.values().find(|room| room.at.as_ref() == Some(conversation))
    }
}

#[async_trait]
impl Rooms for Memory {
    async fn room(&self, pair: Pair, workspace: &WorkspaceRef) -> Result<Option<Room>, StoreError> {
        Ok(self.state().rooms.get(&(pair, workspace.clone())).cloned())
    }

    async fn rooms(&self) -> Result<Vec<(ConversationRef, Pair)>, StoreError> {
        let state = self.state();
        let standing = state.rooms.values().filter_map(|room| Some((room.at.clone()?, room.pair)));
        let mut rooms: Vec<_> = standing.collect();
        rooms.sort();
        Ok(rooms)
    }

    async fn set_room(&self, room: &Room) -> Result<bool, StoreError> {
        let mut guard = self.state();
        let state = &mut *guard;
        if let Some(at) = &room.at {
            if state.is_linked(at) || state.room_at(at).is_some_and(|other| other.pair != room.pair) {
                return Ok(false);
            }
            let link = state.links.entry(at.clone()).or_default();
            link.interest = Some(Interest::Yes);
            link.people = state.people_version;
            if let Some(before) = link.pair.take() {
                state.directs.remove(&(before, at.workspace.clone()));
            }
        }
        state.rooms.insert((room.pair, room.workspace.clone()), room.clone());
        Ok(true)
    }

    async fn abandon_room(
        &self,
        pair: Pair,
        workspace: &WorkspaceRef,
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        outbound(&notices)?;
        let mut guard = self.state();
        let state = &mut *guard;
        let Some(room) = state.rooms.get_mut(&(pair, workspace.clone())) else { return Ok(false) };
        if room.abandoned || room.at.is_none() {
            return Ok(false);
        }
        room.abandoned = true;
        self.plan_all(state, notices, now);
        Ok(true)
    }
}
