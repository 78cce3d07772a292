//! People, directories and stand-ins.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use entente_model::{Account, AccountRef, Pair, Person, PersonId, StandIn, Timestamp, WorkspaceRef};
use rusqlite::{Connection, Row};

use super::identities::{RawPerson, RawStandIn};
use super::run::{Run, limit, uuid};
use super::tx::Tx;
use super::{Shared, Sqlite};
use crate::moved;
use crate::{Identity, Imported, People, Represented, StoreError};

const ACCOUNTS: &str = "select id, name, email, bot, active, picture, department, listed from account \
     where workspace = ?1 order by name, id";
const ACCOUNT: &str = "select id, name, email, bot, active, picture, department, listed from account \
     where workspace = ?1 and id = ?2";
const SAVE_ACCOUNT: &str = "insert or replace into account \
     (workspace, id, name, email, bot, active, picture, department, listed) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)";
const MISSING: &str = "update account set listed = 0, active = 0 where workspace = ?1 and id = ?2";
const PEOPLE: &str =
    "select id, name, email, primary_workspace, primary_account from person order by name, id";
const SEARCH: &str = "select id, name, email, primary_workspace, primary_account from person \
     where instr(folded, ?1) > 0 order by name, id limit ?2";
const ALL_STAND_INS: &str =
    "select person, workspace, mode, state, account_workspace, account, address, login, reason from stand_in";
const BY_EMAIL: &str = "select id from person where email = ?1 and email <> ''";
const SAVE_PERSON: &str = "insert or replace into person \
     (id, name, folded, email, primary_workspace, primary_account) values (?1, ?2, ?3, ?4, ?5, ?6)";
const PERSON: &str = "select id, name, email, primary_workspace, primary_account from person where id = ?1";
const BIND: &str = "insert or ignore into binding (workspace, account, person) values (?1, ?2, ?3)";
const BOUND: &str = "select person from binding where workspace = ?1 and account = ?2";
const STAND_IN: &str = "select person, workspace, mode, state, account_workspace, account, address, login, reason \
     from stand_in where person = ?1 and workspace = ?2";
const SPEAKS_FOR: &str =
    "select person from stand_in where account_workspace = ?1 and account = ?2 and person <> ?3";
const SAVE_STAND_IN: &str = "insert or replace into stand_in \
     (person, workspace, mode, state, account_workspace, account, address, login, reason) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const FORGET_DIRECTS: &str =
    "update conversation set interest = 0, low = null, high = null where low = ?1 or high = ?1";
const FORGET_DIRECTS_IN: &str = "update conversation set interest = 0, low = null, high = null \
     where (low = ?1 or high = ?1) and workspace = ?2";
const TAKE: &str = "insert or ignore into address (address, person) values (?1, ?2)";
const TAKEN_BY: &str = "select person from address where address = ?1";

#[async_trait]
impl People for Sqlite {
    async fn import(
        &self,
        workspace: &WorkspaceRef,
        accounts: Vec<Account>,
        _now: Timestamp,
    ) -> Result<Imported, StoreError> {
        if accounts.iter().any(|account| account.account.workspace != *workspace) {
            return Err(StoreError::Inconsistent { table: "account", column: "workspace" });
        }
        let workspace = workspace.clone();
        self.write(move |tx| tx.import(&workspace, accounts)).await
    }

    async fn accounts(&self, workspace: &WorkspaceRef) -> Result<Vec<Account>, StoreError> {
        self.read(|conn| {
            let Some(id) = self.shared.names.workspace(conn, workspace)? else { return Ok(Vec::new()) };
            let rows = conn.all(ACCOUNTS, [id], |row| read_account(workspace, row))?;
            Ok(rows.into_iter().map(|(account, _)| account).collect())
        })
    }

    async fn account(&self, account: &AccountRef) -> Result<Option<Account>, StoreError> {
        self.read(|conn| {
            let at = &account.workspace;
            let Some(id) = self.shared.names.workspace(conn, at)? else { return Ok(None) };
            let row = conn.one(ACCOUNT, (id, account.id.as_str()), |row| read_account(at, row))?;
            Ok(row.map(|(account, _)| account))
        })
    }

    async fn people(&self) -> Result<Vec<Represented>, StoreError> {
        self.read(|conn| {
            let mut stand_ins: HashMap<PersonId, Vec<StandIn>> = HashMap::new();
            for stand_in in conn.all(ALL_STAND_INS, [], RawStandIn::read)? {
                let of = stand_ins.entry(stand_in.person).or_default();
                of.push(stand_in.resolve(&self.shared, conn)?);
            }
            let people = conn.all(PEOPLE, [], RawPerson::read)?;
            people
                .into_iter()
                .map(|person| {
                    let person = person.resolve(&self.shared, conn)?;
                    let stand_ins = stand_ins.remove(&person.id).unwrap_or_default();
                    Ok(Represented { person, stand_ins })
                })
                .collect()
        })
    }

    async fn person(&self, id: PersonId) -> Result<Option<Represented>, StoreError> {
        self.read(|conn| self.shared.owned(conn, id))
    }

    async fn person_by_email(&self, email: &str) -> Result<Option<Represented>, StoreError> {
        self.read(|conn| match conn.one(BY_EMAIL, [email], |row| uuid(row, 0))? {
            Some(id) => self.shared.owned(conn, PersonId(id)),
            None => Ok(None),
        })
    }

    async fn save_people(&self, people: Vec<(Person, Vec<AccountRef>)>) -> Result<(), StoreError> {
        self.write(move |tx| {
            let mut changed = false;
            for (person, accounts) in people {
                changed |= tx.save_person(&person)?;
                let own = person.primary.map(|primary| primary.account);
                for account in accounts.iter().chain(&own) {
                    changed |= tx.bind(account, person.id)?;
                }
            }
            tx.people += i64::from(changed);
            Ok(())
        })
        .await
    }

    async fn save_stand_in(&self, stand_in: &StandIn) -> Result<(), StoreError> {
        let stand_in = stand_in.clone();
        self.write(move |tx| tx.save_stand_in(&stand_in)).await
    }

    async fn identities(&self, accounts: &[AccountRef]) -> Result<Vec<Option<Identity>>, StoreError> {
        self.read(|conn| accounts.iter().map(|account| self.shared.identity(conn, account)).collect())
    }

    async fn pair(&self, pair: Pair) -> Result<Option<[Represented; 2]>, StoreError> {
        let [low, high] = pair.both();
        self.read(|conn| {
            let Some(low) = self.shared.owned(conn, low)? else { return Ok(None) };
            Ok(self.shared.owned(conn, high)?.map(|high| [low, high]))
        })
    }

    async fn search(&self, text: &str, max: usize) -> Result<Vec<Represented>, StoreError> {
        self.read(|conn| {
            let ids =
                conn.all(SEARCH, (text.to_lowercase(), limit(max)), |row| uuid(row, 0).map(PersonId))?;
            let people = ids.into_iter().map(|id| self.shared.owned(conn, id));
            people.filter_map(Result::transpose).collect()
        })
    }

    async fn take_address(&self, address: &str, person: PersonId) -> Result<bool, StoreError> {
        let address = address.to_lowercase();
        self.write(move |tx| {
            if tx.conn.run(TAKE, (&address, person.0.as_bytes()))? > 0 {
                return Ok(true);
            }
            Ok(tx.conn.one(TAKEN_BY, [&address], |row| uuid(row, 0))? == Some(person.0))
        })
        .await
    }
}

impl Shared {
    fn owned(&self, conn: &Connection, id: PersonId) -> Result<Option<Represented>, StoreError> {
        Ok(self.represented(conn, id)?.map(|person| Represented::clone(&person)))
    }
}

impl Tx<'_> {
    fn import(&mut self, at: &WorkspaceRef, accounts: Vec<Account>) -> Result<Imported, StoreError> {
        let workspace = self.workspace(at)?;
        let rows = self.conn.all(ACCOUNTS, [workspace], |row| read_account(at, row))?;
        let mut known: HashMap<AccountRef, (Account, bool)> =
            rows.into_iter().map(|row| (row.0.account.clone(), row)).collect();
        let mut imported = Imported::default();
        // Of an account that is listed twice the last counts.
        let mut listed: BTreeMap<AccountRef, Option<Account>> = BTreeMap::new();
        for account in accounts {
            let before = match listed.remove(&account.account) {
                Some(before) => before,
                None => known.remove(&account.account).map(|(before, was_listed)| {
                    if !was_listed {
                        // A change of nothing else would leave it unlisted.
                        return Account { active: false, ..before };
                    }
                    before
                }),
            };
            match &before {
                None => imported.new += 1,
                Some(before) if *before != account => imported.changed += 1,
                Some(_) => {}
            }
            self.save_account(workspace, &account)?;
            listed.insert(account.account.clone(), Some(account));
        }
        imported.listed = listed.len();
        for (id, (_, was_listed)) in known {
            if was_listed {
                self.conn.run(MISSING, (workspace, id.id.as_str()))?;
                imported.missing += 1;
            }
        }
        if imported.new + imported.changed + imported.missing > 0 {
            self.people += 1;
        }
        Ok(imported)
    }

    fn save_account(&self, workspace: i64, account: &Account) -> Result<(), StoreError> {
        let params = (
            workspace,
            account.account.id.as_str(),
            &account.name,
            &account.email,
            account.bot,
            account.active,
            &account.picture,
            &account.department,
        );
        self.conn.run(SAVE_ACCOUNT, params)?;
        Ok(())
    }

    /// Whether anything changed.
    fn save_person(&mut self, person: &Person) -> Result<bool, StoreError> {
        let shared = self.shared;
        let before = match self.conn.one(PERSON, [person.id.0.as_bytes()], RawPerson::read)? {
            Some(before) => Some(before.resolve(shared, self.conn)?),
            None => None,
        };
        if before.as_ref() == Some(person) {
            return Ok(false);
        }
        let holder = self.conn.one(BY_EMAIL, [&person.email], |row| uuid(row, 0))?;
        if holder.is_some_and(|holder| holder != person.id.0) {
            return Err(StoreError::Inconsistent { table: "person", column: "email" });
        }
        let primary = match &person.primary {
            Some(primary) => Some(self.workspace(&primary.account.workspace)?),
            None => None,
        };
        if before.is_some_and(|before| moved::person(&before, person)) {
            self.conn.run(FORGET_DIRECTS, [person.id.0.as_bytes()])?;
        }
        self.conn.run(
            SAVE_PERSON,
            (
                person.id.0.as_bytes(),
                &person.name,
                person.name.to_lowercase(),
                &person.email,
                primary,
                person.primary.as_ref().map(|primary| primary.account.id.as_str()),
            ),
        )?;
        Ok(true)
    }

    /// Whether it was not bound before.
    fn bind(&mut self, account: &AccountRef, person: PersonId) -> Result<bool, StoreError> {
        let workspace = self.workspace(&account.workspace)?;
        let slot = (workspace, account.id.as_str());
        if self.conn.run(BIND, (slot.0, slot.1, person.0.as_bytes()))? > 0 {
            return Ok(true);
        }
        if self.conn.one(BOUND, slot, |row| uuid(row, 0))? == Some(person.0) {
            return Ok(false);
        }
        Err(StoreError::Inconsistent { table: "binding", column: "person" })
    }

    fn save_stand_in(&mut self, stand_in: &StandIn) -> Result<(), StoreError> {
        let person = stand_in.person.0.as_bytes();
        if self.conn.one(PERSON, [person], RawPerson::read)?.is_none() {
            return Err(StoreError::Inconsistent { table: "stand_in", column: "person" });
        }
        let workspace = self.workspace(&stand_in.workspace)?;
        let account = match &stand_in.account {
            Some(account) => Some((self.workspace(&account.workspace)?, account.id.as_str())),
            None => None,
        };
        if let Some((at, name)) = account
            && self.conn.one(SPEAKS_FOR, (at, name, person), |_| Ok(()))?.is_some()
        {
            return Err(StoreError::Inconsistent { table: "stand_in", column: "account" });
        }
        let shared = self.shared;
        if let Some(before) = self.conn.one(STAND_IN, (person, workspace), RawStandIn::read)? {
            let before = before.resolve(shared, self.conn)?;
            if before == *stand_in {
                return Ok(());
            }
            if moved::stand_in(&before, stand_in) {
                self.conn.run(FORGET_DIRECTS_IN, (person, workspace))?;
            }
        }
        self.conn.run(
            SAVE_STAND_IN,
            (
                person,
                workspace,
                stand_in.mode.name(),
                stand_in.state.name(),
                account.map(|(at, _)| at),
                account.map(|(_, name)| name),
                &stand_in.address,
                stand_in.login.map(|login| *login.0.as_bytes()),
                &stand_in.reason,
            ),
        )?;
        self.people += 1;
        Ok(())
    }
}

fn read_account(workspace: &WorkspaceRef, row: &Row<'_>) -> rusqlite::Result<(Account, bool)> {
    let id: String = row.get(0)?;
    let account = Account {
        account: AccountRef { workspace: workspace.clone(), id: id.into() },
        name: row.get(1)?,
        email: row.get(2)?,
        bot: row.get(3)?,
        active: row.get(4)?,
        picture: row.get(5)?,
        department: row.get(6)?,
    };
    Ok((account, row.get(7)?))
}
