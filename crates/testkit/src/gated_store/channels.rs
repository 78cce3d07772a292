//! Links, and channels in the making, through the gate.

use std::collections::BTreeSet;

use async_trait::async_trait;
use entente_model::{
    AccountRef, Away, ConversationRef, Link, LinkId, LinkOptions, LinkState, Timestamp, WorkspaceRef,
};
use entente_store::{Channels, Making, Makings, Moved, Plan, StoreError};

use super::Gated;

#[async_trait]
impl Channels for Gated {
    async fn add_link(&self, link: &Link) -> Result<Result<(), ConversationRef>, StoreError> {
        self.gate.through("add_link", self.inner.add_link(link)).await
    }

    async fn link(&self, id: LinkId) -> Result<Option<Link>, StoreError> {
        self.gate.through("link", self.inner.link(id)).await
    }

    /// Read when an engine is put together, before anything could die that was not there before.
    async fn links(&self) -> Result<Vec<Link>, StoreError> {
        self.inner.links().await
    }

    async fn set_link_state(
        &self,
        id: LinkId,
        state: &LinkState,
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.gate.through("set_link_state", self.inner.set_link_state(id, state, notices, now)).await
    }

    async fn set_link_options(&self, id: LinkId, options: LinkOptions) -> Result<bool, StoreError> {
        self.gate.through("set_link_options", self.inner.set_link_options(id, options)).await
    }

    async fn attendance(
        &self,
        channel: &ConversationRef,
    ) -> Result<Option<BTreeSet<AccountRef>>, StoreError> {
        self.gate.through("attendance", self.inner.attendance(channel)).await
    }

    async fn attend(
        &self,
        channel: &ConversationRef,
        now: &BTreeSet<AccountRef>,
        moved: &[Moved],
        notices: Vec<Plan>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.gate.through("attend", self.inner.attend(channel, now, moved, notices, at)).await
    }

    async fn see_channel(
        &self,
        channel: &ConversationRef,
        name: &str,
        topic: Option<&str>,
        away: Option<Away>,
    ) -> Result<bool, StoreError> {
        self.gate.through("see_channel", self.inner.see_channel(channel, name, topic, away)).await
    }
}

#[async_trait]
impl Makings for Gated {
    async fn making(&self, workspace: &WorkspaceRef, name: &str) -> Result<Option<Making>, StoreError> {
        self.gate.through("making", self.inner.making(workspace, name)).await
    }

    async fn set_making(&self, making: &Making) -> Result<(), StoreError> {
        self.gate.through("set_making", self.inner.set_making(making)).await
    }

    async fn forget_making(&self, workspace: &WorkspaceRef, name: &str) -> Result<(), StoreError> {
        self.gate.through("forget_making", self.inner.forget_making(workspace, name)).await
    }
}
