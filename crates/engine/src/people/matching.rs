//! Who is who, and where they work. Pure.

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
    /// Whether they are not recorded yet.
    pub new: bool,
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
    /// Disabled accounts are left alone.
    #[error("disabled")]
    Inactive,
    /// Nothing to match by.
    #[error("without a confirmed address")]
    NoAddress,
    /// Several accounts of one workspace have the address.
    #[error("several accounts of this workspace have this address")]
    SharedAddress,
    /// The address belonged to an account with another id, which belongs to somebody already.
    #[error(
        "the address was another account's, whose owner is known; it may have been given to somebody else"
    )]
    ReusedAddress,
    /// Accounts of different people have the address.
    #[error("accounts of several people have this address")]
    SeveralPeople,
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
        }
    }
}
