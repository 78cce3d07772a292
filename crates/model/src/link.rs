//! Channels that are kept in step. A link joins two or more of them, on any mix of platforms and workspaces; a channel is in
//! at most one link that has not ended, so what is passed on can never come round in a circle.

use std::time::Duration;

use crate::{ConversationRef, LinkId, LoginId, MessageId, Timestamp};

mod options;

pub use options::{Files, LONGEST_HISTORY, LinkOptions};

/// Channels that are kept in step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Ours, for good.
    pub id: LinkId,
    /// As administrators call it.
    pub name: String,
    /// When it was made. What was written before is not passed on, but for what [`LinkOptions::history`] reaches back to.
    pub made_at: Timestamp,
    /// Whether it carries anything.
    pub state: LinkState,
    /// What was chosen about it.
    pub options: LinkOptions,
    /// The channels, in the order in which they were named.
    pub members: Vec<Member>,
}

/// Whether a link carries anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// It does.
    Active,
    /// Not now, for this reason. What is written meanwhile is not passed on later.
    Paused(String),
    /// Never again. What was carried stays where it is.
    Ended,
}

impl LinkState {
    /// A stable name for the database, the console and the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused(_) => "paused",
            Self::Ended => "ended",
        }
    }
}

/// A channel of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Which one.
    pub at: ConversationRef,
    /// As its platform showed it last.
    pub name: String,
    /// What it says that it is about, as its platform showed it last; `None` as long as nobody has looked.
    pub topic: Option<String>,
    /// Whether it is archived or gone, as far as was seen.
    pub away: Option<Away>,
    /// Which way messages go.
    pub flow: Flow,
    /// The login that hears there; `None` where nobody needs to.
    pub listener: Option<LoginId>,
    /// What was written there before the link was made and is still to be passed on; `None`: nothing.
    pub backfill: Option<Backfill>,
}

/// How far what was written in a channel before its link was made has been passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backfill {
    /// What was written before this instant is done.
    pub at: Timestamp,
    /// Of what was written at that very instant, what has this id or one before it is done, too; `None`: nothing of it is.
    pub message: Option<MessageId>,
    /// When the last message was written that was passed on; `None`: none was, and nobody was told that any would be.
    pub told: Option<Timestamp>,
}

/// Why nothing can be written in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Away {
    /// It is archived.
    Archived,
    /// It does not exist any more, or not for us.
    Gone,
}

impl Away {
    /// A stable name for the database, the console and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Gone => "gone",
        }
    }

    /// What a stored name means.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Archived, Self::Gone].into_iter().find(|away| away.name() == name)
    }
}

/// Which way messages go between a channel and the others of its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// Out of it and into it.
    Both,
    /// Only out of it.
    Out,
    /// Only into it.
    In,
}

impl Flow {
    /// Whether what is written there goes to the others.
    pub fn gives(self) -> bool {
        self != Self::In
    }

    /// Whether what others write goes there.
    pub fn takes(self) -> bool {
        self != Self::Out
    }

    /// A stable name for the database, the console and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Out => "out",
            Self::In => "in",
        }
    }

    /// The way of a stored name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Both, Self::Out, Self::In].into_iter().find(|flow| flow.name() == name)
    }
}

impl Link {
    /// The channel of this link that a conversation is.
    pub fn member(&self, at: &ConversationRef) -> Option<&Member> {
        self.members.iter().find(|member| member.at == *at)
    }

    /// The channels that what is written in `from` goes to.
    pub fn targets<'a>(&'a self, from: &'a ConversationRef) -> impl Iterator<Item = &'a Member> {
        let gives = self.member(from).is_some_and(|member| member.flow.gives());
        self.members.iter().filter(move |member| gives && member.at != *from && member.flow.takes())
    }

    /// From when on what was written before the link was made is passed on.
    pub fn reaches_back_to(&self) -> Timestamp {
        self.made_at.minus(Duration::from_hours(24 * u64::from(self.options.history)))
    }
}
