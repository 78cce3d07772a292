//! All four platforms, in this process: each on a TCP port for the product, and as a router for the people who type.
//!
//! What differs from the simulators' defaults is the same as with two ([`crate::hosts`]), and said beside the figures.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::ledger::Entry;
use entente_sim::options::Options;
use entente_sim::server::Port;
use entente_sim::{org, slack, teams, webex, zoom};
use http::Method;
use serde_json::Value;

use crate::hosts::call;
use crate::judge::Platform;
use crate::measure::Acks;

/// Said beside every figure of these cases.
pub(crate) const DIFFERENCES: &str = "With all four platforms, too, the vendors' rate limits are switched off and the \
    product's own limiter runs at 1,000,000 times its pace; answers do not wait for the reports that they cause; bytes of \
    files are made up, counted and digested by the simulators, and not kept.";

/// What the vendors themselves would let pass, whatever the product could do: said beside figures that are far above.
pub(crate) const CEILINGS: &str = "The vendors' own ceilings, as documented: Slack about 1 message a second in one channel \
    and several hundred a minute in a workspace (\"Rate limits\", posting messages); Teams, for a bot, 7 messages a second \
    and 1,800 an hour in one conversation and 50 a second in the tenant (\"Optimize your bot with rate limiting\"), for \
    people's own accounts 1 a second in one chat and 20 a second for the app and tenant (\"Microsoft Graph service-specific \
    throttling limits\"); Zoom 10 messages in a second, 30 in ten, 60 in a hundred and 450 in a thousand seconds to one \
    channel (\"Send a chat message\"), and 20 medium calls a second for an account on Pro, 60 on Business (\"Rate \
    limits\"); Webex publishes no numbers (\"Rate Limiting and the Webex API\"), 600 calls a minute by one token are in \
    circulation. A linked channel of four therefore carries less than one message in two seconds for longer than a few \
    minutes, and what is said here within a second would take Slack more than three minutes.";

/// The same ids and tokens in every run.
const SEED: u64 = 1;

/// The four platforms.
pub(crate) struct Hosts {
    pub(crate) webex: webex::Webex,
    pub(crate) teams: teams::Teams,
    pub(crate) slack: slack::Slack,
    pub(crate) zoom: zoom::Zoom,
    ports: [Port; 4],
    routers: [Router; 4],
    /// How fast the product acknowledged what they sent.
    pub(crate) acks: Acks,
}

impl Hosts {
    /// All with so many generated people, a quarter of whom works on each.
    pub(crate) fn open(people: usize) -> anyhow::Result<Self> {
        let people = org::spread(people);
        let acks = Acks::default();
        let noted = acks.clone();
        let courier = Courier::tcp().observed(Arc::new(move |sent| {
            if sent.status.is_some_and(|status| status.is_success()) {
                noted.note(sent.took);
            }
        }));
        let webex = webex::Webex::new(options(
            webex::Switches {
                webhook_first_share: 0.0,
                ledger_keeps_reads: false,
                files_kept: false,
                ..webex::Switches::default()
            },
            (&people, &courier),
        ));
        let teams = teams::Teams::new(options(
            teams::Switches { echo: teams::Echo::After, files_kept: false, ..teams::Switches::default() },
            (&people, &courier),
        ));
        let slack = slack::Slack::new(options(
            slack::Switches {
                events_first_share: 0.0,
                ledger_keeps_reads: false,
                files_kept: false,
                ..slack::Switches::default()
            },
            (&people, &courier),
        ));
        let zoom = zoom::Zoom::new(options(
            zoom::Switches {
                event_first_share: 0.0,
                ledger_keeps_reads: false,
                files_kept: false,
                ..zoom::Switches::default()
            },
            (&people, &courier),
        ));
        let routers = [webex.router(), teams.router(), slack.router(), zoom.router()];
        let open = |router: &Router| Port::open(SocketAddr::from(([127, 0, 0, 1], 0)), router.clone());
        let ports = [open(&routers[0])?, open(&routers[1])?, open(&routers[2])?, open(&routers[3])?];
        Ok(Self { webex, teams, slack, zoom, ports, routers, acks })
    }

    /// Where a platform is.
    pub(crate) fn base(&self, platform: Platform) -> String {
        format!("http://{}", self.ports[platform.index()].addr())
    }

    /// A platform in process.
    pub(crate) fn router(&self, platform: Platform) -> &Router {
        &self.routers[platform.index()]
    }

    /// What somebody does by hand, or what a person does with their own token.
    pub(crate) async fn call(
        &self,
        platform: Platform,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let answer = call(self.router(platform), Method::POST, path, token, Some(body)).await?;
        anyhow::ensure!(answer["ok"] != false, "{path} was refused: {}", answer["error"]);
        Ok(answer)
    }

    /// What can be looked at.
    pub(crate) async fn look(&self, platform: Platform, path: &str) -> anyhow::Result<Value> {
        call(self.router(platform), Method::GET, path, None, None).await
    }

    /// Holds a watch on all ledgers.
    pub(crate) fn watch(&self, see: &(impl Fn(Platform, &Entry) + Clone + Send + Sync + 'static)) {
        for platform in Platform::ALL {
            let see = see.clone();
            let watcher = move |entry: &Entry| see(platform, entry);
            match platform {
                Platform::Webex => self.webex.ledger().watch(watcher),
                Platform::Teams => self.teams.ledger().watch(watcher),
                Platform::Slack => self.slack.ledger().watch(watcher),
                Platform::Zoom => self.zoom.ledger().watch(watcher),
            };
        }
    }
}

fn options<S>(switches: S, (people, courier): (&[org::Somebody], &Courier)) -> Options<S> {
    Options {
        clock: Clock::system(),
        courier: courier.clone(),
        seed: SEED,
        limits_factor: 0.0,
        switches,
        public_base: None,
        people: people.to_vec(),
    }
}

/// What has to be clonable to be shared by four watchers.
pub(crate) type Shared<T> = Arc<std::sync::Mutex<T>>;
