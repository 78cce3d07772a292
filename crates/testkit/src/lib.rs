//! The whole product on a memory store, a virtual clock and simulators in process. For tests only.
//!
//! [`World`] is an organisation with simulated platforms and the product between them; the product can be killed
//! at any point and started again, the platforms live on. What came of it is judged by [`judge`] from the simulators'
//! ledgers alone; what the product believes is never asked.

pub mod channels;
pub mod felt;
pub mod gate;
pub mod gated_store;
pub mod gated_transport;
pub mod judge;
pub mod lost;
pub mod options;
pub mod people;
pub mod place;
pub mod setup;
pub mod storm;
pub mod world;

pub use gate::Gate;
pub use judge::{Said, Verdict};
pub use options::Setup;
pub use people::Actor;
pub use place::Place;
pub use world::World;
