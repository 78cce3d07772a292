//! Frames of the WebSocket. "Using `WebSockets`".

use serde::Deserialize;

/// A frame from the vendor.
#[derive(Debug, Deserialize)]
pub(crate) struct Frame {
    /// `build_connection`, `heartbeat` or `message`.
    pub(crate) module: String,
    /// Missing on messages.
    pub(crate) success: Option<bool>,
    /// The event as text, on messages; what is wrong, on failures.
    pub(crate) content: Option<String>,
}

/// What keeps a connection alive, every 30 seconds.
pub(crate) const HEARTBEAT: &str = r#"{"module":"heartbeat"}"#;
