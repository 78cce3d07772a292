//! Rooms in which the app speaks for somebody whom nothing stands in for.

use async_trait::async_trait;
use entente_model::{ConversationRef, MirrorState, Pair, Timestamp, WorkspaceRef};

use crate::{Plan, StoreError};

/// A room of the app and one of two people, in the place of a direct conversation of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Whose words come together there.
    pub pair: Pair,
    /// Where the one works who is in it.
    pub workspace: WorkspaceRef,
    /// What it is found by if the answer to its making was lost.
    pub mark: String,
    /// How far it is.
    pub state: MirrorState,
    /// Which conversation, once it stands.
    pub at: Option<ConversationRef>,
    /// What is said to the one who is in it is said elsewhere by now. What they write there is heard all the same.
    pub abandoned: bool,
}

/// Rooms. Two people have one in a workspace at most.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// The room of these two in a workspace.
    async fn room(&self, pair: Pair, workspace: &WorkspaceRef) -> Result<Option<Room>, StoreError>;

    /// The rooms that stand, ordered by their conversations.
    async fn rooms(&self) -> Result<Vec<(ConversationRef, Pair)>, StoreError>;

    /// Records how a room stands; told twice, the later counts. Its conversation is of interest from then on, and never a
    /// direct one of anybody's. `false`: it is a channel of a link, or another pair's; then nothing is written.
    async fn set_room(&self, room: &Room) -> Result<bool, StoreError>;

    /// Records that what is said to the one who is in it is said elsewhere from now on, and plans what is said about that, all
    /// or nothing. `false`: it was so already, or there is none; then nothing is.
    async fn abandon_room(
        &self,
        pair: Pair,
        workspace: &WorkspaceRef,
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}
