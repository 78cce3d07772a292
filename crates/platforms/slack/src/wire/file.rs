//! Files on their own. "File object", "files.info", "files.getUploadURLExternal".

use std::collections::HashMap;

use serde::Deserialize;

/// "files.getUploadURLExternal".
#[derive(Debug, Deserialize)]
pub(crate) struct Upload {
    pub(crate) upload_url: String,
    pub(crate) file_id: String,
}

/// "files.info".
#[derive(Debug, Deserialize)]
pub(crate) struct Info {
    pub(crate) file: File,
}

/// A file. What the service has not found out yet is left out or empty.
#[derive(Debug, Deserialize)]
pub(crate) struct File {
    pub(crate) name: Option<String>,
    pub(crate) mimetype: Option<String>,
    pub(crate) size: Option<u64>,
    /// `tombstone` once it is deleted.
    pub(crate) mode: Option<String>,
    pub(crate) url_private: Option<String>,
    pub(crate) url_private_download: Option<String>,
    pub(crate) shares: Option<Shares>,
}

/// Where a file was shared, by conversation.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shares {
    #[serde(default)]
    public: HashMap<String, Vec<Share>>,
    #[serde(default)]
    private: HashMap<String, Vec<Share>>,
}

#[derive(Debug, Deserialize)]
struct Share {
    ts: String,
}

impl Shares {
    /// The message in this conversation.
    pub(crate) fn in_channel(self, channel: &str) -> Option<String> {
        let of = |mut shares: HashMap<String, Vec<Share>>| shares.remove(channel)?.into_iter().next();
        of(self.private).or_else(|| of(self.public)).map(|share| share.ts)
    }
}
