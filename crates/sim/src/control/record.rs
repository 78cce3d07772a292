//! How a call gets into the ledger, and how a fault gets its name beside it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::clock::{Clock, iso_millis};
use crate::faults::Struck;
use crate::ledger::{Entry, Ledger};

/// What a handler says about its call for the ledger, as an extension of its response.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Who called; see [`Entry::who`].
    pub who: Arc<str>,
    /// What changed; see [`Entry::change`].
    pub change: Value,
    /// Whether the call is left out of the ledger although it is one on a vendor's path.
    pub skip: bool,
}

/// An answer that waits for something before it leaves, as an extension of the response: a notification that overtakes
/// the answer to the call that caused it. What is waited for must end by itself.
#[derive(Clone)]
pub struct Hold(Arc<Mutex<Option<BoxFuture<'static, ()>>>>);

/// An answer that waits for notifications leaves after this long in any case.
const LONGEST_HOLD: Duration = Duration::from_millis(500);

impl Hold {
    /// Holds the answer until `until` is done.
    pub fn until(until: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(until.boxed()))))
    }

    /// Holds the answer until these notifications were answered, or time is over.
    fn notified(first: Vec<oneshot::Receiver<()>>) -> Self {
        Self::until(async move {
            let all = futures_util::future::join_all(first);
            // The answer leaves both times.
            drop(tokio::time::timeout(LONGEST_HOLD, all).await);
        })
    }
}

impl Mark {
    /// The response with this said about it; it leaves after these notifications, if there are any.
    pub fn on(self, mut response: Response, first: Vec<oneshot::Receiver<()>>) -> Response {
        response.extensions_mut().insert(self);
        if !first.is_empty() {
            response.extensions_mut().insert(Hold::notified(first));
        }
        response
    }
}

#[derive(Debug, Clone)]
pub(super) struct Recorder {
    pub(super) clock: Clock,
    pub(super) ledger: Arc<Ledger>,
}

/// Where the record of this call stands in the ledger; 0 while it is not there.
#[derive(Debug, Clone, Default)]
struct Place(Arc<AtomicU64>);

/// Innermost: one entry per call on a vendor's path, and per call on a control path that changed something.
pub(super) async fn record(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let place = request.extensions().get::<Place>().cloned();
    let mut response = next.run(request).await;
    let mark = response.extensions_mut().remove::<Mark>();
    let skip = match &mark {
        Some(mark) => mark.skip,
        None => path.starts_with("/_sim"),
    };
    if skip {
        return response;
    }
    let mark = mark.unwrap_or_else(|| Mark { who: Arc::from(""), change: Value::Null, skip: false });
    let number = recorder.ledger.append(Entry {
        number: 0,
        at: iso_millis(recorder.clock.now()),
        method,
        path,
        status: response.status().as_u16(),
        who: mark.who.as_ref().to_owned(),
        change: mark.change,
        fault: None,
    });
    if let Some(place) = place {
        place.0.store(number, Ordering::Release);
    }
    response
}

/// Keeps an answer back as long as its handler asked for.
pub(super) async fn hold(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(hold) = response.extensions_mut().remove::<Hold>() {
        let until = hold.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(until) = until {
            until.await;
        }
    }
    response
}

/// Outside the faults: names the fault beside the call's entry, or makes an entry for a call that had no effect. A
/// broken connection has no status, which reads 0.
pub(super) async fn name_faults(
    State(recorder): State<Recorder>,
    mut request: Request,
    next: Next,
) -> Response {
    let place = Place::default();
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(place.clone());
    let response = next.run(request).await;
    let Some(Struck(fault)) = response.extensions().get::<Struck>().cloned() else {
        return response;
    };
    match place.0.load(Ordering::Acquire) {
        0 => {
            let status = if response.status().is_success() { 0 } else { response.status().as_u16() };
            recorder.ledger.append(Entry {
                number: 0,
                at: iso_millis(recorder.clock.now()),
                method,
                path,
                status,
                who: String::new(),
                change: Value::Null,
                fault: Some(fault),
            });
        }
        number => recorder.ledger.name_fault(number, fault),
    }
    response
}
