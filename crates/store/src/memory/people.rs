//! People, directories and stand-ins.

use std::collections::BTreeSet;

use async_trait::async_trait;
use entente_model::{Account, AccountRef, Pair, Person, PersonId, StandIn, Timestamp, WorkspaceRef};

use super::Memory;
use super::state::{Entry, State};
use crate::moved;
use crate::{Identity, Imported, Interest, People, Represented, StoreError};

#[async_trait]
impl People for Memory {
    async fn import(
        &self,
        workspace: &WorkspaceRef,
        accounts: Vec<Account>,
        _now: Timestamp,
    ) -> Result<Imported, StoreError> {
        if accounts.iter().any(|account| account.account.workspace != *workspace) {
            return Err(StoreError::Inconsistent { table: "account", column: "workspace" });
        }
        let mut state = self.state();
        let mut imported = Imported::default();
        let listed: BTreeSet<_> = accounts.iter().map(|account| account.account.clone()).collect();
        imported.listed = listed.len();
        for account in accounts {
            let entry = Entry { account, listed: true };
            match state.accounts.get_mut(&entry.account.account) {
                None => {
                    imported.new += 1;
                    state.accounts.insert(entry.account.account.clone(), entry);
                }
                Some(before) => {
                    if before.account != entry.account {
                        imported.changed += 1;
                    }
                    *before = entry;
                }
            }
        }
        for (id, entry) in &mut state.accounts {
            if id.workspace == *workspace && entry.listed && !listed.contains(id) {
                entry.listed = false;
                entry.account.active = false;
                imported.missing += 1;
            }
        }
        if imported.new + imported.changed + imported.missing > 0 {
            state.people_version += 1;
        }
        Ok(imported)
    }

    async fn accounts(&self, workspace: &WorkspaceRef) -> Result<Vec<Account>, StoreError> {
        let state = self.state();
        let here = state.accounts.values().filter(|entry| entry.account.account.workspace == *workspace);
        let mut accounts: Vec<_> = here.map(|entry| entry.account.clone()).collect();
        accounts.sort_by(|a, b| (&a.name, &a.account).cmp(&(&b.name, &b.account)));
        Ok(accounts)
    }

    async fn account(&self, account: &AccountRef) -> Result<Option<Account>, StoreError> {
        Ok(self.state().accounts.get(account).map(|entry| entry.account.clone()))
    }

    async fn people(&self) -> Result<Vec<Represented>, StoreError> {
        let state = self.state();
        Ok(state.by_name(state.people.values()))
    }

    async fn person(&self, id: PersonId) -> Result<Option<Represented>, StoreError> {
        Ok(self.state().represented(id))
    }

    async fn person_by_email(&self, email: &str) -> Result<Option<Represented>, StoreError> {
        let state = self.state();
        let found = state.people.values().find(|person| !email.is_empty() && person.email == email);
        Ok(found.and_then(|person| state.represented(person.id)))
    }

    async fn save_people(&self, people: Vec<(Person, Vec<AccountRef>)>) -> Result<(), StoreError> {
        let mut guard = self.state();
        let mut after = guard.people.clone();
        let mut bindings = guard.bindings.clone();
        let mut gone = Vec::new();
        for (person, accounts) in people {
            let id = person.id;
            if !person.email.is_empty()
                && after.values().any(|other| other.id != id && other.email == person.email)
            {
                return Err(StoreError::Inconsistent { table: "person", column: "email" });
            }
            let own = person.primary.iter().map(|primary| primary.account.clone());
            for account in accounts.into_iter().chain(own) {
                if *bindings.entry(account).or_insert(id) != id {
                    return Err(StoreError::Inconsistent { table: "binding", column: "person" });
                }
            }
            let before = after.insert(id, person);
            if before.is_some_and(|before| moved::person(&before, &after[&id])) {
                gone.push(id);
            }
        }
        if after != guard.people || bindings != guard.bindings {
            guard.people = after;
            guard.bindings = bindings;
            guard.people_version += 1;
        }
        for id in gone {
            guard.forget_directs(id, None);
        }
        Ok(())
    }

    async fn save_stand_in(&self, stand_in: &StandIn) -> Result<(), StoreError> {
        let mut state = self.state();
        if !state.people.contains_key(&stand_in.person) {
            return Err(StoreError::Inconsistent { table: "stand_in", column: "person" });
        }
        let taken = stand_in.account.is_some()
            && state
                .stand_ins
                .values()
                .any(|other| other.account == stand_in.account && other.person != stand_in.person);
        if taken {
            return Err(StoreError::Inconsistent { table: "stand_in", column: "account" });
        }
        let slot = (stand_in.person, stand_in.workspace.clone());
        if state.stand_ins.get(&slot) != Some(stand_in) {
            let before = state.stand_ins.insert(slot, stand_in.clone());
            if before.is_some_and(|before| moved::stand_in(&before, stand_in)) {
                state.forget_directs(stand_in.person, Some(&stand_in.workspace));
            }
            state.people_version += 1;
        }
        Ok(())
    }

    async fn identities(&self, accounts: &[AccountRef]) -> Result<Vec<Option<Identity>>, StoreError> {
        let state = self.state();
        Ok(accounts.iter().map(|account| state.identity(account)).collect())
    }

    async fn pair(&self, pair: Pair) -> Result<Option<[Represented; 2]>, StoreError> {
        let state = self.state();
        let [low, high] = pair.both().map(|id| state.represented(id));
        Ok(low.zip(high).map(|(low, high)| [low, high]))
    }

    async fn search(&self, text: &str, limit: usize) -> Result<Vec<Represented>, StoreError> {
        let state = self.state();
        let text = text.to_lowercase();
        let mut found =
            state.by_name(state.people.values().filter(|person| person.name.to_lowercase().contains(&text)));
        found.truncate(limit);
        Ok(found)
    }

    async fn take_address(&self, address: &str, person: PersonId) -> Result<bool, StoreError> {
        Ok(*self.state().addresses.entry(address.to_lowercase()).or_insert(person) == person)
    }
}

impl State {
    /// Forgets whose a person's direct conversations are.
    fn forget_directs(&mut self, person: PersonId, workspace: Option<&WorkspaceRef>) {
        let of = |pair: &Pair, at: &WorkspaceRef| {
            pair.both().contains(&person) && workspace.is_none_or(|workspace| workspace == at)
        };
        for (_, conversation) in self.directs.extract_if(.., |(pair, at), _| of(pair, at)) {
            if let Some(link) = self.links.get_mut(&conversation) {
                link.pair = None;
                link.interest = Some(Interest::Unknown);
            }
        }
    }

    fn represented(&self, id: PersonId) -> Option<Represented> {
        let person = self.people.get(&id)?.clone();
        let own = self.stand_ins.iter().filter(|((person, _), _)| *person == id);
        Some(Represented { person, stand_ins: own.map(|(_, stand_in)| stand_in.clone()).collect() })
    }

    fn by_name<'a>(&self, people: impl Iterator<Item = &'a Person>) -> Vec<Represented> {
        let mut people: Vec<_> = people.collect();
        people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        people.into_iter().filter_map(|person| self.represented(person.id)).collect()
    }

    fn identity(&self, account: &AccountRef) -> Option<Identity> {
        let speaks = || {
            self.stand_ins
                .values()
                .find(|stand_in| stand_in.account.as_ref() == Some(account))
                .map(|stand_in| stand_in.person)
        };
        let person = self.bindings.get(account).copied().or_else(speaks)?;
        let represented = self.represented(person)?;
        let primary = represented.person.primary.as_ref().is_some_and(|primary| primary.account == *account);
        Some(Identity { represented, primary })
    }
}
