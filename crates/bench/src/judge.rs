//! Reads the ledgers as they grow: what stands there is what happened.
//!
//! Each direction has a tally and a judge. In the target's ledger every message must be by the stand-in of whoever typed
//! it, in the one direct conversation of that pair. In the source's ledger only the one who typed it may say it: anything
//! else is an echo that came back.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use entente_sim::ledger::Entry;

use crate::hosts::Hosts;
use crate::tally::{Said, Tally};

/// A platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    Webex,
    Teams,
    Slack,
    Zoom,
}

impl Platform {
    /// All of them; two platforms are the first two.
    pub(crate) const ALL: [Self; 4] = [Self::Webex, Self::Teams, Self::Slack, Self::Zoom];

    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Webex => "Webex",
            Self::Teams => "Teams",
            Self::Slack => "Slack",
            Self::Zoom => "Zoom",
        }
    }

    /// Its workspace's name in the product's configuration.
    pub(crate) const fn workspace(self) -> &'static str {
        match self {
            Self::Webex => "webex",
            Self::Teams => "teams",
            Self::Slack => "slack",
            Self::Zoom => "zoom",
        }
    }

    /// Its place in [`Platform::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// What its ledger calls a conversation.
    pub(crate) fn conversation(self) -> &'static str {
        match self {
            Self::Webex => "room",
            Self::Teams => "chat",
            Self::Slack => "channel",
            Self::Zoom => "session",
        }
    }
}

/// Which way a load goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Engineers type.
    WebexToTeams,
    /// Sales people type.
    TeamsToWebex,
}

impl Direction {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::WebexToTeams => "Webex → Teams",
            Self::TeamsToWebex => "Teams → Webex",
        }
    }

    /// The letter that its messages begin with, unless another is chosen.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::WebexToTeams => 'w',
            Self::TeamsToWebex => 't',
        }
    }

    fn target(self) -> Platform {
        match self {
            Self::WebexToTeams => Platform::Teams,
            Self::TeamsToWebex => Platform::Webex,
        }
    }
}

/// A pair of people who talk.
#[derive(Debug)]
pub(crate) struct Pair {
    /// The id of whoever types, where they type.
    pub(crate) typist: String,
    /// The id under which they must appear at the other end.
    pub(crate) speaker: String,
    /// The id of whoever reads, at the other end.
    pub(crate) reader: String,
    /// The conversation at the other end, once something was said in it.
    pub(crate) place: OnceLock<String>,
}

/// The judge of one load.
#[derive(Debug)]
pub(crate) struct Judge {
    /// Which way.
    pub(crate) direction: Direction,
    /// The letter that its messages begin with.
    pub(crate) letter: char,
    /// The count.
    pub(crate) tally: Arc<Tally>,
    /// Who talks, by conversation.
    pub(crate) pairs: Vec<Pair>,
}

impl Judge {
    fn see(&self, at: Platform, entry: &Entry) {
        if entry.change["kind"] != "message.created" {
            return;
        }
        let Some(said) = entry.change["text"].as_str().and_then(|text| Said::parse(self.letter, text)) else {
            return;
        };
        let author = entry.change["author"].as_str().unwrap_or_default();
        let Some(pair) = self.pairs.get(said.conversation) else {
            return self.tally.note(format!("{said:?} belongs to no pair"));
        };
        if at != self.direction.target() {
            if author != pair.typist {
                self.tally.note(format!("{said:?} came back as an echo"));
            }
            return;
        }
        if author != pair.speaker {
            return self.tally.note(format!("{said:?} arrived under a wrong name"));
        }
        let place = entry.change[at.conversation()].as_str().unwrap_or_default();
        // The id of a chat of two is made of both their ids (`derivable_chat_ids`).
        let known = pair.place.get_or_init(|| place.to_owned());
        let private =
            at == Platform::Webex || (known.contains(&pair.speaker) && known.contains(&pair.reader));
        if known != place || !private {
            return self.tally.note(format!("{said:?} arrived in a wrong conversation"));
        }
        self.tally.arrive(said);
    }
}

/// Whoever judges at present; set before a load and taken away after it.
#[derive(Clone, Default)]
pub(crate) struct Bench(Arc<Mutex<Vec<Arc<Judge>>>>);

impl Bench {
    /// Holds the watch on both ledgers.
    pub(crate) fn watch(hosts: &Hosts) -> Self {
        let bench = Self::default();
        for (platform, ledger) in
            [(Platform::Webex, hosts.webex.ledger()), (Platform::Teams, hosts.teams.ledger())]
        {
            let judges = bench.clone();
            ledger.watch(move |entry| {
                for judge in judges.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                    judge.see(platform, entry);
                }
            });
        }
        bench
    }

    /// From now on these judge.
    pub(crate) fn seat(&self, judges: Vec<Arc<Judge>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = judges;
    }
}
