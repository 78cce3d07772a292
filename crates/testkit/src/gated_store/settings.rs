//! Settings, through the gate.

use async_trait::async_trait;
use entente_store::{Settings, StoreError};

use super::Gated;

#[async_trait]
impl Settings for Gated {
    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.gate.through("setting", self.inner.setting(name)).await
    }

    async fn setting_or(&self, name: &str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        self.gate.through("setting_or", self.inner.setting_or(name, value)).await
    }

    async fn save_setting(&self, name: &str, value: Vec<u8>) -> Result<(), StoreError> {
        self.gate.through("save_setting", self.inner.save_setting(name, value)).await
    }
}
