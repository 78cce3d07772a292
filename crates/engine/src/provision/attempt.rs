//! One attempt at one bot, at one address whose intent is committed. Stores nothing.
//!
//! A bot that is found after an attempt is taken for ours and may be given a new token, which ends the old one. So
//! before the intent is committed the address is looked at: what stood there then is another installation's.

use std::time::Duration;

use entente_model::{AccountRef, CallError};
use entente_platform::{BotRefused, Client, WantedBot};
use secrecy::SecretString;

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// The bot is there, and this is its token.
    Made {
        /// Its account.
        account: AccountRef,
        /// Its token.
        token: SecretString,
    },
    /// Somebody else has the address.
    Taken,
    /// The platform takes no address of this form.
    Unfit,
    /// The bot is there, but nobody has its token and the platform gives no new one.
    TokenLost {
        /// Its account.
        account: AccountRef,
    },
    /// Refused for good, for this reason.
    Refused(String),
    /// Not done, or not known: to be taken up again. Everybody else here should wait too, if a time is given.
    Later {
        /// Whether others would fare the same.
        all: bool,
        /// What the platform asked for.
        after: Option<Duration>,
    },
    /// The administrator's own login is not accepted.
    NoAdmin,
}

/// Whether nobody who could be mistaken for ours is at an address that was never tried. Where it cannot be known, the
/// platform itself refuses an address that is taken.
pub(crate) async fn free(client: &dyn Client, address: &str) -> Result<bool, Attempt> {
    match client.find_bot(address).await {
        Ok(found) => Ok(found.is_none()),
        Err(CallError::Reject(_) | CallError::Gone | CallError::Unknown) => Ok(true),
        Err(error) => Err(failed(error)),
    }
}

/// Makes a bot. `fresh`: this address was never tried before, so there is nothing to look for.
pub(crate) async fn attempt(client: &dyn Client, wanted: &WantedBot, fresh: bool) -> Attempt {
    if !fresh && let Some(ended) = find(client, &wanted.address).await {
        return ended;
    }
    match client.make_bot(wanted).await {
        Ok(made) => Attempt::Made { account: made.account, token: made.token },
        Err(BotRefused::AddressTaken) if fresh => Attempt::Taken,
        Err(BotRefused::AddressUnfit) => Attempt::Unfit,
        // Perhaps by ourselves: an earlier attempt may have landed after we looked.
        Err(BotRefused::AddressTaken) => find(client, &wanted.address).await.unwrap_or(Attempt::Taken),
        Err(BotRefused::NotAllowed(why)) => Attempt::Refused(why),
        Err(BotRefused::Call(CallError::Unknown)) => {
            find(client, &wanted.address).await.unwrap_or(Attempt::Later { all: false, after: None })
        }
        Err(BotRefused::Call(error)) => failed(error),
    }
}

/// The bot at this address, if it is there and ours, with a new token. `None`: it is not there.
async fn find(client: &dyn Client, address: &str) -> Option<Attempt> {
    let account = match client.find_bot(address).await {
        Ok(None) => return None,
        Ok(Some(found)) => found.account,
        Err(error) => return Some(failed(error)),
    };
    Some(match client.renew_bot(address).await {
        Ok(token) => Attempt::Made { account, token },
        Err(CallError::Reject(_) | CallError::Gone) => Attempt::TokenLost { account },
        // Another new token ends the one that may have been given.
        Err(error) => failed(error),
    })
}

fn failed(error: CallError) -> Attempt {
    match error {
        CallError::Retry { after } => Attempt::Later { all: true, after },
        CallError::Unknown => Attempt::Later { all: false, after: None },
        CallError::Reauthorize => Attempt::NoAdmin,
        CallError::Reject(why) => Attempt::Refused(why),
        // Asked again with every pass, so it goes on when somebody has given it.
        error @ CallError::Lacks(_) => Attempt::Refused(error.to_string()),
        CallError::Gone => Attempt::Refused("the platform has no such call".to_owned()),
    }
}
