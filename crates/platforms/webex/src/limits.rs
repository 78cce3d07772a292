//! How often Webex may be called. Its limits "are dynamic" and no numbers are published ("Rate Limiting and the Webex
//! API"); they are counted by token. What we keep of our own accord stays below the numbers in circulation (600 calls a
//! minute by one token, some ten posts in a row to one room); what a 429 asks for holds for all calls of its kind.

use entente_model::LoginId;
use entente_platform::Limit;

/// The limits of one token.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    messages: Limit,
    directory: Limit,
    other: Limit,
    place: String,
}

impl Limits {
    /// Of this login's token.
    pub(crate) fn new(login: LoginId) -> Self {
        Self {
            messages: Limit::new(format!("webex/{login}/messages"), 10.0, 40.0),
            directory: Limit::new(format!("webex/{login}/people"), 4.0, 40.0),
            other: Limit::new(format!("webex/{login}/other"), 10.0, 40.0),
            place: format!("webex/{login}/to/"),
        }
    }

    /// Reading messages.
    pub(crate) fn read(&self) -> Vec<Limit> {
        vec![self.messages.clone()]
    }

    /// Posting to a room or to a person.
    pub(crate) fn post(&self, place: &str) -> Vec<Limit> {
        vec![self.messages.clone(), Limit::new([self.place.as_str(), place].concat(), 1.0, 8.0)]
    }

    /// Changing a message or taking it back.
    pub(crate) fn change(&self) -> Vec<Limit> {
        vec![self.messages.clone()]
    }

    /// People and memberships, which are throttled first.
    pub(crate) fn directory(&self) -> Vec<Limit> {
        vec![self.directory.clone()]
    }

    /// Rooms, webhooks and applications.
    pub(crate) fn other(&self) -> Vec<Limit> {
        vec![self.other.clone()]
    }
}
