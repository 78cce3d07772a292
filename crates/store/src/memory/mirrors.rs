//! Groups that are shown elsewhere.

use async_trait::async_trait;
use entente_model::{
    ConversationRef, Flow, Link, LinkId, LinkState, LoginId, Member, Mirror, MirrorState, Timestamp,
    WorkspaceRef,
};

use super::Memory;
use super::outbox::outbound;
use super::state::State;
use crate::{Channels, Interest, Mirrors, Plan, Present, StoreError};

impl State {
    fn mirror(&mut self, link: LinkId, workspace: &WorkspaceRef) -> Option<&mut Mirror> {
        self.mirrors.get_mut(&link)?.iter_mut().find(|mirror| mirror.workspace == *workspace)
    }

    /// What is ready shows its group.
    pub(super) fn show(&mut self, link: LinkId) {
        for mirror in self.mirrors.get_mut(&link).into_iter().flatten() {
            if let MirrorState::Ready { by } = mirror.state {
                mirror.state = MirrorState::Whole { by };
            }
        }
    }

    fn set_mirror(&mut self, link: LinkId, mirror: &Mirror) {
        match self.mirror(link, &mirror.workspace) {
            Some(known) => *known = mirror.clone(),
            None => self.mirrors.entry(link).or_default().push(mirror.clone()),
        }
    }
}

#[async_trait]
impl Mirrors for Memory {
    async fn add_group(
        &self,
        link: &Link,
        mirrors: &[Mirror],
        present: &[Present],
    ) -> Result<Result<(), ConversationRef>, StoreError> {
        if let Err(taken) = self.add_link(link).await? {
            return Ok(Err(taken));
        }
        let mut state = self.state();
        for mirror in mirrors {
            state.set_mirror(link.id, mirror);
        }
        state.present.extend(present.iter().map(|one| (link.id, one.clone())));
        Ok(Ok(()))
    }

    async fn mirrors(&self, link: LinkId) -> Result<Vec<Mirror>, StoreError> {
        let mut all = self.state().mirrors.get(&link).cloned().unwrap_or_default();
        all.sort_by(|a, b| a.workspace.cmp(&b.workspace));
        Ok(all)
    }

    async fn unfinished(&self) -> Result<Vec<LinkId>, StoreError> {
        let state = self.state();
        let live = state.channel_links.iter().filter(|link| link.state != LinkState::Ended);
        let mut all: Vec<LinkId> = live
            .map(|link| link.id)
            .filter(|id| {
                let mirrors = state.mirrors.get(id).into_iter().flatten();
                mirrors.into_iter().any(|mirror| !matches!(mirror.state, MirrorState::Whole { .. }))
            })
            .collect();
        all.sort_unstable();
        Ok(all)
    }

    async fn set_mirror(&self, link: LinkId, mirror: &Mirror) -> Result<(), StoreError> {
        self.state().set_mirror(link, mirror);
        Ok(())
    }

    async fn mirror_made(
        &self,
        link: LinkId,
        by: LoginId,
        member: &Member,
    ) -> Result<Result<(), ConversationRef>, StoreError> {
        let mut guard = self.state();
        let state = &mut *guard;
        if state.taken(&member.at) {
            return Ok(Err(member.at.clone()));
        }
        let Some(known) = state.channel_links.iter_mut().find(|known| known.id == link) else {
            return Err(StoreError::Inconsistent { table: "mirror", column: "link" });
        };
        known.members.push(member.clone());
        let of = state.links.entry(member.at.clone()).or_default();
        of.interest = Some(Interest::Yes);
        of.people = state.people_version;
        let workspace = member.at.workspace.clone();
        state.set_mirror(link, &Mirror { workspace, state: MirrorState::Open { by } });
        Ok(Ok(()))
    }

    async fn mirror_ready(
        &self,
        link: LinkId,
        workspace: &WorkspaceRef,
        present: &[Present],
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        outbound(&notices)?;
        let mut guard = self.state();
        let state = &mut *guard;
        let Some(mirror) = state.mirror(link, workspace) else { return Ok(false) };
        let MirrorState::Open { by } = mirror.state else { return Ok(false) };
        mirror.state = MirrorState::Ready { by };
        state.present.extend(present.iter().map(|one| (link, one.clone())));
        self.plan_all(state, notices, now);
        Ok(true)
    }

    async fn hear(&self, link: LinkId, at: &ConversationRef, listener: LoginId) -> Result<(), StoreError> {
        let mut state = self.state();
        let links = state.channel_links.iter_mut().filter(|known| known.id == link);
        for member in links.flat_map(|known| &mut known.members).filter(|member| member.at == *at) {
            member.listener = Some(listener);
            if member.flow == Flow::In {
                member.flow = Flow::Both;
            }
        }
        Ok(())
    }

    async fn present(&self, link: LinkId) -> Result<Vec<Present>, StoreError> {
        let state = self.state();
        Ok(state.present.iter().filter(|(of, _)| *of == link).map(|(_, one)| one.clone()).collect())
    }

    async fn set_present(
        &self,
        link: LinkId,
        conversations: &[ConversationRef],
        present: &[Present],
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        outbound(&notices)?;
        let mut guard = self.state();
        let state = &mut *guard;
        state.present.retain(|(of, one)| *of != link || !conversations.contains(&one.at));
        state.present.extend(present.iter().map(|one| (link, one.clone())));
        self.plan_all(state, notices, now);
        Ok(())
    }
}
