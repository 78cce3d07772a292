//! Groups that are shown elsewhere, through the gate.

use async_trait::async_trait;
use entente_model::{ConversationRef, Link, LinkId, LoginId, Member, Mirror, Timestamp, WorkspaceRef};
use entente_store::{Mirrors, Plan, Present, StoreError};

use super::Gated;

#[async_trait]
impl Mirrors for Gated {
    async fn add_group(
        &self,
        link: &Link,
        mirrors: &[Mirror],
        present: &[Present],
    ) -> Result<Result<(), ConversationRef>, StoreError> {
        self.gate.through("add_group", self.inner.add_group(link, mirrors, present)).await
    }

    async fn mirrors(&self, link: LinkId) -> Result<Vec<Mirror>, StoreError> {
        self.gate.through("mirrors", self.inner.mirrors(link)).await
    }

    /// Read when an engine is put together, before anything could die that was not there before.
    async fn unfinished(&self) -> Result<Vec<LinkId>, StoreError> {
        self.inner.unfinished().await
    }

    async fn set_mirror(&self, link: LinkId, mirror: &Mirror) -> Result<(), StoreError> {
        self.gate.through("set_mirror", self.inner.set_mirror(link, mirror)).await
    }

    async fn mirror_made(
        &self,
        link: LinkId,
        by: LoginId,
        member: &Member,
    ) -> Result<Result<(), ConversationRef>, StoreError> {
        self.gate.through("mirror_made", self.inner.mirror_made(link, by, member)).await
    }

    async fn mirror_ready(
        &self,
        link: LinkId,
        workspace: &WorkspaceRef,
        present: &[Present],
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ready = self.inner.mirror_ready(link, workspace, present, notices, now);
        self.gate.through("mirror_ready", ready).await
    }

    async fn hear(&self, link: LinkId, at: &ConversationRef, listener: LoginId) -> Result<(), StoreError> {
        self.gate.through("hear", self.inner.hear(link, at, listener)).await
    }

    async fn present(&self, link: LinkId) -> Result<Vec<Present>, StoreError> {
        self.gate.through("present", self.inner.present(link)).await
    }

    async fn set_present(
        &self,
        link: LinkId,
        conversations: &[ConversationRef],
        present: &[Present],
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let set = self.inner.set_present(link, conversations, present, notices, now);
        self.gate.through("set_present", set).await
    }
}
