//! Waiting a little for reactions where a line of text is to stand for them. Only their reports wait, in the inbox, where they
//! are safe; what else is reported meanwhile goes on.

use std::time::Duration;

use entente_model::{ConversationRef, MessageId, Pair, Timestamp, WorkspaceRef};
use entente_platform::Reactions;
use entente_store::{Arrived, Report, Seen, StoreError};

use crate::compare;
use crate::engine::Engine;
use crate::sites::Workspace;

/// How long changes are gathered where a line of text is to stand for them: what people try out and take back is not worth
/// an edit, of which such a platform has few.
const GATHER: Duration = Duration::from_secs(5);

impl Engine {
    /// These reports without those of reactions that shall still be gathered, and when the first of those is due. Only
    /// reports of reactions wait, and nothing waits for them.
    pub(super) async fn gathered(
        &self,
        workspace: &Workspace,
        conversation: &ConversationRef,
        arrivals: Vec<Arrived>,
    ) -> Result<(Vec<Arrived>, Option<Timestamp>), StoreError> {
        let now = self.clock.now();
        let due = |arrival: &Arrived| {
            let at = arrival.accepted_at.plus(GATHER);
            (arrival.report == Report::Reacted && now < at).then_some(at)
        };
        if !arrivals.iter().any(|arrival| due(arrival).is_some()) {
            return Ok((arrivals, None));
        }
        let ids: Vec<MessageId> = arrivals.iter().map(|arrival| arrival.message.id.clone()).collect();
        let known = self.store.known(conversation, &ids).await?;
        let pair = known.conversation.and_then(|known| known.pair);
        let lines = match known.link {
            Some(link) => self.lines_in_link(conversation, link).await?,
            None => self.shown_as_lines(conversation, pair).await?,
        };
        if !lines {
            return Ok((arrivals, None));
        }
        let (mut first, mut others) = (None, Vec::with_capacity(arrivals.len()));
        for (arrival, seen) in arrivals.into_iter().zip(known.seen) {
            match due(&arrival).filter(|_| !tells_more(workspace, &arrival, seen)) {
                Some(at) => first = Some(first.map_or(at, |first: Timestamp| first.min(at))),
                None => others.push(arrival),
            }
        }
        Ok((others, first))
    }

    /// Whether reactions in this conversation of a pair can be shown to the other one as a line only.
    async fn shown_as_lines(
        &self,
        conversation: &ConversationRef,
        pair: Option<Pair>,
    ) -> Result<bool, StoreError> {
        let people = match pair {
            Some(pair) => self.store.pair(pair).await?,
            None => None,
        };
        let primaries = people.iter().flatten().filter_map(|represented| represented.person.primary.as_ref());
        let cannot = |workspace: &WorkspaceRef| {
            let platform = self.registry.get(&workspace.platform);
            platform.is_some_and(|it| matches!(it.profile().capabilities.reactions, Reactions::Never(_)))
        };
        Ok(primaries
            .map(|primary| &primary.account.workspace)
            .any(|workspace| *workspace != conversation.workspace && cannot(workspace)))
    }
}

/// Whether a report tells of more than reactions, where both are told alike.
fn tells_more(workspace: &Workspace, arrival: &Arrived, seen: Option<Seen>) -> bool {
    let told = arrival.body.as_ref().map(|body| workspace.receiver().open(&arrival.message, body));
    match told {
        None => false,
        Some(Ok(told)) => told.deleted || seen.is_none_or(|seen| compare::version(&told) > seen.version),
        Some(Err(_)) => true,
    }
}
