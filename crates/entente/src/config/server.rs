//! `[server]`: where to listen, and under which name the world knows us.

use std::net::SocketAddr;

use serde::Deserialize;
use url::Url;

use super::keys::{Key, text, value};

/// How the server is reached.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Server {
    /// Address and port; port 0 lets the system choose.
    pub(crate) listen: SocketAddr,
    /// Scheme and host for platforms and browsers; empty for `http://` and `listen`.
    pub(crate) public_address: String,
    /// Connections open at once.
    pub(crate) max_connections: usize,
    /// How long a stop waits.
    pub(crate) drain_seconds: u64,
}

impl Server {
    /// The keys of this section.
    pub(super) const KEYS: &'static [Key] =
        &[text("listen"), text("public_address"), value("max_connections"), value("drain_seconds")];

    /// The public address, given where we really listen.
    pub(crate) fn public(&self, listening: SocketAddr) -> Result<Url, String> {
        if self.public_address.is_empty() {
            return Url::parse(&format!("http://{listening}")).map_err(|error| error.to_string());
        }
        let wrong = |why: &str| format!("server.public_address {why}, such as \"https://chat.example.org\"");
        let url =
            Url::parse(&self.public_address).map_err(|_| wrong("is not an address: give scheme and host"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(wrong("must begin with http:// or https://"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("must have no path: give scheme and host only"));
        }
        Ok(url)
    }

    pub(super) fn validate(&self) -> Result<(), String> {
        self.public(self.listen)?;
        if self.max_connections == 0 {
            return Err("server.max_connections must be at least 1".to_owned());
        }
        if self.public_address.is_empty() && self.listen.ip().is_unspecified() {
            return Err(
                "server.public_address is needed when listening on all addresses: say where platforms \
                        reach this server"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7700)),
            public_address: String::new(),
            max_connections: 4096,
            drain_seconds: 10,
        }
    }
}
