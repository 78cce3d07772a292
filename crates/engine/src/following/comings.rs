//! Who joins and leaves the channels of a link that follows it. What is compared is who is in a channel now and who was when it was
//! last looked at, which is stored: what happened while nothing ran is seen afterwards. Whoever was there when a link began to
//! follow it is nobody who came.
//!
//! Where the link tells it, the app says so in one line in the others, however many came at once. Where it mirrors membership,
//! people of ours come and go in the others, too, by the account that they have there; what a platform refuses is said there.
//! What we did is recorded with what we saw, so that it is not taken for somebody's doing when the other channel is looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use entente_model::{AccountRef, CallError, Link, Member};
use entente_platform::Client;
use entente_store::{Moved, Represented, StoreError};

use crate::authors::Author;
use crate::engine::Engine;
use crate::inbound::{Hold, refused};

/// Of more the number is told.
const NAMED: usize = 5;

/// What came of one who came or left in another channel.
enum Followed {
    /// It is done, or nothing was to be done.
    Done(Option<Moved>),
    /// It is not, for this reason.
    Refused(String),
    /// The platform cannot be asked now.
    Later,
}

impl Engine {
    /// Does in the others what follows from who has joined and left this channel since it was last looked at. `false`: not all could be
    /// done now.
    pub(super) async fn see_comings(&self, link: &Link, member: &Member) -> Result<bool, StoreError> {
        let Some(client) = self.looker(member).await else { return Ok(true) };
        let now: BTreeSet<AccountRef> = match client.channel(member.at.id.as_str()).await {
            Ok(Some(channel)) => channel.members.into_iter().collect(),
            Err(CallError::Retry { .. } | CallError::Unknown) => return Ok(false),
            Ok(None) | Err(_) => return Ok(true),
        };
        let Some(before) = self.store.attendance(&member.at).await? else {
            self.store.attend(&member.at, &now, &[], Vec::new(), self.now()).await?;
            return Ok(true);
        };
        if before == now {
            return Ok(true);
        }
        let changed: Vec<AccountRef> = now.symmetric_difference(&before).cloned().collect();
        let authors = self.authors(changed.clone()).await?;
        let targets: Vec<&Member> = link.targets(&member.at).collect();
        let (mut seen, mut whole, mut moved) = (before, true, Vec::new());
        let (mut joined, mut left) = (Vec::new(), Vec::new());
        let mut refused: Vec<Vec<String>> = vec![Vec::new(); targets.len()];
        for account in changed {
            let came = now.contains(&account);
            let author = authors.get(&account);
            if let Some(Author::Person(identity)) = author.filter(|_| link.options.membership) {
                let mut whys = Vec::with_capacity(targets.len());
                for target in &targets {
                    match self.follow_one(target, &identity.represented, came).await? {
                        Followed::Done(done) => {
                            moved.extend(done);
                            whys.push(None);
                        }
                        Followed::Refused(why) => whys.push(Some(why)),
                        Followed::Later => break,
                    }
                }
                if whys.len() < targets.len() {
                    // Whoever is not everywhere yet is looked at anew; the others are not kept waiting.
                    whole = false;
                    continue;
                }
                for (said, why) in refused.iter_mut().zip(whys) {
                    said.extend(why);
                }
            }
            if let Some(name) = author.and_then(Author::name) {
                if came { &mut joined } else { &mut left }.push(name);
            }
            if came {
                seen.insert(account);
            } else {
                seen.remove(&account);
            }
        }
        joined.sort();
        left.sort();
        let told = self.told(member, &joined, &left).filter(|_| link.options.notices);
        let lines = targets.iter().zip(refused).filter_map(|(target, refused)| {
            let said: Vec<String> = told.iter().cloned().chain(refused).collect();
            if said.is_empty() { None } else { self.announcement(&target.at, &said.join(" ")) }
        });
        self.store.attend(&member.at, &seen, &moved, lines.collect(), self.now()).await?;
        Ok(whole)
    }

    /// Lets somebody into another channel, or takes them out of it.
    async fn follow_one(
        &self,
        target: &Member,
        one: &Represented,
        came: bool,
    ) -> Result<Followed, StoreError> {
        // Who has no account there is not missing: what they say has their name in front.
        let Some(account) = one.account_in(&target.at.workspace) else { return Ok(Followed::Done(None)) };
        let there = self.store.attendance(&target.at).await?;
        if there.is_some_and(|there| there.contains(account) == came) {
            return Ok(Followed::Done(None));
        }
        let mut done = Ok(Some("nobody here may change who is in it".to_owned()));
        // What one of them is not let do, another may be.
        for host in self.hosts_of(target).await {
            done = refused(if came {
                host.admit(&target.at, account).await
            } else {
                host.dismiss(&target.at, account).await
            });
            if matches!(done, Ok(None) | Err(_)) {
                break;
            }
        }
        let name = entente_model::plain_person(&one.person.name);
        Ok(match done {
            Ok(None) => {
                Followed::Done(Some(Moved { at: target.at.clone(), account: account.clone(), there: came }))
            }
            Ok(Some(why)) => {
                self.store.count("members_not_followed", 1);
                let what =
                    if came { "could not be let in here" } else { "left elsewhere, and is still here" };
                Followed::Refused(format!("{name} {what}: {why}."))
            }
            Err(Hold::Store(error)) => return Err(error),
            Err(Hold::Later(_) | Hold::Refused { .. }) => Followed::Later,
        })
    }

    /// Those who may be let to change who is in a channel: the app, where it is a member, and whoever hears there.
    async fn hosts_of(&self, member: &Member) -> Vec<Arc<dyn Client>> {
        let site = self.sites.get(&member.at.workspace.id);
        let joins =
            site.and_then(|site| site.profile().capabilities.channels).is_some_and(|it| it.app.joins());
        let app = site.and_then(|site| site.app_login()).filter(|_| joins);
        let logins: BTreeSet<_> = app.into_iter().chain(member.listener).collect();
        let mut hosts = Vec::with_capacity(logins.len());
        for login in logins {
            hosts.extend(self.client(login).await.ok().flatten());
        }
        hosts
    }

    /// Who came and left, in a sentence.
    fn told(&self, member: &Member, joined: &[String], left: &[String]) -> Option<String> {
        let what = format!("“{}” on {}", member.name, self.platform_of(member));
        match (listed(joined), listed(left)) {
            (None, None) => None,
            (Some(joined), None) => Some(format!("{joined} joined {what}.")),
            (None, Some(left)) => Some(format!("{left} left {what}.")),
            (Some(joined), Some(left)) => Some(format!("{joined} joined {what}, and {left} left.")),
        }
    }
}

/// Names as a clause begins with them.
fn listed(names: &[String]) -> Option<String> {
    let shown = &names[..names.len().min(NAMED)];
    let more = names.len() - shown.len();
    match (shown, more) {
        ([], _) => None,
        ([only], 0) => Some(only.clone()),
        ([most @ .., last], 0) => Some(format!("{} and {last}", most.join(", "))),
        (most, more) => Some(format!("{} and {more} more", most.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_people_list_them() {
        let names: Vec<String> = ["Ada", "Bo", "Cy", "Di", "Eva", "Fay", "Gus"].map(str::to_owned).to_vec();
        assert_eq!(listed(&[]), None);
        assert_eq!(listed(&names[..1]).as_deref(), Some("Ada"));
        assert_eq!(listed(&names[..2]).as_deref(), Some("Ada and Bo"));
        assert_eq!(listed(&names[..5]).as_deref(), Some("Ada, Bo, Cy, Di and Eva"));
        assert_eq!(listed(&names).as_deref(), Some("Ada, Bo, Cy, Di, Eva and 2 more"));
    }
}
