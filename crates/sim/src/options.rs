//! What every simulator starts with.

use crate::clock::Clock;
use crate::courier::Courier;
use crate::org::Somebody;

/// What a simulator with switches `S` starts with.
#[derive(Clone)]
pub struct Options<S> {
    /// Time.
    pub clock: Clock,
    /// How webhooks, events and notifications leave.
    pub courier: Courier,
    /// Makes ids, tokens and chance repeatable.
    pub seed: u64,
    /// Multiplies the rate limits; 1 is what the vendor documents, 0 switches them off.
    pub limits_factor: f64,
    /// The unverified facts.
    pub switches: S,
    /// Scheme and authority that absolute addresses in answers begin with, e.g. `http://127.0.0.1:7701`; the request's own
    /// `Host` if absent.
    pub public_base: Option<String>,
    /// The organization; those with an account on the platform become people there. Who comes on top, the vendor's own
    /// `Options` tells.
    pub people: Vec<Somebody>,
}
