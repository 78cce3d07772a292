//! Files on their own. "Get a file's info".

use serde::Deserialize;

/// A file.
#[derive(Debug, Deserialize)]
pub(crate) struct Info {
    pub(crate) file_name: String,
    /// How many bytes it has.
    pub(crate) length: Option<u64>,
    /// Where it is fetched, with a token.
    pub(crate) download_url: String,
}
