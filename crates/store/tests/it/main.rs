//! The store's promises, kept by every store.

mod conformance;
mod crash;
mod disk;
mod parity;
mod world;
