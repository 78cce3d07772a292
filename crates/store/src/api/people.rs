//! People, the directories they come from, and what stands in for them.

use async_trait::async_trait;
use entente_model::{
    Account, AccountRef, Pair, Person, PersonId, StandIn, StandInState, Timestamp, WorkspaceRef,
};

use crate::StoreError;

/// A person behind an account, with everything that speaks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Represented {
    /// The person.
    pub person: Person,
    /// Their stand-ins, in no order.
    pub stand_ins: Vec<StandIn>,
}

impl Represented {
    /// By which account they are present in a workspace: the one they work with, or what stands in for them. Whoever has an
    /// account of their own there needs no consent to be present, only to speak.
    pub fn account_in(&self, workspace: &WorkspaceRef) -> Option<&AccountRef> {
        let primary = self.person.primary.as_ref().map(|primary| &primary.account);
        let standing = self.stand_ins.iter().filter(|stand_in| stand_in.state != StandInState::Removed);
        let stand_ins = standing.filter_map(|stand_in| stand_in.account.as_ref());
        primary.into_iter().chain(stand_ins).find(|account| account.workspace == *workspace)
    }
}

/// What an account is to the person behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person.
    pub represented: Represented,
    /// Whether it is the account they work with.
    pub primary: bool,
}

/// What an import changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Accounts that were not known.
    pub new: usize,
    /// Known accounts of which something changed.
    pub changed: usize,
    /// Known accounts that the directory does not list any more; they are kept, inactive.
    pub missing: usize,
    /// All that the directory lists.
    pub listed: usize,
}

/// People. Every change here makes conversations of no interest unknown again. A change of where somebody is reached, by a
/// new primary, by another account of a stand-in or by its end, makes their direct conversations (of a stand-in: those in
/// its workspace) be forgotten as [`crate::Links::forget`] does.
#[async_trait]
pub trait People: Send + Sync {
    /// Replaces what is known of a workspace's directory.
    async fn import(
        &self,
        workspace: &WorkspaceRef,
        accounts: Vec<Account>,
        now: Timestamp,
    ) -> Result<Imported, StoreError>;

    /// All accounts of a workspace's directory, by name.
    async fn accounts(&self, workspace: &WorkspaceRef) -> Result<Vec<Account>, StoreError>;

    /// One account, as its directory lists it or did last.
    async fn account(&self, account: &AccountRef) -> Result<Option<Account>, StoreError>;

    /// All people with their stand-ins, by name.
    async fn people(&self) -> Result<Vec<Represented>, StoreError>;

    /// One person.
    async fn person(&self, id: PersonId) -> Result<Option<Represented>, StoreError>;

    /// The person with this address (lower case).
    async fn person_by_email(&self, email: &str) -> Result<Option<Represented>, StoreError>;

    /// Makes or changes people and binds these accounts to them. An account is bound to one person; binding it to another
    /// is an error ([`StoreError::Inconsistent`]).
    async fn save_people(&self, people: Vec<(Person, Vec<AccountRef>)>) -> Result<(), StoreError>;

    /// Makes or changes a stand-in (person × workspace).
    async fn save_stand_in(&self, stand_in: &StandIn) -> Result<(), StoreError>;

    /// Whom these accounts belong to: their own account there, or a bot that stands in for them. In the order of asking.
    async fn identities(&self, accounts: &[AccountRef]) -> Result<Vec<Option<Identity>>, StoreError>;

    /// The two people of a pair, the smaller id first; `None` if one is not known any more.
    async fn pair(&self, pair: Pair) -> Result<Option<[Represented; 2]>, StoreError>;

    /// People whose name contains `text` regardless of case, at most `limit`, by name.
    async fn search(&self, text: &str, limit: usize) -> Result<Vec<Represented>, StoreError>;

    /// Takes a bot address for a person, for ever. `false` if it was ever taken for somebody else.
    async fn take_address(&self, address: &str, person: PersonId) -> Result<bool, StoreError>;
}
