//! The running server, as commands see it: its address from `server.json` and its token from `operator.token`, both in
//! the data folder.

use std::path::Path;

use anyhow::{Context as _, bail};
use http::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// A server to talk to.
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
    token: SecretString,
}

/// What `serve` leaves in the data folder.
#[derive(Deserialize)]
struct Running {
    url: Url,
}

/// What a server answers when it does not do something. RFC 9457.
#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: Option<String>,
}

impl Client {
    /// The server of this data folder, or the one at `server` with this folder's token.
    pub(crate) fn of(data: &Path, server: Option<Url>) -> anyhow::Result<Self> {
        let token = data.join("operator.token");
        let token = std::fs::read_to_string(&token).with_context(|| {
            format!("{} cannot be read; name the server's data folder with --data DIR", token.display())
        })?;
        let base = match server {
            Some(server) => server,
            None => running(&data.join("server.json"))?,
        };
        Ok(Self::at(base, SecretString::from(token.trim().to_owned())))
    }

    /// The server at this address.
    pub(crate) fn at(base: Url, token: SecretString) -> Self {
        Self { http: http(), base, token }
    }

    /// Reads.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.ask(Method::GET, path, None).await
    }

    /// Does.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let mut url = self.base.clone();
        url.set_path(&format!("/api/v1{path}"));
        let mut request = self.http.request(method, url).bearer_auth(self.token.expose_secret());
        if let Some(body) = body {
            request = request
                .header(http::header::CONTENT_TYPE, "application/json")
                .body(serde_json::to_vec(body)?);
        }
        let answer = request.send().await.with_context(|| {
            format!(
                "no server answers at {}; start it with `entente serve`",
                self.base.origin().ascii_serialization()
            )
        })?;
        let status = answer.status();
        let body = answer.bytes().await.context("the server's answer was cut off")?;
        if !status.is_success() {
            match serde_json::from_slice::<Problem>(&body) {
                Ok(Problem { title, detail: Some(detail) }) => bail!("{title}: {detail}"),
                Ok(Problem { title, detail: None }) => bail!("{title}"),
                Err(_) => bail!("the server answered {status}"),
            }
        }
        if body.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&body)?) }
    }
}

/// A plain client that follows no redirect.
#[expect(clippy::disallowed_methods, reason = "a command's own calls to its server, not a platform's")]
pub(crate) fn http() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
    client.unwrap_or_default()
}

/// Where the server is that left this note.
pub(crate) fn running(file: &Path) -> anyhow::Result<Url> {
    let text = std::fs::read(file).with_context(|| {
        format!(
            "no server runs with this data folder ({} is missing); start it with `entente serve`",
            file.display()
        )
    })?;
    let Running { url } = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not as `serve` wrote it", file.display()))?;
    Ok(url)
}
