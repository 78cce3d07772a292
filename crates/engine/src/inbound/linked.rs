//! From how messages stand in a channel of a link to what is written. Everybody in the channel is heard; what they say goes to
//! every other channel of the link, each with a queue of its own, so that none waits for another.

use std::collections::HashMap;

use entente_model::{
    AccountRef, Body, CallError, ConversationRef, DropReason, FileRef, Files, Link, LinkId, LinkState,
    LoginId, Member, MessageRef, PersonId, Snapshot, Timestamp,
};
use entente_store::{Interest, Known, LaneKey, Plan, Routed, Work};

use crate::authors::Author;
use crate::compare::{self, Verdict};
use crate::credit;
use crate::engine::Engine;
use crate::inbound::news::News;
use crate::inbound::planning::{gone_now, of_files, seen_now, watcher};
use crate::inbound::refusal;
use crate::inbound::{Digest, Hold, Reported, Talk, accepted_at, nothing};
use crate::naming::called_in;
use crate::outbound::target;
use crate::payload::{Credit, Kept, Payload, Speaker, To};

mod feelings;

/// What is carried of a message, and as whose.
struct Said<'a> {
    work: Work,
    source: &'a MessageRef,
    thread: Option<&'a MessageRef>,
    body: Option<Body>,
    /// The files that come with it, and who may read them.
    files: (&'a [FileRef], LoginId),
    /// Something that cannot travel stands as a line in the body.
    unsupported: bool,
    speaker: Option<PersonId>,
    credit: Credit,
    accepted_at: Timestamp,
}

impl Engine {
    /// What is to be written for reports of a channel that is in a link, or was in one last.
    pub(super) async fn digest_linked(
        &self,
        reported: &Reported<'_>,
        known: &Known,
        link: LinkId,
    ) -> Result<Digest, Hold> {
        let link = self.store.link(link).await?.filter(|link| link.state != LinkState::Ended);
        let Some(link) = link else {
            let interest = known.conversation.as_ref().map(|conversation| conversation.interest);
            if interest == Some(Interest::Unknown) {
                let at = reported.conversation.clone();
                let kind = entente_model::ConversationKind::Channel;
                let channel = entente_model::Conversation { at, kind, name: None, members: Vec::new() };
                self.store.remember(&channel, Interest::No, None, self.clock.now()).await?;
            }
            return Ok(Digest { routed: nothing(reported, DropReason::NoInterest), aside: Vec::new() });
        };
        let (link, first) = self.finish_mirrors(reported, link).await?;
        let shown = first.then_some(link.id);
        self.follow_group(reported, &link).await?;
        let lane = LaneKey::Conversation(reported.conversation.clone());
        let talk = Talk { lane, since: Some(link.made_at) };
        // What was written before goes first; reports wait meanwhile.
        if let Some(backfill) = link.member(reported.conversation).and_then(|member| member.backfill.as_ref())
            && link.state == LinkState::Active
        {
            let routed = self.carry_backfill(reported, &link, &talk, backfill).await?;
            return Ok(Digest { routed: Routed { shown, ..routed }, aside: Vec::new() });
        }
        match self.news(reported, known, Some(&talk)).await {
            Ok(mut news) => {
                let aside = std::mem::take(&mut news.aside);
                let routed = self.plan_for_link(reported, &link, &talk, news).await?;
                Ok(Digest { routed: Routed { shown, ..routed }, aside })
            }
            Err(Hold::Refused { patience, reason }) if self.all_ripe(reported, patience) => {
                let aside =
                    reported.arrivals.iter().map(|arrival| refusal::aside(arrival, &reason)).collect();
                let routed = Routed { shown, ..nothing(reported, DropReason::Refused) };
                Ok(Digest { routed, aside })
            }
            Err(hold) => Err(hold),
        }
    }

    pub(super) async fn plan_for_link(
        &self,
        reported: &Reported<'_>,
        link: &Link,
        talk: &Talk,
        mut news: News,
    ) -> Result<Routed, Hold> {
        let authors = news.stand.iter().map(|(snapshot, _)| snapshot.message.author.clone()).collect();
        let authors = self.authors(authors).await?;
        // What somebody writes with the account they work with is theirs; we act as all others.
        let may_be_ours = |snapshot: &Snapshot| match authors.get(&snapshot.message.author) {
            Some(Author::Person(identity)) => !identity.primary,
            Some(Author::Listed(_)) => false,
            Some(Author::Outsider | Author::Bot) | None => true,
        };
        let settled = self.recognize(&talk.lane, &mut news.stand, may_be_ours).await?;
        let felt = self.felt(reported.conversation, &news).await?;
        // What was written before the link is late, and is meant to be.
        let before = link.member(reported.conversation).is_some_and(|member| member.backfill.is_some());
        let mut routed = Routed {
            done: reported.arrivals.iter().map(|arrival| arrival.id).collect(),
            drops: news.drops,
            mark: news.mark,
            settled,
            ..Routed::default()
        };
        for (mut snapshot, verdict) in news.stand {
            let work = match verdict {
                Verdict::New => Work::Send,
                Verdict::Edited => Work::Edit,
                Verdict::Deleted => Work::Delete,
                Verdict::Same => continue,
                Verdict::Ours if felt.iter().any(|felt| *felt.message() == snapshot.message.at.id) => {
                    continue;
                }
                Verdict::Ours => {
                    routed.drops.push(DropReason::Echo);
                    continue;
                }
                Verdict::NeverSeen => {
                    routed.drops.push(DropReason::Gone);
                    routed.seen.push(seen_now(&snapshot));
                    continue;
                }
            };
            routed.seen.push(seen_now(&snapshot));
            let credited = match self.credit(reported, &authors, &snapshot) {
                None if link.options.outsiders => {
                    self.outsider(reported, &authors, &snapshot, work == Work::Delete).await?
                }
                credited => credited,
            };
            let Some((speaker, credit)) = credited else {
                routed.drops.push(DropReason::Outsider);
                continue;
            };
            let accepted_at = accepted_at(reported, &snapshot.message.at.id);
            let mut body = None;
            if work != Work::Delete {
                self.name_people(&mut snapshot.message.body, link.options.broadcast).await?;
                let whole = snapshot.message.body.with_lines(&snapshot.message.unsupported);
                if work == Work::Send && compare::says_nothing(&snapshot.message) {
                    routed.drops.push(DropReason::NothingToSay);
                    continue;
                }
                body = Some(whole);
            }
            let message = &snapshot.message;
            let thread = message.thread.as_ref().filter(|_| work == Work::Send);
            let unsupported = !message.unsupported.is_empty();
            let source = &message.at;
            let files = if work == Work::Send { &message.files[..] } else { &[] };
            // Not every platform reports to whoever hears in a channel, and only they may read what it carries.
            let ear = link.member(reported.conversation).and_then(|member| member.listener);
            let files = (files, ear.unwrap_or_else(|| watcher(reported, &source.id)));
            let said = Said { work, source, thread, body, files, unsupported, speaker, credit, accepted_at };
            self.fan_out(&mut routed, reported, link, &said).await?;
            if verdict == Verdict::New
                && !before
                && self.newest.passes(reported.conversation, snapshot.created_at, news.read_until)
            {
                self.store.count("late", 1);
            }
        }
        let deleted = |id| gone_now(id, self.clock.now());
        for id in news.unseen {
            routed.drops.push(DropReason::Gone);
            routed.seen.push(deleted(id));
        }
        for id in news.gone {
            let at = MessageRef { conversation: reported.conversation.clone(), id: id.clone() };
            let accepted_at = accepted_at(reported, &id);
            routed.seen.push(deleted(id));
            let home = reported.workspace.profile().name.to_owned();
            let credit = Credit { name: credit::clean(""), home, in_front: false };
            let (work, body) = (Work::Delete, None);
            let (source, thread, speaker, unsupported) = (&at, None, None, false);
            let files = (&[][..], reported.arrivals[0].watcher);
            let said = Said { work, source, thread, body, files, unsupported, speaker, credit, accepted_at };
            self.fan_out(&mut routed, reported, link, &said).await?;
        }
        for felt in felt {
            let accepted_at = accepted_at(reported, felt.message());
            self.plan_feelings_for_link(&mut routed, link, &felt, accepted_at).await?;
        }
        Ok(routed)
    }

    /// As whose words a message is passed on; `None`: not at all.
    fn credit(
        &self,
        reported: &Reported<'_>,
        authors: &HashMap<AccountRef, Author>,
        snapshot: &Snapshot,
    ) -> Option<(Option<PersonId>, Credit)> {
        let author = authors.get(&snapshot.message.author)?;
        let name = author.name()?;
        let here = reported.workspace.profile().name;
        let (person, home) = match author {
            Author::Person(identity) => {
                let person = &identity.represented.person;
                (Some(person.id), self.sites.home(person).map_or(here, |home| home.profile().name))
            }
            Author::Listed(_) | Author::Outsider | Author::Bot => (None, here),
        };
        Some((person, Credit { name, home: home.to_owned(), in_front: false }))
    }

    /// The same of somebody whom no directory of ours lists, as their platform names them to those who read it, and marked. Bots are
    /// nobody, else two of them could talk to each other for ever.
    async fn outsider(
        &self,
        reported: &Reported<'_>,
        authors: &HashMap<AccountRef, Author>,
        snapshot: &Snapshot,
        taken_back: bool,
    ) -> Result<Option<(Option<PersonId>, Credit)>, Hold> {
        let Some(Author::Outsider) = authors.get(&snapshot.message.author) else { return Ok(None) };
        let credit = |name: String| {
            let home = reported.workspace.profile().name.to_owned();
            Some((None, Credit { name, home, in_front: false }))
        };
        if taken_back {
            // Nobody reads a name there, and nothing goes of what was not carried.
            return Ok(credit(credit::clean("")));
        }
        for client in self.listeners(reported).await? {
            match client.author(&snapshot.message.at, &snapshot.message.author).await {
                Ok(Some(account)) if account.bot => return Ok(None),
                Ok(Some(account)) => return Ok(credit(credit::outside(&account.name))),
                Err(CallError::Retry { after }) => return Err(Hold::Later(after)),
                Err(CallError::Unknown) => return Err(Hold::Later(None)),
                Ok(None) | Err(_) => {}
            }
        }
        Ok(None)
    }

    /// Plans what goes to the other channels.
    async fn fan_out(
        &self,
        routed: &mut Routed,
        reported: &Reported<'_>,
        link: &Link,
        said: &Said<'_>,
    ) -> Result<(), Hold> {
        let targets = takers(routed, reported.conversation, link);
        if targets.is_empty() {
            return Ok(());
        }
        let here = link.member(reported.conversation).map(|member| member.name.clone());
        let kept = match link.options.files {
            Files::On => None,
            Files::Off => Some(Kept::Off),
            Files::Links => {
                Some(Kept::At(here.unwrap_or_default(), reported.workspace.profile().name.to_owned()))
            }
        };
        let called = match &said.body {
            Some(body) => self.called(body).await?,
            None => Vec::new(),
        };
        for target in targets {
            let mut body = said.body.clone();
            if let Some(body) = &mut body {
                called_in(body, &called, &target.at.workspace);
            }
            let payload = Payload {
                introduced: true,
                unsupported: said.unsupported,
                credit: Some(said.credit.clone()),
                ..Payload::new(Speaker::Colleague(said.speaker), To::Conversation(target.at.id.clone()))
            };
            let plan = Plan {
                lane: LaneKey::Conversation(target.at.clone()),
                work: said.work,
                source: Some(said.source.clone()),
                part: 0,
                thread: said.thread.cloned(),
                payload: bytes::Bytes::new(),
                accepted_at: said.accepted_at,
            };
            let (files, by) = said.files;
            if files.is_empty() || body.as_ref().is_some_and(|body| !body.is_empty()) {
                routed.plans.extend(self.cut_for(&plan, &payload, body));
            }
            routed.plans.extend(of_files(&plan, &payload, (files, by), kept.clone()));
        }
        Ok(())
    }

    /// One row for each part that a new message needs, with room for the author's name; one row for anything else, to be
    /// cut at the head of its lane.
    pub(super) fn cut_for(&self, plan: &Plan, payload: &Payload, body: Option<Body>) -> Vec<Plan> {
        let platform = target(&plan.lane).and_then(|there| self.registry.get(&there.platform));
        let (Work::Send, Some(body), Some(platform), Some(credit)) =
            (plan.work, &body, platform, &payload.credit)
        else {
            let payload = Payload { body, ..payload.clone() };
            return vec![Plan { payload: payload.encode(), ..plan.clone() }];
        };
        let parts = platform.split(credit::signed(body.clone(), &credit.name));
        let single = parts.len() == 1;
        let row = |(part, cut): (usize, Body)| {
            let (body, in_front) = match part {
                0 if single => (body.clone(), false),
                0 => match credit::unsigned(cut.clone(), &credit.name) {
                    Some(body) => (body, false),
                    None => (cut, true),
                },
                _ => (cut, true),
            };
            let credit = Some(Credit { in_front, ..credit.clone() });
            Plan {
                part: u32::try_from(part).unwrap_or(u32::MAX),
                payload: Payload { body: Some(body), cut: true, credit, ..payload.clone() }.encode(),
                ..plan.clone()
            }
        };
        parts.into_iter().enumerate().map(row).collect()
    }
}

/// The channels that what happened goes to.
fn takers<'a>(routed: &mut Routed, from: &'a ConversationRef, link: &'a Link) -> Vec<&'a Member> {
    let targets: Vec<_> = match link.state {
        LinkState::Active => link.targets(from).collect(),
        LinkState::Paused(_) | LinkState::Ended => Vec::new(),
    };
    if targets.is_empty() {
        routed.drops.push(DropReason::Paused);
    }
    targets
}
