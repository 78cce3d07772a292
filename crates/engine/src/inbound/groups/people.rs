//! Who is in a group.

use std::collections::BTreeMap;

use entente_model::{AccountRef, plain_person};
use entente_store::{Represented, StoreError};

use crate::Engine;

impl Engine {
    /// The people behind accounts, each once, in the order of their names. Accounts of nobody of ours are passed over.
    pub(super) async fn people_of(&self, accounts: &[AccountRef]) -> Result<Vec<Represented>, StoreError> {
        let identities = self.store.identities(accounts).await?;
        let mut people = BTreeMap::new();
        for identity in identities.into_iter().flatten() {
            let represented = identity.represented;
            people.insert((represented.person.name.clone(), represented.person.id), represented);
        }
        Ok(people.into_values().collect())
    }
}

/// How somebody is named in what the app says.
pub(super) fn called(one: &Represented) -> String {
    plain_person(&one.person.name)
}
