//! What is to be done so that people and stand-ins become what they should be. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use entente_model::{
    AccountRef, LoginId, PersonId, StandIn, StandInMode, StandInState, WorkspaceId, WorkspaceRef,
};
use entente_store::LoginState;

use super::matching::{Facts, Matched, Matching, News};
use super::{Action, PlanLine, Unrepresented};
use crate::provision::address;

/// Where people can be represented, and how.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Which workspace.
    pub(crate) workspace: WorkspaceRef,
    /// What bots' addresses end with there, if there are bots.
    pub(crate) bot_domain: Option<&'static str>,
}

/// What is not in the directories and not in the store of people.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// All workspaces, by name.
    pub(crate) places: Vec<Place>,
    /// What bots' addresses end with before the domain.
    pub(crate) suffix: String,
    /// Which logins work.
    pub(crate) logins: HashMap<LoginId, LoginState>,
}

/// The lines of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Difference {
    pub(crate) lines: Vec<PlanLine>,
    pub(crate) relayed: Vec<Unrepresented>,
    pub(crate) unrepresented: Vec<Unrepresented>,
    pub(crate) kept: usize,
}

/// Compares what should be with what is recorded.
pub(crate) fn difference(matching: &Matching, facts: &Facts, around: &Surroundings) -> Difference {
    let mut current: HashMap<PersonId, BTreeMap<&WorkspaceId, &StandIn>> = HashMap::new();
    let mut addresses = HashSet::new();
    for stand_in in facts.people.iter().flat_map(|known| &known.stand_ins) {
        current.entry(stand_in.person).or_default().insert(&stand_in.workspace.id, stand_in);
        addresses.extend(stand_in.address.as_deref().map(str::to_lowercase));
    }
    let mut out = Difference::default();
    for matched in &matching.people {
        match matched.news {
            News::Same => out.kept += 1,
            News::New | News::Changed => out.lines.push(line(matched, None, recording(matched))),
        }
        let Some(primary) = &matched.person.primary else { continue };
        for place in &around.places {
            let recorded = current
                .get(&matched.person.id)
                .and_then(|stand_ins| stand_ins.get(&place.workspace.id).copied());
            let (stand_in, former) = match recorded {
                Some(stand_in) if stand_in.state == StandInState::Removed => (None, recorded),
                living => (living, None),
            };
            let wanted = if place.workspace == primary.account.workspace {
                stand_in.map_or(Wanted::Nothing, |_| Wanted::Do(Action::Remove))
            } else if let Some(stand_in) = stand_in {
                keep(matched, stand_in, around)
            } else {
                make(matched, place, former, around, &mut addresses)
            };
            match wanted {
                Wanted::Nothing => {}
                Wanted::Keep => out.kept += 1,
                Wanted::Do(action) => out.lines.push(line(matched, Some(&place.workspace.id), action)),
                Wanted::Relay(why) => out.relayed.push(unrepresented(matched, place, why)),
                Wanted::Cannot(why) => out.unrepresented.push(unrepresented(matched, place, why)),
            }
        }
    }
    out
}

/// Why nobody stands in for somebody who cannot read the answers.
const LEFT: &str = "their own account is disabled";

enum Wanted {
    Nothing,
    Keep,
    Do(Action),
    /// The app passes on what they say.
    Relay(&'static str),
    Cannot(&'static str),
}

/// What becomes of a stand-in that exists. Its mode is kept: a bot that colleagues know is not taken from them because
/// its person was given an account.
fn keep(matched: &Matched, stand_in: &StandIn, around: &Surroundings) -> Wanted {
    let works = works(matched);
    let speaks = match stand_in.mode {
        StandInMode::Bot => true,
        StandInMode::Account => {
            stand_in.account.as_ref().is_none_or(|account| matched.usable.contains(account))
        }
    };
    let login = stand_in.login.and_then(|login| around.logins.get(&login));
    match stand_in.state {
        StandInState::Active | StandInState::AwaitingConsent if !works => {
            Wanted::Do(Action::Suspend { reason: LEFT.to_owned() })
        }
        StandInState::Active | StandInState::AwaitingConsent if !speaks => {
            Wanted::Do(Action::Suspend { reason: "the account that speaks for them is disabled".to_owned() })
        }
        // A bot without a login could not be made; that is for the reconciler, or for a token made by hand.
        StandInState::Suspended if works && speaks => match (stand_in.mode, login) {
            (StandInMode::Account, None) | (_, Some(LoginState::Active)) => Wanted::Do(Action::Resume),
            (StandInMode::Bot, None) | (_, Some(LoginState::Refused)) => Wanted::Keep,
        },
        _ => Wanted::Keep,
    }
}

/// How somebody is represented who is not yet.
fn make(
    matched: &Matched,
    place: &Place,
    former: Option<&StandIn>,
    around: &Surroundings,
    addresses: &mut HashSet<String>,
) -> Wanted {
    if !works(matched) {
        return Wanted::Cannot(LEFT);
    }
    let here = |accounts: &[AccountRef]| accounts.iter().find(|at| at.workspace == place.workspace).cloned();
    if let Some(account) = here(&matched.usable) {
        return Wanted::Do(Action::AskConsent { account });
    }
    if here(&matched.accounts).is_some() {
        return Wanted::Relay("their account there is disabled");
    }
    let Some(domain) = place.bot_domain else {
        return Wanted::Relay("they have no account there, and the platform has no bots that could stand in");
    };
    // An address once given stays given.
    let former = former.filter(|former| former.mode == StandInMode::Bot);
    if let Some(address) = former.and_then(|former| former.address.clone()) {
        return Wanted::Do(Action::MakeBot { address });
    }
    let candidates = address::of_person(&matched.person, &around.suffix, domain);
    let address = candidates.iter().find(|address| !addresses.contains(*address)).or(candidates.first());
    let Some(address) = address.cloned() else { return Wanted::Cannot("no address can be derived") };
    addresses.insert(address.clone());
    Wanted::Do(Action::MakeBot { address })
}

/// Whether the account they work with can be used.
fn works(matched: &Matched) -> bool {
    matched.person.primary.as_ref().is_some_and(|primary| matched.usable.contains(&primary.account))
}

fn recording(matched: &Matched) -> Action {
    let primary = matched.person.primary.as_ref().map(|primary| primary.account.clone());
    let accounts = matched.accounts.clone();
    match matched.news {
        News::New => Action::Add { primary, accounts },
        News::Changed | News::Same => Action::Change { primary, accounts },
    }
}

fn unrepresented(matched: &Matched, place: &Place, reason: &str) -> Unrepresented {
    Unrepresented {
        name: matched.person.name.clone(),
        email: matched.person.email.clone(),
        workspace: place.workspace.id.clone(),
        reason: reason.to_owned(),
    }
}

fn line(matched: &Matched, workspace: Option<&WorkspaceId>, action: Action) -> PlanLine {
    PlanLine {
        person: matched.person.id,
        name: matched.person.name.clone(),
        email: matched.person.email.clone(),
        workspace: workspace.cloned(),
        action,
    }
}

#[cfg(test)]
mod tests;
