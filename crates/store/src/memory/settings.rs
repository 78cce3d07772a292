//! Small things by name.

use async_trait::async_trait;

use super::Memory;
use crate::{Settings, StoreError};

#[async_trait]
impl Settings for Memory {
    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.state().settings.get(name).cloned())
    }

    async fn setting_or(&self, name: &str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        Ok(self.state().settings.entry(name.to_owned()).or_insert(value).clone())
    }

    async fn save_setting(&self, name: &str, value: Vec<u8>) -> Result<(), StoreError> {
        self.state().settings.insert(name.to_owned(), value);
        Ok(())
    }
}
