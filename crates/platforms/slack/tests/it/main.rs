//! The Slack connector against documented payloads and against the simulator.

mod calls;
mod feed;
mod reading;
mod support;
