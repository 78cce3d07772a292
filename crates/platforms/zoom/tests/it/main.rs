//! The Zoom connector against handwritten payloads and against the simulator.

mod calls;
mod creating;
mod groups;
mod naming;
mod particular;
mod reading;
mod support;
mod together;
mod world;

/// What every platform must do.
mod conformance {
    entente_platform::conformance!(crate::world::make);
}
