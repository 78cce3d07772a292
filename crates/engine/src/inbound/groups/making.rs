//! Making the mirrors of a group, step by step. Each step is recorded, and every one can be taken again by whoever finds it so.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{
    AccountRef, CallError, Conversation, Flow, Link, LinkState, LoginId, Member, Mirror, MirrorState,
    Timestamp,
};
use entente_platform::{Client, LoginKind, MadeGroup, Maker, Step, WantedGroup};
use entente_store::{Login, Represented, StoreError};

use super::ears::{account_of, ear_among, service_account};
use crate::Engine;
use crate::inbound::refusal::answered;
use crate::inbound::{Hold, Reported};
use crate::linking::working;
use crate::sites::Workspace;

/// A mirror that could not be made is tried again after so long, when something is said.
const AGAIN: Duration = Duration::from_hours(1);

/// The others do not wait longer than this for one that cannot be made.
const PATIENCE: Duration = Duration::from_mins(10);

/// Clocks of platforms may be behind ours by so much.
const SKEW: Duration = Duration::from_mins(1);

/// What is to be made.
pub(super) struct Wish<'a> {
    pub(super) link: &'a Link,
    pub(super) workspace: &'a Workspace,
    pub(super) people: &'a [Represented],
    /// An account that hears there, if none of theirs does.
    pub(super) service: Option<AccountRef>,
    /// The app can speak where the group began.
    pub(super) app_at_home: bool,
    mark: String,
    /// Who should be in it.
    accounts: Vec<AccountRef>,
    /// Who may act there.
    logins: Vec<Login>,
}

impl Engine {
    /// Makes what is missing of a group's mirrors. Gives the link as it is then, and whether mirrors of it are to show from here on
    /// what is planned now.
    pub(in crate::inbound) async fn finish_mirrors(
        &self,
        reported: &Reported<'_>,
        link: Link,
    ) -> Result<(Link, bool), Hold> {
        if !self.linked.is_unfinished(link.id) {
            return Ok((link, false));
        }
        let link = self.heard_by_now(reported, link).await?;
        let Some(home) = link.members.first().filter(|_| link.state == LinkState::Active) else {
            return Ok((link, false));
        };
        let _held = self.locks.mirrors(link.id).await;
        let now = self.clock.now();
        let mut due = self.store.mirrors(link.id).await?;
        due.retain(|mirror| match &mirror.state {
            MirrorState::Whole { .. } => false,
            MirrorState::Refused { at, .. } => now.since(*at) >= AGAIN,
            MirrorState::Wanted { .. }
            | MirrorState::Begun { .. }
            | MirrorState::Open { .. }
            | MirrorState::Ready { .. } => true,
        });
        if due.is_empty() {
            return Ok((link, false));
        }
        if home.at != *reported.conversation {
            // They are made where the group began, and what they are made for comes first. What could not be made is not
            // waited for.
            due.retain(|mirror| !matches!(mirror.state, MirrorState::Refused { .. }));
            return if due.is_empty() { Ok((link, false)) } else { Err(Hold::Later(None)) };
        }
        let Some(group) = self.seen_by_ear(reported).await? else { return Ok((link, false)) };
        let people = self.people_of(&group.members).await?;
        let app_at_home = self.app_at_home(reported, &group.members).await?;
        for mirror in due {
            self.make_mirror(&link, &people, app_at_home, mirror).await?;
        }
        self.linked.load(self.store.as_ref()).await?;
        let link = self.store.link(link.id).await?.unwrap_or(link);
        self.attend_to(link.members.iter().filter_map(|member| member.listener));
        Ok((link, true))
    }

    /// The group as it is now. `None`: nobody may know.
    pub(super) async fn seen_by_ear(&self, reported: &Reported<'_>) -> Result<Option<Conversation>, Hold> {
        for client in self.listeners(reported).await? {
            if let Ok(Some(found)) = answered(client.conversation(reported.conversation).await)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// One mirror, as far as it can be brought.
    async fn make_mirror(
        &self,
        link: &Link,
        people: &[Represented],
        app_at_home: bool,
        mut mirror: Mirror,
    ) -> Result<(), Hold> {
        let Some(workspace) = self.sites.get(&mirror.workspace.id) else { return Ok(()) };
        let mut accounts: Vec<_> =
            people.iter().filter_map(|one| one.account_in(workspace.at()).cloned()).collect();
        let logins = self.store.logins(Some(workspace.at())).await?;
        let service = match ear_among(workspace, &logins, &accounts) {
            Some(_) => None,
            None => service_account(workspace, &logins).map(|(_, account)| account),
        };
        accounts.extend(service.clone());
        let mark = link.id.0.simple().to_string().chars().take(16).collect();
        let wish = Wish { link, workspace, people, service, app_at_home, mark, accounts, logins };
        loop {
            let next = match &mirror.state {
                MirrorState::Refused { .. } => MirrorState::Wanted { since: self.clock.now() },
                MirrorState::Wanted { since } => self.begin_mirror(&wish, *since).await?,
                MirrorState::Begun { by, at } => self.look_for(&wish, *by, *at).await?,
                MirrorState::Open { by } => return self.complete_mirror(&wish, *by).await,
                MirrorState::Ready { .. } | MirrorState::Whole { .. } => return Ok(()),
            };
            mirror.state = next;
            if !matches!(mirror.state, MirrorState::Open { .. }) {
                self.store.set_mirror(link.id, &mirror).await?;
            }
            if let MirrorState::Refused { reason, .. } = &mirror.state {
                tracing::warn!(workspace = %mirror.workspace.id, reason, "a group is not shown there");
                self.store.count("mirrors_refused", 1);
                return Ok(());
            }
        }
    }

    /// Records that it will be made, and makes it.
    async fn begin_mirror(&self, wish: &Wish<'_>, since: Timestamp) -> Result<MirrorState, Hold> {
        let now = self.clock.now();
        let refused = |reason: String| Ok(MirrorState::Refused { reason, at: now });
        let platform = wish.workspace.profile().name;
        if wish.workspace.profile().capabilities.groups.is_none() {
            return refused(format!("groups cannot be shown on {platform}"));
        }
        let Some((by, client)) = self.maker_of(wish).await? else {
            return refused(format!("nobody in it has given consent on {platform}"));
        };
        let mut mirror =
            Mirror { workspace: wish.workspace.at().clone(), state: MirrorState::Begun { by, at: now } };
        self.store.set_mirror(wish.link.id, &mirror).await?;
        self.steps.reached(Step::Begun);
        match client.make_group(&wish.wanted(&wish.others(by))).await {
            Ok(made) => Ok(self.mirror_stands(wish, by, made).await?),
            Err(CallError::Retry { .. }) if now.since(since) >= PATIENCE => {
                refused(format!("{platform} did not answer"))
            }
            Err(CallError::Retry { after }) => {
                mirror.state = MirrorState::Wanted { since };
                self.store.set_mirror(wish.link.id, &mirror).await?;
                Err(Hold::Later(after))
            }
            Err(CallError::Unknown) => Err(Hold::Later(None)),
            Err(error) => refused(error.to_string()),
        }
    }

    /// What became of a call that may have left.
    async fn look_for(&self, wish: &Wish<'_>, by: LoginId, at: Timestamp) -> Result<MirrorState, Hold> {
        let now = self.clock.now();
        let Some(client) = self.client_or_hold(by).await? else {
            return Ok(MirrorState::Wanted { since: now });
        };
        match answered(client.find_group(&wish.wanted(&wish.others(by)), at.minus(SKEW)).await)? {
            Ok(Some(made)) => Ok(self.mirror_stands(wish, by, made).await?),
            Ok(None) => {
                let quiet = wish.workspace.profile().quiet;
                match quiet.checked_sub(now.since(at)).filter(|left| !left.is_zero()) {
                    // It may still appear.
                    Some(left) => Err(Hold::Later(Some(left))),
                    None => Ok(MirrorState::Wanted { since: now }),
                }
            }
            Err(error) => Ok(MirrorState::Refused { reason: error.to_string(), at: now }),
        }
    }

    /// Records what was made.
    async fn mirror_stands(
        &self,
        wish: &Wish<'_>,
        by: LoginId,
        made: MadeGroup,
    ) -> Result<MirrorState, StoreError> {
        let mut present = wish.accounts.clone();
        present.extend(account_of(&wish.logins, by).cloned());
        let listener = ear_among(wish.workspace, &wish.logins, &present);
        let flow = if listener.is_some() { Flow::Both } else { Flow::In };
        let name = wish.link.name.clone();
        let member =
            Member { at: made.at.clone(), name, topic: None, away: None, flow, listener, backfill: None };
        if self.store.mirror_made(wish.link.id, by, &member).await?.is_err() {
            let reason = "the same people have a group there that shows another one".to_owned();
            return Ok(MirrorState::Refused { reason, at: self.clock.now() });
        }
        self.store.count("mirrors", 1);
        Ok(MirrorState::Open { by })
    }

    /// Who makes it.
    async fn maker_of(&self, wish: &Wish<'_>) -> Result<Option<(LoginId, Arc<dyn Client>)>, Hold> {
        let maker = wish.workspace.profile().capabilities.groups.map(|groups| groups.maker);
        let candidates: Vec<LoginId> = match maker {
            Some(Maker::App) => wish.workspace.app_login().into_iter().collect(),
            Some(Maker::Member) => {
                let is_in = |login: &&Login| {
                    login.account.as_ref().is_some_and(|account| wish.accounts.contains(account))
                };
                working(&wish.logins, LoginKind::Account).filter(is_in).map(|login| login.id).collect()
            }
            None => Vec::new(),
        };
        for login in candidates {
            if let Some(client) = self.client_or_hold(login).await? {
                return Ok(Some((login, client)));
            }
        }
        Ok(None)
    }
}

impl Wish<'_> {
    /// Who should be in it beside whoever makes it.
    fn others(&self, by: LoginId) -> Vec<AccountRef> {
        let own = account_of(&self.logins, by);
        self.accounts.iter().filter(|account| Some(*account) != own).cloned().collect()
    }

    fn wanted<'a>(&'a self, members: &'a [AccountRef]) -> WantedGroup<'a> {
        WantedGroup { name: &self.link.name, mark: &self.mark, members }
    }
}
