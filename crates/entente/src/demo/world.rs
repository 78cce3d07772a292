//! The simulated platforms of a demo or sandbox, each on a port of its own. What is asked of them here is asked over TCP,
//! by the addresses that any other client has.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::server::Port;
use entente_sim::{console, org, teams, webex};
use http::Method;
use serde_json::Value;

use crate::client;
use crate::refusal::Refusal;

/// The same ids and tokens at every start.
const SEED: u64 = 1;

/// Both platforms.
pub(crate) struct World {
    /// Simulated Webex.
    pub(crate) webex: Arc<Port>,
    /// Simulated Teams, with its sign-in and its bot service.
    pub(crate) teams: Arc<Port>,
    http: reqwest::Client,
}

impl World {
    /// Opens both, on the ports after the console's, or on any. `apps_limited` says whether people's own tokens count
    /// against the limits of Graph: they do for an integration that is tried with them, and do not for the page, which
    /// stands for the vendor's own app.
    ///
    /// # Errors
    /// [`Refusal`] when a port is taken.
    pub(crate) fn start(console: u16, limits_factor: f64, apps_limited: bool) -> anyhow::Result<Self> {
        let webex = webex::Webex::new(webex::Options {
            clock: Clock::system(),
            courier: Courier::tcp(),
            seed: SEED,
            limits_factor,
            switches: webex::Switches::default(),
            public_base: None,
            people: org::acme(),
        });
        let teams = teams::Teams::new(teams::Options {
            clock: Clock::system(),
            courier: Courier::tcp(),
            seed: SEED,
            limits_factor,
            switches: teams::Switches { own_app_limited: apps_limited, ..teams::Switches::default() },
            public_base: None,
            people: org::acme(),
        });
        Ok(Self {
            webex: open(after(console, 1)?, webex.router())?,
            teams: open(after(console, 2)?, teams.router())?,
            http: client::http(),
        })
    }

    /// The page that shows both apps side by side, and their plugs.
    pub(crate) fn page(&self) -> Router {
        let (webex, teams) = (Arc::clone(&self.webex), Arc::clone(&self.teams));
        console::router(vec![("webex", webex), ("teams", teams)])
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
            request = request
                .header(http::header::CONTENT_TYPE, "application/json")
                .body(serde_json::to_vec(body)?);
        }
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
