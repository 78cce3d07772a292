//! Both platforms, in this process: each on a TCP port for the product, and as a router for the people who type.
//!
//! What differs from the simulators' defaults is said in the report's head ([`DIFFERENCES`]): limits are off, since the
//! product and not the vendors' restraint is measured; answers do not wait for their own webhooks; and calls that
//! changed nothing are not kept.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::server::Port;
use entente_sim::{org, teams, webex};
use http::{Method, Request, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::measure::Acks;

/// Said beside every figure.
pub(crate) const DIFFERENCES: &str = "the vendors' rate limits are switched off (limits factor 0 on both simulators, the \
    product's own limiter runs at 1,000,000 times its pace); answers to a post do not wait for the notifications it \
    causes (Webex `webhook_first_share` 0, Teams `echo` \"after\"); calls that change nothing are not kept in Webex' \
    ledger; people's own subscriptions (the contested rung) are off, so the app's subscription for each user brings \
    every message as a rich notification, the product's own echoes too";

/// The same ids and tokens in every run.
const SEED: u64 = 1;

/// The two platforms.
pub(crate) struct Hosts {
    pub(crate) webex: webex::Webex,
    pub(crate) teams: teams::Teams,
    pub(crate) webex_port: Port,
    pub(crate) teams_port: Port,
    pub(crate) webex_router: Router,
    pub(crate) teams_router: Router,
    /// How fast the product acknowledged what they sent.
    pub(crate) acks: Acks,
}

impl Hosts {
    /// Both with so many generated people, half of them engineers on both platforms and half sales people on Teams.
    pub(crate) fn open(people: usize) -> anyhow::Result<Self> {
        let acks = Acks::default();
        let noted = acks.clone();
        let courier = Courier::tcp().observed(Arc::new(move |sent| {
            // What was refused or lost is no acknowledgement.
            if sent.status.is_some_and(|status| status.is_success()) {
                noted.note(sent.took);
            }
        }));
        let people = org::generated(people);
        let webex = webex::Webex::new(webex::Options {
            clock: Clock::system(),
            courier: courier.clone(),
            seed: SEED,
            limits_factor: 0.0,
            switches: webex::Switches {
                webhook_first_share: 0.0,
                ledger_keeps_reads: false,
                ..webex::Switches::default()
            },
            public_base: None,
            people: people.clone(),
        });
        let teams = teams::Teams::new(teams::Options {
            clock: Clock::system(),
            courier,
            seed: SEED,
            limits_factor: 0.0,
            switches: teams::Switches { echo: teams::Echo::After, ..teams::Switches::default() },
            public_base: None,
            people,
        });
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let (webex_router, teams_router) = (webex.router(), teams.router());
        Ok(Self {
            webex_port: Port::open(any, webex_router.clone())?,
            teams_port: Port::open(any, teams_router.clone())?,
            webex,
            teams,
            webex_router,
            teams_router,
            acks,
        })
    }
}

/// Calls a simulator in process, as somebody or as nobody.
pub(crate) async fn call(
    router: &Router,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> anyhow::Result<Value> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = match body {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(serde_json::to_vec(body)?)
        }
        None => Body::empty(),
    };
    let answer = router.clone().oneshot(request.body(body)?).await?;
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.ok().context("an answer broke off")?.to_bytes();
    let text = || String::from_utf8_lossy(&body).into_owned();
    anyhow::ensure!(parts.status.is_success(), "{path} was answered {}: {}", parts.status, text());
    if body.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&body)?) }
}
