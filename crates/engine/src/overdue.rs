//! What waits for longer than a sender is left without word, in an operator's terms: from whom, to whom, where to, since
//! when, and why. Names of people and workspaces, never a message.

use entente_store::{LaneKey, StoreError, What};

use crate::engine::Engine;
use crate::reason::Reason;

/// Messages that wait in one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// Who wrote them, by name; `None` where that is nobody in particular.
    pub from: Option<String>,
    /// To whom, by name.
    pub to: Option<String>,
    /// The name of the workspace where they should arrive.
    pub workspace: String,
    /// How many.
    pub messages: u64,
    /// When the first of them was reported.
    pub since: entente_model::Timestamp,
    /// Why the first of them waits, as a clause.
    pub why: String,
    /// Whether the conversation stands until a person acts.
    pub stands: bool,
}

impl Engine {
    /// Conversations in which something waits for longer than [`crate::Tuning::tell_after`], at most `limit`, the oldest
    /// first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn overdue(&self, limit: usize) -> Result<Vec<Overdue>, StoreError> {
        let mut all = Vec::new();
        for news in self.store.late(self.now().minus(self.tuning.tell_after), limit).await? {
            let What::Waits { about, reason, stands } = news.what else { continue };
            let target = crate::outbound::target(&news.lane);
            let configured = target.is_some_and(|target| self.sites.get(&target.id).is_some());
            let why = if configured {
                Reason::for_operators(&reason)
            } else {
                "its workspace is not in the configuration"
            };
            let (from, to) = match &news.lane {
                LaneKey::Direct(pair, target) => self.ends(*pair, target).await?,
                _ => (None, None),
            };
            all.push(Overdue {
                from,
                to,
                workspace: target.map(|target| target.id.to_string()).unwrap_or_default(),
                messages: about.messages,
                since: about.since,
                why: why.to_owned(),
                stands,
            });
        }
        Ok(all)
    }

    /// The names of those who write to a workspace and who read there.
    async fn ends(
        &self,
        pair: entente_model::Pair,
        target: &entente_model::WorkspaceRef,
    ) -> Result<(Option<String>, Option<String>), StoreError> {
        let Some(people) = self.store.pair(pair).await? else { return Ok((None, None)) };
        let [one, other] = people.map(|represented| represented.person);
        let at_home = |person: &entente_model::Person| {
            person.primary.as_ref().is_some_and(|primary| primary.account.workspace == *target)
        };
        let (from, to) = if at_home(&one) { (other, one) } else { (one, other) };
        Ok((Some(from.name), Some(to.name)))
    }
}
