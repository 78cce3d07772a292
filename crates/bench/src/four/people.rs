//! Bringing everybody in: as [`crate::people`] does it for two platforms, with a stand-in for everybody on the three others.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use url::Url;

use super::apps::{Apps, administrator};
use super::hosts::Hosts;
use crate::judge::Platform;
use crate::people::browser::Browser;
use crate::people::{accounts, everybody_speaks, items, text, until};
use crate::product::Product;

/// The account that belongs to nobody and hears in channels where an app is not told.
pub(crate) const LISTENER: &str = "listener@acme.example";

/// How many people consent at a time.
const AT_ONCE: usize = 16;

/// Somebody with an account on every platform.
#[derive(Debug, Clone)]
pub(crate) struct Somebody {
    /// Their address.
    pub(crate) email: String,
    /// Id and token on each platform, in the order of [`Platform::ALL`]: their own, or, on Webex, that of a bot, which has
    /// no token.
    pub(crate) accounts: [(String, String); 4],
}

/// Everybody by where they work, in the order of [`Platform::ALL`].
pub(crate) type Everybody = [Vec<Somebody>; 4];

/// Brings them in, until all are represented and heard.
pub(crate) async fn represent(hosts: &Hosts, product: &Product, apps: &Apps) -> anyhow::Result<Everybody> {
    let http = crate::product::http()?;
    for platform in [Platform::Webex, Platform::Slack] {
        let admin = administrator(hosts, platform).await?;
        let start = product.base.join(&format!("/oauth/start/{}?as=admin", platform.workspace()))?;
        Browser::new(&http).connect(&start, &product.token, &admin).await?;
    }
    apps.announce(hosts, product).await?;
    until(product, "the apps are ready", |status| {
        Platform::ALL.iter().all(|platform| {
            ["admin", "app"].iter().all(|kind| {
                items(status, "logins").any(|login| {
                    login["workspace"] == platform.workspace()
                        && login["kind"] == *kind
                        && login["works"] == true
                })
            })
        })
    })
    .await?;
    product.post("/people/import", &json!({})).await?;
    let rules = json!({"rules": [
        {"workspace": "webex", "department": "engineering"},
        {"workspace": "teams", "department": "sales"},
        {"workspace": "slack", "department": "support"},
        {"workspace": "zoom", "department": "operations"},
    ]});
    product.post("/people/match", &rules).await?;
    let plan = product.post("/people/plan", &rules).await?;
    product.post("/people/apply", &json!({"digest": plan["digest"]})).await?;
    for platform in [Platform::Webex, Platform::Zoom] {
        listen(hosts, product, &http, platform).await?;
    }
    let represented = product.get("/people").await?;
    let wanted: Vec<(&str, &str)> = items(&represented, "people").flat_map(wanting).collect();
    let consents = wanted.into_iter().map(|(email, workspace)| consent(product, &http, email, workspace));
    futures_util::stream::iter(consents)
        .buffer_unordered(AT_ONCE)
        .try_for_each(|()| async { Ok(()) })
        .await?;
    until(product, "everybody is represented", everybody_speaks).await?;
    everybody(hosts, product).await
}

/// Where somebody's consent is wanted.
fn wanting(person: &Value) -> impl Iterator<Item = (&str, &str)> {
    let awaited = items(person, "stand_ins").filter(|one| one["state"] == "awaiting_consent");
    awaited.filter_map(|one| Some((person["email"].as_str()?, one["workspace"].as_str()?)))
}

async fn consent(
    product: &Product,
    http: &reqwest::Client,
    email: &str,
    workspace: &str,
) -> anyhow::Result<()> {
    let invited = product.post(&format!("/people/{email}/invite"), &json!({"workspace": workspace})).await?;
    let consent = Browser::new(http).follow_invitation(&Url::parse(&text(&invited, "url")?)?, email).await;
    consent.with_context(|| format!("{email} could not consent in {workspace}"))
}

/// Lets an account that belongs to nobody hear in channels.
async fn listen(
    hosts: &Hosts,
    product: &Product,
    http: &reqwest::Client,
    platform: Platform,
) -> anyhow::Result<()> {
    let account = json!({"name": "Entente Listener", "email": LISTENER});
    hosts.call(platform, "/_sim/people", None, &account).await?;
    let path = format!("/workspaces/{}/listener", platform.workspace());
    let invited = product.post(&path, &json!({})).await?;
    Browser::new(http).follow_invitation(&Url::parse(&text(&invited, "url")?)?, LISTENER).await
}

/// Puts together what the platforms and the product say about everybody.
async fn everybody(hosts: &Hosts, product: &Product) -> anyhow::Result<Everybody> {
    let mut known: Vec<BTreeMap<String, (String, String)>> = Vec::new();
    for platform in Platform::ALL {
        known.push(accounts(&hosts.look(platform, "/_sim/people").await?));
    }
    let represented = product.get("/people").await?;
    let mut everybody = Everybody::default();
    for person in items(&represented, "people") {
        let email = text(person, "email")?;
        let home = Platform::ALL.iter().find(|platform| person["primary"] == platform.workspace());
        let Some(home) = home else { continue };
        let at = |platform: Platform| {
            let stand_in = items(person, "stand_ins").find(|one| one["workspace"] == platform.workspace());
            let bot = stand_in.and_then(|one| one["address"].as_str());
            let there = &known[platform.index()];
            bot.and_then(|bot| there.get(bot)).or_else(|| there.get(&email)).cloned()
        };
        // The vendors' own administrators and owners are on one platform only, and write to nobody.
        let [Some(webex), Some(teams), Some(slack), Some(zoom)] = Platform::ALL.map(at) else { continue };
        let accounts = [webex, teams, slack, zoom];
        everybody[home.index()].push(Somebody { email, accounts });
    }
    ensure!(everybody.iter().all(|there| !there.is_empty()), "somewhere nobody works");
    Ok(everybody)
}
