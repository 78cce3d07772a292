//! Channels that are kept in step.

use std::collections::BTreeSet;

use async_trait::async_trait;
use entente_model::{
    AccountRef, Away, Backfill, ConversationRef, Link, LinkId, LinkOptions, LinkState, Timestamp,
};

use super::Memory;
use super::outbox::outbound;
use super::state::State;
use crate::{Channels, Interest, Moved, Plan, StoreError};

impl State {
    /// The link that a conversation is a channel of, or was one of last.
    pub(super) fn link_of(&self, at: &ConversationRef) -> Option<LinkId> {
        let newest = self.channel_links.iter().rfind(|link| link.member(at).is_some());
        newest.map(|link| link.id)
    }

    /// Whether a conversation is in a link that has not ended.
    pub(super) fn is_linked(&self, at: &ConversationRef) -> bool {
        self.channel_links.iter().any(|link| link.state != LinkState::Ended && link.member(at).is_some())
    }

    /// What was written in a channel before its link was made has been passed on so far.
    pub(super) fn carry_on(&mut self, link: LinkId, at: &ConversationRef, backfill: Option<Backfill>) {
        let of = |known: &&mut Link| known.id == link && known.state != LinkState::Ended;
        let mut members =
            self.channel_links.iter_mut().find(of).into_iter().flat_map(|link| &mut link.members);
        if let Some(member) = members.find(|member| member.at == *at) {
            member.backfill = backfill;
        }
    }

    pub(super) fn taken(&self, at: &ConversationRef) -> bool {
        self.is_linked(at) || self.is_room(at) || self.links.get(at).is_some_and(|known| known.pair.is_some())
    }
}

#[async_trait]
impl Channels for Memory {
    async fn add_link(&self, link: &Link) -> Result<Result<(), ConversationRef>, StoreError> {
        let mut guard = self.state();
        let state = &mut *guard;
        if let Some(taken) = link.members.iter().find(|member| state.taken(&member.at)) {
            return Ok(Err(taken.at.clone()));
        }
        for (index, member) in link.members.iter().enumerate() {
            if link.members[..index].iter().any(|before| before.at == member.at) {
                return Ok(Err(member.at.clone()));
            }
        }
        for member in &link.members {
            let known = state.links.entry(member.at.clone()).or_default();
            known.interest = Some(Interest::Yes);
            known.people = state.people_version;
        }
        state
            .making
            .retain(|making| !link.members.iter().any(|member| making.made.as_ref() == Some(&member.at)));
        state.channel_links.push(link.clone());
        Ok(Ok(()))
    }

    async fn link(&self, id: LinkId) -> Result<Option<Link>, StoreError> {
        Ok(self.state().channel_links.iter().find(|link| link.id == id).cloned())
    }

    async fn links(&self) -> Result<Vec<Link>, StoreError> {
        let state = self.state();
        Ok(state.channel_links.iter().filter(|link| link.state != LinkState::Ended).cloned().collect())
    }

    async fn set_link_state(
        &self,
        id: LinkId,
        becomes: &LinkState,
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        outbound(&notices)?;
        let mut guard = self.state();
        let state = &mut *guard;
        let found = state.channel_links.iter_mut().find(|link| link.id == id);
        let Some(link) = found.filter(|link| link.state != LinkState::Ended) else { return Ok(false) };
        link.state = becomes.clone();
        state.attendance.retain(|at, _| link.member(at).is_none());
        if *becomes == LinkState::Ended {
            for member in &link.members {
                if let Some(known) = state.links.get_mut(&member.at) {
                    known.interest = Some(Interest::Unknown);
                }
            }
        }
        self.plan_all(state, notices, now);
        Ok(true)
    }

    async fn set_link_options(&self, id: LinkId, options: LinkOptions) -> Result<bool, StoreError> {
        let mut guard = self.state();
        let state = &mut *guard;
        let found = state.channel_links.iter_mut().find(|link| link.id == id);
        let Some(link) = found.filter(|link| link.state != LinkState::Ended) else { return Ok(false) };
        // How far back a link reaches is chosen when it is made.
        link.options = LinkOptions { history: link.options.history, ..options };
        if !options.notices && !options.membership {
            state.attendance.retain(|at, _| link.member(at).is_none());
        }
        Ok(true)
    }

    async fn attendance(
        &self,
        channel: &ConversationRef,
    ) -> Result<Option<BTreeSet<AccountRef>>, StoreError> {
        Ok(self.state().attendance.get(channel).filter(|accounts| !accounts.is_empty()).cloned())
    }

    async fn attend(
        &self,
        channel: &ConversationRef,
        now: &BTreeSet<AccountRef>,
        moved: &[Moved],
        notices: Vec<Plan>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        outbound(&notices)?;
        let mut guard = self.state();
        let state = &mut *guard;
        state.attendance.insert(channel.clone(), now.clone());
        for Moved { at, account, there } in moved {
            let Some(accounts) = state.attendance.get_mut(at).filter(|accounts| !accounts.is_empty()) else {
                continue;
            };
            if *there {
                accounts.insert(account.clone());
            } else {
                accounts.remove(account);
            }
        }
        for notice in notices {
            let lane = state.plan(notice, None, at);
            self.leases().wake(lane, state.key(lane), at);
        }
        Ok(())
    }

    async fn see_channel(
        &self,
        channel: &ConversationRef,
        name: &str,
        topic: Option<&str>,
        away: Option<Away>,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let live = state.channel_links.iter_mut().filter(|link| link.state != LinkState::Ended);
        let Some(member) = live.flat_map(|link| &mut link.members).find(|member| member.at == *channel)
        else {
            return Ok(false);
        };
        name.clone_into(&mut member.name);
        member.topic = topic.map(str::to_owned);
        member.away = away;
        Ok(true)
    }
}
