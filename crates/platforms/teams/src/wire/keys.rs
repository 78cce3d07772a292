//! Where signing keys are, and the keys. `OpenID` Connect Discovery 1.0; RFC 7517; the `endorsements` of a key are the
//! Bot Framework's ("Authenticate requests with the Bot Connector API").

use serde::Deserialize;

/// The discovery document, as far as it says where the keys are.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// Where the keys are.
    pub(crate) jwks_uri: String,
}

/// A set of keys.
#[derive(Debug, Deserialize)]
pub(crate) struct KeySet {
    /// The keys.
    pub(crate) keys: Vec<Jwk>,
}

/// A key.
#[derive(Debug, Deserialize)]
pub(crate) struct Jwk {
    /// Its kind; only `RSA` is of use here.
    pub(crate) kty: String,
    /// Its id.
    pub(crate) kid: Option<String>,
    /// RSA modulus, base64url.
    pub(crate) n: Option<String>,
    /// RSA exponent, base64url.
    pub(crate) e: Option<String>,
    /// The channels it may sign for.
    #[serde(default)]
    pub(crate) endorsements: Vec<String>,
}
