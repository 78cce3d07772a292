//! People, their accounts, what stands in for them, and the conversations they have.

use crate::{AccountRef, ConversationRef, LoginId, PersonId, WorkspaceRef};

/// A human of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Ours, for good.
    pub id: PersonId,
    /// As colleagues read it.
    pub name: String,
    /// Work address, lower case.
    pub email: String,
    /// Where the person works; `None` until it was chosen. Only people with a primary are represented.
    pub primary: Option<Primary>,
}

/// The workspace a person works in, and their account there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Primary {
    /// Their account there; it names the workspace.
    pub account: AccountRef,
}

/// An account that a directory lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The platform's immutable id.
    pub account: AccountRef,
    /// As the directory shows it.
    pub name: String,
    /// Work address, lower case; empty when the directory lists none.
    pub email: String,
    /// A bot or service account, which is never matched with a person.
    pub bot: bool,
    /// Disabled accounts are listed, never matched.
    pub active: bool,
    /// Where the picture can be fetched, if there is one.
    pub picture: Option<String>,
    /// The department as the directory writes it; rules for primaries may use it.
    pub department: Option<String>,
}

/// How a person is represented on a secondary platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StandInMode {
    /// Their own account, driven by their consent.
    Account,
    /// A bot bearing their name.
    Bot,
}

impl StandInMode {
    /// A stable name for the database, the console and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Bot => "bot",
        }
    }

    /// The mode of a stored name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Account, Self::Bot].into_iter().find(|mode| mode.name() == name)
    }
}

/// Where a stand-in is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StandInState {
    /// Wanted, nothing done yet.
    Planned,
    /// Being made.
    Provisioning,
    /// Waits for the person's consent.
    AwaitingConsent,
    /// Speaks and hears.
    Active,
    /// Cannot speak now: consent lost, account disabled, creation refused. The reason says which.
    Suspended,
    /// Taken away.
    Removed,
}

impl StandInState {
    /// A stable name for the database, the console and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Provisioning => "provisioning",
            Self::AwaitingConsent => "awaiting_consent",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Removed => "removed",
        }
    }

    /// The state of a stored name.
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Planned,
            Self::Provisioning,
            Self::AwaitingConsent,
            Self::Active,
            Self::Suspended,
            Self::Removed,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }
}

/// What represents a person in a workspace that is not their primary one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// Whom it represents.
    pub person: PersonId,
    /// Where.
    pub workspace: WorkspaceRef,
    /// How.
    pub mode: StandInMode,
    /// Where it is in its life.
    pub state: StandInState,
    /// The account that speaks; known once it exists.
    pub account: Option<AccountRef>,
    /// The address people find it by; for a bot the one that was taken or is being tried.
    pub address: Option<String>,
    /// The credentials it speaks with.
    pub login: Option<LoginId>,
    /// Why it is not active, for people to read.
    pub reason: Option<String>,
}

/// Two people, unordered. A direct conversation belongs to a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    low: PersonId,
    high: PersonId,
}

impl Pair {
    /// The pair of two people; `None` for a person and themselves.
    pub fn of(one: PersonId, other: PersonId) -> Option<Self> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Some(Self { low: one, high: other }),
            std::cmp::Ordering::Greater => Some(Self { low: other, high: one }),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// Both, the smaller id first.
    pub fn both(self) -> [PersonId; 2] {
        [self.low, self.high]
    }

    /// The one that is not `person`.
    pub fn other(self, person: PersonId) -> PersonId {
        if self.low == person { self.high } else { self.low }
    }
}

/// What kind of conversation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConversationKind {
    /// Two accounts.
    Direct,
    /// A few accounts that somebody brought together.
    Group,
    /// Many accounts, under a name of its own.
    Channel,
    /// A private channel that Entente made in the place of a group, where no group can be made of its people.
    GroupChannel,
    /// Anything else.
    Other,
}

/// A channel as a login sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Which one.
    pub at: ConversationRef,
    /// As its platform shows it.
    pub name: String,
    /// Whether nothing can be written there any more.
    pub archived: bool,
    /// The accounts in it; that of the login that looked is among them if it is a member.
    pub members: Vec<AccountRef>,
}

/// What a channel is called, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelNow {
    /// Its name, without that of anything it is a part of.
    pub title: String,
    /// What it says that it is about, without markup, empty if nothing; `None` where channels say no such thing.
    pub topic: Option<String>,
    /// Whether nothing can be written there any more.
    pub archived: bool,
}

/// A conversation and who is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Which one.
    pub at: ConversationRef,
    /// What kind.
    pub kind: ConversationKind,
    /// As its platform shows a group that was given a name; `None` for all others.
    pub name: Option<String>,
    /// The accounts in it. Only asked for direct conversations and groups, and what stands for them; empty otherwise.
    pub members: Vec<AccountRef>,
}
