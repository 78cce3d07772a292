//! Entente's apps at the four vendors, registered on the vendors' side as an operator does it by hand: before the server
//! runs, when only its address is known, and after, when vendors want to see it answer.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use http::{Method, header};
use serde_json::{Value, json};
use url::Url;

use super::world::{SLACK, TEAMS, World, ZOOM};
use crate::client::Client;

/// An app as its vendor registered it.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// What else its pages at the vendor show: ids and secrets, by the vendor's names for them.
    pub(crate) more: BTreeMap<&'static str, String>,
}

/// All of them, with the vendors' ids of the organization.
#[derive(Clone)]
pub(crate) struct Apps {
    pub(crate) webex: App,
    pub(crate) teams: App,
    pub(crate) slack: App,
    pub(crate) zoom: App,
    /// The app by which Zoom's directory is read.
    pub(crate) zoom_directory: App,
    /// Of Entra ID.
    pub(crate) tenant: String,
    /// The Slack workspace.
    pub(crate) team: String,
    /// The Zoom account.
    pub(crate) account: String,
}

/// What the bot of Slack's app may do.
const SLACK_BOT: &str = "chat:write,chat:write.customize,channels:history,channels:manage,channels:read,files:read,files:write,\
     groups:history,groups:read,groups:write,im:history,im:read,im:write,mpim:history,mpim:read,mpim:write,reactions:read,\
     reactions:write,users:read";

/// What Zoom reports to the server by webhook.
const ZOOM_EVENTS: [&str; 14] = [
    "team_chat.dm_message_posted",
    "team_chat.dm_message_updated",
    "team_chat.dm_message_deleted",
    "chat_channel.updated",
    "chat_channel.deleted",
    "team_chat.channel_message_posted",
    "team_chat.channel_message_updated",
    "team_chat.channel_message_deleted",
    "team_chat.channel_reaction_added",
    "team_chat.channel_reaction_removed",
    "chat_channel.created",
    "chat_channel.member_invited",
    "chat_channel.member_removed",
    "chat_channel.member_left",
];

/// What Zoom tells by WebSocket, of the whole account. By webhook it tells of a direct reaction only for whoever received the
/// message, and people whose own app is Zoom consent to nothing there.
const ZOOM_REACTIONS: [&str; 2] = ["team_chat.dm_reaction_added", "team_chat.dm_reaction_removed"];

/// Registers the apps. The server is not running yet; all that is known of it is its address.
pub(crate) async fn register(world: &World, listen: SocketAddr) -> anyhow::Result<Apps> {
    let address = format!("http://{listen}");
    let redirect = format!("{address}/oauth/callback");
    let new = async |port, app: Value| world.ask(port, Method::POST, "/_sim/apps", Some(&app)).await;
    let app = json!({"name": "Entente", "redirect_uris": [redirect]});
    let webex = new(&world.webex, app).await?;
    let app = json!({"name": "Entente", "redirect_uris": [redirect], "admin_consent": true});
    let teams = new(&world.teams, app).await?;
    let app = json!({
        "name": "Entente",
        "redirect_uris": [redirect],
        "user_events": ["message.im", "message.mpim", "reaction_added", "reaction_removed", "tokens_revoked"],
        "bot_events": ["message.im", "message.channels", "message.groups", "message.mpim", "member_joined_channel",
            "member_left_channel", "reaction_added", "reaction_removed",
            "channel_rename", "channel_archive", "channel_unarchive", "group_rename", "group_archive", "group_unarchive",
            "app_uninstalled"],
    });
    let slack = new(&world.slack, app).await?;
    let hook = hook(&address, ZOOM);
    let app = json!({
        "name": "Entente",
        "kind": "user",
        "redirect_uris": [redirect],
        "chatbot": true,
        "bot_endpoint": hook,
        "deauthorization_endpoint": hook,
    });
    let zoom = new(&world.zoom, app).await?;
    let app = json!({"name": "Entente's directory", "kind": "server"});
    let zoom_directory = new(&world.zoom, app).await?;
    let slack_people = world.ask(&world.slack, Method::GET, "/_sim/people?bots=false", None).await?;
    Ok(Apps {
        webex: read(&webex, &[])?,
        teams: read(&teams, &[])?,
        slack: read(&slack, &["app_id", "signing_secret", "app_token"])?,
        zoom: read(&zoom, &["secret_token", "verification_token", "robot_jid"])?,
        zoom_directory: read(&zoom_directory, &["secret_token"])?,
        tenant: text(&teams, "tenant")?,
        team: text(&slack_people["team"], "id")?,
        account: text(&zoom, "account_id")?,
    })
}

/// Subscribes the app of Zoom's directory to what it is told by WebSocket; answers the subscription's id.
pub(super) async fn subscribe(world: &World, apps: &Apps) -> anyhow::Result<String> {
    let wanted = json!({
        "app": apps.zoom_directory.client_id,
        "name": "Entente's reactions",
        "events": ZOOM_REACTIONS,
        "websocket": true,
    });
    let made = world.ask(&world.zoom, Method::POST, "/_sim/subscriptions", Some(&wanted)).await?;
    text(&made, "event_subscription_id")
}

/// What is done once the server answers: vendors are told its addresses and try them, and the app is installed where an
/// administrator does that at the vendor.
pub(super) async fn announce(world: &World, apps: &Apps, server: &Client, base: &Url) -> anyhow::Result<()> {
    let base = base.as_str().trim_end_matches('/');
    // Slack: the app is installed for the workspace, its bot's token given to the server, its request URL entered.
    let token = installed(world, &apps.slack).await?;
    server.post(&format!("/workspaces/{SLACK}/app-token"), &json!({"token": token})).await?;
    let path = format!("/_sim/apps/{}", apps.slack.more["app_id"]);
    let settings = json!({"request_url": hook(base, SLACK)});
    let settings = world.ask(&world.slack, Method::POST, &path, Some(&settings)).await?;
    ensure!(settings["request_url_verified"] == true, "Slack's challenge was not given back");
    // Zoom: the event subscription, whose address is asked for a proof.
    let subscription = json!({"app": apps.zoom.client_id, "name": "Entente", "events": ZOOM_EVENTS, "url": hook(base, ZOOM)});
    world.ask(&world.zoom, Method::POST, "/_sim/subscriptions", Some(&subscription)).await?;
    // Teams: the bot's address is entered in the portal, and the administrator's policy installs the app for everybody.
    let bot = json!({
        "bot_endpoint": format!("{base}/hooks/{TEAMS}/{TEAMS}/messages"),
        "installed_for_all": true,
    });
    let path = format!("/_sim/apps/{}", apps.teams.client_id);
    world.ask(&world.teams, Method::POST, &path, Some(&bot)).await?;
    Ok(())
}

/// Where a platform reports to the server. The demo's workspaces are called as their platforms.
fn hook(base: &str, name: &str) -> String {
    format!("{base}/hooks/{name}/{name}/events")
}

/// Installs Slack's app as the workspace's administrator, and answers its bot's token, which the app's pages show then.
async fn installed(world: &World, app: &App) -> anyhow::Result<String> {
    let people = world.ask(&world.slack, Method::GET, "/_sim/people?bots=false", None).await?;
    let admin = administrator(&people).context("Slack has no administrator")?;
    let asked = [
        ("client_id", app.client_id.as_str()),
        ("scope", SLACK_BOT),
        ("person", admin.as_str()),
        ("decision", "approve"),
    ];
    let back = world.form(&world.slack, "/oauth/v2/authorize", &asked).await?;
    let location = back.headers().get(header::LOCATION).context("Slack sends nobody back")?.to_str()?;
    let location = Url::parse(location)?;
    let code = location.query_pairs().find(|(name, _)| name == "code").context("Slack gave no code")?.1;
    let proof = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", app.client_secret.as_str()),
        ("code", &*code),
    ];
    let answer = world.form(&world.slack, "/api/oauth.v2.access", &proof).await?.bytes().await?;
    text(&serde_json::from_slice(&answer)?, "access_token")
}

/// The address of the first administrator of those who are listed.
pub(super) fn administrator(people: &Value) -> Option<String> {
    let mut all = people["items"].as_array()?.iter();
    Some(all.find(|person| person["admin"] == true)?["email"].as_str()?.to_owned())
}

fn read(answer: &Value, more: &[&'static str]) -> anyhow::Result<App> {
    let more = more.iter().map(|name| Ok((*name, text(answer, name)?)));
    Ok(App {
        client_id: text(answer, "client_id")?,
        client_secret: text(answer, "client_secret")?,
        more: more.collect::<anyhow::Result<_>>()?,
    })
}

/// A text in an answer.
pub(super) fn text(answer: &Value, name: &str) -> anyhow::Result<String> {
    answer[name].as_str().map(str::to_owned).with_context(|| format!("{name} is missing in an answer"))
}
