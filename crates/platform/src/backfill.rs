//! Reading what was written long ago, oldest first, a piece at a time. Vendors list the newest first, so whoever wants the oldest
//! lets everything pass by and keeps as much as fits; that takes more calls than reading all of it at once, and no more memory
//! however much there is.

use std::collections::BTreeMap;

use entente_model::{MessageId, Snapshot, Timestamp};

/// What of a channel is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Where all that is wanted begins; what comes before [`Span::from`] was had already. Threads may go on that began in between.
    pub since: Timestamp,
    /// What was written from this instant on.
    pub from: Timestamp,
    /// Of what was written at that very instant, only what has a later id; `None`: all of it.
    pub after: Option<MessageId>,
    /// What was written before this instant.
    pub until: Timestamp,
    /// No more messages than this, at least one.
    pub most: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Oldest first.
    pub snapshots: Vec<Snapshot>,
    /// Where to go on from, as [`Span::from`] and [`Span::after`]; always later than where this began. `None`: this was the last.
    pub next: Option<(Timestamp, Option<MessageId>)>,
    /// Whether the list had an end, ours or the vendor's, before all was seen.
    pub gap: bool,
}

/// Keeps the oldest of what passes by, in any order.
#[derive(Debug)]
pub struct Oldest<'s> {
    span: &'s Span,
    kept: BTreeMap<(Timestamp, MessageId), Snapshot>,
    /// There was more than fits.
    more: bool,
    /// From this instant on, nothing is known to be whole.
    whole_until: Option<Timestamp>,
}

impl<'s> Oldest<'s> {
    /// Of a span.
    pub fn new(span: &'s Span) -> Self {
        Self { span, kept: BTreeMap::new(), more: false, whole_until: None }
    }

    /// One message passes by. One that passes by twice counts once.
    pub fn pass(&mut self, snapshot: Snapshot) {
        let at = snapshot.created_at;
        let key = (at, snapshot.message.at.id.clone());
        let had = at == self.span.from && self.span.after.as_ref().is_some_and(|after| key.1 <= *after);
        if snapshot.deleted || had || at < self.span.from || at >= self.until() {
            return;
        }
        self.kept.insert(key, snapshot);
        if self.kept.len() > self.span.most {
            self.kept.pop_last();
            self.more = true;
        }
    }

    /// Whether something written at this instant would be kept.
    pub fn wants(&self, at: Timestamp) -> bool {
        let newest = self.kept.last_key_value().map(|((at, _), _)| *at).filter(|_| self.more);
        at < self.until() && newest.is_none_or(|newest| at <= newest)
    }

    /// What was written from this instant on is left for another time, because not all of it was looked at.
    pub fn whole_until(&mut self, at: Timestamp) {
        self.whole_until = Some(self.whole_until.map_or(at, |before| before.min(at)));
        self.kept.retain(|(written, _), _| *written < at);
    }

    /// What was kept.
    pub fn piece(self, gap: bool) -> Piece {
        let last = self.kept.last_key_value().map(|((at, id), _)| (*at, Some(id.clone())));
        let next = match (self.whole_until, self.more) {
            (Some(at), _) => Some((at, None)),
            (None, true) => last,
            (None, false) => None,
        };
        Piece { snapshots: self.kept.into_values().collect(), next, gap }
    }

    fn until(&self) -> Timestamp {
        self.whole_until.map_or(self.span.until, |whole| whole.min(self.span.until))
    }
}

#[cfg(test)]
mod tests {
    use entente_model::{AccountRef, Body, ConversationRef, Message, MessageRef, WorkspaceRef};

    use super::*;

    fn written(at: i64, id: &str) -> Snapshot {
        let workspace = WorkspaceRef { platform: "p".into(), id: "w".into() };
        let conversation = ConversationRef { workspace: workspace.clone(), id: "c".into() };
        let message = Message {
            at: MessageRef { conversation, id: id.into() },
            thread: None,
            author: AccountRef { workspace, id: "a".into() },
            body: Body::text(id),
            files: Vec::new(),
            unsupported: Vec::new(),
        };
        Snapshot { message, created_at: Timestamp(at), edited_at: None, deleted: false, reactions: None }
    }

    fn span(from: i64, after: Option<&str>, most: usize) -> Span {
        let from = Timestamp(from);
        Span { since: Timestamp(0), from, after: after.map(MessageId::from), until: Timestamp(10), most }
    }

    /// What remains of these messages, by id, and where one goes on.
    fn kept(span: &Span, all: &[(i64, &str)]) -> (Vec<String>, Option<(i64, Option<String>)>) {
        let mut oldest = Oldest::new(span);
        for (at, id) in all {
            oldest.pass(written(*at, id));
        }
        let piece = oldest.piece(false);
        let ids = piece.snapshots.iter().map(|one| one.message.at.id.to_string()).collect();
        (ids, piece.next.map(|(at, id)| (at.0, id.map(|id| id.to_string()))))
    }

    #[test]
    fn piece_by_piece_everything_is_had_once() {
        let all = [(11, "z"), (9, "f"), (7, "e"), (7, "d"), (7, "c"), (5, "b"), (2, "a"), (5, "b")];
        let (mut had, mut at) = (Vec::new(), (3, None));
        for _ in 0..9 {
            let (ids, next) = kept(&span(at.0, at.1.as_deref(), 2), &all);
            assert!(ids.len() <= 2);
            had.extend(ids);
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        assert_eq!(had, ["b", "c", "d", "e", "f"]);
    }

    #[test]
    fn what_was_not_looked_at_is_left_for_another_time() {
        let wanted = span(3, None, 3);
        let mut oldest = Oldest::new(&wanted);
        for (at, id) in [(4, "a"), (5, "b"), (6, "c")] {
            oldest.pass(written(at, id));
        }
        assert!(oldest.wants(Timestamp(9)), "there may be room");
        oldest.pass(written(7, "d"));
        assert!(!oldest.wants(Timestamp(7)) && oldest.wants(Timestamp(6)));
        oldest.whole_until(Timestamp(6));
        oldest.pass(written(8, "e"));
        oldest.pass(Snapshot { deleted: true, ..written(3, "gone") });
        let piece = oldest.piece(false);
        assert_eq!(piece.snapshots.len(), 2);
        assert_eq!(piece.next, Some((Timestamp(6), None)));
    }
}
