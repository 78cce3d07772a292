//! What an administrator and the engineers do before anybody can write: apps are registered on the vendors' side, the
//! workspaces connected, people imported, matched and represented, consents given. Everything goes through the vendors'
//! pages, the product's pages and the product's API, as it would in life.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use http::Method;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use crate::hosts::{Hosts, call};
use crate::judge::Platform;
use crate::product::{App, Place, Product};
use browser::Browser;

pub(crate) mod browser;

const WEBEX: &str = Platform::Webex.workspace();
const TEAMS: &str = Platform::Teams.workspace();

/// How long everything may take before something must be wrong.
const PATIENCE: Duration = Duration::from_mins(10);

/// How many people consent at a time.
const AT_ONCE: usize = 16;

/// Somebody with all their accounts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Somebody {
    /// Id and token on Webex: an engineer's own, a sales person's bot without one.
    pub(crate) webex: (String, String),
    /// Id and token on Teams.
    pub(crate) teams: (String, String),
}

/// Everybody who can write, by department.
#[derive(Debug, Default)]
pub(crate) struct Everybody {
    /// At home on Webex.
    pub(crate) engineers: Vec<Somebody>,
    /// At home on Teams.
    pub(crate) sales: Vec<Somebody>,
}

/// Registers both apps. The product is not running yet; all that is known of it is its address.
pub(crate) async fn register(hosts: &Hosts, place: &Place) -> anyhow::Result<(App, App)> {
    let redirect = format!("http://{}/oauth/callback", place.listen);
    let app = json!({"name": "Entente", "redirect_uris": [redirect]});
    let webex = call(&hosts.webex_router, Method::POST, "/_sim/apps", None, Some(&app)).await?;
    let app = json!({"name": "Entente", "redirect_uris": [redirect], "admin_consent": true});
    let teams = call(&hosts.teams_router, Method::POST, "/_sim/apps", None, Some(&app)).await?;
    let read = |answer: &Value| -> anyhow::Result<App> {
        Ok(App { id: text(answer, "client_id")?, secret: text(answer, "client_secret")? })
    };
    Ok((read(&webex)?, read(&teams)?))
}

/// A text in an answer.
pub(crate) fn text(answer: &Value, name: &str) -> anyhow::Result<String> {
    answer[name].as_str().map(str::to_owned).with_context(|| format!("{name} is missing in an answer"))
}

/// The elements of a list in an answer.
pub(crate) fn items<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer[name].as_array().into_iter().flatten()
}

/// Brings everybody in, until all are represented and heard.
pub(crate) async fn represent(
    hosts: &Hosts,
    product: &Product,
    teams_app: &App,
) -> anyhow::Result<Everybody> {
    let http = crate::product::http()?;
    let bot = json!({
        "bot_endpoint": product.base.join("/hooks/teams/teams/messages")?.as_str(),
        "installed_for_all": true,
        // In life a policy reaches so many people over hours; here all would be announced in the same second.
        "announce": false,
    });
    let path = format!("/_sim/apps/{}", teams_app.id);
    call(&hosts.teams_router, Method::POST, &path, None, Some(&bot)).await?;
    let people = call(&hosts.webex_router, Method::GET, "/_sim/people?bots=false", None, None).await?;
    let admin = items(&people, "items").find(|person| person["admin"] == true);
    let admin = text(admin.context("Webex has no administrator")?, "email")?;
    let start = product.base.join(&format!("/oauth/start/{WEBEX}?as=admin"))?;
    Browser::new(&http).connect(&start, &product.token, &admin).await?;
    until(product, "the apps are ready", |status| {
        [WEBEX, TEAMS].iter().all(|workspace| {
            items(status, "logins").any(|login| {
                login["workspace"] == *workspace && login["kind"] == "admin" && login["works"] == true
            })
        })
    })
    .await?;
    product.post("/people/import", &json!({})).await?;
    let rules = json!({"rules": [
        {"workspace": WEBEX, "department": "engineering"},
        {"workspace": TEAMS, "department": "sales"},
    ]});
    product.post("/people/match", &rules).await?;
    let plan = product.post("/people/plan", &rules).await?;
    product.post("/people/apply", &json!({"digest": plan["digest"]})).await?;
    let represented = product.get("/people").await?;
    let wanting = items(&represented, "people")
        .filter(|person| items(person, "stand_ins").any(|stand_in| stand_in["state"] == "awaiting_consent"));
    let wanting: Vec<&str> = wanting.filter_map(|person| person["email"].as_str()).collect();
    futures_util::stream::iter(wanting.into_iter().map(|email| consent(product, &http, email)))
        .buffer_unordered(AT_ONCE)
        .try_for_each(|()| async { Ok(()) })
        .await?;
    until(product, "everybody is represented", everybody_speaks).await?;
    everybody(hosts, product).await
}

async fn consent(product: &Product, http: &reqwest::Client, email: &str) -> anyhow::Result<()> {
    let invited = product.post(&format!("/people/{email}/invite"), &json!({})).await?;
    let link = Url::parse(&text(&invited, "url")?)?;
    Browser::new(http).follow_invitation(&link, email).await
}

/// Every stand-in is active, and every login that listens hears. Administrators' logins do not listen.
pub(crate) fn everybody_speaks(status: &Value) -> bool {
    let counts = status["stand_ins"].as_object();
    let active =
        counts.is_some_and(|counts| !counts.is_empty() && counts.keys().all(|state| state == "active"));
    let mut logins = items(status, "logins").filter(|login| login["kind"] != "admin");
    active && logins.all(|login| login["rung"].is_string() && login["error"].is_null())
}

/// Asks for the product's status until it is as wanted.
pub(crate) async fn until(product: &Product, what: &str, is: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(25);
    loop {
        let status = product.get("/status").await?;
        if is(&status) {
            return Ok(());
        }
        let why = || {
            let mut logins = items(&status, "logins");
            let deaf = logins.find(|login| !login["error"].is_null() || login["rung"].is_null());
            format!("{} {} {}", status["attention"], status["stand_ins"], deaf.unwrap_or(&Value::Null))
        };
        ensure!(Instant::now() < deadline, "waited in vain until {what}: {}", why());
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// Puts together what both platforms and the product say about everybody.
async fn everybody(hosts: &Hosts, product: &Product) -> anyhow::Result<Everybody> {
    let webex = accounts(&call(&hosts.webex_router, Method::GET, "/_sim/people", None, None).await?);
    let teams = accounts(&call(&hosts.teams_router, Method::GET, "/_sim/people", None, None).await?);
    let represented = product.get("/people").await?;
    let mut everybody = Everybody::default();
    for person in items(&represented, "people") {
        let email = text(person, "email")?;
        let bot = items(person, "stand_ins").find(|one| one["workspace"] == WEBEX);
        let bot = bot.and_then(|one| one["address"].as_str()).and_then(|address| webex.get(address));
        let Some(on_teams) = teams.get(&email).cloned() else { continue };
        match (person["primary"].as_str(), bot, webex.get(&email)) {
            (Some(WEBEX), _, Some(account)) => {
                everybody.engineers.push(Somebody { webex: account.clone(), teams: on_teams });
            }
            (Some(TEAMS), Some(account), _) => {
                everybody.sales.push(Somebody { webex: account.clone(), teams: on_teams });
            }
            _ => {}
        }
    }
    ensure!(!everybody.engineers.is_empty() && !everybody.sales.is_empty(), "nobody can write to anybody");
    Ok(everybody)
}

/// Id and token by address.
pub(crate) fn accounts(listed: &Value) -> BTreeMap<String, (String, String)> {
    let all = items(listed, "items").filter_map(|one| {
        let token = one["token"].as_str().unwrap_or_default().to_owned();
        Some((one["email"].as_str()?.to_owned(), (one["id"].as_str()?.to_owned(), token)))
    });
    all.collect()
}
