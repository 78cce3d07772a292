//! `POST /people/match {"rules": […]}`: who is who, by what was imported last. Changes nothing.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use entente_engine::people::{Conflict, News, PrimaryRule};
use entente_model::{AccountRef, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::surfaces::Surfaces;

/// The rules for primaries, the first that fits counts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    workspace: String,
    #[serde(default)]
    department: Option<String>,
}

impl Asked {
    /// As the engine wants them.
    pub(super) fn rules(self) -> Vec<PrimaryRule> {
        let rules = self.rules.into_iter();
        rules
            .map(|rule| PrimaryRule {
                workspace: WorkspaceId::from(rule.workspace),
                department: rule.department,
            })
            .collect()
    }
}

/// What came out.
#[derive(Serialize)]
pub(super) struct Done {
    people: Vec<Matched>,
    conflicts: Vec<Clash>,
}

#[derive(Serialize)]
struct Matched {
    name: String,
    email: String,
    primary: Option<String>,
    workspaces: Vec<String>,
    news: &'static str,
}

/// An account that belongs to nobody.
#[derive(Serialize)]
pub(super) struct Clash {
    workspace: String,
    account: String,
    name: String,
    email: String,
    reason: &'static str,
    explanation: String,
}

impl From<Conflict> for Clash {
    fn from(conflict: Conflict) -> Self {
        Self {
            workspace: conflict.account.workspace.id.to_string(),
            account: conflict.account.id.to_string(),
            name: conflict.name,
            email: conflict.email,
            reason: conflict.reason.name(),
            explanation: conflict.reason.to_string(),
        }
    }
}

/// The workspaces that accounts are in.
pub(super) fn workspaces(accounts: &[AccountRef]) -> Vec<String> {
    accounts.iter().map(|account| account.workspace.id.to_string()).collect()
}

/// Matches.
pub(super) async fn run(
    State(surfaces): State<Surfaces>,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Done>, Problem> {
    let matching = surfaces.engine.matching(&super::read(body)?.rules()).await?;
    let people = matching.people.into_iter().map(|matched| Matched {
        primary: matched.person.primary.map(|primary| primary.account.workspace.id.to_string()),
        name: matched.person.name,
        email: matched.person.email,
        workspaces: workspaces(&matched.accounts),
        news: match matched.news {
            News::New => "new",
            News::Changed => "changed",
            News::Same => "same",
        },
    });
    let conflicts = matching.conflicts.into_iter().map(Clash::from).collect();
    Ok(Json(Done { people: people.collect(), conflicts }))
}
