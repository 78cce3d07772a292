//! Both simulated platforms on ports of their own, and Acme, Inc. brought in through the product's API.
//!
//! What goes wrong is put between the ports and the simulators: the product's calls come in over TCP and meet it, while
//! people write through the same routers in process and are spared. So no message is ever "written" whose writer was
//! told otherwise, and the ledgers still record every effect.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::faults::{Fault, Faults, Rule, When, interfere};
use entente_sim::server::Port;
use entente_sim::{org, teams, webex};
use entente_testkit::setup::call;
use http::Method;
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;
use url::Url;

use crate::browser::Browser;
use crate::process::{Process, install};

/// How long bringing in everybody may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The platforms, what stands between them and the product, and the product's folder.
pub(crate) struct World {
    pub(crate) webex: webex::Webex,
    pub(crate) teams: teams::Teams,
    pub(crate) faults: [Faults; 2],
    pub(crate) folder: TempDir,
    pub(crate) base: Url,
    ports: [Port; 2],
}

impl World {
    /// Opens the platforms, and registers the product with them as an administrator does on the vendors' side.
    pub(crate) async fn open(seed: u64, dice: &mut StdRng) -> Self {
        let (clock, courier) = (Clock::system(), Courier::tcp());
        let webex = webex::Webex::new(webex::Options {
            clock,
            courier: courier.clone(),
            seed,
            limits_factor: 0.0,
            switches: webex::Switches::default(),
            public_base: None,
            people: org::acme(),
        });
        let teams = teams::Teams::new(teams::Options {
            clock,
            courier,
            seed,
            limits_factor: 0.0,
            switches: teams::Switches::default(),
            public_base: None,
            people: org::acme(),
        });
        let faults = [Faults::new(seed), Faults::new(seed + 1)];
        let port = |router: Router, faults: &Faults| {
            let router = router.layer(from_fn_with_state(faults.clone(), interfere));
            Port::open(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), router).expect("a free port")
        };
        let ports = [port(webex.router(), &faults[0]), port(teams.router(), &faults[1])];
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port(dice)));
        let base: Url = format!("http://{listen}").parse().expect("an address");
        let folder = TempDir::with_prefix("entente-kill-").expect("a temporary folder");
        install(folder.path());
        let world = Self { webex, teams, faults, folder, base, ports };
        world.register(listen).await;
        world
    }

    /// Where the data is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Has one call in twenty fail, in equal parts of each kind, and one report in twenty come twice.
    pub(crate) fn break_things(&self) {
        let rule = |name: &str, method: &str, fault, when, share| Rule {
            name: name.to_owned(),
            method: method.to_owned(),
            path: String::new(),
            fault,
            when,
            share,
            times: None,
        };
        let status =
            |code, after: Option<&str>| Fault::Status { code, retry_after: after.map(str::to_owned) };
        let rules = vec![
            rule("429", "*", status(429, Some("1")), When::Before, 0.01),
            rule("503 before", "*", status(503, None), When::Before, 0.01),
            rule("503 after", "*", status(503, None), When::After, 0.01),
            rule("reset before", "*", Fault::Reset, When::Before, 0.01),
            rule("reset after", "*", Fault::Reset, When::After, 0.01),
        ];
        let twice = rule("reports twice", "HOOK", Fault::Duplicate { copies: 2 }, When::Before, 0.05);
        for faults in &self.faults {
            faults.set(rules.clone());
        }
        self.webex.faults().set(vec![twice.clone()]);
        self.teams.faults().set(vec![twice]);
    }

    /// Mends everything; answers what struck how often.
    pub(crate) fn mend(&self) -> Vec<(String, u64)> {
        let all = [&self.faults[0], &self.faults[1], self.webex.faults(), self.teams.faults()];
        let mut struck: Vec<(String, u64)> = Vec::new();
        for faults in all {
            for (rule, count) in faults.rules() {
                match struck.iter_mut().find(|(name, _)| *name == rule.name) {
                    Some((_, sum)) => *sum += count,
                    None => struck.push((rule.name, count)),
                }
            }
            faults.set(Vec::new());
        }
        struck
    }

    async fn register(&self, listen: SocketAddr) {
        let [webex_at, teams_at] = self.ports.each_ref().map(|port| port.addr().to_string());
        let redirect = format!("http://{listen}/oauth/callback");
        let app = json!({"name": "Entente", "redirect_uris": [redirect]});
        let webex = call(&self.webex.router(), &webex_at, "POST", "/_sim/apps", None, Some(app)).await.1;
        let app = json!({
            "name": "Entente",
            "redirect_uris": [redirect],
            "bot_endpoint": format!("http://{listen}/hooks/teams/teams/messages"),
            "admin_consent": true,
            "installed_for_all": true,
            "announce": false,
        });
        let teams = call(&self.teams.router(), &teams_at, "POST", "/_sim/apps", None, Some(app)).await.1;
        let configuration = format!(
            "[server]\nlisten = \"{listen}\"\n\n[data]\nfolder = \".\"\n\n\
             [engine]\nbot_suffix = \"acme\"\norganization = \"Acme, Inc.\"\nfirst_contact = false\n\
             quiet_seconds = 3\npoll_seconds = 1\nask_seconds = 2\nlease_seconds = 30\n\n\
             [calls]\nlimits_factor = 1000.0\ntimeout_seconds = 2\nconnect_seconds = 1\n\n[log]\nlevel = \"warn\"\n\n\
             [workspaces.webex]\nplatform = \"webex\"\nclient_id = {}\nclient_secret = {}\n\
             addresses = {{ api = \"http://{webex_at}/v1\" }}\n\n\
             [workspaces.teams]\nplatform = \"teams\"\ntenant = {}\nclient_id = {}\nclient_secret = {}\n\
             addresses = {{ graph = \"http://{teams_at}/v1.0\", login = \"http://{teams_at}\", \
             bot = \"http://{teams_at}/amer\", bot_metadata = \"http://{teams_at}\", files = \"http://{teams_at}\" }}\n",
            webex["client_id"],
            webex["client_secret"],
            teams["tenant"],
            teams["client_id"],
            teams["client_secret"],
        );
        std::fs::write(self.folder().join("entente.toml"), configuration).expect("the folder can be written");
    }

    /// Brings everybody in, as an administrator and the engineers would, and waits until everybody is heard.
    pub(crate) async fn sync(&self, process: &mut Process) {
        let token = self.folder().join("operator.token");
        until(process, "the server is there", async || token.exists()).await;
        let token = std::fs::read_to_string(token).expect("the token can be read");
        let mut operator = Browser::new(&self.base, Some(token.trim()));
        while operator.api(Method::GET, "/status", None).await.is_none() {
            assert!(!process.is_dead(), "{}", process.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let start = self.base.join("/oauth/start/webex?as=admin").expect("a fixed path");
        let people =
            call(&self.webex.router(), "webex.test", "GET", "/_sim/people?bots=false", None, None).await.1;
        let admin =
            people["items"].as_array().and_then(|all| all.iter().find(|person| person["admin"] == true));
        let admin = admin.and_then(|admin| admin["email"].as_str()).expect("there is an administrator");
        operator.consent(Method::GET, &start, &self.webex.router(), admin).await;
        wait(&mut operator, "the apps work", |status| {
            let works = |workspace: &str| {
                let mut logins = status["logins"].as_array().into_iter().flatten();
                logins.any(|l| l["workspace"] == workspace && l["kind"] == "app" && l["works"] == true)
            };
            works("webex") && works("teams")
        })
        .await;
        operator.post("/people/import", &json!({})).await;
        let rules = json!({"rules": [
            {"workspace": "webex", "department": "engineering"},
            {"workspace": "teams", "department": "sales"},
        ]});
        operator.post("/people/match", &rules).await;
        let plan = operator.post("/people/plan", &rules).await;
        operator.post("/people/apply", &json!({"digest": plan["digest"]})).await;
        for engineer in org::acme().into_iter().filter(|person| person.on_webex) {
            let invited = operator.post(&format!("/people/{}/invite", engineer.email), &json!({})).await;
            let link: Url = invited["url"].as_str().and_then(|url| url.parse().ok()).expect("a link");
            let mut browser = Browser::new(&self.base, None);
            drop(browser.open(Method::GET, &link, None).await);
            browser.consent(Method::POST, &link, &self.teams.router(), &engineer.email).await;
        }
        wait(&mut operator, "everybody is heard", |status| {
            let states = status["stand_ins"].as_object();
            let mut logins = status["logins"].as_array().into_iter().flatten();
            states.is_some_and(|states| !states.is_empty() && states.keys().all(|state| state == "active"))
                && logins.all(|l| l["kind"] == "admin" || (l["rung"].is_string() && l["error"].is_null()))
        })
        .await;
    }
}

async fn wait(operator: &mut Browser, what: &str, is: impl Fn(&Value) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = operator.api(Method::GET, "/status", None).await.unwrap_or_default();
        if is(&status) {
            return;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}: {status}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

async fn until(process: &mut Process, what: &str, is: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is().await {
        assert!(!process.is_dead(), "{}", process.said());
        assert!(Instant::now() < deadline, "waited in vain until {what}: {}", process.said());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A port below those that the system gives to outgoing connections: while the product is down, nobody takes it.
fn free_port(dice: &mut StdRng) -> u16 {
    loop {
        let port = dice.random_range(20_000..30_000_u16);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
