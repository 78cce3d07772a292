//! The Webex connector against documented payloads and against the simulator.

mod calls;
mod reading;
mod support;
mod webhooks;
