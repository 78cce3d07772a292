//! A plan, put into effect: people first, all at once, then each stand-in by itself.

use std::collections::{HashMap, HashSet};

use entente_model::{Person, Primary, StandIn, StandInMode, StandInState, WorkspaceRef};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::plan::{Planned, SavedLine, SavedPlan, person_content};
use super::{Action, News, PlanLine, SyncPlan};
use crate::{Engine, EngineError};

/// Rows written at once, so that they share a commit.
const AT_ONCE: usize = 64;

/// Differences named to whoever applied a stale plan.
const SHOWN: usize = 10;

/// What applying did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// People recorded for the first time.
    pub people_added: usize,
    /// People changed.
    pub people_changed: usize,
    /// Bots that will be made now.
    pub bots: usize,
    /// Consents that are wanted now.
    pub consents: usize,
    /// Stand-ins suspended or resumed.
    pub changed: usize,
    /// Stand-ins taken away.
    pub removed: usize,
}

impl Engine {
    /// Does what the plan of this digest says; bots are made afterwards, by [`Engine::provision`]. Applying it again
    /// does nothing; applying it after having been interrupted does the rest.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when it is not the last plan that was made, or when something else would come out now;
    /// the text lists what differs.
    pub async fn apply(&self, digest: &str) -> Result<Applied, EngineError> {
        let Some(saved) = self.saved_plan(digest).await? else {
            return Err(EngineError::Refused(
                "this is not the last plan; make a new one and read it".to_owned(),
            ));
        };
        let (fresh, from) = self.planned(&saved.rules()).await?;
        let differences = differences(&saved, &fresh, &from);
        if !differences.is_empty() {
            return Err(EngineError::Refused(stale(&differences)));
        }
        let mut applied = Applied::default();
        let mut people = Vec::new();
        for line in &fresh.lines {
            match &line.action {
                Action::Add { primary, accounts } | Action::Change { primary, accounts } => {
                    let primary = primary.clone().map(|account| Primary { account });
                    let (name, email) = (line.name.clone(), line.email.clone());
                    people.push((Person { id: line.person, name, email, primary }, accounts.clone()));
                }
                _ => {}
            }
            *applied.counter(&line.action) += 1;
        }
        if !people.is_empty() {
            self.store.save_people(people).await?;
        }
        stream::iter(fresh.lines.iter().filter(|line| line.workspace.is_some()))
            .map(Ok::<_, EngineError>)
            .try_for_each_concurrent(AT_ONCE, |line| self.put(line))
            .await?;
        if !fresh.lines.is_empty() {
            self.changed.send_replace(());
        }
        Ok(applied)
    }

    /// Writes one stand-in as its line says, from how it stands now.
    async fn put(&self, line: &PlanLine) -> Result<(), EngineError> {
        let Some(name) = &line.workspace else { return Ok(()) };
        let workspace = self.workspace(name)?.at().clone();
        let _held = self.locks.person(line.person).await;
        let known = self.store.person(line.person).await?;
        let current = known
            .and_then(|known| known.stand_ins.into_iter().find(|stand_in| stand_in.workspace == workspace));
        let login = match current.as_ref().and_then(|stand_in| stand_in.login) {
            Some(login) => self.works(login).await?,
            None => false,
        };
        if let Some(next) = next(line, &workspace, current, login) {
            self.store.save_stand_in(&next).await?;
        }
        Ok(())
    }
}

/// What a stand-in becomes by a line; `None` if it is so already.
pub(super) fn next(
    line: &PlanLine,
    workspace: &WorkspaceRef,
    current: Option<StandIn>,
    login: bool,
) -> Option<StandIn> {
    let made = |mode, state| StandIn {
        person: line.person,
        workspace: workspace.clone(),
        mode,
        state,
        account: None,
        address: None,
        login: None,
        reason: None,
    };
    let (living, former) = match current {
        Some(stand_in) if stand_in.state == StandInState::Removed => (None, Some(stand_in)),
        living => (living, None),
    };
    match (&line.action, living) {
        (Action::MakeBot { address }, None) => Some(match former {
            // The bot of old may still be there: it is looked for before it is made.
            Some(former) if former.address.as_ref() == Some(address) && former.mode == StandInMode::Bot => {
                StandIn { state: StandInState::Provisioning, reason: None, ..former }
            }
            _ => StandIn { address: Some(address.clone()), ..made(StandInMode::Bot, StandInState::Planned) },
        }),
        (Action::AskConsent { account }, None) => Some(StandIn {
            account: Some(account.clone()),
            address: Some(line.email.clone()),
            ..made(StandInMode::Account, StandInState::AwaitingConsent)
        }),
        (Action::Suspend { reason }, Some(stand_in)) => {
            Some(StandIn { state: StandInState::Suspended, reason: Some(reason.clone()), ..stand_in })
        }
        (Action::Resume, Some(stand_in)) if stand_in.state == StandInState::Suspended => {
            let state = if login { StandInState::Active } else { StandInState::AwaitingConsent };
            Some(StandIn { state, reason: None, ..stand_in })
        }
        (Action::Remove, Some(stand_in)) => {
            Some(StandIn { state: StandInState::Removed, reason: None, ..stand_in })
        }
        _ => None,
    }
}

/// What would come out now and was not shown, and what was shown, is not done, and would not come out now.
fn differences(saved: &SavedPlan, fresh: &SyncPlan, from: &Planned) -> Vec<String> {
    let now: Vec<SavedLine> = fresh.lines.iter().map(SavedLine::of).collect();
    // Whether a person is new or changed may differ, as long as what is recorded does not.
    let key = |line: &SavedLine| {
        let action = if line.workspace.is_some() { line.action.clone() } else { String::new() };
        (line.person, line.workspace.clone(), action, line.content.clone())
    };
    let shown: HashSet<_> = saved.lines.iter().map(key).collect();
    let would: HashSet<_> = now.iter().map(key).collect();
    let done = Done::new(from);
    let more =
        now.iter().filter(|line| !shown.contains(&key(line))).map(|line| format!("now also: {}", line.text));
    let less = saved
        .lines
        .iter()
        .filter(|line| !would.contains(&key(line)) && !done.is(line))
        .map(|line| format!("not any more: {}", line.text));
    more.chain(less).collect()
}

fn stale(differences: &[String]) -> String {
    let shown = differences.iter().take(SHOWN).cloned();
    let more = differences.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("and {more} more"));
    let lines: Vec<String> = shown.chain(more).collect();
    format!("the plan is out of date; make a new one. What differs:\n{}", lines.join("\n"))
}

/// What is recorded already.
struct Done<'a> {
    people: HashMap<uuid::Uuid, String>,
    stand_ins: HashMap<(uuid::Uuid, &'a str), &'a StandIn>,
}

impl<'a> Done<'a> {
    fn new(from: &'a Planned) -> Self {
        let people = from
            .matching
            .people
            .iter()
            .filter(|matched| matched.news == News::Same)
            .map(|matched| {
                let person = &matched.person;
                let primary = person.primary.as_ref().map(|primary| &primary.account);
                (person.id.0, person_content(&person.name, &person.email, primary, &matched.accounts))
            })
            .collect();
        let stand_ins = from
            .facts
            .people
            .iter()
            .flat_map(|known| &known.stand_ins)
            .map(|stand_in| ((stand_in.person.0, stand_in.workspace.id.as_str()), stand_in))
            .collect();
        Self { people, stand_ins }
    }

    fn is(&self, line: &SavedLine) -> bool {
        let Some(workspace) = &line.workspace else {
            return self.people.get(&line.person) == Some(&line.content);
        };
        let Some(stand_in) = self.stand_ins.get(&(line.person, workspace.as_str())) else { return false };
        match (line.mode(), line.action.as_str()) {
            (Some(mode), _) => stand_in.mode == mode && stand_in.state != StandInState::Removed,
            (None, "suspend") => stand_in.state == StandInState::Suspended,
            (None, "resume") => stand_in.state != StandInState::Suspended,
            (None, "remove") => stand_in.state == StandInState::Removed,
            _ => false,
        }
    }
}

impl Applied {
    fn counter(&mut self, action: &Action) -> &mut usize {
        match action {
            Action::Add { .. } => &mut self.people_added,
            Action::Change { .. } => &mut self.people_changed,
            Action::MakeBot { .. } => &mut self.bots,
            Action::AskConsent { .. } => &mut self.consents,
            Action::Suspend { .. } | Action::Resume => &mut self.changed,
            Action::Remove => &mut self.removed,
        }
    }
}
