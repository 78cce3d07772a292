//! A message as it is now, compared with what is known of it. Repeats, late news and missed news are one case here.

use entente_model::{Message, Snapshot, Timestamp};
use entente_store::Seen;

use crate::planted::{Bug, planted};

/// What a snapshot means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nobody has seen it before, or nothing of it is to be seen, because it said nothing so far.
    New,
    /// It says something else than when it was last seen.
    Edited,
    /// It is gone, and was not when it was last seen.
    Deleted,
    /// Nothing that concerns anybody has changed.
    Same,
    /// It was gone before it was ever seen.
    NeverSeen,
    /// We wrote it; what happens to it is not passed on.
    Ours,
}

/// The version of a snapshot: when its text was last changed, or when it was written.
pub(crate) fn version(snapshot: &Snapshot) -> Timestamp {
    snapshot.edited_at.unwrap_or(snapshot.created_at)
}

/// Whether there is nothing in a message that anybody could see.
pub(crate) fn says_nothing(message: &Message) -> bool {
    message.body.is_empty() && message.files.is_empty() && message.unsupported.is_empty()
}

/// Compares.
pub(crate) fn compare(snapshot: &Snapshot, seen: Option<Seen>) -> Verdict {
    let seen = seen.filter(|seen| seen.ours || !planted(Bug::ForgetSeen));
    match seen {
        Some(Seen { ours: true, .. }) => Verdict::Ours,
        Some(Seen { deleted: true, .. }) => Verdict::Same,
        None if snapshot.deleted => Verdict::NeverSeen,
        None => Verdict::New,
        Some(_) if snapshot.deleted => Verdict::Deleted,
        Some(seen) if version(snapshot) > seen.version => {
            if seen.silent {
                Verdict::New
            } else {
                Verdict::Edited
            }
        }
        Some(_) => Verdict::Same,
    }
}

#[cfg(test)]
mod tests;
