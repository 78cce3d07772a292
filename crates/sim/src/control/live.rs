//! "Look again": what a page that shows somebody's app listens to. It carries no content, so a page that missed one has
//! lost nothing; it reads the conversation again.

use std::convert::Infallible;
use std::sync::Arc;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// Tells every listening page that a conversation changed.
#[derive(Debug, Clone)]
pub struct Live {
    sender: broadcast::Sender<Arc<str>>,
}

impl Default for Live {
    fn default() -> Self {
        Self { sender: broadcast::channel(256).0 }
    }
}

impl Live {
    /// Says that the conversation `id` changed. Costs next to nothing while nobody listens.
    pub fn say(&self, id: &Arc<str>) {
        if self.sender.receiver_count() > 0 {
            // The last listener may have left in between; nothing is lost by that.
            drop(self.sender.send(Arc::clone(id)));
        }
    }

    /// Server-sent events named `look`; the data is the conversation's id, or `all` after some were missed.
    pub fn events(&self) -> Response {
        let stream = BroadcastStream::new(self.sender.subscribe()).map(|heard| {
            let id = heard.unwrap_or_else(|_missed| Arc::from("all"));
            Ok::<_, Infallible>(Event::default().event("look").data(id))
        });
        Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
    }
}
