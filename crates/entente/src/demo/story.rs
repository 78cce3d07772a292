//! What the administrators and the people of Acme, Inc. do: connect the workspaces, bring people in, give consent, link
//! channels. Every step goes through the vendors' pages, the server's pages or the server's API.

use std::time::Duration;

use anyhow::Context as _;
use entente_sim::server::Port;
use futures_util::stream::{self, TryStreamExt as _};
use futures_util::try_join;
use http::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::apps::{self, Apps, administrator, text};
use super::browser::Browser;
use super::channels;
use super::groups;
use super::world::{SLACK, TEAMS, WEBEX, World, ZOOM};
use crate::client::Client;

/// How long each step may take before something must be wrong.
const PATIENCE: Duration = Duration::from_secs(45);

/// How many people consent at once.
const AT_ONCE: usize = 8;

/// How often it is looked whether something is done.
const LOOK: Duration = Duration::from_millis(25);

/// Plays the rest, until everybody is represented and heard.
pub(super) async fn play(
    world: &World,
    apps: &Apps,
    server: &Client,
    base: &Url,
    token: &SecretString,
) -> anyhow::Result<()> {
    // The administrators connect their workspaces in a browser, where a vendor asks them at all.
    try_join!(
        connect(WEBEX, &world.webex, world, base, token),
        connect(SLACK, &world.slack, world, base, token),
        apps::announce(world, apps, server, base),
    )?;
    until(server, idle_apps).await?;
    server.post("/people/import", &json!({})).await?;
    let rules = json!({"rules": [
        {"workspace": WEBEX, "department": "engineering"},
        {"workspace": TEAMS, "department": "sales"},
        {"workspace": SLACK, "department": "support"},
        {"workspace": ZOOM, "department": "operations"},
    ]});
    server.post("/people/match", &rules).await?;
    let plan = server.post("/people/plan", &rules).await?;
    server.post("/people/apply", &json!({"digest": plan["digest"]})).await?;
    let people = server.get("/people").await?;
    let wanted: Vec<(&str, &str)> = wanting_consent(&people).collect();
    let consents = stream::iter(wanted.into_iter().map(Ok))
        .try_for_each_concurrent(AT_ONCE, |(email, workspace)| consent(server, email, workspace));
    channels::listen(world, server).await?;
    let opened = channels::link(world, server).await?;
    consents.await?;
    until(server, the_unheard).await?;
    channels::let_in(world, server, &opened).await?;
    groups::gather(world, server).await
}

/// An administrator connects a workspace.
async fn connect(
    workspace: &str,
    platform: &Port,
    world: &World,
    base: &Url,
    token: &SecretString,
) -> anyhow::Result<()> {
    let people = world.ask(platform, Method::GET, "/_sim/people?bots=false", None).await?;
    let admin = administrator(&people).with_context(|| format!("{workspace} has no administrator"))?;
    let start = base.join(&format!("/oauth/start/{workspace}?as=admin"))?;
    Browser::new().connect(&start, token, &admin).await
}

/// Whose consent is wanted, and where.
fn wanting_consent(people: &Value) -> impl Iterator<Item = (&str, &str)> {
    people["people"].as_array().into_iter().flatten().flat_map(|person| {
        let stand_ins = person["stand_ins"].as_array().into_iter().flatten();
        stand_ins
            .filter(|one| one["state"] == "awaiting_consent")
            .filter_map(|one| Some((person["email"].as_str()?, one["workspace"].as_str()?)))
    })
}

async fn consent(server: &Client, email: &str, workspace: &str) -> anyhow::Result<()> {
    let invited = server.post(&format!("/people/{email}/invite"), &json!({"workspace": workspace})).await?;
    let link = Url::parse(&text(&invited, "url")?)?;
    let consent = Browser::new().follow_invitation(&link, email).await;
    consent.with_context(|| format!("{email} could not consent in {workspace}"))
}

/// The logins of apps and administrators that do not work yet.
fn idle_apps(status: &Value) -> Vec<String> {
    let works = |workspace: &str, kind: &str| {
        let mut logins = status["logins"].as_array().into_iter().flatten();
        logins.any(|login| login["workspace"] == workspace && login["kind"] == kind && login["works"] == true)
    };
    [WEBEX, TEAMS, SLACK, ZOOM]
        .into_iter()
        .flat_map(|workspace| ["admin", "app"].map(|kind| (workspace, kind)))
        .filter(|(workspace, kind)| !works(workspace, kind))
        .map(|(workspace, kind)| format!("the login of the {kind} of {workspace}"))
        .collect()
}

/// The stand-ins that are not active yet, and the logins that do not hear yet. Administrators' logins do not listen.
fn the_unheard(told: &Value) -> Vec<String> {
    let none = serde_json::Map::new();
    let states = told["stand_ins"].as_object().unwrap_or(&none);
    let idle = states.iter().filter(|(state, _)| *state != "active");
    let mut unheard: Vec<_> = idle.map(|(state, count)| format!("{count} stand-ins {state}")).collect();
    if states.is_empty() {
        unheard.push("any stand-in".to_owned());
    }
    let logins = told["logins"].as_array().into_iter().flatten();
    let deaf =
        |login: &&Value| login["kind"] != "admin" && !(login["rung"].is_string() && login["error"].is_null());
    unheard.extend(logins.filter(deaf).map(|login| {
        let (whose, error) = (login["person"].as_str().unwrap_or("the app"), login["error"].as_str());
        format!("{whose} in {} ({})", login["workspace"], error.unwrap_or("not heard yet"))
    }));
    unheard
}

/// Waits until nothing is lacking any more.
async fn until(server: &Client, lacking: impl Fn(&Value) -> Vec<String>) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let lacks = lacking(&server.get("/status").await?);
        if lacks.is_empty() {
            return Ok(());
        }
        anyhow::ensure!(Instant::now() < deadline, "still waiting for {}", lacks.join("; "));
        tokio::time::sleep(LOOK).await;
    }
}
