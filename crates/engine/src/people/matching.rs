//! Who is who, and where they work. Pure.
//!
//! An account that was once bound to a person stays theirs by its immutable id, whatever its address becomes. An account
//! that is nobody's yet is bound by its address alone, and only where that leaves no doubt: the address occurs once in
//! each workspace, and everybody who holds it already is one person whose account is alive. All else is listed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entente_model::{Account, Primary};
use entente_store::Represented;
use uuid::Uuid;

use super::{AccountRef, Person, PersonId, WorkspaceId};

/// Chooses the primary of people with accounts in several workspaces who have none yet. The first rule that fits counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryRule {
    /// Where people work to whom the rule applies; they must have an account there.
    pub workspace: WorkspaceId,
    /// Only people of this department, in any of their directories, regardless of case.
    pub department: Option<String>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matching {
    /// Everybody, by name.
    pub people: Vec<Matched>,
    /// Accounts that belong to nobody, each with the reason, by workspace and name.
    pub conflicts: Vec<Conflict>,
}

/// A person and the accounts that are theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// As they should be recorded. Without a primary: nobody chose one yet, and no rule fits.
    pub person: Person,
    /// All their accounts, at most one in a workspace.
    pub accounts: Vec<AccountRef>,
    /// The accounts of these that can be used: listed, and not disabled.
    pub usable: Vec<AccountRef>,
    /// What has to be recorded about them.
    pub news: News,
}

/// How a matched person compares with the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum News {
    /// Not recorded yet.
    New,
    /// Recorded otherwise.
    Changed,
    /// Recorded just so.
    Same,
}

/// An account that belongs to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Which account.
    pub account: AccountRef,
    /// As the directory shows it.
    pub name: String,
    /// As the directory has it, lower case; may be empty.
    pub email: String,
    /// Why.
    pub reason: ConflictReason,
    /// The person in question, if there is one.
    pub person: Option<PersonId>,
}

/// Why an account belongs to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum ConflictReason {
    /// Bots and service accounts are nobody's.
    #[error("a bot or service account")]
    Bot,
    /// Disabled accounts, and those without a licence to be there, are left alone.
    #[error("disabled, or without a licence")]
    Inactive,
    /// Nothing to match by.
    #[error("without a confirmed address")]
    NoAddress,
    /// Somewhere the address occurs twice, so that nobody can tell whose it is.
    #[error("several accounts of one workspace have this address")]
    SharedAddress,
    /// The address belongs, or belonged, to an account with another id, whose owner is known.
    #[error("the address was another account's; it may have been given to somebody else")]
    ReusedAddress,
    /// Accounts of different people have the address.
    #[error("accounts of several people have this address")]
    SeveralPeople,
    /// The person's accounts have different addresses, and more than one account here goes with them.
    #[error("several accounts of this workspace would be one person's")]
    SeveralAccounts,
}

impl ConflictReason {
    /// A stable name for the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Inactive => "inactive",
            Self::NoAddress => "no_address",
            Self::SharedAddress => "shared_address",
            Self::ReusedAddress => "reused_address",
            Self::SeveralPeople => "several_people",
            Self::SeveralAccounts => "several_accounts",
        }
    }
}

/// All that matching depends on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// What the directories list, all workspaces, addresses in lower case.
    pub(crate) accounts: Vec<Account>,
    /// Who is recorded.
    pub(crate) people: Vec<Represented>,
    /// Whose accounts are known.
    pub(crate) bound: HashMap<AccountRef, PersonId>,
    /// Accounts that Entente itself made: stand-ins and apps. They are nobody's, and no conflict.
    pub(crate) ours: HashSet<AccountRef>,
}

/// People, with their accounts in a fixed order.
type Holdings<'a> = BTreeMap<PersonId, BTreeMap<&'a AccountRef, &'a Account>>;

/// Matches accounts with people and chooses primaries. The same facts and rules give the same result, ids included.
pub(crate) fn matching(facts: &Facts, rules: &[PrimaryRule]) -> Matching {
    let mut holdings = Holdings::new();
    for account in &facts.accounts {
        if let Some(person) = facts.bound.get(&account.account) {
            holdings.entry(*person).or_default().insert(&account.account, account);
        }
    }
    let free = facts.accounts.iter().filter(|account| {
        !facts.bound.contains_key(&account.account) && !facts.ours.contains(&account.account)
    });
    let desk = Desk::new(facts, &holdings);
    let mut conflicts = Vec::new();
    let mut found: BTreeMap<(PersonId, &WorkspaceId), Vec<&Account>> = BTreeMap::new();
    let mut strangers: BTreeMap<&str, BTreeMap<&AccountRef, &Account>> = BTreeMap::new();
    for account in free {
        match desk.owner(account) {
            Ok(Some(person)) => {
                found.entry((person, &account.account.workspace.id)).or_default().push(account);
            }
            Ok(None) => {
                strangers.entry(&account.email).or_default().insert(&account.account, account);
            }
            Err((reason, person)) => conflicts.push(conflict(account, reason, person)),
        }
    }
    for ((person, _), accounts) in found {
        match accounts.as_slice() {
            [only] => {
                holdings.entry(person).or_default().insert(&only.account, only);
            }
            several => conflicts.extend(
                several
                    .iter()
                    .map(|account| conflict(account, ConflictReason::SeveralAccounts, Some(person))),
            ),
        }
    }
    let mut people = known(facts, &holdings, &conflicts, rules);
    people.extend(strangers.into_values().filter_map(|accounts| stranger(&accounts, rules)));
    people.sort_by(|a, b| (&a.person.name, a.person.id).cmp(&(&b.person.name, b.person.id)));
    conflicts.sort_by(|a, b| {
        let key = |c: &Conflict| (c.account.workspace.clone(), c.name.clone(), c.account.id.clone());
        key(a).cmp(&key(b))
    });
    Matching { people, conflicts }
}

fn conflict(account: &Account, reason: ConflictReason, person: Option<PersonId>) -> Conflict {
    Conflict {
        account: account.account.clone(),
        name: account.name.clone(),
        email: account.email.clone(),
        reason,
        person,
    }
}

/// Who has which address.
struct Desk<'a> {
    /// Addresses that occur more than once in some workspace.
    shared: HashSet<&'a str>,
    /// Who holds an address by an account, and whether one of these accounts is alive.
    holders: HashMap<&'a str, BTreeMap<PersonId, bool>>,
    /// Whose recorded address it is.
    recorded: HashMap<&'a str, PersonId>,
    /// In which workspaces somebody has an account.
    present: HashSet<(PersonId, &'a WorkspaceId)>,
}

impl<'a> Desk<'a> {
    fn new(facts: &'a Facts, holdings: &Holdings<'a>) -> Self {
        let mut seen = HashSet::new();
        let mut shared = HashSet::new();
        for account in &facts.accounts {
            let counts = !account.bot && !account.email.is_empty() && !facts.ours.contains(&account.account);
            if counts && !seen.insert((&account.account.workspace, account.email.as_str())) {
                shared.insert(account.email.as_str());
            }
        }
        let mut holders: HashMap<&str, BTreeMap<PersonId, bool>> = HashMap::new();
        let mut present = HashSet::new();
        for (person, accounts) in holdings {
            for account in accounts.values() {
                present.insert((*person, &account.account.workspace.id));
                if !account.email.is_empty() {
                    *holders.entry(&account.email).or_default().entry(*person).or_default() |=
                        usable(account);
                }
            }
        }
        let recorded =
            facts.people.iter().map(|known| (known.person.email.as_str(), known.person.id)).collect();
        Self { shared, holders, recorded, present }
    }

    /// Whose an account is that is not bound yet: somebody's, a new person's, or nobody's for a reason.
    fn owner(&self, account: &Account) -> Result<Option<PersonId>, (ConflictReason, Option<PersonId>)> {
        let email = account.email.as_str();
        if account.bot {
            return Err((ConflictReason::Bot, None));
        }
        if !account.active {
            return Err((ConflictReason::Inactive, None));
        }
        if email.is_empty() {
            return Err((ConflictReason::NoAddress, None));
        }
        let nobody = BTreeMap::new();
        let holders = self.holders.get(email).unwrap_or(&nobody);
        if holders.len() > 1 {
            return Err((ConflictReason::SeveralPeople, None));
        }
        if let Some((person, alive)) = holders.first_key_value() {
            let here = self.present.contains(&(*person, &account.account.workspace.id));
            if here || !alive {
                return Err((ConflictReason::ReusedAddress, Some(*person)));
            }
        }
        if self.shared.contains(email) {
            return Err((ConflictReason::SharedAddress, None));
        }
        match (holders.first_key_value(), self.recorded.get(email)) {
            (Some((person, _)), _) => Ok(Some(*person)),
            // Somebody was known by this address and has no account with it any more.
            (None, Some(person)) => Err((ConflictReason::ReusedAddress, Some(*person))),
            (None, None) => Ok(None),
        }
    }
}

fn known(
    facts: &Facts,
    holdings: &Holdings<'_>,
    conflicts: &[Conflict],
    rules: &[PrimaryRule],
) -> Vec<Matched> {
    let mut addresses: BTreeSet<&str> =
        facts.people.iter().map(|known| known.person.email.as_str()).collect();
    let contested: HashSet<&str> = conflicts
        .iter()
        .filter(|conflict| conflict.reason != ConflictReason::Bot)
        .map(|conflict| conflict.email.as_str())
        .collect();
    let nothing = BTreeMap::new();
    let mut people = Vec::new();
    for Represented { person: old, .. } in &facts.people {
        let accounts = holdings.get(&old.id).unwrap_or(&nothing);
        let mut person = old.clone();
        person.primary = old.primary.clone().or_else(|| choose(accounts, rules));
        if let Some(source) = source(accounts, person.primary.as_ref()) {
            if !source.name.is_empty() {
                person.name.clone_from(&source.name);
            }
            // An address that somebody else was recorded with waits until they have let it go. And while an account
            // that is nobody's holds the recorded one, that stays, or the account would look like a stranger's.
            let free = !source.email.is_empty() && !contested.contains(old.email.as_str());
            if free && source.email != old.email && addresses.insert(&source.email) {
                person.email.clone_from(&source.email);
            }
        }
        let same = person == *old && accounts.keys().all(|account| facts.bound.contains_key(account));
        people.push(Matched {
            news: if same { News::Same } else { News::Changed },
            ..matched(person, accounts)
        });
    }
    people
}

/// Somebody who is not recorded yet. Their id comes from their first account, so that it is the same until they are.
fn stranger(accounts: &BTreeMap<&AccountRef, &Account>, rules: &[PrimaryRule]) -> Option<Matched> {
    let first = accounts.keys().next()?;
    let primary = choose(accounts, rules);
    let source = source(accounts, primary.as_ref())?;
    let person = Person {
        id: PersonId(named_id(&["person", first.workspace.id.as_str(), first.id.as_str()])),
        name: if source.name.is_empty() { source.email.clone() } else { source.name.clone() },
        email: source.email.clone(),
        primary,
    };
    Some(matched(person, accounts))
}

fn matched(person: Person, accounts: &BTreeMap<&AccountRef, &Account>) -> Matched {
    let usable =
        accounts.iter().filter(|(_, account)| usable(account)).map(|(at, _)| (*at).clone()).collect();
    let accounts = accounts.keys().map(|at| (*at).clone()).collect();
    Matched { person, accounts, usable, news: News::New }
}

/// The account whose name and address a person is known by: the primary one while it lives, else the first that does.
fn source<'a>(
    accounts: &BTreeMap<&AccountRef, &'a Account>,
    primary: Option<&Primary>,
) -> Option<&'a Account> {
    let primary = primary.and_then(|primary| accounts.get(&primary.account));
    primary.into_iter().chain(accounts.values()).find(|account| usable(account)).copied()
}

fn choose(accounts: &BTreeMap<&AccountRef, &Account>, rules: &[PrimaryRule]) -> Option<Primary> {
    let usable: Vec<&Account> = accounts.values().copied().filter(|account| usable(account)).collect();
    let in_department = |wanted: &str| {
        let wanted = wanted.trim().to_lowercase();
        usable.iter().any(|account| {
            account.department.as_deref().is_some_and(|department| department.trim().to_lowercase() == wanted)
        })
    };
    let chosen = match usable.as_slice() {
        [only] => Some(*only),
        several => rules
            .iter()
            .filter(|rule| rule.department.as_deref().is_none_or(in_department))
            .find_map(|rule| several.iter().copied().find(|a| a.account.workspace.id == rule.workspace)),
    };
    chosen.map(|account| Primary { account: account.account.clone() })
}

fn usable(account: &Account) -> bool {
    account.active && !account.bot
}

/// An id that the same words always give: what was written before a crash is found again after it.
pub(crate) fn named_id(words: &[&str]) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("entente:{}", words.join("\0")).as_bytes())
}

#[cfg(test)]
pub(super) mod tests;
