//! What was written in a channel long ago. "List user's chat messages": between two instants, in an order that is not documented, so all of
//! it passes by for each piece.

use std::time::Duration;

use entente_model::{CallError, ConversationRef};
use entente_platform::{Oldest, Piece, Span};

use crate::client::ZoomClient;
use crate::history::Window;
use crate::id::Place;
use crate::refusal;

/// The most pages of fifty that are looked at for a piece.
const PAGES: usize = 200;

impl ZoomClient {
    /// The oldest messages of a span of a channel.
    pub(crate) async fn oldest(
        &self,
        conversation: &ConversationRef,
        span: &Span,
    ) -> Result<Piece, CallError> {
        let own = self.own_id().await?;
        let place = Place::of(conversation, &own).ok_or(CallError::Gone)?;
        // Instants are taken to the second.
        let to = span.until.plus(Duration::from_secs(1));
        let window = Window { from: span.from, to: Some(to), pages: PAGES };
        let mut oldest = Oldest::new(span);
        let listed = self.each(conversation, place, &window, |snapshot| oldest.pass(snapshot)).await;
        let (gap, odd) = listed.map_err(refusal::call)?;
        Ok(oldest.piece(gap || odd))
    }
}
