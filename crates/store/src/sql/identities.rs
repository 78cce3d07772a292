//! Who is behind an account. Every message asks it twice, and people change rarely, so the answers are remembered until
//! the next change of anything about people. An answer carries the version of the people from before it was read; if a
//! change was committed meanwhile, the answer is too old to be used, never the other way round.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use entente_model::{
    AccountRef, LoginId, Person, PersonId, Primary, StandIn, StandInMode, StandInState, WorkspaceRef,
};
use rusqlite::{Connection, Row};

use super::Shared;
use super::run::{Run, uuid, uuid_or_null};
use crate::{Identity, Represented, StoreError};

const BINDING: &str = "select person from binding where workspace = ?1 and account = ?2";
const SPEAKER: &str = "select person from stand_in where account_workspace = ?1 and account = ?2";
const PERSON: &str = "select id, name, email, primary_workspace, primary_account from person where id = ?1";
const STAND_INS: &str = "select person, workspace, mode, state, account_workspace, account, address, login, reason \
     from stand_in where person = ?1";

/// More than are ever busy at once; a full cache starts anew.
const REMEMBERED: usize = 8_192;

#[derive(Default)]
pub(super) struct Identities(RwLock<Cache>);

#[derive(Default)]
struct Cache {
    version: i64,
    people: HashMap<PersonId, Arc<Represented>>,
    accounts: HashMap<AccountRef, Option<PersonId>>,
}

/// What is remembered about who is behind an account.
enum Remembered {
    /// It has to be read.
    Nothing,
    /// Nobody is.
    Nobody,
    /// This person is.
    Person(Arc<Represented>),
}

impl Identities {
    fn of(&self, version: i64, account: &AccountRef) -> Remembered {
        let cache = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if cache.version != version {
            return Remembered::Nothing;
        }
        match cache.accounts.get(account) {
            None => Remembered::Nothing,
            Some(None) => Remembered::Nobody,
            Some(Some(person)) => match cache.people.get(person) {
                Some(person) => Remembered::Person(Arc::clone(person)),
                None => Remembered::Nothing,
            },
        }
    }

    fn person(&self, version: i64, id: PersonId) -> Option<Arc<Represented>> {
        let cache = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if cache.version == version { cache.people.get(&id).cloned() } else { None }
    }

    fn learn(&self, version: i64, run: impl FnOnce(&mut Cache)) {
        let mut cache = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if cache.version > version {
            return;
        }
        let full = cache.people.len() >= REMEMBERED || cache.accounts.len() >= REMEMBERED;
        if cache.version < version || full {
            *cache = Cache { version, ..Cache::default() };
        }
        run(&mut cache);
    }
}

impl Shared {
    pub(super) fn identity(
        &self,
        conn: &Connection,
        account: &AccountRef,
    ) -> Result<Option<Identity>, StoreError> {
        let version = self.people();
        let person = match self.identities.of(version, account) {
            Remembered::Person(person) => Some(person),
            Remembered::Nobody => None,
            Remembered::Nothing => {
                let person = match self.behind(conn, account)? {
                    Some(id) => self.represented(conn, id)?,
                    None => None,
                };
                let id = person.as_ref().map(|person| person.person.id);
                self.identities.learn(version, |cache| {
                    cache.accounts.insert(account.clone(), id);
                });
                person
            }
        };
        Ok(person.map(|represented| Identity {
            primary: represented.person.primary.as_ref().is_some_and(|primary| primary.account == *account),
            represented: Represented::clone(&represented),
        }))
    }

    fn behind(&self, conn: &Connection, account: &AccountRef) -> Result<Option<PersonId>, StoreError> {
        let Some(workspace) = self.names.workspace(conn, &account.workspace)? else { return Ok(None) };
        let slot = (workspace, account.id.as_str());
        match conn.one(BINDING, slot, |row| uuid(row, 0))? {
            Some(person) => Ok(Some(PersonId(person))),
            None => Ok(conn.one(SPEAKER, slot, |row| uuid(row, 0))?.map(PersonId)),
        }
    }

    /// A person with their stand-ins.
    pub(super) fn represented(
        &self,
        conn: &Connection,
        id: PersonId,
    ) -> Result<Option<Arc<Represented>>, StoreError> {
        let version = self.people();
        if let Some(known) = self.identities.person(version, id) {
            return Ok(Some(known));
        }
        let Some(person) = conn.one(PERSON, [id.0.as_bytes()], RawPerson::read)? else { return Ok(None) };
        let stand_ins = conn.all(STAND_INS, [id.0.as_bytes()], RawStandIn::read)?;
        let represented = Arc::new(Represented {
            person: person.resolve(self, conn)?,
            stand_ins: stand_ins
                .into_iter()
                .map(|stand_in| stand_in.resolve(self, conn))
                .collect::<Result<_, _>>()?,
        });
        self.identities.learn(version, |cache| {
            cache.people.insert(id, Arc::clone(&represented));
        });
        Ok(Some(represented))
    }
}

/// A person's row; the names of workspaces are still numbers.
pub(super) struct RawPerson {
    id: PersonId,
    name: String,
    email: String,
    workspace: Option<i64>,
    account: Option<String>,
}

impl RawPerson {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: PersonId(uuid(row, 0)?),
            name: row.get(1)?,
            email: row.get(2)?,
            workspace: row.get(3)?,
            account: row.get(4)?,
        })
    }

    pub(super) fn resolve(self, shared: &Shared, conn: &Connection) -> Result<Person, StoreError> {
        let account = shared.names.account(conn, self.workspace, self.account)?;
        Ok(Person {
            id: self.id,
            name: self.name,
            email: self.email,
            primary: account.map(|account| Primary { account }),
        })
    }
}

/// A stand-in's row; the names of workspaces are still numbers.
pub(super) struct RawStandIn {
    pub(super) person: PersonId,
    workspace: i64,
    mode: String,
    state: String,
    account: (Option<i64>, Option<String>),
    address: Option<String>,
    login: Option<LoginId>,
    reason: Option<String>,
}

impl RawStandIn {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            person: PersonId(uuid(row, 0)?),
            workspace: row.get(1)?,
            mode: row.get(2)?,
            state: row.get(3)?,
            account: (row.get(4)?, row.get(5)?),
            address: row.get(6)?,
            login: uuid_or_null(row, 7)?.map(LoginId),
            reason: row.get(8)?,
        })
    }

    pub(super) fn resolve(self, shared: &Shared, conn: &Connection) -> Result<StandIn, StoreError> {
        let workspace: WorkspaceRef = shared.names.workspace_ref(conn, self.workspace)?;
        let inconsistent = |column| StoreError::Inconsistent { table: "stand_in", column };
        Ok(StandIn {
            person: self.person,
            workspace,
            mode: StandInMode::named(&self.mode).ok_or_else(|| inconsistent("mode"))?,
            state: StandInState::named(&self.state).ok_or_else(|| inconsistent("state"))?,
            account: shared.names.account(conn, self.account.0, self.account.1)?,
            address: self.address,
            login: self.login,
            reason: self.reason,
        })
    }
}
