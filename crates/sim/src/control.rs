//! The control paths under `/_sim` that every simulator has, and the layers around the vendor's paths that feed them.
//!
//! Generic over the simulator's switches. From the outside in, [`Control::mount`] wraps a vendor's router in: the
//! date of every answer, answers for browsers on another port, naming of faults in the ledger, the faults themselves, answers that are held back on
//! purpose, and the record of every call. The order matters: a fault that swallows an answer is outside the record, so
//! that the effect behind it is still on record; and an answer that waits for a notification is on record before it waits.
//!
//! | path | what |
//! | --- | --- |
//! | `POST /_sim/faults` | replaces the rules: a JSON array of [`Rule`]s |
//! | `GET /_sim/faults` | `[{"rule": {…}, "struck": 3}]` |
//! | `GET /_sim/ledger?after=0&max=1000` | `{"items": [entry…], "length": 42}` |
//! | `GET /_sim/switches`, `POST /_sim/switches` | all switches; a partial object changes those it names |
//! | `GET /_sim/endpoints` | `[{"method": "GET", "path": "/v1/people/{personId}"}]`, see [`endpoints`] |
//! | `POST /_sim/shapes` | `{"watch": true, "rename": [{"method", "paths": […], "except": […], "field"}]}`: from now on the fields of answers are kept, and some are called something else |
//! | `GET /_sim/shapes` | `[{"method", "path", "fields": […]}]` |
//! | `GET /_sim/live` | server-sent events `look`, whose data is the id of the conversation that changed |

use std::future::{Ready, ready};
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Query, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::{Clock, iso_millis};
use crate::faults::{Faults, Rule, interfere};
use crate::ledger::{Entry, Ledger};

mod browser;
mod consent;
mod live;
mod record;
mod shapes;

pub use consent::Consent;
pub use live::Live;
pub use record::{Hold, Mark};
pub use shapes::Shapes;

/// The switches of a simulator: read by every call, changed at run time.
#[derive(Debug)]
pub struct Board<S>(Arc<RwLock<Arc<S>>>);

impl<S> Clone for Board<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> Board<S> {
    /// A board that shows `switches`.
    pub fn new(switches: S) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(switches))))
    }

    /// The switches as they stand.
    pub fn get(&self) -> Arc<S> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces all switches.
    pub fn set(&self, switches: S) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(switches);
    }
}

impl<S: Serialize + DeserializeOwned> Board<S> {
    /// Changes the switches that `change` names, nested objects included; all or none.
    ///
    /// # Errors
    /// Why the result would not be switches, e.g. an unknown name.
    pub fn merge(&self, change: Value) -> Result<(), serde_json::Error> {
        let mut board = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut all = serde_json::to_value(&**board)?;
        overlay(&mut all, change);
        *board = Arc::new(serde_json::from_value(all)?);
        Ok(())
    }
}

fn overlay(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (name, value) in above {
                overlay(below.entry(name).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above,
    }
}

/// What the control paths of one simulator work on.
#[derive(Debug)]
pub struct Control<S> {
    /// The simulator's clock, for entries made here.
    pub clock: Clock,
    /// Every call in order.
    pub ledger: Arc<Ledger>,
    /// What goes wrong.
    pub faults: Faults,
    /// The unverified facts.
    pub board: Board<S>,
    /// Who wants to hear that something changed.
    pub live: Live,
    /// What answers look like.
    pub shapes: Shapes,
}

impl<S> Control<S> {
    /// With nothing recorded yet and nothing wrong.
    pub fn new(clock: Clock, seed: u64, switches: S) -> Self {
        Self {
            clock,
            ledger: Arc::new(Ledger::default()),
            faults: Faults::new(seed),
            board: Board::new(switches),
            live: Live::default(),
            shapes: Shapes::default(),
        }
    }
}

impl<S> Control<S> {
    /// An entry in the ledger for something that no call did.
    pub fn note(&self, kind: &str, mut change: Value) {
        change["kind"] = kind.into();
        self.ledger.append(Entry {
            number: 0,
            at: iso_millis(self.clock.now()),
            method: "SIM".to_owned(),
            path: String::new(),
            status: 0,
            who: String::new(),
            change,
            fault: None,
        });
    }
}

impl<S> Clone for Control<S> {
    fn clone(&self) -> Self {
        Self {
            clock: self.clock,
            ledger: Arc::clone(&self.ledger),
            faults: self.faults.clone(),
            board: self.board.clone(),
            live: self.live.clone(),
            shapes: self.shapes.clone(),
        }
    }
}

impl<S: Serialize + DeserializeOwned + Send + Sync + 'static> Control<S> {
    /// Everything of a simulator around `vendor`, which answers the vendor's paths and the simulator's own `/_sim` ones.
    pub fn mount(&self, vendor: Router) -> Router {
        use axum::middleware::{from_fn, from_fn_with_state};
        let recorder = record::Recorder { clock: self.clock, ledger: Arc::clone(&self.ledger) };
        vendor
            .merge(self.routes())
            .layer(from_fn_with_state(recorder.clone(), record::record))
            .layer(from_fn(record::hold))
            .layer(from_fn_with_state(self.faults.clone(), interfere))
            .layer(from_fn_with_state(recorder, record::name_faults))
            .layer(from_fn(browser::allow))
            .layer(from_fn_with_state(self.shapes.clone(), shapes::watch))
            .layer(from_fn_with_state(self.clock, dated))
    }

    fn routes(&self) -> Router {
        Router::new()
            .route("/_sim/faults", get(faults::<S>).post(set_faults::<S>))
            .route("/_sim/ledger", get(ledger::<S>))
            .route("/_sim/switches", get(switches::<S>).post(set_switches::<S>))
            .route("/_sim/shapes", get(shapes::<S>).post(set_shapes::<S>))
            .route("/_sim/live", get(live_events::<S>))
            .with_state(self.clone())
    }
}

/// Every answer says when it was made, by the simulator's clock (RFC 9110, 6.6.1). The server would say it by the wall's.
async fn dated(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    let date = printer.timestamp_to_rfc9110_string(&clock.now()).ok();
    if let Some(date) = date.and_then(|date| HeaderValue::try_from(date).ok()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// `GET /_sim/endpoints`: the vendor's endpoints that are simulated, as methods and path templates, so that a report can
/// say which of them no foreign client ever reached. For a simulator to merge into its own routes.
pub fn endpoints<S: Clone + Send + Sync + 'static>(
    known: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> Router<S> {
    let known = known.into_iter().map(|(method, path)| json!({"method": method, "path": path})).collect();
    let known: Arc<Value> = Arc::new(Value::Array(known));
    Router::new().route("/_sim/endpoints", get(move || ready(Json(Value::clone(&known)))))
}

type Done = Ready<Response>;

fn faults<S>(State(control): State<Control<S>>) -> Done {
    let rules = control.faults.rules();
    let rules: Vec<Value> =
        rules.iter().map(|(rule, struck)| json!({"rule": rule, "struck": struck})).collect();
    ready(Json(rules).into_response())
}

fn set_faults<S>(State(control): State<Control<S>>, Json(rules): Json<Value>) -> Done {
    ready(match serde_json::from_value::<Vec<Rule>>(rules) {
        Ok(rules) => {
            control.faults.set(rules);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => bad(error),
    })
}

#[derive(Debug, Deserialize)]
struct Window {
    #[serde(default)]
    after: u64,
    max: Option<usize>,
}

fn ledger<S>(State(control): State<Control<S>>, Query(window): Query<Window>) -> Done {
    let items = control.ledger.read(window.after, window.max.unwrap_or(1000));
    ready(Json(json!({"items": items, "length": control.ledger.len()})).into_response())
}

fn switches<S: Serialize>(State(control): State<Control<S>>) -> Done {
    ready(Json(&*control.board.get()).into_response())
}

fn set_switches<S: Serialize + DeserializeOwned>(
    State(control): State<Control<S>>,
    Json(change): Json<Value>,
) -> Done {
    ready(match control.board.merge(change) {
        Ok(()) => Json(&*control.board.get()).into_response(),
        Err(error) => bad(error),
    })
}

fn shapes<S>(State(control): State<Control<S>>) -> Done {
    ready(Json(control.shapes.served()).into_response())
}

fn set_shapes<S>(State(control): State<Control<S>>, Json(wanted): Json<Value>) -> Done {
    ready(match serde_json::from_value(wanted) {
        Ok(wanted) => {
            control.shapes.begin(wanted);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => bad(error),
    })
}

fn live_events<S>(State(control): State<Control<S>>) -> Done {
    ready(control.live.events())
}

/// `400` with the reason, for control paths.
fn bad(reason: impl std::fmt::Display) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": reason.to_string()}))).into_response()
}
