//! The engine: what all its parts share. Parts are methods in files of their own, named after what they do.

use std::sync::{Arc, Mutex};

use entente_model::{LoginId, Timestamp, WorkspaceId};
use entente_platform::{Client, Feed, Http, Registry, Site, Steps};
use entente_store::Store;
use tokio::sync::watch;

use crate::app_login;
use crate::clock::{Clock, Dice};
use crate::error::EngineError;
use crate::feeding;
use crate::fingerprint::FingerprintKey;
use crate::following::Following;
use crate::in_flight::InFlight;
use crate::keeper::Keeper;
use crate::late::Newest;
use crate::linked::Linked;
use crate::listening::Ears;
use crate::locks::Locks;
use crate::outbound::calling::Uncalled;
use crate::rooms::Rooms;
use crate::sites::Sites;
use crate::tuning::Tuning;

/// What an engine is made of.
pub struct Parts {
    /// Where everything durable is.
    pub store: Arc<dyn Store>,
    /// The platforms that this process knows.
    pub registry: Registry,
    /// The workspaces that the operator configured.
    pub sites: Vec<Site>,
    /// The way out.
    pub http: Http,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub dice: Arc<Dice>,
    /// The operator's numbers.
    pub tuning: Tuning,
}

/// The running product without its HTTP surfaces.
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) registry: Registry,
    pub(crate) sites: Sites,
    pub(crate) keeper: Keeper,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dice: Arc<Dice>,
    pub(crate) tuning: Tuning,
    pub(crate) in_flight: InFlight,
    pub(crate) ears: Ears,
    pub(crate) newest: Newest,
    pub(crate) fingerprints: FingerprintKey,
    pub(crate) steps: Arc<dyn Steps>,
    pub(crate) locks: Locks,
    /// Something about people or logins changed: the reconcilers look again. Each remembers which change it saw last, so that
    /// none passes by one that was busy.
    pub(crate) changed: watch::Sender<()>,
    /// The workspaces whose reports come by a connection of ours.
    pub(crate) feeds: Vec<(WorkspaceId, Arc<dyn Feed>)>,
    /// The channels that are in a link, with who hears there.
    pub(crate) linked: Linked,
    /// The conversations that are rooms of the app and somebody.
    pub(crate) rooms: Rooms,
    /// Which channels to look at.
    pub(crate) following: Following,
    /// The messages that were refused when they called somebody.
    pub(crate) uncalled: Uncalled,
    /// What kept the latest pass over stand-ins from doing its work. Found again by the first pass of every process.
    pub(crate) blocked: Mutex<Vec<(WorkspaceId, String)>>,
}

impl Engine {
    /// Puts an engine together: makes or reads the instance's keys, builds the receivers. Calls no platform.
    ///
    /// # Errors
    /// When the store fails or a site is not as its platform needs it.
    pub async fn new(parts: Parts) -> Result<Arc<Self>, EngineError> {
        let Parts { store, registry, sites, http, clock, dice, tuning } = parts;
        let fingerprints = FingerprintKey::of(store.as_ref(), &dice).await?;
        let sites = Sites::new(store.as_ref(), &registry, sites, &dice).await?;
        app_login::recall(store.as_ref(), &sites).await?;
        let steps = http.steps();
        let changed = watch::Sender::new(());
        let linked = Linked::default();
        linked.load(store.as_ref()).await?;
        let rooms = Rooms::default();
        rooms.load(store.as_ref()).await?;
        let keeper = Keeper::new(Arc::clone(&store), http, Arc::clone(&clock), changed.clone());
        let feeds = feeding::feeds(&sites, &keeper);
        Ok(Arc::new(Self {
            store,
            registry,
            sites,
            keeper,
            clock,
            dice,
            tuning,
            in_flight: InFlight::default(),
            ears: Ears::default(),
            newest: Newest::default(),
            fingerprints,
            steps,
            locks: Locks::default(),
            changed,
            feeds,
            linked,
            rooms,
            following: Following::default(),
            uncalled: Uncalled::default(),
            blocked: Mutex::default(),
        }))
    }

    /// The store, for surfaces that only read.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The configured workspaces.
    pub fn sites(&self) -> &Sites {
        &self.sites
    }

    /// The operator's numbers.
    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A client that acts as this login. `None`: there is no such login, or its workspace is not configured any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn client(&self, login: LoginId) -> Result<Option<Arc<dyn Client>>, EngineError> {
        self.keeper.client(login, &self.sites, &self.registry).await
    }
}
