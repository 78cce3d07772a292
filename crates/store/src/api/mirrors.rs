//! Groups that are shown elsewhere.

use async_trait::async_trait;
use entente_model::{
    ConversationRef, Link, LinkId, LoginId, Member, Mirror, PersonId, Timestamp, WorkspaceRef,
};

use crate::{Plan, StoreError};

/// That somebody is in a conversation of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Present {
    /// Which conversation.
    pub at: ConversationRef,
    /// Who.
    pub person: PersonId,
}

/// Mirrors of groups. A group is the first member of a link; each mirror that stands is a further one.
#[async_trait]
pub trait Mirrors: Send + Sync {
    /// Makes the link of a group, with the mirrors that are wanted and who is in it. Refused as [`crate::Channels::add_link`] refuses; then
    /// nothing is written.
    async fn add_group(
        &self,
        link: &Link,
        mirrors: &[Mirror],
        present: &[Present],
    ) -> Result<Result<(), ConversationRef>, StoreError>;

    /// The mirrors of a group, ordered by workspace; none of a link of channels.
    async fn mirrors(&self, link: LinkId) -> Result<Vec<Mirror>, StoreError>;

    /// The links of groups that have not ended, with a mirror that is not whole.
    async fn unfinished(&self) -> Result<Vec<LinkId>, StoreError>;

    /// Records how far a mirror is; one more if there was none in its workspace.
    async fn set_mirror(&self, link: LinkId, mirror: &Mirror) -> Result<(), StoreError>;

    /// A mirror was made: it is a member of its link from now on, and open. `Err`: that conversation is in a link already, or
    /// is somebody's direct conversation; then nothing is written. Told twice, the second is so refused.
    async fn mirror_made(
        &self,
        link: LinkId,
        by: LoginId,
        member: &Member,
    ) -> Result<Result<(), ConversationRef>, StoreError>;

    /// Everybody was let into a mirror who can be; who is in it and what is said about that is recorded, all or nothing. It is
    /// whole with what [`crate::Routed::shown`] says. `false`: it was not open; then nothing is recorded.
    async fn mirror_ready(
        &self,
        link: LinkId,
        workspace: &WorkspaceRef,
        present: &[Present],
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Somebody hears in a conversation of a link from now on. What is written where nobody heard goes to the others, too.
    async fn hear(&self, link: LinkId, at: &ConversationRef, listener: LoginId) -> Result<(), StoreError>;

    /// Who was in each conversation of a group when that was looked at last, ordered.
    async fn present(&self, link: LinkId) -> Result<Vec<Present>, StoreError>;

    /// Records who is in these conversations of a group, and plans what is said about it, all or nothing. Nobody else is in
    /// them any more; of the others nothing is said.
    async fn set_present(
        &self,
        link: LinkId,
        conversations: &[ConversationRef],
        present: &[Present],
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
