//! Small things of the instance that must survive, sealed: hook keys, private keys, the operator's token.

use async_trait::async_trait;

use crate::StoreError;

/// Sealed values by name.
#[async_trait]
pub trait Settings: Send + Sync {
    /// The value of this name.
    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes a value if the name has none, and returns the one that it has now.
    async fn setting_or(&self, name: &str, value: Vec<u8>) -> Result<Vec<u8>, StoreError>;

    /// Writes a value.
    async fn save_setting(&self, name: &str, value: Vec<u8>) -> Result<(), StoreError>;
}
