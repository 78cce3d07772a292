//! Groups that people of several platforms are in. Nobody asks for them to be passed on: when something is said in one, it gets a
//! mirror in every workspace that somebody in it works in, with everybody present, as themselves or by what stands in for
//! them. From then on the group and its mirrors are a link like any other; what is particular is how it comes to be.
//!
//! A group belongs to where it began. Only the worker that holds that conversation's lane makes its mirrors, one after the other,
//! before it plans anything; what is said in a mirror meanwhile waits. Making a conversation can be repeated nowhere, so that
//! it will be done is recorded first, and what is found begun is looked for.

use std::collections::BTreeSet;

use entente_model::{
    AccountRef, Conversation, Flow, Link, LinkId, LinkOptions, LinkState, LoginId, Member, Mirror,
    MirrorState, Timestamp, plain_line,
};
use entente_platform::Mark;
use entente_store::{Present, Report, Represented, StoreError};
use uuid::Uuid;

use crate::Engine;
use crate::inbound::concern::Concern;
use crate::inbound::refusal::{answered, refused};
use crate::inbound::{Hold, Reported};
use crate::sites::Workspace;
use ears::ear_among;
use people::called;

mod ears;
mod following;
mod making;
mod opening;
mod people;
mod words;

pub(crate) use ears::service_account;

/// The longest name of a group, in characters.
const LONGEST_NAME: usize = 80;

/// Reports may be of something that was said so long before they came.
const EARLIER: std::time::Duration = std::time::Duration::from_mins(1);

/// Why a group is not passed on although people of several platforms are in it.
const UNHEARD: &str = "nobody who has given consent is in it, so that nothing is heard there";

impl Engine {
    /// What a group that was just heard of is to us; `None` if it concerns nobody elsewhere.
    pub(super) async fn group(
        &self,
        reported: &Reported<'_>,
        conversation: &Conversation,
    ) -> Result<Option<Concern>, Hold> {
        let here = reported.workspace;
        // Large ones are channels by another name, and an administrator may link them.
        let large = conversation.members.len() > self.tuning.largest_group;
        if large || here.profile().capabilities.groups.is_none() {
            return Ok(None);
        }
        let people = self.people_of(&conversation.members).await?;
        let homes = self.homes(&people, here);
        if people.len() < 2 || homes.is_empty() {
            return Ok(None);
        }
        if self.being_made(here).await? {
            // It may be a mirror that is not recorded yet.
            return Err(Hold::Later(None));
        }
        let listener = self.ear_for(reported, &conversation.members).await?;
        let oldest = reported.arrivals.iter().map(|arrival| arrival.accepted_at).min();
        let now = self.clock.now();
        let made_at = oldest.unwrap_or(now).minus(EARLIER);
        let only_looks = reported.arrivals.iter().all(|arrival| arrival.report == Report::Look);
        if only_looks && !self.said_something(conversation, listener, made_at).await? {
            // Whatever will be said is heard now.
            return Ok(Some(Concern::Nobody));
        }
        let name = name_of(conversation).unwrap_or_else(|| named_after(&people));
        let link = Link {
            id: LinkId(Uuid::from_bytes(self.dice.bytes::<16>())),
            name: name.clone(),
            made_at,
            state: match listener {
                Some(_) => LinkState::Active,
                None => LinkState::Paused(UNHEARD.to_owned()),
            },
            options: LinkOptions::default(),
            members: vec![Member {
                at: conversation.at.clone(),
                name,
                topic: None,
                away: None,
                flow: Flow::Both,
                listener,
                backfill: None,
            }],
        };
        let wanted: Vec<Mirror> = homes
            .into_iter()
            .map(|workspace| Mirror { workspace, state: MirrorState::Wanted { since: now } })
            .collect();
        let present = people.iter().map(|one| one.person.id);
        let present: Vec<_> = present.map(|person| Present { at: conversation.at.clone(), person }).collect();
        if self.store.add_group(&link, &wanted, &present).await?.is_err() {
            // An administrator was faster.
            return Err(Hold::Later(None));
        }
        self.linked.load(self.store.as_ref()).await?;
        self.attend_to(listener.into_iter());
        self.store.count("groups", 1);
        Ok(Some(Concern::Group(link.id)))
    }

    /// A group that nobody heard when it was found goes on as soon as somebody does.
    async fn heard_by_now(&self, reported: &Reported<'_>, link: Link) -> Result<Link, Hold> {
        let deaf = LinkState::Paused(UNHEARD.to_owned());
        let Some(home) = link.members.first().filter(|home| home.at == *reported.conversation) else {
            return Ok(link);
        };
        if link.state != deaf {
            return Ok(link);
        }
        let Some(seen) = self.seen_by_ear(reported).await? else { return Ok(link) };
        let Some(ear) = self.ear_for(reported, &seen.members).await? else { return Ok(link) };
        self.store.hear(link.id, &home.at, ear).await?;
        self.store.set_link_state(link.id, &LinkState::Active, Vec::new(), self.clock.now()).await?;
        self.linked.load(self.store.as_ref()).await?;
        self.attend_to(std::iter::once(ear));
        Ok(self.store.link(link.id).await?.unwrap_or(link))
    }

    /// Whether anything was said in a group since then, as far as whoever hears there can tell.
    async fn said_something(
        &self,
        conversation: &Conversation,
        ear: Option<LoginId>,
        since: Timestamp,
    ) -> Result<bool, Hold> {
        let Some(ear) = ear else { return Ok(false) };
        let Some(client) = self.client_or_hold(ear).await? else { return Ok(false) };
        let read = answered(client.catch_up(&conversation.at, &Mark { message: None, at: since }).await)?;
        Ok(read.is_ok_and(|read| read.snapshots.iter().any(|snapshot| !snapshot.deleted)))
    }

    /// The workspaces, other than this one, that somebody of them works in.
    fn homes(&self, people: &[Represented], here: &Workspace) -> BTreeSet<entente_model::WorkspaceRef> {
        let primaries = people.iter().filter_map(|one| one.person.primary.as_ref());
        let homes = primaries.map(|primary| primary.account.workspace.clone());
        homes.filter(|home| home != here.at() && self.sites.get(&home.id).is_some()).collect()
    }

    /// Whether a mirror may have been made in a workspace without being recorded.
    async fn being_made(&self, here: &Workspace) -> Result<bool, StoreError> {
        for link in self.linked.unfinished() {
            let mirrors = self.store.mirrors(link).await?;
            let begun = |mirror: &Mirror| {
                mirror.workspace == *here.at() && matches!(mirror.state, MirrorState::Begun { .. })
            };
            if mirrors.iter().any(begun) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Who hears in a group, brought in where that is needed and can be.
    async fn ear_for(
        &self,
        reported: &Reported<'_>,
        members: &[AccountRef],
    ) -> Result<Option<LoginId>, Hold> {
        let here = reported.workspace;
        let logins = self.store.logins(Some(here.at())).await?;
        if let Some(ear) = ear_among(here, &logins, members) {
            return Ok(Some(ear));
        }
        let Some((listener, account)) = service_account(here, &logins) else { return Ok(None) };
        for client in self.listeners(reported).await? {
            if refused(client.admit(reported.conversation, &account).await)?.is_none() {
                return Ok(Some(listener));
            }
        }
        Ok(None)
    }
}

/// The name that a group was given.
fn name_of(conversation: &Conversation) -> Option<String> {
    let name = plain_line(conversation.name.as_deref()?, LONGEST_NAME);
    Some(name).filter(|name| !name.is_empty())
}

/// The name of a group that was given none.
fn named_after(people: &[Represented]) -> String {
    let names: Vec<String> = people.iter().map(called).collect();
    plain_line(&names.join(", "), LONGEST_NAME)
}
