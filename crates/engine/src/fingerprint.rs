//! What we can recognise our own message by, without keeping its text: a keyed hash of who says what. The place is given
//! by the lane; the key keeps anybody who reads the database from guessing texts.

use entente_model::{AccountId, Body, Snapshot};
use entente_store::Store;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::clock::Dice;
use crate::error::EngineError;
use crate::naming::unnamed;

/// The key of all fingerprints of an instance.
pub(crate) struct FingerprintKey([u8; 32]);

impl FingerprintKey {
    pub(crate) async fn of(store: &dyn Store, dice: &Dice) -> Result<Self, EngineError> {
        let key = store.setting_or("fingerprint_key", dice.bytes::<32>().to_vec()).await?;
        let key = <[u8; 32]>::try_from(key)
            .map_err(|_| entente_store::StoreError::Inconsistent { table: "setting", column: "value" })?;
        Ok(Self(key))
    }

    /// Of `body` said by `author` with so many files, which vendors rename at will. Canonical text is compared, never the
    /// vendor's markup.
    pub(crate) fn of_message(&self, author: &AccountId, body: &Body, files: usize) -> [u8; 32] {
        self.digest(author, &unnamed(body).canonical(), files)
    }

    fn digest(&self, author: &AccountId, said: &str, files: usize) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any key length is accepted");
        mac.update(&u64::try_from(author.as_str().len()).unwrap_or(u64::MAX).to_le_bytes());
        mac.update(author.as_str().as_bytes());
        mac.update(said.as_bytes());
        if files > 0 {
            mac.update(&[0]);
            mac.update(&u64::try_from(files).unwrap_or(u64::MAX).to_le_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// Of what the app says in somebody's name. Platforms name the author of that in their own ways, so that it counts for
    /// nothing; the lane and the text do.
    pub(crate) fn of_relayed(&self, body: &Body, files: usize) -> [u8; 32] {
        self.of_message(&nobody(), body, files)
    }

    /// Whether a message is what was recorded so.
    pub(crate) fn fits(&self, recorded: [u8; 32], snapshot: &Snapshot) -> bool {
        let message = &snapshot.message;
        let (said, files) = (unnamed(&message.body).canonical(), message.files.len());
        recorded == self.digest(&message.author.id, &said, files)
            || recorded == self.digest(&nobody(), &said, files)
    }
}

/// Whose account counts for nothing.
fn nobody() -> AccountId {
    AccountId::from("")
}
