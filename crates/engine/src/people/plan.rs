//! What is to be done about people, before it is.
//!
//! The last plan that was shown is kept with its rules, so that "apply" can be said in another request or by another
//! program, and means what was read.

use std::collections::BTreeSet;
use std::fmt;

use entente_model::{AccountRef, PersonId, StandInMode, WorkspaceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::difference::{self, Place, Surroundings};
use super::matching::{self, Facts};
use super::{Conflict, Matching, PrimaryRule};
use crate::{Engine, EngineError};

/// Where the last plan is kept.
const SETTING: &str = "sync_plan";

/// Everything that applying would do, and what it would leave alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncPlan {
    /// Names this plan; given back to [`Engine::apply`].
    pub digest: String,
    /// What would be done, in this order. Empty: everything is as it should be.
    pub lines: Vec<PlanLine>,
    /// Accounts that belong to nobody, with the reasons.
    pub conflicts: Vec<Conflict>,
    /// People for whom no primary was chosen: name and address.
    pub unchosen: Vec<(String, String)>,
    /// People for whom nothing stands in somewhere, so that the app passes on what they say. Nobody can write to them there
    /// first.
    pub relayed: Vec<Unrepresented>,
    /// Those of the workspaces where somebody is relayed in which no room can be made, so that only what they say in linked
    /// channels is passed on.
    pub roomless: Vec<WorkspaceId>,
    /// People who cannot be represented somewhere at all.
    pub unrepresented: Vec<Unrepresented>,
    /// People and stand-ins that stay as they are.
    pub kept: usize,
}

/// One thing that would be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// About whom.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Where, for stand-ins; `None` for the person as such.
    pub workspace: Option<WorkspaceId>,
    /// What.
    pub action: Action,
}

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A person is recorded.
    Add {
        /// Where they work, if that is clear.
        primary: Option<AccountRef>,
        /// All their accounts.
        accounts: Vec<AccountRef>,
    },
    /// A person's name, address, accounts or primary is recorded as it is now.
    Change {
        /// Where they work, if that is clear.
        primary: Option<AccountRef>,
        /// All their accounts.
        accounts: Vec<AccountRef>,
    },
    /// A bot of their own is made; the address may turn out to be taken, then another is derived.
    MakeBot {
        /// Where it will be found.
        address: String,
    },
    /// Their own account is to speak for them; they are asked to consent.
    AskConsent {
        /// Their account.
        account: AccountRef,
    },
    /// The stand-in is suspended.
    Suspend {
        /// Why.
        reason: String,
    },
    /// The reason for its suspension is gone.
    Resume,
    /// The stand-in is taken away, because the person works there now.
    Remove,
}

/// Somebody for whom nothing stands in somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrepresented {
    /// Whose name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Where.
    pub workspace: WorkspaceId,
    /// Why.
    pub reason: String,
}

impl Action {
    /// A stable name for the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Change { .. } => "change",
            Self::MakeBot { .. } => "make_bot",
            Self::AskConsent { .. } => "ask_consent",
            Self::Suspend { .. } => "suspend",
            Self::Resume => "resume",
            Self::Remove => "remove",
        }
    }
}

/// For people to read.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add { primary, accounts } => recorded(f, "add", primary.as_ref(), accounts),
            Self::Change { primary, accounts } => recorded(f, "change", primary.as_ref(), accounts),
            Self::MakeBot { address } => write!(f, "make the bot {address}"),
            Self::AskConsent { .. } => f.write_str("ask for consent to use the account"),
            Self::Suspend { reason } => write!(f, "suspend: {reason}"),
            Self::Resume => f.write_str("resume"),
            Self::Remove => f.write_str("remove the stand-in"),
        }
    }
}

fn recorded(
    f: &mut fmt::Formatter<'_>,
    verb: &str,
    primary: Option<&AccountRef>,
    accounts: &[AccountRef],
) -> fmt::Result {
    match primary {
        Some(primary) => write!(f, "{verb}: works in {}", primary.workspace.id)?,
        None => write!(f, "{verb}: no primary chosen")?,
    }
    for (index, account) in accounts.iter().enumerate() {
        write!(f, "{}{}", if index == 0 { "; accounts in " } else { ", " }, account.workspace.id)?;
    }
    Ok(())
}

impl Engine {
    /// Matches accounts with people, by what was imported last. Changes nothing.
    ///
    /// # Errors
    /// When a rule names no workspace, a directory was not imported yet, or the store fails.
    pub async fn matching(&self, rules: &[PrimaryRule]) -> Result<Matching, EngineError> {
        let facts = self.facts(rules).await?;
        Ok(matching::matching(&facts, rules))
    }

    /// What applying would do now. Remembered under its digest until the next plan is made.
    ///
    /// # Errors
    /// Like [`Engine::matching`].
    pub async fn plan(&self, rules: &[PrimaryRule]) -> Result<SyncPlan, EngineError> {
        let (mut plan, _) = self.planned(rules).await?;
        let saved = SavedPlan::of(&plan, rules);
        plan.digest = saved.digest();
        self.store.save_setting(SETTING, saved.write()?).await?;
        Ok(plan)
    }

    /// The plan as it would come out now, without being remembered, and what it was made from.
    pub(super) async fn planned(&self, rules: &[PrimaryRule]) -> Result<(SyncPlan, Planned), EngineError> {
        let facts = self.facts(rules).await?;
        let around = self.surroundings().await?;
        let matching = matching::matching(&facts, rules);
        let difference = difference::difference(&matching, &facts, &around);
        let unchosen = matching
            .people
            .iter()
            .filter(|matched| matched.person.primary.is_none())
            .map(|matched| (matched.person.name.clone(), matched.person.email.clone()))
            .collect();
        let roomless = self.roomless(&difference.relayed).await?;
        let plan = SyncPlan {
            digest: String::new(),
            lines: difference.lines,
            conflicts: matching.conflicts.clone(),
            unchosen,
            relayed: difference.relayed,
            roomless,
            unrepresented: difference.unrepresented,
            kept: difference.kept,
        };
        Ok((plan, Planned { facts, matching }))
    }

    /// Where somebody is relayed and no room can be made.
    async fn roomless(&self, relayed: &[Unrepresented]) -> Result<Vec<WorkspaceId>, EngineError> {
        let places: BTreeSet<&WorkspaceId> = relayed.iter().map(|one| &one.workspace).collect();
        let mut roomless = Vec::new();
        for place in places {
            if self.host_of_rooms(self.workspace(place)?).await?.is_none() {
                roomless.push(place.clone());
            }
        }
        Ok(roomless)
    }

    /// The plan of this digest, if it was the last.
    pub(super) async fn saved_plan(&self, digest: &str) -> Result<Option<SavedPlan>, EngineError> {
        let Some(bytes) = self.store.setting(SETTING).await? else { return Ok(None) };
        // One that an older version wrote in another form is as good as none.
        let saved = serde_json::from_slice::<SavedPlan>(&bytes).ok();
        Ok(saved.filter(|saved| saved.digest() == digest))
    }

    async fn facts(&self, rules: &[PrimaryRule]) -> Result<Facts, EngineError> {
        for rule in rules {
            self.workspace(&rule.workspace)?;
        }
        let mut accounts = Vec::new();
        for workspace in self.sites.iter() {
            let listed = self.store.accounts(workspace.at()).await?;
            // Whoever has an account there that we do not know of would be given a second self.
            if listed.is_empty() {
                let name = &workspace.at().id;
                return Err(EngineError::NotReady(format!(
                    "{name}: its directory was not imported yet; run `entente people import`"
                )));
            }
            accounts.extend(listed);
        }
        let people = self.store.people().await?;
        let ours = self.ours().await?;
        let own: Vec<AccountRef> =
            accounts.iter().map(|listed| listed.account.clone()).filter(|at| !ours.contains(at)).collect();
        let identities = self.store.identities(&own).await?;
        let bound = own
            .into_iter()
            .zip(identities)
            .filter_map(|(account, identity)| Some((account, identity?.represented.person.id)))
            .collect();
        Ok(Facts { accounts, people, bound, ours })
    }

    async fn surroundings(&self) -> Result<Surroundings, EngineError> {
        let places = self
            .sites
            .iter()
            .map(|workspace| Place {
                workspace: workspace.at().clone(),
                bot_domain: workspace.profile().capabilities.bot_domain,
            })
            .collect();
        let logins =
            self.store.logins(None).await?.into_iter().map(|login| (login.id, login.state)).collect();
        Ok(Surroundings { places, suffix: self.tuning.bot_suffix.clone(), logins })
    }
}

/// What a plan was made from.
pub(super) struct Planned {
    pub(super) facts: Facts,
    pub(super) matching: Matching,
}

/// A plan as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedPlan {
    rules: Vec<SavedRule>,
    pub(super) lines: Vec<SavedLine>,
}

#[derive(Serialize, Deserialize)]
struct SavedRule {
    workspace: String,
    department: Option<String>,
}

/// A line as it is kept: enough to compare it, to see whether it is done, and to show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct SavedLine {
    pub(super) person: uuid::Uuid,
    pub(super) workspace: Option<String>,
    pub(super) action: String,
    /// All that is written, exactly.
    pub(super) content: String,
    /// For people to read.
    pub(super) text: String,
}

impl SavedPlan {
    fn of(plan: &SyncPlan, rules: &[PrimaryRule]) -> Self {
        let rules = rules
            .iter()
            .map(|rule| SavedRule {
                workspace: rule.workspace.as_str().to_owned(),
                department: rule.department.clone(),
            })
            .collect();
        Self { rules, lines: plan.lines.iter().map(SavedLine::of).collect() }
    }

    pub(super) fn rules(&self) -> Vec<PrimaryRule> {
        let rule = |rule: &SavedRule| PrimaryRule {
            workspace: rule.workspace.as_str().into(),
            department: rule.department.clone(),
        };
        self.rules.iter().map(rule).collect()
    }

    fn digest(&self) -> String {
        let bytes = self.write().unwrap_or_default();
        hex::encode(&Sha256::digest(bytes)[..8])
    }

    fn write(&self) -> Result<Vec<u8>, EngineError> {
        serde_json::to_vec(self)
            .map_err(|_| EngineError::Refused("the plan cannot be written down".to_owned()))
    }
}

impl SavedLine {
    pub(super) fn of(line: &PlanLine) -> Self {
        let place = line.workspace.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
        Self {
            person: line.person.0,
            workspace: line.workspace.as_ref().map(|name| name.as_str().to_owned()),
            action: line.action.name().to_owned(),
            content: match &line.action {
                Action::Add { primary, accounts } | Action::Change { primary, accounts } => {
                    person_content(&line.name, &line.email, primary.as_ref(), accounts)
                }
                Action::MakeBot { address } => address.clone(),
                Action::AskConsent { account } => account.id.as_str().to_owned(),
                Action::Suspend { reason } => reason.clone(),
                Action::Resume | Action::Remove => String::new(),
            },
            text: format!("{} <{}>{place}: {}", line.name, line.email, line.action),
        }
    }

    /// How this line's stand-in would be represented once it is done; `None` for other lines.
    pub(super) fn mode(&self) -> Option<StandInMode> {
        match self.action.as_str() {
            "make_bot" => Some(StandInMode::Bot),
            "ask_consent" => Some(StandInMode::Account),
            _ => None,
        }
    }
}

/// All that is recorded of a person, in one text.
pub(super) fn person_content(
    name: &str,
    email: &str,
    primary: Option<&AccountRef>,
    accounts: &[AccountRef],
) -> String {
    let at = |account: &AccountRef| format!("{}/{}", account.workspace.id, account.id);
    let accounts: Vec<String> = accounts.iter().map(at).collect();
    let primary = primary.map(at).unwrap_or_default();
    format!("{name}\n{email}\n{primary}\n{}", accounts.join("\n"))
}
