//! The store's promises, kept by every store.

#![expect(
    clippy::similar_names,
    reason = "a lane that is held has a head, and both are what they are called"
)]

mod conformance;
mod crash;
mod disk;
mod origin;
mod parity;
mod world;
