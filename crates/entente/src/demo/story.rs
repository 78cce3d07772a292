//! What an administrator and the engineers of Acme, Inc. do: register apps on the vendors' side, connect the workspaces,
//! bring people in, give consent. Every step goes through the vendors' pages, the server's pages or the server's API.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::future::try_join_all;
use http::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::browser::Browser;
use super::world::World;
use crate::client::Client;

/// The workspaces' names in the demo's configuration.
pub(super) const WEBEX: &str = "webex";
pub(super) const TEAMS: &str = "teams";

/// How long everything may take before something must be wrong.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is looked whether something is done.
const LOOK: Duration = Duration::from_millis(25);

/// An app as its vendor registered it.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// Both apps.
#[derive(Clone)]
pub(crate) struct Apps {
    pub(crate) webex: App,
    pub(crate) teams: App,
    pub(crate) tenant: String,
}

/// Registers the apps. The server is not running yet; all that is known of it is its address.
pub(crate) async fn register(world: &World, listen: SocketAddr) -> anyhow::Result<Apps> {
    let redirect = format!("http://{listen}/oauth/callback");
    let app = json!({"name": "Entente", "redirect_uris": [redirect]});
    let webex = world.ask(&world.webex, Method::POST, "/_sim/apps", Some(&app)).await?;
    let app = json!({"name": "Entente", "redirect_uris": [redirect], "admin_consent": true});
    let teams = world.ask(&world.teams, Method::POST, "/_sim/apps", Some(&app)).await?;
    Ok(Apps { webex: read(&webex)?, teams: read(&teams)?, tenant: text(&teams, "tenant")? })
}

fn read(answer: &Value) -> anyhow::Result<App> {
    Ok(App { client_id: text(answer, "client_id")?, client_secret: text(answer, "client_secret")? })
}

fn text(answer: &Value, name: &str) -> anyhow::Result<String> {
    answer[name].as_str().map(str::to_owned).with_context(|| format!("{name} is missing in an answer"))
}

/// Plays the rest, until everybody is represented and heard.
pub(super) async fn play(
    world: &World,
    apps: &Apps,
    server: &Client,
    base: &Url,
    token: &SecretString,
) -> anyhow::Result<()> {
    // Webex: the administrator connects the workspace in a browser.
    let admin = administrator(world).await?;
    let start = base.join(&format!("/oauth/start/{WEBEX}?as=admin"))?;
    Browser::new().connect(&start, token, &admin).await?;
    let ready = |status: &Value| {
        [WEBEX, TEAMS]
            .iter()
            .all(|workspace| works(status, workspace, "admin") && works(status, workspace, "app"))
    };
    until(server, "the apps are ready", ready).await?;
    // Teams: the bot's address is entered in the portal, and the administrator's policy installs the app for everybody.
    let endpoint = base.join(&format!("/hooks/{TEAMS}/{TEAMS}/messages"))?;
    let bot = json!({"bot_endpoint": endpoint.as_str(), "installed_for_all": true});
    world
        .ask(&world.teams, Method::POST, &format!("/_sim/apps/{}", apps.teams.client_id), Some(&bot))
        .await?;
    server.post("/people/import", &json!({})).await?;
    let rules = json!({"rules": [
        {"workspace": WEBEX, "department": "engineering"},
        {"workspace": TEAMS, "department": "sales"},
    ]});
    server.post("/people/match", &rules).await?;
    let plan = server.post("/people/plan", &rules).await?;
    server.post("/people/apply", &json!({"digest": plan["digest"]})).await?;
    let people = server.get("/people").await?;
    try_join_all(wanting_consent(&people).map(|email| consent(server, email))).await?;
    until(server, "everybody is represented", everybody_speaks).await
}

async fn administrator(world: &World) -> anyhow::Result<String> {
    let people = world.ask(&world.webex, Method::GET, "/_sim/people?bots=false", None).await?;
    let admin = people["items"].as_array().into_iter().flatten().find(|person| person["admin"] == true);
    text(admin.context("Webex has no administrator")?, "email")
}

fn wanting_consent(people: &Value) -> impl Iterator<Item = &str> {
    let people = people["people"].as_array().into_iter().flatten();
    people
        .filter(|person| {
            person["stand_ins"].as_array().into_iter().flatten().any(|one| one["state"] == "awaiting_consent")
        })
        .filter_map(|person| person["email"].as_str())
}

async fn consent(server: &Client, email: &str) -> anyhow::Result<()> {
    let invited = server.post(&format!("/people/{email}/invite"), &json!({})).await?;
    let link = Url::parse(&text(&invited, "url")?)?;
    Browser::new().follow_invitation(&link, email).await
}

fn works(status: &Value, workspace: &str, kind: &str) -> bool {
    let mut logins = status["logins"].as_array().into_iter().flatten();
    logins.any(|login| login["workspace"] == workspace && login["kind"] == kind && login["works"] == true)
}

/// Every stand-in is active, and every login that listens hears. Administrators' logins do not listen.
fn everybody_speaks(status: &Value) -> bool {
    let by_state = status["stand_ins"].as_object();
    let active =
        by_state.is_some_and(|states| !states.is_empty() && states.keys().all(|state| state == "active"));
    let mut logins =
        status["logins"].as_array().into_iter().flatten().filter(|login| login["kind"] != "admin");
    active && logins.all(|login| login["rung"].is_string() && login["error"].is_null())
}

async fn until(server: &Client, what: &str, is: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = server.get("/status").await?;
        if is(&status) {
            return Ok(());
        }
        anyhow::ensure!(Instant::now() < deadline, "waited in vain until {what}: {}", status["attention"]);
        tokio::time::sleep(LOOK).await;
    }
}
