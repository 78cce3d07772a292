//! Files that messages carry. A file stays where it is until it is passed on; here is only what it is known by.

use crate::FileId;

/// A file of a message, where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// What the platform knows it by.
    pub id: FileId,
    /// What it is called, if the message tells.
    pub name: Option<String>,
    /// How many bytes it has, if the message tells.
    pub length: Option<u64>,
    /// An `http` or `https` address at which people who have an account there find it, if the message tells.
    pub url: Option<String>,
}
