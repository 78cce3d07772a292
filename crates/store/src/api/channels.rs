//! Channels that are kept in step.

use std::collections::BTreeSet;

use async_trait::async_trait;
use entente_model::{AccountRef, Away, ConversationRef, Link, LinkId, LinkOptions, LinkState, Timestamp};

use crate::{Plan, StoreError};

/// An account that we let into a channel, or took out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Which channel.
    pub at: ConversationRef,
    /// Whose.
    pub account: AccountRef,
    /// It is there now.
    pub there: bool,
}

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

    /// Chooses the options of a link, but for how far back it reaches, which stays. `false`: there is none, or it has ended before.
    async fn set_link_options(&self, id: LinkId, options: LinkOptions) -> Result<bool, StoreError>;

    /// Who was in a channel of a link when that was recorded last; `None`: nobody has looked since the link carries and anything
    /// follows from it.
    async fn attendance(&self, channel: &ConversationRef)
    -> Result<Option<BTreeSet<AccountRef>>, StoreError>;

    /// Records who is in a channel of a link, and whom we moved elsewhere for it, and plans what is said about that, all or nothing.
    /// Of a channel that nobody has looked at, nothing is recorded but by looking. Forgotten when the link stops or ends, and when
    /// neither `notices` nor `membership` is chosen any more.
    async fn attend(
        &self,
        channel: &ConversationRef,
        now: &BTreeSet<AccountRef>,
        moved: &[Moved],
        notices: Vec<Plan>,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Records how a channel of a link is called, what it says that it is about, and whether it is there. `false`: it is in no link.
    async fn see_channel(
        &self,
        channel: &ConversationRef,
        name: &str,
        topic: Option<&str>,
        away: Option<Away>,
    ) -> Result<bool, StoreError>;
}
