//! Webex: people, direct and group rooms, memberships, messages, webhooks, applications and sign-in, as far as direct
//! messages need them.
//!
//! One lock guards the whole [`world`]: an endpoint is a plain function that takes it once, never waits while holding
//! it, and finds everything by key, so that order within a room, the webhooks of a change and the answer agree without
//! further thought. Serialization of bodies is the dearest thing done under it. Every endpoint has the same shape,
//! [`call::Endpoint`]; what all of them share (who calls, limits, error bodies, tracking ids) is in [`call`] alone.
//!
//! Written from the Webex for Developers reference (developer.webex.com, "Webex Messaging" and "Webex Admin"), its
//! guides "Bots", "Webhooks", "Integrations & Authorization", "REST API Basics" and "Create a FedRAMP Bot", and the
//! published `OpenAPI` descriptions. What they leave open is in [`Switches`].
//!
//! Left out, answering 404 like any unknown path: files (a post with one is refused with 400), teams, attachment
//! actions, events, guests, service apps and the device grant.

use std::sync::Arc;

use axum::Router;

use crate::clock::Clock;
use crate::control::{Board, Control, Live};
use crate::courier::Courier;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::org;

mod switches;

pub use switches::{Creation, Rate, Rates, Switches};

/// What a simulator starts with.
pub struct Options {
    /// Time.
    pub clock: Clock,
    /// How webhooks leave.
    pub courier: Courier,
    /// Makes ids, tokens and chance repeatable.
    pub seed: u64,
    /// Multiplies the rate limits; 0 switches them off.
    pub limits_factor: f64,
    /// The unverified facts.
    pub switches: Switches,
    /// Scheme and authority that links in answers begin with, e.g. `http://127.0.0.1:7701`; the request's own `Host` if
    /// absent.
    pub public_base: Option<String>,
    /// The organization; those with a Webex account become people here. The administrator `Iris Admin` comes on top.
    pub people: Vec<org::Somebody>,
}

/// A handle on the simulator; clones share it.
#[derive(Clone)]
pub struct Webex {
    inner: Arc<Inner>,
}

struct Inner {
    control: Control<Switches>,
    courier: Courier,
    limits: Limits,
    public_base: Option<String>,
}

impl Webex {
    /// A simulator with its people, one administrator and no rooms.
    pub fn new(options: Options) -> Self {
        let control = Control {
            clock: options.clock,
            ledger: Arc::new(Ledger::default()),
            faults: Faults::new(options.seed),
            board: Board::new(options.switches),
            live: Live::default(),
        };
        let inner = Inner {
            control,
            courier: options.courier,
            limits: Limits::new(options.limits_factor),
            public_base: options.public_base,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The vendor's paths under `/v1` and the control paths under `/_sim`.
    pub fn router(&self) -> Router {
        self.inner.control.mount(Router::new())
    }

    /// Every call in order.
    pub fn ledger(&self) -> &Ledger {
        &self.inner.control.ledger
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.inner.control.faults
    }

    /// The switches; they can be changed while running.
    pub fn switches(&self) -> &Board<Switches> {
        &self.inner.control.board
    }
}
