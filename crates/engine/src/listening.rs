//! The reconciler of subscriptions: sees to it, again and again, that what happens around every login is reported. It
//! takes no input; a lifecycle notice only makes it look sooner. Where reports were off, the conversations are read on
//! from where they were left.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entente_model::{CallError, ConversationRef, LoginId, MessageRef, Timestamp, WorkspaceId};
use entente_platform::{LifecycleKind, Listen, LoginKind, Rung};
use entente_store::{Listening, Login, LoginState, NewArrival, Report};
use futures_util::stream::{self, FuturesUnordered, StreamExt as _};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::app_login::hearers;
use crate::engine::Engine;
use crate::planted::{Bug, planted};
use crate::sites::Workspace;
use read_on::ReadOn;
use rounds::{Ended, Round, Rounds};

mod read_on;
mod rounds;

/// How many logins are seen to at once.
const AT_ONCE: usize = 16;

/// After a failure a login is seen to again after this long.
const AGAIN: Duration = Duration::from_secs(15);

/// All logins are looked through this often; between, only those whose time has come.
const EVERYBODY: Duration = Duration::from_mins(1);

/// Until when a login heard everything is recorded this often at most.
const RECORD: Duration = Duration::from_mins(1);

/// Which logins to see to, and when.
#[derive(Debug, Default)]
pub(crate) struct Ears {
    logins: Mutex<HashMap<LoginId, Ear>>,
    pub(crate) sooner: Notify,
    /// Rises whenever a gap was made up for.
    closed: AtomicU64,
}

#[derive(Debug, Clone)]
struct Ear {
    /// Whose login it is, once it was looked up.
    workspace: Option<WorkspaceId>,
    due: Timestamp,
    /// Reports may have been lost; read on when it hears again.
    gap: bool,
    /// Rises with every new gap, so that making up for one does not hide the next.
    gaps: u64,
    /// The platform asked for the subscriptions to be confirmed.
    confirm: bool,
    /// When the login's conversations were last compared with what was reported.
    compared: Timestamp,
    /// The last comparison came to nothing.
    owed: bool,
    /// Until when it is recorded to have heard everything.
    heard: Timestamp,
    rung: Option<Rung>,
}

impl Ears {
    /// How many gaps were made up for until now.
    pub(crate) fn closed(&self) -> u64 {
        self.closed.load(Ordering::Acquire)
    }

    /// A login is seen to now. It is due again when that is over, or at once if something happens to it meanwhile: what is
    /// being asked for may not cover that any more.
    fn see_to(&self, login: LoginId) {
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ear) = logins.get_mut(&login) {
            ear.due = Timestamp(i64::MAX);
        }
    }

    /// Whether reports to this login may have been missed and were not made up for when [`Ears::closed`] was `then`.
    pub(crate) fn missed(&self, workspace: &Workspace, login: LoginId, then: u64) -> bool {
        let logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        self.closed() != then
            || workspace.missed.load(Ordering::Relaxed)
            || logins.get(&login).is_none_or(|ear| ear.gap)
    }
}

impl Ear {
    const NEW: Self = Self {
        workspace: None,
        due: Timestamp(0),
        gap: true,
        gaps: 0,
        confirm: false,
        compared: Timestamp(0),
        owed: false,
        heard: Timestamp(0),
        rung: None,
    };
}

impl Engine {
    /// Something happened to this login's subscriptions: see to it now, and read on if something may have been missed.
    pub(crate) fn attend(&self, login: LoginId, happened: LifecycleKind) {
        let gap = happened != LifecycleKind::Reauthorize;
        let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
        let ear = logins.entry(login).or_insert(Ear { gap, ..Ear::NEW });
        ear.due = Timestamp(0);
        ear.gap |= gap;
        ear.gaps += u64::from(gap);
        ear.confirm |= !gap;
        drop(logins);
        self.ears.sooner.notify_one();
    }

    /// What this login may have missed is on its way now.
    fn close_gap(&self, login: LoginId, gap: u64) {
        let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ear) = logins.get_mut(&login).filter(|ear| ear.gaps == gap) {
            ear.gap = false;
        }
        self.ears.closed.fetch_add(1, Ordering::Release);
    }

    /// What is there could not be compared with what was reported: that is made up for when the login is next seen to. Nothing
    /// says that anything was missed, so what is reported meanwhile is believed.
    fn compare_later(&self, login: LoginId) {
        let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ear) = logins.get_mut(&login) {
            ear.owed = true;
        }
    }

    /// What this login may have missed could not be made up for yet: it is tried again soon.
    fn attend_later(&self, login: LoginId) {
        let again = self.clock.now().plus(AGAIN);
        let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ear) = logins.get_mut(&login) {
            ear.gap = true;
            ear.due = ear.due.min(again);
        }
    }

    /// A conversation was opened: where each has to be asked for, whoever hears in it is seen to.
    pub(crate) fn attend_opened(&self) {
        let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
        let each = logins.values_mut().filter(|ear| ear.rung == Some(Rung::PerConversation));
        let any = each.map(|ear| ear.due = Timestamp(0)).count() > 0;
        drop(logins);
        if any {
            self.ears.sooner.notify_one();
        }
    }

    /// These hear in more conversations than before: they are seen to now.
    pub(crate) fn attend_to(&self, these: impl Iterator<Item = LoginId>) {
        let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
        for login in these {
            if let Some(ear) = logins.get_mut(&login) {
                ear.due = Timestamp(0);
            }
        }
        drop(logins);
        self.ears.sooner.notify_one();
    }

    /// The logins for which conversations have to be asked after, with how they hear.
    pub(crate) fn hard_of_hearing(&self) -> Vec<LoginId> {
        let logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
        let hard =
            logins.iter().filter(|(_, ear)| ear.rung.is_some_and(|rung| rung >= Rung::PerConversation));
        let mut hard: Vec<LoginId> = hard.map(|(login, _)| *login).collect();
        hard.sort_unstable();
        hard
    }

    /// Each workspace has a round of its own under way at a time: a vendor that lets us ask slowly holds up nobody else's
    /// logins, and reading on holds up no login that is to be heard.
    pub(crate) async fn listening(self: Arc<Self>, stop: CancellationToken) {
        let mut everybody = Timestamp(0);
        let mut changed = self.changed.subscribe();
        let mut rounds = Rounds::default();
        let mut under_way = FuturesUnordered::new();
        while !stop.is_cancelled() {
            let sooner = self.ears.sooner.notified();
            let now = self.clock.now();
            let all = now.since(everybody) >= EVERYBODY;
            match self.due(all, &rounds).await {
                Ok(due) => {
                    everybody = if all { now } else { everybody };
                    under_way.extend(rounds.listen(due).map(|round| self.round(round)));
                }
                Err(error) => tracing::error!(%error, "subscriptions could not be seen to"),
            }
            self.keeper.sweep();
            let pause = self.next_listening(&rounds);
            tokio::select! {
                Some(ended) = under_way.next() => {
                    under_way.extend(rounds.end(ended).map(|round| self.round(round)));
                }
                () = sooner => {}
                Ok(()) = changed.changed() => everybody = Timestamp(0),
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    async fn round(&self, round: Round) -> Ended {
        match round {
            Round::Listen(workspace, logins) => {
                let each = stream::iter(logins).map(|login| self.listen_as(login)).buffer_unordered(AT_ONCE);
                Ended::Listened(workspace, each.filter_map(|job| async { job }).collect().await)
            }
            Round::Read(workspace, jobs) => {
                stream::iter(jobs).for_each_concurrent(AT_ONCE, |job| self.catch_up(job)).await;
                Ended::Read(workspace)
            }
        }
    }

    /// The logins whose time has come, where no round is under way, a round's worth of each workspace.
    async fn due(&self, all: bool, rounds: &Rounds) -> Result<Vec<Login>, entente_store::StoreError> {
        let now = self.clock.now();
        let deaf = |workspace: &&Arc<Workspace>| workspace.missed.swap(false, Ordering::Relaxed);
        let deaf: Vec<_> = self.sites.iter().filter(deaf).map(|workspace| workspace.at().clone()).collect();
        if all || !deaf.is_empty() {
            for login in self.everybody().await? {
                let hears = self.hears(&login);
                let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
                if !hears {
                    logins.remove(&login.id);
                    continue;
                }
                let ear = logins.entry(login.id).or_insert(Ear::NEW);
                if deaf.contains(&login.workspace) {
                    *ear = Ear { rung: ear.rung, heard: ear.heard, ..Ear::NEW };
                }
                ear.workspace = Some(login.workspace.id);
            }
        }
        self.those_due(now, rounds).await
    }

    /// Whether this login is one that hears.
    fn hears(&self, login: &Login) -> bool {
        let configured = self.sites.get(&login.workspace.id).is_some();
        configured && login.kind != LoginKind::Admin.name() && login.state == LoginState::Active
    }

    /// All logins; those that exist no more are forgotten.
    async fn everybody(&self) -> Result<Vec<Login>, entente_store::StoreError> {
        let all = self.store.logins(None).await?;
        let known: HashSet<LoginId> = all.iter().map(|login| login.id).collect();
        let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
        logins.retain(|login, _| known.contains(login));
        drop(logins);
        // Before anybody is listened to for the first time: what is reported from then on counts.
        for workspace in self.sites.iter() {
            if let Err(error) = workspace.set_hearers(hearers(&all, workspace)) {
                tracing::error!(%error, "who hears could not be told to the receiving half");
            }
        }
        Ok(all)
    }

    async fn those_due(
        &self,
        now: Timestamp,
        rounds: &Rounds,
    ) -> Result<Vec<Login>, entente_store::StoreError> {
        let ids = rounds.choose(self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner).iter(), now);
        let mut due = Vec::with_capacity(ids.len());
        for id in ids {
            match self.store.login(id).await?.filter(|login| self.hears(login)) {
                Some(login) => due.push(login),
                None => {
                    self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                }
            }
        }
        Ok(due)
    }

    /// Sees to a login's subscriptions; what is to be read for it after that.
    async fn listen_as(&self, login: Login) -> Option<ReadOn> {
        let now = self.clock.now();
        let workspace = self.sites.get(&login.workspace.id)?;
        self.ears.see_to(login.id);
        let heard = self.listen(&login, workspace).await;
        let (rung, again, error) = match &heard {
            Ok(listening) => (Some(listening.rung), listening.again, None),
            Err(error @ CallError::Retry { after }) => {
                (None, after.unwrap_or_default().max(AGAIN), Some(error.to_string()))
            }
            Err(error @ CallError::Reauthorize) => (None, AGAIN * 4, Some(error.to_string())),
            Err(error) => (None, AGAIN, Some(error.to_string())),
        };
        let (gap, compare, kept) = {
            let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
            let ear = logins.entry(login.id).or_insert(Ear::NEW);
            ear.gaps += u64::from(heard.as_ref().is_ok_and(|listening| listening.resumed));
            let resumed = heard.as_ref().is_ok_and(|listening| listening.resumed);
            let gap = heard.is_ok() && (ear.gap || resumed) && !planted(Bug::NoReadingOn);
            let compare = heard.is_ok() && (ear.owed || now.since(ear.compared) >= self.tuning.compare);
            if compare || gap {
                ear.compared = now;
            }
            ear.due = ear.due.min(now.plus(again));
            ear.rung = rung.or(ear.rung);
            (gap.then_some(ear.gaps), compare, ear.rung)
        };
        let rung = kept.map_or_else(String::new, |rung| rung.name().to_owned());
        if heard.is_ok()
            && let Err(error) = self.began_to_hear(login.id).await
        {
            tracing::error!(%error, "when a login began to hear could not be recorded");
        }
        // A login that works hears nothing where nothing comes in.
        let error = error.or_else(|| workspace.deaf());
        let record = Listening { rung, at: now, error };
        if let Err(error) = self.store.save_listening(login.id, &record).await {
            tracing::error!(%error, "how a login hears could not be recorded");
        }
        if gap.is_some() || compare {
            return Some(ReadOn { login, at: now, gap });
        }
        if heard.is_ok() {
            self.heard(&login, now, None).await;
        }
        None
    }

    async fn listen(
        &self,
        login: &Login,
        workspace: &Workspace,
    ) -> Result<entente_platform::Listening, CallError> {
        let unreadable = CallError::Retry { after: None };
        let Ok(Some(client)) = self.client(login.id).await else { return Err(unreadable) };
        let Ok(conversations) = self.conversations_of(login).await else { return Err(unreadable) };
        let path = format!("/hooks/{}/{}", workspace.at().platform, workspace.at().id);
        let mut callback = self.tuning.public_address.clone();
        let base = callback.path().trim_end_matches('/').to_owned();
        callback.set_path(&format!("{base}{path}"));
        let listen = Listen {
            login: login.id,
            callback: &callback,
            key: &workspace.hook_key,
            certificate: Some((&workspace.certificate.id, &workspace.certificate.der)),
            conversations: &conversations,
            now: self.clock.now(),
        };
        let confirm = {
            let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
            logins.get_mut(&login.id).is_some_and(|ear| std::mem::take(&mut ear.confirm))
        };
        if confirm { client.confirm(&listen).await } else { client.listen(&listen).await }
    }

    async fn conversations_of(
        &self,
        login: &Login,
    ) -> Result<Vec<ConversationRef>, entente_store::StoreError> {
        let mut all = match login.person {
            Some(person) => self.store.directs_of(person, &login.workspace).await?,
            None => Vec::new(),
        };
        all.extend(self.linked.heard_by(login.id));
        if login.kind == LoginKind::Listener.name() {
            all.extend(self.rooms.of(&login.workspace));
        }
        Ok(all)
    }

    fn next_listening(&self, rounds: &Rounds) -> Duration {
        let logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let next = logins.values().filter(|ear| rounds.free(ear)).map(|ear| ear.due.since(now)).min();
        next.unwrap_or(AGAIN).clamp(Duration::from_millis(200), Duration::from_mins(1))
    }
}

/// A look at a conversation as a whole.
pub(crate) fn look(conversation: ConversationRef, watcher: LoginId) -> NewArrival {
    let message = MessageRef { conversation, id: "".into() };
    NewArrival { message, report: Report::Look, watcher, actor: None, body: None, always: false }
}
