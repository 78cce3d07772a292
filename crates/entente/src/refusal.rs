//! What keeps the server from starting, in one line that says what to do. The exit code is 2, so that a service manager
//! can tell "mend this first" from "failed, try again".

use std::fmt;

/// One line.
#[derive(Debug)]
pub(crate) struct Refusal(String);

impl Refusal {
    /// With this line.
    pub(crate) fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}
