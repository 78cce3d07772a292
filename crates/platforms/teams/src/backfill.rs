//! What was written in a channel long ago, by the app's right. Graph: "List channel messages": threads by the latest thing that happened
//! in them, answers with them, and no way to begin anywhere but with the newest.

use entente_model::{CallError, ConversationRef};
use entente_platform::{Call, Oldest, Piece, Span};
use http::Method;

use crate::channels::{TOP, in_thread, messages, stirred};
use crate::client::GraphClient;
use crate::id;
use crate::wire::list::List;
use crate::wire::message::ChatMessage;

/// The most pages that are looked at for a piece: one call a second in a channel.
const PAGES: usize = 90;

impl GraphClient {
    /// The oldest messages of a span of a channel.
    pub(crate) async fn oldest(&self, channel: &ConversationRef, span: &Span) -> Result<Piece, CallError> {
        let (team, inside) = id::channel(&channel.id).ok_or(CallError::Gone)?;
        let path = messages(team, inside, &format!("?$top={TOP}&$expand=replies"));
        let mut call = self.call(Method::GET, &path, self.limits.read(inside));
        let mut oldest = Oldest::new(span);
        for _ in 0..PAGES {
            let page: List<ChatMessage> = self.page(call).await?;
            // A reaction may bring a thread to the front, too, and is not told with a time, so one that looks old says nothing of
            // those behind it.
            let old = |root: &ChatMessage| stirred(root).is_some_and(|latest| latest < span.from);
            let past = !page.value.is_empty() && page.value.iter().all(old);
            for root in &page.value {
                for (_, snapshot) in in_thread(channel, root) {
                    oldest.pass(snapshot);
                }
            }
            let Some(next) = page.next.filter(|_| !past) else { return Ok(oldest.piece(false)) };
            call = Call { limits: self.limits.read(inside), ..Call::new(Method::GET, self.follow(&next)?) };
        }
        Ok(oldest.piece(true))
    }
}
