//! `GET /status`: how it is, in numbers. The console's page reads the same.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use entente_engine::Engine;
use entente_model::{PersonId, StandInState, WorkspaceId};
use entente_store::{Counts, LoginState, Represented, StoreError};
use serde::Serialize;

use super::overdue::Waiting;
use crate::error::Problem;
use crate::surfaces::Surfaces;

/// How it is.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    /// Whether nothing needs anybody.
    pub(crate) healthy: bool,
    /// What needs somebody, in sentences.
    pub(crate) attention: Vec<String>,
    /// This program's version.
    pub(crate) version: &'static str,
    /// The present instant.
    pub(crate) now: String,
    /// Where all work is.
    pub(crate) counts: Numbers,
    /// Messages that wait for too long, by conversation.
    pub(crate) overdue: Vec<Waiting>,
    /// What targets could not show of the messages delivered, by the stable names of losses.
    pub(crate) losses: BTreeMap<String, u64>,
    /// People's stand-ins by state.
    pub(crate) stand_ins: BTreeMap<&'static str, usize>,
    /// The configured workspaces.
    pub(crate) workspaces: Vec<Place>,
    /// All logins and how well each hears.
    pub(crate) logins: Vec<Hearing>,
}

/// [`Counts`], at this edge.
#[derive(Debug, Serialize)]
pub(crate) struct Numbers {
    pub(crate) accepted: u64,
    pub(crate) unrouted: u64,
    /// When the oldest of those was stored.
    pub(crate) unrouted_since: Option<String>,
    pub(crate) planned: u64,
    pub(crate) delivered: u64,
    pub(crate) waiting: u64,
    pub(crate) dead: u64,
    pub(crate) wedged: u64,
    /// Reports that were set aside and are kept.
    pub(crate) aside: u64,
    /// When the oldest of those came.
    pub(crate) aside_since: Option<String>,
    pub(crate) dropped: BTreeMap<String, u64>,
    pub(crate) dropped_rows: u64,
    pub(crate) other: BTreeMap<String, u64>,
}

impl From<Counts> for Numbers {
    fn from(counts: Counts) -> Self {
        let Counts {
            accepted,
            unrouted,
            unrouted_since,
            planned,
            delivered,
            dropped,
            dropped_rows,
            waiting,
            dead,
            wedged,
            aside,
            aside_since,
            other,
        } = counts;
        let aside_since = aside_since.map(|since| since.to_string());
        let unrouted_since = unrouted_since.map(|since| since.to_string());
        Self {
            accepted,
            unrouted,
            unrouted_since,
            planned,
            delivered,
            waiting,
            dead,
            wedged,
            aside,
            aside_since,
            dropped,
            dropped_rows,
            other,
        }
    }
}

/// A workspace.
#[derive(Debug, Serialize)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) platform: String,
    /// Whether an administrator connects it here; elsewhere they do so on the vendor's side.
    pub(crate) connectable: bool,
    /// Whether an administrator's login works.
    pub(crate) connected: bool,
    /// Why the Entente app or bots could not be made there.
    pub(crate) blocked: Vec<String>,
}

/// A login and how well it hears.
#[derive(Debug, Serialize)]
pub(crate) struct Hearing {
    pub(crate) id: String,
    pub(crate) workspace: String,
    pub(crate) kind: String,
    /// Whose, by name; `None` for the app and administrators.
    pub(crate) person: Option<String>,
    pub(crate) works: bool,
    pub(crate) rung: Option<String>,
    pub(crate) seen_at: Option<String>,
    pub(crate) error: Option<String>,
}

/// Reads the status, given the people who were read already.
pub(crate) async fn read(engine: &Engine, people: &[Represented]) -> Result<Status, StoreError> {
    let store = engine.store();
    let counts = store.counts().await?;
    let now = engine.now();
    let held = counts.unrouted_since.map(|since| now.since(since));
    let aside = super::overdue::aside(counts.aside, counts.aside_since);
    let counts = Numbers::from(counts);
    let names: BTreeMap<PersonId, &str> =
        people.iter().map(|somebody| (somebody.person.id, somebody.person.name.as_str())).collect();
    let mut heard: BTreeMap<_, _> = store.listening().await?.into_iter().collect();
    let logins = store.logins(None).await?;
    let blocked = engine.blocked();
    let workspaces = engine.sites().iter().map(|workspace| {
        let admin = logins.iter().any(|login| {
            login.kind == "admin" && login.workspace == *workspace.at() && login.state == LoginState::Active
        });
        let profile = workspace.profile();
        Place {
            name: workspace.at().id.to_string(),
            platform: profile.name.to_owned(),
            connectable: !profile.oauth.admin_scopes.is_empty(),
            connected: admin,
            blocked: blocked_at(&blocked, &workspace.at().id).into_iter().chain(workspace.deaf()).collect(),
        }
    });
    let workspaces: Vec<Place> = workspaces.collect();
    let mut logins: Vec<Hearing> = logins
        .into_iter()
        .map(|login| {
            let listening = heard.remove(&login.id);
            Hearing {
                id: login.id.to_string(),
                workspace: login.workspace.id.to_string(),
                kind: login.kind,
                person: login.person.and_then(|person| names.get(&person)).map(|name| (*name).to_owned()),
                works: login.state == LoginState::Active,
                rung: listening.as_ref().map(|listening| listening.rung.clone()),
                seen_at: listening.as_ref().map(|listening| listening.at.to_string()),
                error: listening.and_then(|listening| listening.error),
            }
        })
        .collect();
    logins.sort_by(|one, other| {
        (&one.workspace, &one.kind, &one.person).cmp(&(&other.workspace, &other.kind, &other.person))
    });
    let stand_ins = by_state(people);
    let overdue = super::overdue::read(engine).await?;
    let mut attention = attention(&counts, held, &stand_ins, &workspaces, &logins);
    attention.extend(super::overdue::attention(&overdue));
    attention.extend(aside);
    Ok(Status {
        healthy: attention.is_empty(),
        attention,
        version: env!("CARGO_PKG_VERSION"),
        now: now.to_string(),
        overdue,
        losses: losses(&counts),
        counts,
        stand_ins,
        workspaces,
        logins,
    })
}

/// The losses among what is counted besides.
fn losses(counts: &Numbers) -> BTreeMap<String, u64> {
    let named = |(name, count): (&String, &u64)| Some((name.strip_prefix("loss_")?.to_owned(), *count));
    counts.other.iter().filter_map(named).collect()
}

fn blocked_at(blocked: &[(WorkspaceId, String)], at: &WorkspaceId) -> Vec<String> {
    blocked.iter().filter(|(workspace, _)| workspace == at).map(|(_, why)| why.clone()).collect()
}

fn by_state(people: &[Represented]) -> BTreeMap<&'static str, usize> {
    let mut states = BTreeMap::new();
    for stand_in in people.iter().flat_map(|somebody| &somebody.stand_ins) {
        *states.entry(stand_in.state.name()).or_insert(0) += 1;
    }
    states
}

/// Reports are mostly read within a second, and those of messages that cannot be read yet within a little more than a
/// minute.
const HELD: Duration = Duration::from_mins(2);

/// What needs somebody; `held` is the age of the oldest report that is not read yet. Waiting consents do not: they are
/// other people's to give.
fn attention(
    counts: &Numbers,
    held: Option<Duration>,
    stand_ins: &BTreeMap<&'static str, usize>,
    workspaces: &[Place],
    logins: &[Hearing],
) -> Vec<String> {
    let mut found = Vec::new();
    for workspace in workspaces.iter().filter(|workspace| workspace.connectable && !workspace.connected) {
        found.push(format!("{}: no administrator has connected it", workspace.name));
    }
    // Without an administrator nothing can be made, and that is said already.
    for workspace in workspaces.iter().filter(|workspace| workspace.connected || !workspace.connectable) {
        found.extend(workspace.blocked.iter().map(|why| format!("{}: {why}", workspace.name)));
    }
    let mut say = |number: u64, one: &str, many: &str| match number {
        0 => {}
        1 => found.push(format!("1 {one}")),
        number => found.push(format!("{number} {many}")),
    };
    say(
        counts.wedged,
        "conversation stands until somebody acts: see `entente lanes`",
        "conversations stand until somebody acts: see `entente lanes`",
    );
    say(counts.dead, "message could not be delivered", "messages could not be delivered");
    if let Some(held) = held.filter(|held| *held >= HELD) {
        let age = format!("not read yet, the oldest for {} minutes", held.as_secs() / 60);
        say(counts.unrouted, &format!("report is {age}"), &format!("reports are {age}"));
    }
    let suspended = stand_ins.get(StandInState::Suspended.name()).copied().unwrap_or_default();
    say(suspended as u64, "stand-in is suspended", "stand-ins are suspended");
    let refused = logins.iter().filter(|login| !login.works).count();
    say(refused as u64, "login was refused by its platform", "logins were refused by their platform");
    let deaf = logins.iter().filter(|login| login.works && login.error.is_some()).count();
    say(deaf as u64, "login does not hear", "logins do not hear");
    found.extend(deafness(logins));
    found
}

/// The most reasons for not hearing that are told apart; all stand with the logins.
const REASONS: usize = 5;

/// Why logins do not hear, each reason once.
fn deafness(logins: &[Hearing]) -> Vec<String> {
    let mut reasons = Vec::new();
    for login in logins.iter().filter(|login| login.works) {
        let Some(error) = &login.error else { continue };
        let reason = format!("{}: not heard: {error}", login.workspace);
        if !reasons.contains(&reason) && reasons.len() < REASONS {
            reasons.push(reason);
        }
    }
    reasons
}

/// Shows it.
pub(super) async fn show(State(surfaces): State<Surfaces>) -> Result<Json<Status>, Problem> {
    let people = surfaces.engine.store().people().await?;
    Ok(Json(read(&surfaces.engine, &people).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_that_are_held_up_are_shown_with_their_age() {
        let counts = |unrouted| Numbers::from(Counts { unrouted, ..Counts::default() });
        let told = |unrouted, held| attention(&counts(unrouted), held, &BTreeMap::new(), &[], &[]);
        assert!(told(0, None).is_empty());
        assert!(told(3, Some(Duration::from_secs(119))).is_empty());
        assert_eq!(told(1, Some(HELD)), ["1 report is not read yet, the oldest for 2 minutes"]);
        let held = Some(Duration::from_secs(3_700));
        assert_eq!(told(12, held), ["12 reports are not read yet, the oldest for 61 minutes"]);
    }

    #[test]
    fn why_logins_do_not_hear_is_told_once() {
        let login = |works, error: Option<&str>| Hearing {
            id: String::new(),
            workspace: "acme".to_owned(),
            kind: "account".to_owned(),
            person: None,
            works,
            rung: None,
            seen_at: None,
            error: error.map(str::to_owned),
        };
        let missing = Some("a permission is missing: im:history");
        let logins =
            [login(true, missing), login(true, missing), login(false, Some("gone")), login(true, None)];
        let told = attention(&Numbers::from(Counts::default()), None, &BTreeMap::new(), &[], &logins);
        let why = "acme: not heard: a permission is missing: im:history";
        assert_eq!(told, ["1 login was refused by its platform", "2 logins do not hear", why]);
    }

    #[test]
    fn losses_are_told_apart_from_what_else_is_counted() {
        let other = [("loss_formatting", 3), ("loss_thread", 1), ("echo", 9), ("malformed", 2)];
        let other = other.map(|(name, count)| (name.to_owned(), count)).into();
        let losses = losses(&Numbers::from(Counts { other, ..Counts::default() }));
        let losses: Vec<_> = losses.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(losses, [("formatting", 3), ("thread", 1)]);
    }
}
