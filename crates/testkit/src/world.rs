//! An organisation on simulated platforms with the product between them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use entente_engine::{Clock as _, Dice, Engine, Parts, Reception, RunningClock, Tuning};
use entente_model::{Timestamp, WorkspaceId};
use entente_platform::{Hook, Http, InProcess, Limiter, Registry, Site};
use entente_sim::clock::Clock as SimClock;
use entente_sim::courier::Courier;
use entente_sim::faults::Faults;
use entente_sim::ledger::Ledger;
use entente_sim::options::Options;
use entente_sim::{slack, teams, webex, zoom};
use entente_store::{Console as _, Counts, Lanes as _, Memory, Settings as _, Side};
use http::{HeaderMap, StatusCode};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::gate::Gate;
use crate::gated_store::Gated;
use crate::gated_transport::GatedTransport;
use crate::lost::Lost;
use crate::options::Setup;
use crate::place::Place;

/// Where the product is reached.
pub const PRODUCT: &str = "localhost:7700";
/// The organisation, the platforms, and the product if it is running.
pub struct World {
    /// Webex.
    pub webex: webex::Webex,
    /// Microsoft Teams.
    pub teams: teams::Teams,
    /// Slack.
    pub slack: slack::Slack,
    /// Zoom Team Chat.
    pub zoom: zoom::Zoom,
    /// What the product has made durable.
    pub store: Memory,
    /// What deliveries were recorded to have lost.
    pub lost: Lost,
    /// The way between them.
    pub transport: InProcess,
    /// The platforms' way out.
    pub courier: Courier,
    /// The workspaces, once they are connected.
    pub sites: Vec<Site>,
    /// How it was set up.
    pub setup: Setup,
    clock: RunningClock,
    boots: u64,
    running: Option<Running>,
}

struct Running {
    engine: Arc<Engine>,
    gate: Arc<Gate>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl World {
    /// The platforms and an empty product that does not run. Must be called under a paused clock.
    pub fn new(setup: Setup) -> Self {
        let start: jiff::Timestamp = "2026-01-05T10:00:00Z".parse().expect("a fixed instant");
        let clock = SimClock::starting_at(start);
        let courier = Courier::in_process();
        let webex = webex::Webex::new(options(&setup, Place::Webex, &courier, clock, setup.webex.clone()));
        let teams = teams::Teams::new(options(&setup, Place::Teams, &courier, clock, setup.teams.clone()));
        let slack = slack::Slack::new(options(&setup, Place::Slack, &courier, clock, setup.slack.clone()));
        let zoom = zoom::Zoom::new(options(&setup, Place::Zoom, &courier, clock, setup.zoom.clone()));
        let transport = InProcess::default();
        transport.register(Place::Webex.authority(), webex.router());
        transport.register(Place::Teams.authority(), teams.router());
        transport.register(Place::Slack.authority(), slack.router());
        transport.register(Place::Zoom.authority(), zoom.router());
        Self {
            webex,
            teams,
            slack,
            zoom,
            store: Memory::new(),
            lost: Lost::default(),
            transport,
            courier,
            sites: Vec::new(),
            setup,
            clock: RunningClock::starting_at(Timestamp(start.as_microsecond())),
            boots: 0,
            running: None,
        }
    }

    /// An engine on what is durable, behind `gate`, that does not work yet.
    ///
    /// # Panics
    /// When it cannot be put together.
    pub async fn engine(&mut self, gate: &Arc<Gate>) -> Arc<Engine> {
        self.boots += 1;
        share_certificates(&self.store, &self.sites).await;
        let transport = GatedTransport::new(self.transport.clone(), Arc::clone(gate));
        let http = Http::new(Arc::new(transport), Arc::new(Limiter::new(1.0)), Duration::from_secs(30));
        let address = format!("http://{PRODUCT}").parse().expect("a fixed address");
        let parts = Parts {
            store: Arc::new(Gated::new(self.store.clone(), Arc::clone(gate), self.lost.clone())),
            registry: Registry::new([
                Arc::new(entente_platform_webex::Webex) as Arc<dyn entente_platform::Platform>,
                Arc::new(entente_platform_teams::Teams),
                Arc::new(entente_platform_slack::Slack),
                Arc::new(entente_platform_zoom::Zoom),
            ]),
            sites: self.sites.clone(),
            http,
            clock: Arc::new(self.clock),
            dice: Arc::new(Dice::seeded(self.setup.seed.wrapping_mul(1_000).wrapping_add(self.boots))),
            tuning: Tuning {
                first_contact: self.setup.first_contact,
                largest_group: self.setup.largest_group,
                quiet: Some(self.setup.quiet),
                tell_after: self.setup.tell_after,
                bot_suffix: "acme".to_owned(),
                organization: "Acme, Inc.".to_owned(),
                ..Tuning::at(address)
            },
        };
        Engine::new(parts).await.expect("the engine can be put together")
    }

    /// Starts the product. With `die_at`, it dies at that point of its gate; with `shuffle`, its tasks interleave by the
    /// seed.
    pub async fn start(&mut self, die_at: Option<u64>, shuffle: bool) {
        let seed = shuffle.then_some(self.setup.seed ^ (self.boots << 32));
        let gate = Arc::new(Gate::new(die_at, seed));
        // Putting it together is part of its life: it may die there as well.
        let born = tokio::select! {
            engine = self.engine(&gate) => Some(engine),
            () = gate.died.notified() => None,
        };
        let Some(engine) = born else {
            self.store.restarted();
            return;
        };
        self.answers_hooks(&engine);
        let stop = CancellationToken::new();
        let task = tokio::spawn(Arc::clone(&engine).run(stop.clone()));
        self.running = Some(Running { engine, gate, stop, task });
    }

    /// Lets webhooks in to an engine.
    pub(crate) fn answers_hooks(&self, engine: &Arc<Engine>) {
        self.courier.register(PRODUCT, hooks(Arc::clone(engine)));
    }

    /// The running product.
    ///
    /// # Panics
    /// When it does not run.
    pub fn running(&self) -> &Arc<Engine> {
        &self.running.as_ref().expect("the product runs").engine
    }

    /// The gate of the running product.
    ///
    /// # Panics
    /// When it does not run.
    pub fn gate(&self) -> &Arc<Gate> {
        &self.running.as_ref().expect("the product runs").gate
    }

    /// Whether the product runs.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Waits until the product dies at its gate, at most so long, and clears away what is left of it. `true` if it died.
    pub async fn wait_for_death(&mut self, at_most: Duration) -> bool {
        let Some(running) = &self.running else { return true };
        let died = tokio::time::timeout(at_most, running.gate.died.notified()).await.is_ok();
        if died {
            self.crash();
        }
        died
    }

    /// Kills the product where it is. Nothing of it runs on, and its address refuses connections.
    pub fn crash(&mut self) {
        if let Some(running) = self.running.take() {
            self.courier.unregister(PRODUCT);
            running.gate.kill();
            running.task.abort();
            self.store.restarted();
        }
    }

    /// Stops the product in an orderly way.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.courier.unregister(PRODUCT);
            running.stop.cancel();
            drop(running.task.await);
            self.store.restarted();
        }
    }

    /// Where all work is.
    ///
    /// # Panics
    /// When the store fails; the memory store does not.
    pub async fn counts(&self) -> Counts {
        self.store.counts().await.expect("the memory store answers")
    }

    /// Waits, in virtual time, until nothing is waiting and nothing more arrives. `false` if that took longer than
    /// `at_most`.
    pub async fn settle(&self, at_most: Duration) -> bool {
        let end = Instant::now() + at_most;
        let mut calm_since = None;
        let mut last = 0;
        while Instant::now() < end {
            let counts = self.counts().await;
            let done = counts.waiting == 0 && counts.unrouted == 0 && !self.notices_wait().await;
            let idle = done && self.reports_pending().await == 0;
            // Only what people see counts as something happening; subscriptions are seen to all the time.
            let visible = self.setup.places.iter().map(|place| visible(self.ledger(*place))).sum();
            if std::mem::replace(&mut last, visible) == visible && idle {
                let since = *calm_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= Duration::from_secs(20) {
                    return true;
                }
            } else {
                calm_since = None;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        false
    }

    /// Does by hand what a platform or its administrator would do: a control path of its simulator.
    ///
    /// # Panics
    /// When the simulator refuses.
    pub async fn control(&self, place: Place, path: &str, body: serde_json::Value) -> serde_json::Value {
        let (status, answer) =
            crate::setup::call(&self.router(place), place.authority(), "POST", path, None, Some(body)).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    /// What a platform lists under a control path.
    pub async fn look(&self, place: Place, path: &str) -> serde_json::Value {
        crate::setup::call(&self.router(place), place.authority(), "GET", path, None, None).await.1
    }

    /// A platform's simulator.
    pub fn router(&self, place: Place) -> Router {
        match place {
            Place::Webex => self.webex.router(),
            Place::Teams => self.teams.router(),
            Place::Slack => self.slack.router(),
            Place::Zoom => self.zoom.router(),
        }
    }

    /// Every call of a platform in order.
    pub fn ledger(&self, place: Place) -> &Ledger {
        match place {
            Place::Webex => self.webex.ledger(),
            Place::Teams => self.teams.ledger(),
            Place::Slack => self.slack.ledger(),
            Place::Zoom => self.zoom.ledger(),
        }
    }

    /// What goes wrong on a platform.
    pub fn faults(&self, place: Place) -> &Faults {
        match place {
            Place::Webex => self.webex.faults(),
            Place::Teams => self.teams.faults(),
            Place::Slack => self.slack.faults(),
            Place::Zoom => self.zoom.faults(),
        }
    }

    /// Reports that platforms will still send, or send again, as far as they tell.
    async fn reports_pending(&self) -> u64 {
        let mut pending = 0;
        for place in &self.setup.places {
            pending += match place {
                Place::Teams => self.look(*place, "/_sim/hooks").await["pending"].as_u64().unwrap_or(0),
                Place::Zoom => {
                    let all = self.look(*place, "/_sim/subscriptions").await;
                    let all = all["items"].as_array().into_iter().flatten();
                    all.filter_map(|one| one["pending"].as_u64()).sum()
                }
                Place::Webex | Place::Slack => 0,
            };
        }
        pending
    }

    async fn notices_wait(&self) -> bool {
        let next = self.store.next_ready(Side::Outbound).await;
        matches!(next, Ok(Some(at)) if at <= self.clock.now())
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.crash();
    }
}

fn visible(ledger: &Ledger) -> usize {
    let all = ledger.read(0, usize::MAX);
    all.iter().filter(|e| e.change["kind"].as_str().is_some_and(|kind| kind.starts_with("message."))).count()
}

/// Making a key pair takes longer than a whole simulation, so all worlds of a process share one per workspace name.
async fn share_certificates(store: &Memory, sites: &[Site]) {
    static MADE: OnceLock<std::sync::Mutex<std::collections::BTreeMap<String, Vec<u8>>>> = OnceLock::new();
    let made = MADE.get_or_init(Default::default);
    for site in sites {
        let name = format!("certificate/{}", site.workspace.id);
        let held = store.setting(&name).await.ok().flatten();
        let shared = made.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&name).cloned();
        match (held, shared) {
            (Some(value), None) => {
                made.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(name, value);
            }
            (None, Some(value)) => drop(store.save_setting(&name, value).await),
            _ => {}
        }
    }
}

/// What the simulated platform of a place starts with.
fn options<S>(setup: &Setup, place: Place, courier: &Courier, clock: SimClock, switches: S) -> Options<S> {
    Options {
        clock,
        courier: courier.clone(),
        seed: setup.seed,
        limits_factor: setup.limits,
        switches,
        public_base: Some(format!("http://{}", place.authority())),
        people: setup.people.clone(),
    }
}

fn hooks(engine: Arc<Engine>) -> Router {
    Router::new()
        .route("/hooks/{platform}/{workspace}/{channel}", axum::routing::post(hook))
        .with_state(engine)
}

async fn hook(
    State(engine): State<Arc<Engine>>,
    Path((_, workspace, channel)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let hook = Hook::new(channel, query, headers, body);
    match engine.receive(&WorkspaceId::from(workspace), hook).await {
        Reception::Answer(response) => response.map(axum::body::Body::from),
        Reception::Done(status) | Reception::Refused(status) => status.into_response(),
        Reception::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
