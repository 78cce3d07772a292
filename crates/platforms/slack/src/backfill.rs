//! What was written in a channel long ago. "conversations.history" lists the newest first, from `latest` on back, without
//! answers; those are asked for thread by thread ("conversations.replies"), so there are only so many threads to a piece.
//! Threads go on long after they began: those are looked through, too, whose root is older than the piece, as far back as the
//! whole span goes and to the end of that page. An answer to what is older still is not found.

use std::collections::BTreeMap;

use entente_model::{CallError, ConversationRef, Timestamp};
use entente_platform::{Oldest, Piece, Span};

use crate::client::{SlackClient, read};
use crate::history::message;
use crate::wire::answer::next;
use crate::wire::message::{Message, Messages};
use crate::{id, parse};

/// A page. "conversations.history": 999 at most.
const PAGE: &str = "500";

/// The most pages that are looked at for a piece, and of a thread.
const PAGES: usize = 60;

/// The most threads that began in a piece; with more it ends before the next.
const THREADS: usize = 25;

impl SlackClient {
    /// The oldest messages of a span of a channel.
    pub(crate) async fn oldest(&self, channel: &ConversationRef, span: &Span) -> Result<Piece, CallError> {
        let mut oldest = Oldest::new(span);
        // Those that were answered in the span or later, by when they began.
        let mut threads: BTreeMap<Timestamp, String> = BTreeMap::new();
        let latest = id::ts(span.until);
        let mut cursor: Option<String> = None;
        let mut gap = true;
        for _ in 0..PAGES {
            let mut arguments = vec![("channel", channel.id.as_str()), ("latest", &latest), ("limit", PAGE)];
            arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let answer = self.send(self.reading("conversations.history", &arguments)).await?;
            let page: Messages<'_> = read(&answer)?;
            let mut past = false;
            for (message, at) in page.messages.iter().filter_map(|raw| message(raw)) {
                past |= at < span.since;
                let answered = message.latest_reply.as_ref().and_then(|ts| id::written(ts));
                if answered.is_some_and(|answered| answered >= span.from) {
                    threads.insert(at, id::ts(at));
                }
                pass(&mut oldest, channel, &message);
            }
            cursor = next(page.response_metadata);
            if past || cursor.is_none() {
                gap = false;
                break;
            }
        }
        let mut begun = 0;
        for (at, root) in threads {
            if at >= span.from {
                if !oldest.wants(at) {
                    break;
                }
                if begun == THREADS {
                    oldest.whole_until(at);
                    break;
                }
                begun += 1;
            }
            match self.oldest_answers(channel, &root, span, &mut oldest).await {
                Ok(short) => gap |= short,
                // What is whole by now need not wait for the rest.
                Err(CallError::Retry { .. }) if begun > 1 => {
                    oldest.whole_until(at);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(oldest.piece(gap))
    }

    /// Has the answers of a thread pass by, and tells whether the pages did not suffice.
    async fn oldest_answers(
        &self,
        channel: &ConversationRef,
        root: &str,
        span: &Span,
        oldest: &mut Oldest<'_>,
    ) -> Result<bool, CallError> {
        let (from, until) = (id::ts(Timestamp(span.from.0 - 1)), id::ts(span.until));
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut arguments = vec![
                ("channel", channel.id.as_str()),
                ("ts", root),
                ("oldest", &from),
                ("latest", &until),
                ("limit", PAGE),
            ];
            arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            // The thread may have gone meanwhile.
            let Some(answer) = self.find(self.reading("conversations.replies", &arguments)).await? else {
                return Ok(false);
            };
            let page: Messages<'_> = read(&answer)?;
            for (message, _) in page.messages.iter().filter_map(|raw| message(raw)) {
                pass(oldest, channel, &message);
            }
            cursor = next(page.response_metadata);
            if cursor.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A message passes by if somebody said it.
fn pass(oldest: &mut Oldest<'_>, channel: &ConversationRef, message: &Message<'_>) {
    if parse::is_said(message)
        && let Some(snapshot) = parse::snapshot(channel, message)
    {
        oldest.pass(snapshot);
    }
}
