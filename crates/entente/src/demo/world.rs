//! The simulated platforms of a demo or sandbox, each on a port of its own. What is asked of them here is asked over TCP,
//! by the addresses that any other client has.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::options::Options;
use entente_sim::server::Port;
use entente_sim::{console, org, slack, teams, webex, zoom};
use http::Method;
use serde_json::Value;

use crate::client;
use crate::refusal::Refusal;

/// The same ids and tokens at every start.
const SEED: u64 = 1;

/// The platforms, by the names that they have in the demo's configuration, in `/directory.json` and as plugs.
pub(crate) const WEBEX: &str = "webex";
pub(crate) const TEAMS: &str = "teams";
pub(crate) const SLACK: &str = "slack";
pub(crate) const ZOOM: &str = "zoom";

/// All four.
pub(crate) struct World {
    /// Simulated Webex.
    pub(crate) webex: Arc<Port>,
    /// Simulated Teams, with its sign-in and its bot service.
    pub(crate) teams: Arc<Port>,
    /// Simulated Slack, with its sign-in.
    pub(crate) slack: Arc<Port>,
    /// Simulated Zoom, with its sign-in.
    pub(crate) zoom: Arc<Port>,
    http: reqwest::Client,
}

impl World {
    /// Opens them all, on the ports after the console's, or on any. `apps_limited` says whether people's own tokens count
    /// against the limits of Graph: they do for an integration that is tried with them, and do not for the page, which
    /// stands for the vendor's own app.
    ///
    /// # Errors
    /// [`Refusal`] when a port is taken.
    pub(crate) fn start(console: u16, limits_factor: f64, apps_limited: bool) -> anyhow::Result<Self> {
        let shown = teams::Switches { own_app_limited: apps_limited, ..teams::Switches::default() };
        let webex = webex::Webex::new(options(limits_factor, webex::Switches::default()));
        let teams = teams::Teams::new(options(limits_factor, shown));
        let slack = slack::Slack::new(options(limits_factor, slack::Switches::default()));
        let zoom = zoom::Zoom::new(options(limits_factor, zoom::Switches::default()));
        Ok(Self {
            webex: open(after(console, 1)?, webex.router())?,
            teams: open(after(console, 2)?, teams.router())?,
            slack: open(after(console, 3)?, slack.router())?,
            zoom: open(after(console, 4)?, zoom.router())?,
            http: client::http(),
        })
    }

    /// Every platform by its name.
    pub(crate) fn ports(&self) -> [(&'static str, &Arc<Port>); 4] {
        [(WEBEX, &self.webex), (TEAMS, &self.teams), (SLACK, &self.slack), (ZOOM, &self.zoom)]
    }

    /// The page that shows the apps side by side, and their plugs.
    pub(crate) fn page(&self) -> Router {
        console::router(self.ports().map(|(name, port)| (name, Arc::clone(port))).into())
    }

    /// A vendor's page or form, asked for by a program; redirects are not followed.
    pub(crate) async fn form(
        &self,
        port: &Port,
        path: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<reqwest::Response> {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", base(port)));
        let request = request.header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request
            .body(text)
            .send()
            .await
            .with_context(|| format!("a simulated platform does not answer {path}"))
    }

    /// Something asked of a platform by hand, such as what an administrator does on the vendor's side.
    pub(crate) async fn ask(
        &self,
        port: &Port,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let mut request = self.http.request(method, format!("{}{path}", base(port)));
        if let Some(body) = body {
            request = with_json(request, body)?;
        }
        answered(request, path).await
    }

    /// Something that somebody does by the vendor's own interface.
    pub(super) async fn call(
        &self,
        port: &Port,
        path: &str,
        token: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}{path}", base(port))).bearer_auth(token);
        answered(with_json(request, body)?, path).await
    }
}

fn with_json(request: reqwest::RequestBuilder, body: &Value) -> anyhow::Result<reqwest::RequestBuilder> {
    let request = request.header(http::header::CONTENT_TYPE, "application/json");
    Ok(request.body(serde_json::to_vec(body)?))
}

async fn answered(request: reqwest::RequestBuilder, path: &str) -> anyhow::Result<Value> {
    let answer =
        request.send().await.with_context(|| format!("a simulated platform does not answer {path}"))?;
    let status = answer.status();
    let body = answer.bytes().await?;
    anyhow::ensure!(
        status.is_success(),
        "a simulated platform answered {status} to {path}: {}",
        String::from_utf8_lossy(&body)
    );
    if body.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&body)?) }
}

/// What each platform starts with.
fn options<S>(limits_factor: f64, switches: S) -> Options<S> {
    Options {
        clock: Clock::system(),
        courier: Courier::tcp(),
        seed: SEED,
        limits_factor,
        switches,
        public_base: None,
        people: org::everybody(),
    }
}

/// Where a platform is.
pub(crate) fn base(port: &Port) -> String {
    format!("http://{}", port.addr())
}

fn after(console: u16, count: u16) -> anyhow::Result<u16> {
    if console == 0 {
        return Ok(0);
    }
    Ok(console.checked_add(count).ok_or_else(|| Refusal::new("--port: choose a smaller number"))?)
}

fn open(port: u16, router: Router) -> anyhow::Result<Arc<Port>> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let opened = Port::open(address, router).map_err(|error| {
        Refusal::new(format!(
            "cannot listen on {address} for a simulated platform ({error}); stop what listens there, or choose other \
             ports with --port N"
        ))
    })?;
    Ok(Arc::new(opened))
}
