//! The Bot Framework half: what is said to the Entente app and what it answers. It is a world of its own: another
//! issuer, other ids for conversations (`a:1…`), one address for everything that happens, no history to be read, and
//! no way to speak as anybody else.

pub(crate) mod client;
pub(crate) mod hook;
pub(crate) mod parse;

/// Who signs the Bot Framework's tokens. Bot Framework: "Authenticate requests with the Bot Connector API".
pub(crate) const ISSUER: &str = "https://api.botframework.com";

/// The channel that Teams is.
pub(crate) const CHANNEL: &str = "msteams";

/// The app as the Bot Framework names it.
pub(crate) fn own_id(client_id: &str) -> String {
    format!("28:{client_id}")
}
