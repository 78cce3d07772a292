//! The product's apps at the four vendors, registered on the vendors' side as an operator does it: before the product
//! runs, when only its address is known, and after, when the vendors want to see it answer.

use anyhow::{Context as _, ensure};
use http::{Method, Request, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::Url;

use super::hosts::Hosts;
use crate::configuration::Configuration;
use crate::judge::Platform::{Slack, Teams, Webex, Zoom};
use crate::people::{items, text};
use crate::product::{App, Place, Product};

/// What the bot of Slack's app may do.
const SLACK_BOT: &str = "chat:write,chat:write.customize,channels:history,channels:read,files:read,files:write,\
     groups:history,groups:read,im:history,im:read,im:write,reactions:read,reactions:write,users:read";

/// What Zoom reports.
const ZOOM_EVENTS: [&str; 6] = [
    "team_chat.dm_message_posted",
    "team_chat.dm_message_updated",
    "team_chat.dm_message_deleted",
    "team_chat.channel_message_posted",
    "team_chat.channel_message_updated",
    "team_chat.channel_message_deleted",
];

/// The apps, and what else their pages at the vendors show.
pub(crate) struct Apps {
    webex: App,
    teams: App,
    slack: App,
    slack_id: String,
    slack_signing: String,
    zoom: App,
    zoom_secret: String,
    /// Whom Zoom's ledger names where the app speaks.
    pub(crate) robot: String,
    zoom_directory: App,
}

/// Registers them.
pub(crate) async fn register(hosts: &Hosts, place: &Place) -> anyhow::Result<Apps> {
    let address = format!("http://{}", place.listen);
    let redirect = format!("{address}/oauth/callback");
    let webex = json!({"name": "Entente", "redirect_uris": [redirect]});
    let webex = hosts.call(Webex, "/_sim/apps", None, &webex).await?;
    let teams = json!({"name": "Entente", "redirect_uris": [redirect], "admin_consent": true});
    let teams = hosts.call(Teams, "/_sim/apps", None, &teams).await?;
    let slack = json!({
        "name": "Entente",
        "redirect_uris": [redirect],
        "user_events": ["message.im", "tokens_revoked"],
        "bot_events": ["message.im", "message.channels", "message.groups", "app_uninstalled"],
    });
    let slack = hosts.call(Slack, "/_sim/apps", None, &slack).await?;
    let hook = hook(&address, "zoom");
    let zoom = json!({
        "name": "Entente",
        "kind": "user",
        "redirect_uris": [redirect],
        "chatbot": true,
        "bot_endpoint": hook,
        "deauthorization_endpoint": hook,
    });
    let zoom = hosts.call(Zoom, "/_sim/apps", None, &zoom).await?;
    let directory = json!({"name": "Entente's directory", "kind": "server"});
    let directory = hosts.call(Zoom, "/_sim/apps", None, &directory).await?;
    Ok(Apps {
        webex: app(&webex)?,
        teams: app(&teams)?,
        slack: app(&slack)?,
        slack_id: text(&slack, "app_id")?,
        slack_signing: text(&slack, "signing_secret")?,
        zoom: app(&zoom)?,
        zoom_secret: text(&zoom, "secret_token")?,
        robot: text(&zoom, "robot_jid")?,
        zoom_directory: app(&directory)?,
    })
}

fn app(answer: &Value) -> anyhow::Result<App> {
    Ok(App { id: text(answer, "client_id")?, secret: text(answer, "client_secret")? })
}

/// Where a platform reports to the product, in which a workspace is called as its platform.
fn hook(address: &str, name: &str) -> String {
    format!("{}/hooks/{name}/{name}/events", address.trim_end_matches('/'))
}

impl Apps {
    /// The product's configuration with them.
    pub(crate) fn configuration(&self, hosts: &Hosts, place: &Place) -> Configuration {
        Configuration::new(place.listen)
            .webex(&hosts.base(Webex), &self.webex)
            .teams(&hosts.base(Teams), hosts.teams.tenant(), &self.teams)
            .slack(&hosts.base(Slack), &hosts.slack.team(), &self.slack, &self.slack_signing)
            .zoom(
                &hosts.base(Zoom),
                &hosts.zoom.account_id(),
                (&self.zoom, &self.zoom_secret, &self.robot),
                &self.zoom_directory,
            )
    }

    /// Whom Teams' ledger names where the app speaks.
    pub(crate) fn on_teams(&self) -> String {
        format!("app:{}", self.teams.id)
    }

    /// What is done once the product answers: vendors are told its addresses and try them, and the app is installed where
    /// an administrator does that at the vendor.
    pub(crate) async fn announce(&self, hosts: &Hosts, product: &Product) -> anyhow::Result<()> {
        let base = product.base.as_str();
        let token = self.installed(hosts).await?;
        product.post("/workspaces/slack/app-token", &json!({"token": token})).await?;
        let path = format!("/_sim/apps/{}", self.slack_id);
        let settings = json!({"request_url": hook(base, "slack")});
        let settings = hosts.call(Slack, &path, None, &settings).await?;
        ensure!(settings["request_url_verified"] == true, "Slack's challenge was not given back");
        let subscription =
            json!({"app": self.zoom.id, "name": "Entente", "events": ZOOM_EVENTS, "url": hook(base, "zoom")});
        hosts.call(Zoom, "/_sim/subscriptions", None, &subscription).await?;
        let bot = json!({
            "bot_endpoint": product.base.join("/hooks/teams/teams/messages")?.as_str(),
            "installed_for_all": true,
            "announce": false,
        });
        hosts.call(Teams, &format!("/_sim/apps/{}", self.teams.id), None, &bot).await?;
        Ok(())
    }

    /// Installs Slack's app as the workspace's administrator, and answers its bot's token.
    async fn installed(&self, hosts: &Hosts) -> anyhow::Result<String> {
        let admin = administrator(hosts, Slack).await?;
        let asked = [
            ("client_id", self.slack.id.as_str()),
            ("scope", SLACK_BOT),
            ("person", admin.as_str()),
            ("decision", "approve"),
        ];
        let back = form(hosts, "/oauth/v2/authorize", &asked).await?;
        let location = back.headers().get(header::LOCATION).context("Slack sends nobody back")?.to_str()?;
        let location = Url::parse(location)?;
        let code = location.query_pairs().find(|(name, _)| name == "code").context("Slack gave no code")?.1;
        let (id, secret) = (self.slack.id.as_str(), self.slack.secret.as_str());
        let proof = [("client_id", id), ("client_secret", secret), ("code", &*code)];
        let answer = form(hosts, "/api/oauth.v2.access", &proof).await?.into_body();
        let answer = axum::body::to_bytes(answer, 1 << 20).await?;
        text(&serde_json::from_slice(&answer)?, "access_token")
    }
}

/// A form that is filled in at Slack.
async fn form(
    hosts: &Hosts,
    path: &str,
    fields: &[(&str, &str)],
) -> anyhow::Result<http::Response<axum::body::Body>> {
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "127.0.0.1")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(text))?;
    Ok(hosts.router(Slack).clone().oneshot(request).await?)
}

/// The address of a platform's first administrator.
pub(crate) async fn administrator(hosts: &Hosts, platform: crate::judge::Platform) -> anyhow::Result<String> {
    let people = hosts.look(platform, "/_sim/people?bots=false").await?;
    let admin = items(&people, "items").find(|person| person["admin"] == true);
    text(admin.with_context(|| format!("{} has no administrator", platform.name()))?, "email")
}
