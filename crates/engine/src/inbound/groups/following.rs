//! Who comes into a group, or into one of its mirrors, comes into all of them, and who leaves one leaves all; what one is called
//! anew, all are. What somebody did is not taken from reports, which may be lost or come in any order, but from how it was when
//! we looked last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use entente_model::{Conversation, ConversationRef, Link, Member, Mirror, PersonId};
use entente_platform::Client;
use entente_store::{Present, Report, Represented};

use super::name_of;
use super::people::called;
use crate::Engine;
use crate::inbound::refusal::{answered, refused};
use crate::inbound::{Hold, Reported};

/// Another conversation of the group, and those who may be let to change it, whoever is likeliest first.
struct Other<'a> {
    member: &'a Member,
    hosts: Vec<Arc<dyn Client>>,
}

impl Engine {
    /// Does in the other conversations of a group what somebody did in the one that was reported, if that is to be looked at.
    pub(in crate::inbound) async fn follow_group(
        &self,
        reported: &Reported<'_>,
        link: &Link,
    ) -> Result<(), Hold> {
        let told = reported.arrivals.iter().any(|arrival| arrival.report == Report::Look);
        // Not every platform tells everything, so where people talk it is looked at now and then.
        let every = self.tuning.follow;
        if !told && !self.following.is_due(reported.conversation, self.clock.now(), every) {
            return Ok(());
        }
        let mirrors = self.store.mirrors(link.id).await?;
        if mirrors.is_empty() {
            return Ok(());
        }
        // Held while it is looked at: what we do ourselves meanwhile would read as somebody's doing.
        let _held = self.locks.mirrors(link.id).await;
        let Some(link) = self.store.link(link.id).await? else { return Ok(()) };
        let Some(seen) = self.seen_by_ear(reported).await? else { return Ok(()) };
        let mut others = Vec::with_capacity(link.members.len());
        for member in link.members.iter().filter(|member| member.at != *reported.conversation) {
            others.push(Other { member, hosts: self.hosts(&mirrors, member).await? });
        }
        self.follow_name(&link, &others, &seen).await?;
        if seen.members.is_empty() {
            // Who is in it is not told: somebody made another kind of conversation of it.
            return Ok(());
        }
        self.follow_members(&link, &others, &seen).await
    }

    /// Calls the others what this conversation is called now.
    async fn follow_name(&self, link: &Link, others: &[Other<'_>], seen: &Conversation) -> Result<(), Hold> {
        let (Some(name), Some(here)) = (name_of(seen), link.member(&seen.at)) else { return Ok(()) };
        if name == here.name {
            return Ok(());
        }
        for Other { member, hosts } in others {
            let mut refusal = None;
            for host in hosts {
                refusal = refused(host.rename(&member.at, &name).await)?;
                if refusal.is_none() {
                    // Platforms change names to their liking.
                    let now = answered(host.conversation(&member.at).await)?.ok().flatten();
                    let now = now.as_ref().and_then(name_of).unwrap_or_else(|| name.clone());
                    self.store.see_channel(&member.at, &now, None, None).await?;
                    break;
                }
            }
            if let Some(why) = refusal {
                self.store.count("groups_not_renamed", 1);
                tracing::debug!(workspace = %member.at.workspace.id, why, "a group keeps its name");
            }
        }
        self.store.see_channel(&seen.at, &name, None, None).await?;
        Ok(())
    }

    /// Has everybody come and go elsewhere who came or went here.
    async fn follow_members(
        &self,
        link: &Link,
        others: &[Other<'_>],
        seen: &Conversation,
    ) -> Result<(), Hold> {
        let people = self.people_of(&seen.members).await?;
        let mut present = BTreeMap::<ConversationRef, BTreeSet<PersonId>>::new();
        for Present { at, person } in self.store.present(link.id).await? {
            present.entry(at).or_default().insert(person);
        }
        let now: BTreeSet<PersonId> = people.iter().map(|one| one.person.id).collect();
        let before = present.insert(seen.at.clone(), now.clone()).unwrap_or_default();
        if before == now {
            return Ok(());
        }
        let newcomers: Vec<_> = people.iter().filter(|one| !before.contains(&one.person.id)).collect();
        let mut left = Vec::new();
        for gone in before.difference(&now) {
            left.extend(self.store.person(*gone).await?);
        }
        let mut notices = Vec::new();
        for other in others {
            let there = present.entry(other.member.at.clone()).or_default();
            let mut said = Vec::new();
            for one in &newcomers {
                let (stays, words) = other.let_in(one).await?;
                if stays {
                    there.insert(one.person.id);
                }
                said.push(words);
            }
            for one in &left {
                said.push(other.take_out(one).await?);
                there.remove(&one.person.id);
            }
            notices.extend(self.announcement(&other.member.at, &said.join(" ")));
        }
        let all: Vec<_> = link.members.iter().map(|member| member.at.clone()).collect();
        let each = |(at, people): (ConversationRef, BTreeSet<PersonId>)| {
            people.into_iter().map(move |person| Present { at: at.clone(), person })
        };
        let present: Vec<_> = present.into_iter().flat_map(each).collect();
        self.store.set_present(link.id, &all, &present, notices, self.clock.now()).await?;
        Ok(())
    }

    /// Those who may be let to change a conversation of the group: the login that made it, the app, or one that hears there.
    async fn hosts(&self, mirrors: &[Mirror], member: &Member) -> Result<Vec<Arc<dyn Client>>, Hold> {
        let made = mirrors.iter().find(|mirror| mirror.workspace == member.at.workspace);
        let by = made.and_then(|mirror| mirror.state.made_by());
        let app = self.sites.get(&member.at.workspace.id).and_then(|site| site.app_login());
        let mut logins: Vec<_> = [by, app, member.listener].into_iter().flatten().collect();
        logins.dedup();
        let mut hosts = Vec::with_capacity(logins.len());
        for login in logins {
            hosts.extend(self.client_or_hold(login).await?);
        }
        Ok(hosts)
    }
}

impl Other<'_> {
    /// Lets somebody in: whether they are there, and what is said about it.
    async fn let_in(&self, one: &Represented) -> Result<(bool, String), Hold> {
        let name = called(one);
        let Some(account) = one.account_in(&self.member.at.workspace) else {
            return Ok((false, format!("{name} came. Nothing stands in for them here.")));
        };
        let mut refusal = Some("nobody here may let them in".to_owned());
        for host in &self.hosts {
            refusal = refused(host.admit(&self.member.at, account).await)?;
            if refusal.is_none() {
                break;
            }
        }
        Ok(match refusal {
            None => (true, format!("{name} came.")),
            Some(why) => (false, format!("{name} came, and is not here: {why}.")),
        })
    }

    /// Takes somebody out: what is said about it.
    async fn take_out(&self, one: &Represented) -> Result<String, Hold> {
        let name = called(one);
        let Some(account) = one.account_in(&self.member.at.workspace) else {
            return Ok(format!("{name} left."));
        };
        let mut refusal = Some("nobody here may take them out".to_owned());
        for host in &self.hosts {
            refusal = refused(host.dismiss(&self.member.at, account).await)?;
            if refusal.is_none() {
                break;
            }
        }
        Ok(match refusal {
            None => format!("{name} left."),
            Some(why) => format!("{name} left elsewhere, and is still here: {why}."),
        })
    }
}
