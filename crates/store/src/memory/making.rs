//! Channels that are made to be linked.

use async_trait::async_trait;
use entente_model::WorkspaceRef;

use super::Memory;
use crate::{Making, Makings, StoreError};

#[async_trait]
impl Makings for Memory {
    async fn making(&self, workspace: &WorkspaceRef, name: &str) -> Result<Option<Making>, StoreError> {
        let wish = |making: &&Making| making.workspace == *workspace && making.name == name;
        Ok(self.state().making.iter().find(wish).cloned())
    }

    async fn set_making(&self, making: &Making) -> Result<(), StoreError> {
        self.forget_making(&making.workspace, &making.name).await?;
        self.state().making.push(making.clone());
        Ok(())
    }

    async fn forget_making(&self, workspace: &WorkspaceRef, name: &str) -> Result<(), StoreError> {
        self.state().making.retain(|making| making.workspace != *workspace || making.name != name);
        Ok(())
    }
}
