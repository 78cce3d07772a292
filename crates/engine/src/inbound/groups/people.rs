//! Who is in a group, and by which account they are in its mirrors.

use std::collections::BTreeMap;

use entente_model::{AccountRef, StandInState, WorkspaceRef, plain_person};
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

/// By which account somebody can be in a conversation of this workspace. Whoever has an account of their own there needs no
/// consent to be in it, only to speak.
pub(crate) fn account_in(one: &Represented, workspace: &WorkspaceRef) -> Option<AccountRef> {
    let primary = one.person.primary.as_ref().map(|primary| &primary.account);
    if let Some(primary) = primary.filter(|account| account.workspace == *workspace) {
        return Some(primary.clone());
    }
    let there = one
        .stand_ins
        .iter()
        .find(|stand_in| stand_in.workspace == *workspace && stand_in.state != StandInState::Removed)?;
    there.account.clone()
}

/// How somebody is named in what the app says.
pub(super) fn called(one: &Represented) -> String {
    plain_person(&one.person.name)
}
