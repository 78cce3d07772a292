//! Links that reach back before they were made. Whether what was written can be read is found out before the link is made; reading
//! it, once it is, is asked for like anything else that may have been missed.

use std::time::Duration;

use entente_model::{Backfill, CallError, Link, Member, Timestamp};
use entente_platform::Span;

use super::{Wanted, refused};
use crate::listening::look;
use crate::{Engine, EngineError};

impl Engine {
    /// Whoever hears in each channel that is there can read what was written in it, as far as the link is to reach back.
    pub(super) async fn can_reach_back(
        &self,
        wanted: &Wanted,
        members: &[Member],
    ) -> Result<(), EngineError> {
        if wanted.options.history == 0 {
            return Ok(());
        }
        let until = self.now();
        let since = until.minus(days(wanted));
        for member in giving(wanted, members) {
            let workspace = &member.at.workspace.id;
            let Some(listener) = member.listener else { continue };
            let unread = |why: &str| {
                let why = format!(
                    "what was written in “{}” before cannot be read: {why}; link it without `history`",
                    member.name
                );
                refused(workspace, &why)
            };
            let Some(client) = self.client(listener).await? else {
                return Err(unread("the account that hears there is not set up any more"));
            };
            let span = Span { since, from: since, after: None, until, most: 1 };
            match client.backfill(&member.at, &span).await {
                Ok(_) => {}
                Err(CallError::Reject(why)) => return Err(unread(&why)),
                Err(error @ (CallError::Gone | CallError::Lacks(_) | CallError::Reauthorize)) => {
                    return Err(unread(&error.to_string()));
                }
                Err(error) => return Err(EngineError::Call { workspace: workspace.clone(), error }),
            }
        }
        Ok(())
    }

    /// Has what was written before be passed on, where any of it is left.
    pub(super) async fn reach_back(&self, link: &Link) -> Result<(), EngineError> {
        let owed = link.members.iter().filter(|member| member.backfill.is_some());
        let looks: Vec<_> =
            owed.filter_map(|member| Some(look(member.at.clone(), member.listener?))).collect();
        if !looks.is_empty() {
            self.store.accept(looks, self.now()).await?;
        }
        Ok(())
    }
}

/// The channels of a link that is made at this instant, with what is to be passed on of each.
pub(super) fn reaching_back(wanted: &Wanted, mut members: Vec<Member>, made_at: Timestamp) -> Vec<Member> {
    if wanted.options.history > 0 {
        let at = made_at.minus(days(wanted));
        let giving: Vec<_> = giving(wanted, &members).map(|member| member.at.clone()).collect();
        for member in members.iter_mut().filter(|member| giving.contains(&member.at)) {
            member.backfill = Some(Backfill { at, message: None, told: None });
        }
    }
    members
}

/// The channels in which something may have been written before that goes to the others.
fn giving<'a>(wanted: &'a Wanted, members: &'a [Member]) -> impl Iterator<Item = &'a Member> {
    let both = wanted.channels.iter().zip(members);
    both.filter(|(asked, member)| !asked.new && member.flow.gives()).map(|(_, member)| member)
}

fn days(wanted: &Wanted) -> Duration {
    Duration::from_hours(24 * u64::from(wanted.options.history))
}

#[cfg(test)]
mod tests {
    use entente_model::LONGEST_HISTORY;

    use crate::telling::KEEP_SEEN;

    use super::*;

    /// Else what an earlier link made would be taken for somebody's own words.
    #[test]
    fn what_we_wrote_is_known_for_longer_than_any_link_reaches_back() {
        assert!(KEEP_SEEN > Duration::from_hours(24 * u64::from(LONGEST_HISTORY)));
    }
}
