//! Takes webhooks as the product's own address does: proves them, answers hand-shakes, keeps what they report.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::sync::{Mutex, mpsc};

use super::World;
use crate::{Checked, Head, Hook, Item, Receiver, Unverified};

/// How long a report may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// A webhook as it came.
#[derive(Debug, Clone)]
pub(super) struct Came {
    pub(super) channel: String,
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Came {
    pub(super) fn hook(&self) -> Hook<Unverified> {
        let Self { channel, query, headers, body } = self.clone();
        Hook::new(channel, query, headers, body)
    }
}

/// What has come in.
pub(super) struct Ear {
    pub(super) receiver: Arc<dyn Receiver>,
    came: Mutex<mpsc::UnboundedReceiver<(Came, Item)>>,
}

impl Ear {
    /// Listens at the world's callback.
    pub(super) async fn open(world: &dyn World) -> Self {
        let receiver = world.platform().receiver(&world.site(), world.secrets().await).expect("good secrets");
        let (heard, came) = mpsc::unbounded_channel();
        let now = world.now();
        let taking = Arc::clone(&receiver);
        world.hear(Router::new().fallback(move |request: Request| {
            let (receiver, heard) = (Arc::clone(&taking), heard.clone());
            async move { take(&*receiver, &heard, now, request).await }
        }));
        Self { receiver, came: Mutex::new(came) }
    }

    /// The next report about a message, with the webhook that brought it.
    pub(super) async fn head(&self) -> (Came, Head) {
        let mut came = self.came.lock().await;
        loop {
            let next = tokio::time::timeout(PATIENCE, came.recv()).await;
            match next.expect("nothing was reported in time").expect("the address is open") {
                (came, Item::Head(head)) => return (came, head),
                (_, Item::Malformed { reason, .. }) => panic!("a report cannot be read: {reason}"),
                _ => {}
            }
        }
    }
}

async fn take(
    receiver: &dyn Receiver,
    heard: &mpsc::UnboundedSender<(Came, Item)>,
    now: entente_model::Timestamp,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let came = Came {
        channel: parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: to_bytes(body, 1 << 20).await.expect("a short body"),
    };
    let hook = match receiver.check(came.hook(), now) {
        Ok(Checked::Answer(answer)) => return answer.map(Body::from),
        Ok(Checked::Deliver(hook)) => hook,
        Err(refused) => panic!("a report of the simulator was refused: {refused}"),
    };
    for item in receiver.heads(&hook) {
        // Nobody listens any more once the scenario is over.
        let _ = heard.send((came.clone(), item));
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = if hook.body.is_empty() { StatusCode::OK } else { receiver.thanks() };
    response
}
