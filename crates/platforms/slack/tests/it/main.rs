//! The Slack connector against documented payloads and against the simulator.

mod calls;
mod creating;
mod feed;
mod groups;
mod naming;
mod particular;
mod reading;
mod support;
mod world;

/// What every platform must do.
mod conformance {
    entente_platform::conformance!(crate::world::make);
}
