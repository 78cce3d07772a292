//! Rooms of the app and somebody, through the gate.

use async_trait::async_trait;
use entente_model::{ConversationRef, Pair, Timestamp, WorkspaceRef};
use entente_store::{Plan, Room, Rooms, StoreError};

use super::Gated;

#[async_trait]
impl Rooms for Gated {
    async fn room(&self, pair: Pair, workspace: &WorkspaceRef) -> Result<Option<Room>, StoreError> {
        self.gate.through("room", self.inner.room(pair, workspace)).await
    }

    /// Read when an engine is put together, before anything could die that was not there before.
    async fn rooms(&self) -> Result<Vec<(ConversationRef, Pair)>, StoreError> {
        self.inner.rooms().await
    }

    async fn set_room(&self, room: &Room) -> Result<bool, StoreError> {
        self.gate.through("set_room", self.inner.set_room(room)).await
    }

    async fn abandon_room(
        &self,
        pair: Pair,
        workspace: &WorkspaceRef,
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let abandoned = self.inner.abandon_room(pair, workspace, notices, now);
        self.gate.through("abandon_room", abandoned).await
    }
}
