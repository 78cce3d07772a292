//! What was written in a space long ago. "List Messages": the newest first, from `before` on back, answers among the rest.

use entente_model::{CallError, ConversationRef};
use entente_platform::{Oldest, Piece, Span};

use crate::client::{WebexClient, read};
use crate::wire::list::List;
use crate::wire::message::Message;
use crate::{parse, refusal};

/// A page. "List Messages": the default is 50; more is served, how much is not said.
const PAGE: &str = "100";

/// The most pages that are looked at for a piece.
const PAGES: usize = 100;

impl WebexClient {
    /// The oldest messages of a span of a space.
    pub(crate) async fn oldest(&self, room: &ConversationRef, span: &Span) -> Result<Piece, CallError> {
        let mut oldest = Oldest::new(span);
        let mut call = self.get("/messages", self.limits.read())?;
        let until = span.until.to_string();
        let asked = [("roomId", room.id.as_str()), ("before", until.as_str()), ("max", PAGE)];
        call.url.query_pairs_mut().extend_pairs(asked);
        for _ in 0..PAGES {
            let answer = self.send(call).await.map_err(refusal::call)?;
            let list: List<Message<'_>> = read(&answer)?;
            let mut past = false;
            for snapshot in list.items.iter().filter_map(|message| parse::snapshot(room, message)) {
                past |= snapshot.created_at < span.from;
                oldest.pass(snapshot);
            }
            let Some(next) = self.next_of(&answer)?.filter(|_| !past) else {
                return Ok(oldest.piece(false));
            };
            call = self.get("/messages", self.limits.read())?;
            call.url = next;
        }
        Ok(oldest.piece(true))
    }
}
