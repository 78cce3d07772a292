//! Which messages come late: reported only after newer ones of the same conversation were passed on, as when a platform
//! repeats a report for hours. They are passed on all the same, out of order, and counted.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use entente_model::{ConversationRef, Timestamp};

/// Of so many conversations the newest message is remembered; then it begins anew.
const REMEMBERED: usize = 50_000;

/// The newest messages that were passed on, by conversation and by the platform's clock. A hint for one process: after a
/// start, only where the conversation's history is read it is known what came before.
#[derive(Debug, Default)]
pub(crate) struct Newest {
    conversations: Mutex<HashMap<ConversationRef, Timestamp>>,
}

impl Newest {
    /// A message written at `at` is passed on. `true`: it comes late, because a newer one was, or because the conversation
    /// has been read further than that.
    pub(crate) fn passes(
        &self,
        conversation: &ConversationRef,
        at: Timestamp,
        read_until: Option<Timestamp>,
    ) -> bool {
        let mut conversations = self.conversations.lock().unwrap_or_else(PoisonError::into_inner);
        let before = conversations.get(conversation).copied().max(read_until);
        if before.is_some_and(|before| at < before) {
            return true;
        }
        if conversations.len() >= REMEMBERED {
            conversations.clear();
        }
        conversations.insert(conversation.clone(), at);
        false
    }
}

#[cfg(test)]
mod tests {
    use entente_model::WorkspaceRef;

    use super::*;

    #[test]
    fn late_is_what_is_older_than_what_was_passed_on_or_read() {
        let newest = Newest::default();
        let workspace = WorkspaceRef { platform: "p".into(), id: "w".into() };
        let room = |id: &str| ConversationRef { workspace: workspace.clone(), id: id.into() };
        let passes = |id, at, read: Option<i64>| newest.passes(&room(id), Timestamp(at), read.map(Timestamp));
        assert!(!passes("a", 5, None));
        assert!(!passes("a", 5, None), "two at the same instant have no order");
        assert!(passes("a", 4, None));
        assert!(!passes("b", 4, None), "elsewhere it is another matter");
        assert!(passes("c", 4, Some(5)));
        assert!(!passes("a", 6, Some(5)));
    }
}
