//! Who joins and leaves the channels of a link that tells it: one line by the app in the others, however many come at once. What
//! is compared is who is in a channel now and who was when it was last looked at. That is kept in memory only: who comes while
//! nothing runs is not told, which nobody misses.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use entente_model::{AccountRef, CallError, Link, Member};
use entente_store::StoreError;

use crate::authors::Author;
use crate::engine::Engine;

/// Of more the number is told.
const NAMED: usize = 5;

impl Engine {
    /// Tells the others who has joined and left this channel since it was last looked at. `false`: it could not be asked now.
    pub(super) async fn tell_comings(&self, link: &Link, member: &Member) -> Result<bool, StoreError> {
        let Some(client) = self.looker(member).await else { return Ok(true) };
        let now: BTreeSet<AccountRef> = match client.channel(member.at.id.as_str()).await {
            Ok(Some(channel)) => channel.members.into_iter().collect(),
            Err(CallError::Retry { .. } | CallError::Unknown) => return Ok(false),
            Ok(None) | Err(_) => return Ok(true),
        };
        let before = {
            let mut known = self.following.members.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(member.at.clone(), now.clone())
        };
        let Some(before) = before else { return Ok(true) };
        let joined = self.named(now.difference(&before)).await?;
        let left = self.named(before.difference(&now)).await?;
        let what = format!("“{}” on {}", member.name, self.platform_of(member));
        let text = match (listed(&joined), listed(&left)) {
            (None, None) => return Ok(true),
            (Some(joined), None) => format!("{joined} joined {what}."),
            (None, Some(left)) => format!("{left} left {what}."),
            (Some(joined), Some(left)) => format!("{joined} joined {what}, and {left} left."),
        };
        let plans =
            link.targets(&member.at).filter_map(|target| self.announcement(&target.at, &text)).collect();
        self.store.plan(plans, self.now()).await?;
        Ok(true)
    }

    /// Nobody is told of from here on until the channel was looked at anew.
    pub(super) fn forget_members(&self, member: &Member) {
        self.following.members.lock().unwrap_or_else(PoisonError::into_inner).remove(&member.at);
    }

    /// The names of people; bots and strangers are left out.
    async fn named(&self, accounts: impl Iterator<Item = &AccountRef>) -> Result<Vec<String>, StoreError> {
        let authors = self.authors(accounts.cloned().collect()).await?;
        let mut names: Vec<String> = authors.values().filter_map(Author::name).collect();
        names.sort();
        Ok(names)
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
