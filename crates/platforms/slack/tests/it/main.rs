//! The Slack connector against documented payloads and against the simulator.
