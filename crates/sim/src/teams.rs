//! Microsoft Teams, simulated: Graph v1.0, the Entra ID sign-in endpoints and the Bot Framework connector on one port.
//!
//! The vendor spreads them over three hosts; their paths do not overlap, so one router serves all of them and a client
//! is pointed at it by base address alone: sign-in `/{tenant}/oauth2/v2.0/…`, Graph `/v1.0/…`, bot metadata
//! `/v1/.well-known/…`, connector `/amer/v3/…`. Control paths are under `/_sim`.
//!
//! One tenant, made from the seed: every [`Somebody`] with `on_teams` has an object id, a mail address that is also the
//! user principal name, and a Teams licence; one administrator is added. Acting as a person is calling Graph with that
//! person's token (`GET /_sim/people`), as the vendor's own app does; there is no second path.

pub mod switches;

use std::sync::Arc;

use axum::Router;

use crate::clock::Clock;
use crate::courier::Courier;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::org::Somebody;

pub use switches::Switches;

/// What a simulated tenant is made of.
#[derive(Clone)]
pub struct Options {
    /// Time.
    pub clock: Clock,
    /// The way out for notifications, validation hand-shakes and activities.
    pub courier: Courier,
    /// Makes ids, tokens and dice repeatable.
    pub seed: u64,
    /// Scales every rate limit; 1 is what the vendor documents.
    pub limits_factor: f64,
    /// The open facts.
    pub switches: Switches,
    /// Scheme and authority the simulator is reached under, e.g. `http://127.0.0.1:7702`, for absolute links. Absent:
    /// taken from each request.
    pub public_base: Option<String>,
    /// Everybody; only those `on_teams` get an account.
    pub people: Vec<Somebody>,
}

/// A running simulator; a cheap handle.
#[derive(Clone)]
pub struct Teams {
    inner: Arc<Inner>,
}

struct Inner {
    faults: Faults,
    ledger: Ledger,
}

impl Teams {
    /// A tenant with its people, no apps and no chats.
    pub fn new(options: Options) -> Self {
        let Options { seed, .. } = options;
        Self { inner: Arc::new(Inner { faults: Faults::new(seed), ledger: Ledger::default() }) }
    }

    /// The vendor's paths and `/_sim`.
    pub fn router(&self) -> Router {
        Router::new()
    }

    /// Every call in order.
    pub fn ledger(&self) -> &Ledger {
        &self.inner.ledger
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }
}
