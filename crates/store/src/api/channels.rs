//! Channels that are kept in step.

use async_trait::async_trait;
use entente_model::{Away, ConversationRef, Link, LinkId, LinkOptions, LinkState, Timestamp};

use crate::{Plan, StoreError};

/// Links. A channel is in at most one that has not ended, and in none if it is a pair's direct conversation.
#[async_trait]
pub trait Channels: Send + Sync {
    /// Makes a link; from then on its channels are of interest. `Err` names a channel that is in a link already, or is
    /// somebody's direct conversation; then nothing is written. Making it twice is refused so, too.
    async fn add_link(&self, link: &Link) -> Result<Result<(), ConversationRef>, StoreError>;

    /// A link, ended or not.
    async fn link(&self, id: LinkId) -> Result<Option<Link>, StoreError>;

    /// All links that have not ended, oldest first.
    async fn links(&self) -> Result<Vec<Link>, StoreError>;

    /// Lets a link carry, pause, or end, and plans what is said about that, all or nothing. `false`: there is none, or it has
    /// ended before; then nothing is planned. What it carried stays known.
    async fn set_link_state(
        &self,
        id: LinkId,
        state: &LinkState,
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Chooses the options of a link. `false`: there is none, or it has ended before.
    async fn set_link_options(&self, id: LinkId, options: LinkOptions) -> Result<bool, StoreError>;

    /// Records how a channel of a link is called, what it says that it is about, and whether it is there. `false`: it is in no link.
    async fn see_channel(
        &self,
        channel: &ConversationRef,
        name: &str,
        topic: Option<&str>,
        away: Option<Away>,
    ) -> Result<bool, StoreError>;
}
