//! The reconciler of stand-ins: compares what is wanted with what there is, takes no input, and can be interrupted
//! anywhere.
//!
//! Making a bot is the one thing here that could be seen twice. So the address is taken and committed before the call
//! that makes the bot (*intent before effect*); whoever finds such an intent without knowing how it ended looks for
//! the bot by its address before anything is made; and a bot found without its token is given a new one, or waits for
//! one from an operator, but never gets a sibling under another name. An address once taken for a person is never given to
//! another.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use entente_model::{
    AccountRef, CallError, LoginId, PersonId, StandIn, StandInMode, StandInState, WorkspaceId, WorkspaceRef,
};
use entente_platform::LoginKind;
use entente_store::{Login, LoginState, Represented};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio_util::sync::CancellationToken;

use crate::{Engine, EngineError};

pub(crate) mod address;
mod adopt;
pub(crate) mod attempt;
mod desk;
mod make;

pub use adopt::Adopted;
use desk::Desk;

/// Bots made at once in one workspace. The platform's limits pace them; this only hides the way there and back.
const AT_ONCE: usize = 8;

/// Without having been told of a change, all is looked through this often.
const IDLE: Duration = Duration::from_mins(10);

/// What one pass did, and what is left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provisioned {
    /// Stand-ins that speak now and did not before.
    pub activated: usize,
    /// Stand-ins suspended in this pass; the reasons stand with them.
    pub suspended: usize,
    /// Bots still to be made.
    pub left: usize,
    /// Stand-ins that wait for their person's consent.
    pub awaiting_consent: usize,
    /// Stand-ins that speak.
    pub active: usize,
    /// When it is worth another pass, if something is left.
    pub again: Option<Duration>,
    /// Workspaces where nothing could be done, and why.
    pub blocked: Vec<(WorkspaceId, String)>,
}

/// What became of one stand-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Active,
    Suspended,
    AsItWas,
}

impl Engine {
    /// One pass over all stand-ins. May be called at any time, also while another pass runs (it waits).
    ///
    /// # Errors
    /// When the store fails. What platforms refuse is recorded with the stand-in and fails nobody else.
    pub async fn provision(&self) -> Result<Provisioned, EngineError> {
        let _pass = self.locks.pass.lock().await;
        let mut done = Provisioned::default();
        for workspace in self.sites.iter() {
            match self.ensure_app(&workspace.at().id).await {
                Ok(()) => {}
                Err(EngineError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    if let EngineError::Call { error: CallError::Retry { after }, .. } = &error {
                        done.again = done.again.max(Some(after.unwrap_or_else(|| self.wait(0))));
                    }
                    done.blocked.push((workspace.at().id.clone(), error.to_string()));
                }
            }
        }
        let people = self.store.people().await?;
        self.spoken_for(&people, &mut done).await?;
        self.bots(&people, &mut done).await?;
        for stand_in in self.store.people().await?.iter().flat_map(|known| &known.stand_ins) {
            match stand_in.state {
                StandInState::Active => done.active += 1,
                StandInState::AwaitingConsent => done.awaiting_consent += 1,
                StandInState::Planned | StandInState::Provisioning => done.left += 1,
                StandInState::Suspended | StandInState::Removed => {}
            }
        }
        self.note_blocked(&done.blocked);
        if done.left > 0 {
            done.again.get_or_insert(self.wait(0));
        }
        if done.activated > 0 {
            self.changed.send_replace(());
        }
        Ok(done)
    }

    /// What kept the latest pass from doing its work, by workspace: for whoever wants to know why an app or a bot is
    /// missing. Nothing before the first pass.
    pub fn blocked(&self) -> Vec<(WorkspaceId, String)> {
        self.blocked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_blocked(&self, found: &[(WorkspaceId, String)]) {
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut noted: Vec<(WorkspaceId, String)> = Vec::with_capacity(found.len());
        for (workspace, why) in found {
            // Errors of the engine name the workspace themselves.
            let bare = why.strip_prefix(&format!("{workspace}: ")).unwrap_or(why);
            let new = !noted.iter().any(|(known, said)| known == workspace && said == bare);
            if new {
                noted.push((workspace.clone(), bare.to_owned()));
            }
        }
        for (workspace, why) in noted.iter().filter(|noted| !blocked.contains(noted)) {
            tracing::info!(workspace = %workspace, why, "stand-ins cannot all be made there");
        }
        *blocked = noted;
    }

    /// Passes whenever something changed, sooner where something is left, until `stop`.
    pub(crate) async fn provisioning(&self, stop: CancellationToken) {
        let mut in_vain = 0;
        let mut changed = self.changed.subscribe();
        loop {
            // From here on a change is not missed, also while a pass is under way.
            changed.mark_unchanged();
            let wait = match self.provision().await {
                Ok(done) => {
                    in_vain = if done.again.is_some() && done.activated == 0 { in_vain + 1 } else { 0 };
                    done.again.map_or(IDLE, |again| again.max(self.wait(in_vain)))
                }
                Err(error) => {
                    tracing::warn!(error = %error, "stand-ins could not be seen to");
                    in_vain += 1;
                    self.wait(in_vain)
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                Ok(()) = changed.changed() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    fn wait(&self, in_vain: usize) -> Duration {
        let schedule = &self.tuning.schedule;
        schedule.get(in_vain).or(schedule.last()).copied().unwrap_or(IDLE)
    }

    /// Lets the bots that could not be made be tried again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn retry_bots(&self) -> Result<usize, EngineError> {
        let mut again = 0;
        for known in self.store.people().await? {
            let _held = self.locks.person(known.person.id).await;
            let Some(known) = self.store.person(known.person.id).await? else { continue };
            for stand_in in known.stand_ins {
                let unmade = stand_in.mode == StandInMode::Bot && stand_in.login.is_none();
                if unmade && stand_in.state == StandInState::Suspended {
                    // An attempt was made under its address: the bot is looked for before it is made.
                    let state = StandInState::Provisioning;
                    self.store.save_stand_in(&StandIn { state, reason: None, ..stand_in }).await?;
                    again += 1;
                }
            }
        }
        if again > 0 {
            self.changed.send_replace(());
        }
        Ok(again)
    }

    /// Whether those who speak still may, and those who wait already do: a consent that was stored, and whose stand-in
    /// was not written any more, counts; a login that its platform refused speaks for nobody.
    async fn spoken_for(&self, people: &[Represented], done: &mut Provisioned) -> Result<(), EngineError> {
        let logins: HashMap<LoginId, Login> =
            self.store.logins(None).await?.into_iter().map(|login| (login.id, login)).collect();
        for stand_in in people.iter().flat_map(|known| &known.stand_ins) {
            if next(stand_in, &logins).is_none() {
                continue;
            }
            // Somebody may have acted meanwhile: what counts is how things are under the lock.
            let _held = self.locks.person(stand_in.person).await;
            let Some(stand_in) = self.stand_in(stand_in.person, &stand_in.workspace).await? else { continue };
            let kind = if stand_in.mode == StandInMode::Bot { LoginKind::Bot } else { LoginKind::Account };
            let id = stand_in.login.unwrap_or_else(|| login_of(kind, &stand_in.workspace, stand_in.person));
            let login = self.store.login(id).await?.map(|login| (id, login));
            let Some(next) = next(&stand_in, &login.into_iter().collect()) else { continue };
            self.store.save_stand_in(&next).await?;
            done.activated += usize::from(next.state == StandInState::Active);
            done.suspended += usize::from(next.state == StandInState::Suspended);
        }
        Ok(())
    }

    async fn bots(&self, people: &[Represented], done: &mut Provisioned) -> Result<(), EngineError> {
        let mut wanted: BTreeMap<&WorkspaceId, Vec<PersonId>> = BTreeMap::new();
        for stand_in in people.iter().flat_map(|known| &known.stand_ins) {
            let unmade = matches!(stand_in.state, StandInState::Planned | StandInState::Provisioning);
            if unmade && stand_in.mode == StandInMode::Bot {
                wanted.entry(&stand_in.workspace.id).or_default().push(stand_in.person);
            }
        }
        for (name, people) in wanted {
            let Some(workspace) = self.sites.get(name) else { continue };
            let desk = match Desk::open(self, workspace).await {
                Ok(desk) => Arc::new(desk),
                Err(EngineError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    done.blocked.push((name.clone(), error.to_string()));
                    continue;
                }
            };
            let became: Vec<Became> = stream::iter(people)
                .map(|person| {
                    let desk = Arc::clone(&desk);
                    async move { self.make(&desk, person).await }
                })
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
            done.activated += became.iter().filter(|became| **became == Became::Active).count();
            done.suspended += became.iter().filter(|became| **became == Became::Suspended).count();
            if let Some(stopped) = desk.stopped() {
                done.again = done.again.max(stopped.after);
                done.blocked.extend(stopped.reason.map(|reason| (name.clone(), reason)));
            }
        }
        Ok(())
    }

    /// A person's stand-in somewhere, as it is now.
    pub(crate) async fn stand_in(
        &self,
        person: PersonId,
        workspace: &WorkspaceRef,
    ) -> Result<Option<StandIn>, EngineError> {
        let known = self.store.person(person).await?;
        Ok(known.and_then(|known| known.stand_ins.into_iter().find(|at| at.workspace == *workspace)))
    }
}

/// The id of the login by which a person's account or bot speaks in a workspace. There is one at a time, so it can be
/// known before it is made, and written twice without there being two.
pub(crate) fn login_of(kind: LoginKind, workspace: &WorkspaceRef, person: PersonId) -> LoginId {
    let person = person.to_string();
    LoginId(crate::people::named_id(&["login", kind.name(), workspace.id.as_str(), &person]))
}

/// What a stand-in becomes by how its login is; `None` if it stays as it is.
fn next(stand_in: &StandIn, logins: &HashMap<LoginId, Login>) -> Option<StandIn> {
    let of = |kind| login_of(kind, &stand_in.workspace, stand_in.person);
    let changed = |state, reason: Option<&str>| StandIn {
        state,
        reason: reason.map(str::to_owned),
        ..stand_in.clone()
    };
    match (stand_in.state, stand_in.mode) {
        (StandInState::Planned | StandInState::AwaitingConsent, StandInMode::Account) => {
            let id = stand_in.login.unwrap_or_else(|| of(LoginKind::Account));
            let login = logins.get(&id).filter(|login| login.state == LoginState::Active);
            if login.is_some_and(|login| login.account == stand_in.account) {
                return Some(StandIn { login: Some(id), ..changed(StandInState::Active, None) });
            }
            let waits = stand_in.state == StandInState::AwaitingConsent;
            (!waits).then(|| changed(StandInState::AwaitingConsent, None))
        }
        (StandInState::Active, mode) => {
            let login = logins.get(&stand_in.login?)?;
            let reason = match mode {
                StandInMode::Account => "the consent has ended; they must give it again",
                StandInMode::Bot => {
                    "the bot's token is refused; give a new one of the same bot to `entente people bot-token`"
                }
            };
            (login.state == LoginState::Refused).then(|| changed(StandInState::Suspended, Some(reason)))
        }
        _ => None,
    }
}

/// Whether two stand-ins speak through the same account.
fn same_account(stand_in: &StandIn, account: &AccountRef) -> bool {
    stand_in.account.as_ref().is_none_or(|known| known == account)
}
