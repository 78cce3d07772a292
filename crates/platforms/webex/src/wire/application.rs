//! Applications, of which bots are a kind. "Create a `FedRAMP` Bot"; the commercial cloud answers alike.

use secrecy::SecretString;
use serde::Deserialize;

/// An application.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Application {
    pub(crate) name: Option<String>,
    pub(crate) logo: Option<String>,
    pub(crate) bot_email: Option<String>,
    pub(crate) bot_person_id: Option<String>,
    /// Only in the answer to its making.
    #[serde(default, deserialize_with = "secret")]
    pub(crate) bot_token: Option<SecretString>,
}

fn secret<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(SecretString::from))
}
