//! The product: the release binary with a configuration such as an operator writes and a fresh data folder.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use http::{Method, header};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::time::Instant;
use url::Url;

use crate::configuration::Configuration;
use crate::server::Pinned;

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the product will be, before it is there.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) listen: SocketAddr,
    // Bound and not listening: keeps the port from others until the product listens there.
    _held: TcpSocket,
}

impl Place {
    /// A folder below `under`, and a port.
    pub(crate) fn choose(under: &Path) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix_in("data-", under).context("no data folder can be made")?;
        let held = TcpSocket::new_v4()?;
        held.set_reuseaddr(true)?;
        held.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        Ok(Self { folder, listen: held.local_addr()?, _held: held })
    }
}

/// An app as its vendor registered it.
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// The running product.
pub(crate) struct Product {
    place: Place,
    log: PathBuf,
    pub(crate) server: Pinned,
    pub(crate) base: Url,
    pub(crate) token: String,
    http: reqwest::Client,
}

impl Product {
    /// Starts it with this configuration, and waits until it answers.
    pub(crate) async fn start(
        place: Place,
        program: &Path,
        log: &Path,
        configuration: Configuration,
    ) -> anyhow::Result<Self> {
        let folder = place.folder.path();
        std::fs::write(folder.join("entente.toml"), configuration.text())?;
        let server = launch(program, folder, log)?;
        let base = Url::parse(&format!("http://{}", place.listen))?;
        let mut product =
            Self { place, log: log.to_owned(), server, base, token: String::new(), http: http()? };
        product.ready().await?;
        Ok(product)
    }

    /// Its data folder.
    pub(crate) fn folder(&self) -> &Path {
        self.place.folder.path()
    }

    /// Waits until it answers.
    pub(crate) async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Ok(token) = std::fs::read_to_string(self.folder().join("operator.token")) {
                token.trim().clone_into(&mut self.token);
                if self.get("/status").await.is_ok() {
                    return Ok(());
                }
            }
            if self.server.ended() {
                bail!("the product ended by itself; {} says why", self.log.display());
            }
            ensure!(Instant::now() < deadline, "the product does not answer; see {}", self.log.display());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Reads from its API.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.ask(Method::GET, path, None).await
    }

    /// Does something through its API.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let mut url = self.base.clone();
        url.set_path(&format!("/api/v1{path}"));
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request =
                request.header(header::CONTENT_TYPE, "application/json").body(serde_json::to_vec(body)?);
        }
        let answer = request.send().await.context("the product does not answer")?;
        let status = answer.status();
        let body = answer.bytes().await?;
        ensure!(
            status.is_success(),
            "the product answered {status} to {path}: {}",
            String::from_utf8_lossy(&body)
        );
        if body.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&body)?) }
    }

    /// One of the counters in `counts.other` of its status; `None` when it does not count that.
    pub(crate) async fn counter(&self, name: &str) -> anyhow::Result<Option<u64>> {
        Ok(self.get("/status").await?["counts"]["other"][name].as_u64())
    }
}

/// A plain client that follows no redirect.
#[expect(clippy::disallowed_methods, reason = "an operator's and a browser's calls, not a platform's")]
pub(crate) fn http() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?)
}

fn launch(program: &Path, folder: &Path, log: &Path) -> anyhow::Result<Pinned> {
    let file = folder.join("entente.toml");
    Pinned::start(program, &[OsStr::new("serve"), OsStr::new("--config"), file.as_os_str()], &[], log)
}
