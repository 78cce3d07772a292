//! Whose accounts these are, as far as links are concerned.

use std::collections::HashMap;

use entente_model::{Account, AccountRef};
use entente_store::{Identity, StoreError};

use crate::credit;
use crate::engine::Engine;

/// Who is behind an account.
pub(crate) enum Author {
    /// A person of ours.
    Person(Box<Identity>),
    /// Somebody in the directory who is no person of ours.
    Listed(Box<Account>),
    /// Nobody that we know.
    Outsider,
    /// A bot: not carried, else two of them could talk to each other for ever.
    Bot,
}

impl Author {
    /// The name under which what they do is passed on; `None`: it is not.
    pub(crate) fn name(&self) -> Option<String> {
        match self {
            Self::Person(identity) => Some(credit::clean(&identity.represented.person.name)),
            Self::Listed(account) => Some(credit::clean(&account.name)),
            Self::Outsider | Self::Bot => None,
        }
    }
}

impl Engine {
    /// Whose accounts these are.
    pub(crate) async fn authors(
        &self,
        mut accounts: Vec<AccountRef>,
    ) -> Result<HashMap<AccountRef, Author>, StoreError> {
        accounts.sort();
        accounts.dedup();
        let identities = self.store.identities(&accounts).await?;
        let mut authors = HashMap::with_capacity(accounts.len());
        for (account, identity) in accounts.into_iter().zip(identities) {
            let author = match identity {
                Some(identity) => Author::Person(Box::new(identity)),
                None => match self.store.account(&account).await? {
                    Some(listed) if listed.bot => Author::Bot,
                    Some(listed) => Author::Listed(Box::new(listed)),
                    None => Author::Outsider,
                },
            };
            authors.insert(account, author);
        }
        Ok(authors)
    }
}
