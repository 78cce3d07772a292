//! Who comes into a group, or into one of its mirrors, comes into all of them, and who leaves one leaves all. What somebody did is
//! not taken from reports, which may be lost or come in any order, but from who was there when we looked last.

use std::collections::BTreeSet;

use entente_model::{AccountRef, CallError, Link, Member, MirrorState, PersonId};
use entente_platform::Client;
use entente_store::{Present, Report, Represented};
use std::sync::Arc;

use super::opening::admitted;
use super::people::account_in;
use crate::Engine;
use crate::inbound::{Hold, Reported};

impl Engine {
    /// Has everybody come and go elsewhere who came or went in the conversation that was reported, if that was.
    pub(in crate::inbound) async fn follow_members(
        &self,
        reported: &Reported<'_>,
        link: &Link,
    ) -> Result<(), Hold> {
        let looked = reported.arrivals.iter().any(|arrival| arrival.report == Report::Look);
        if !looked || self.store.mirrors(link.id).await?.is_empty() {
            return Ok(());
        }
        let Some(members) = self.seen_by_ear(reported).await? else { return Ok(()) };
        let people = self.people_of(&members).await?;
        let known = self.store.present(link.id).await?;
        let here = |one: &&Present| one.at == *reported.conversation;
        let before: BTreeSet<PersonId> = known.iter().filter(here).map(|one| one.person).collect();
        let now: BTreeSet<PersonId> = people.iter().map(|one| one.person.id).collect();
        if before == now {
            return Ok(());
        }
        let newcomers: Vec<_> = people.iter().filter(|one| !before.contains(&one.person.id)).collect();
        let mut left = Vec::new();
        for gone in before.difference(&now) {
            left.extend(self.store.person(*gone).await?);
        }
        let mut present: BTreeSet<Present> = known.into_iter().collect();
        present.retain(|one| one.at != *reported.conversation);
        present
            .extend(now.iter().map(|person| Present { at: reported.conversation.clone(), person: *person }));
        let mut notices = Vec::new();
        for other in link.members.iter().filter(|other| other.at != *reported.conversation) {
            let mut said = Vec::new();
            for one in &newcomers {
                let (stays, words) = self.brought(link, other, one).await?;
                if stays {
                    present.insert(Present { at: other.at.clone(), person: one.person.id });
                }
                said.push(words);
            }
            for one in &left {
                said.push(self.taken_out(link, other, one).await?);
                present.remove(&Present { at: other.at.clone(), person: one.person.id });
            }
            notices.extend(self.announcement(&other.at, &said.join(" ")));
        }
        let all: Vec<_> = link.members.iter().map(|member| member.at.clone()).collect();
        let present: Vec<_> = present.into_iter().collect();
        self.store.set_present(link.id, &all, &present, notices, self.clock.now()).await?;
        Ok(())
    }

    /// Lets somebody into another conversation of the group: whether they are there, and what is said about it.
    async fn brought(&self, link: &Link, other: &Member, one: &Represented) -> Result<(bool, String), Hold> {
        let name = entente_model::plain_person(&one.person.name);
        let Some(account) = account_in(one, &other.at.workspace) else {
            return Ok((false, format!("{name} came. Nothing stands in for them here.")));
        };
        let refused = match self.host(link, other).await? {
            Some(host) => admitted(host.as_ref(), &other.at, &account).await?,
            None => Some("nobody here may let them in".to_owned()),
        };
        Ok(match refused {
            None => (true, format!("{name} came.")),
            Some(why) => (false, format!("{name} came, and is not here: {why}.")),
        })
    }

    /// Takes somebody out of another conversation of the group: what is said about it.
    async fn taken_out(&self, link: &Link, other: &Member, one: &Represented) -> Result<String, Hold> {
        let name = entente_model::plain_person(&one.person.name);
        let Some(account) = account_in(one, &other.at.workspace) else { return Ok(format!("{name} left.")) };
        let refused = match self.host(link, other).await? {
            Some(host) => dismissed(host.as_ref(), other, &account).await?,
            None => Some("nobody here may take them out".to_owned()),
        };
        Ok(match refused {
            None => format!("{name} left."),
            Some(why) => format!("{name} left elsewhere, and is still here: {why}."),
        })
    }

    /// Whoever may change who is in a conversation of the group: the login that made it, or one that hears there.
    async fn host(&self, link: &Link, other: &Member) -> Result<Option<Arc<dyn Client>>, Hold> {
        let mirrors = self.store.mirrors(link.id).await?;
        let made = mirrors.iter().find(|mirror| mirror.workspace == other.at.workspace);
        let by = made.and_then(|mirror| match &mirror.state {
            MirrorState::Open { by } | MirrorState::Whole { by } => Some(*by),
            _ => None,
        });
        for login in by.into_iter().chain(other.listener) {
            if let Some(client) = self.client_or_hold(login).await? {
                return Ok(Some(client));
            }
        }
        Ok(None)
    }
}

/// Takes an account out; why it cannot be, if so.
async fn dismissed(
    client: &dyn Client,
    other: &Member,
    account: &AccountRef,
) -> Result<Option<String>, Hold> {
    match client.dismiss(&other.at, account).await {
        Ok(()) => Ok(None),
        Err(CallError::Retry { after }) => Err(Hold::Later(after)),
        Err(CallError::Unknown) => Err(Hold::Later(None)),
        Err(error) => Ok(Some(error.to_string())),
    }
}
