//! Tokens. "Server-to-Server OAuth".

use secrecy::SecretString;
use serde::Deserialize;

/// What the token endpoint gives.
#[derive(Debug, Deserialize)]
pub(crate) struct Token {
    pub(crate) access_token: SecretString,
    /// In seconds.
    pub(crate) expires_in: u64,
}
