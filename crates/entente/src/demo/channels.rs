//! The channels of Acme, Inc. that are kept in step: one of each name on every platform, made by somebody who works there,
//! and linked as `entente links create` links them.
//!
//! In “launch” whoever comes first on each platform has their stand-ins with them, so that they speak as themselves; in
//! “incidents” nobody has, so that the app passes on what is said. Where an app is not told what is written in channels, an
//! account that belongs to nobody hears there.

use anyhow::{Context as _, ensure};
use entente_sim::server::Port;
use futures_util::{future::try_join_all, try_join};
use http::Method;
use serde_json::{Value, json};
use url::Url;

use super::apps::text;
use super::browser::Browser;
use super::world::{SLACK, TEAMS, WEBEX, World, ZOOM};
use crate::client::Client;

/// The account that belongs to nobody.
const LISTENER: &str = "listener@acme.example";

/// A channel of the demo.
struct Subject {
    /// What it is called, but on Slack, which knows small letters only.
    name: &'static str,
    /// The team that it is in on Teams.
    team: &'static str,
    /// Whether stand-ins are in it.
    represented: bool,
}

const SUBJECTS: [Subject; 2] = [
    Subject { name: "Launch", team: "Product", represented: true },
    Subject { name: "Incidents", team: "Service", represented: false },
];

/// Somebody with an account on a platform, bots included.
#[derive(Clone)]
pub(super) struct Somebody {
    pub(super) id: String,
    name: String,
    email: String,
    pub(super) token: String,
}

/// Lets an account that belongs to nobody consent where an app is not told what is written in channels.
pub(super) async fn listen(world: &World, server: &Client) -> anyhow::Result<()> {
    try_join!(hear(WEBEX, &world.webex, world, server), hear(ZOOM, &world.zoom, world, server))?;
    Ok(())
}

async fn hear(workspace: &str, platform: &Port, world: &World, server: &Client) -> anyhow::Result<()> {
    let account = json!({"name": "Entente Listener", "email": LISTENER});
    world.ask(platform, Method::POST, "/_sim/people", Some(&account)).await?;
    let invited = server.post(&format!("/workspaces/{workspace}/listener"), &json!({})).await?;
    let link = Url::parse(&text(&invited, "url")?)?;
    Browser::new().follow_invitation(&link, LISTENER).await
}

/// A channel on every platform.
pub(super) struct Opened {
    webex: String,
    teams: String,
    slack: String,
    zoom: String,
}

/// Makes the channels, with those who work where they are, and links them. What is said in them is heard; that others have
/// consented is not needed, and whatever reads for them would only be in the way.
pub(super) async fn link(world: &World, server: &Client) -> anyhow::Result<Vec<Opened>> {
    let people = people(server).await?;
    try_join_all(SUBJECTS.iter().map(|subject| one(world, server, &people, subject))).await
}

async fn one(world: &World, server: &Client, people: &[Value], subject: &Subject) -> anyhow::Result<Opened> {
    let (webex, teams, slack, zoom) = try_join!(
        on_webex(world, people, subject),
        on_teams(world, people, subject),
        on_slack(world, people, subject),
        on_zoom(world, people, subject),
    )?;
    let channels = [(WEBEX, &webex), (TEAMS, &teams), (SLACK, &slack), (ZOOM, &zoom)];
    let channels = channels.map(|(workspace, channel)| json!({"workspace": workspace, "channel": channel}));
    server.post("/links", &json!({"name": subject.name, "channels": channels})).await?;
    Ok(Opened { webex, teams, slack, zoom })
}

/// Lets stand-ins into the channels that have some. Everybody is represented and has consented.
pub(super) async fn let_in(world: &World, server: &Client, opened: &[Opened]) -> anyhow::Result<()> {
    let people = people(server).await?;
    let with = SUBJECTS.iter().zip(opened).filter(|(subject, _)| subject.represented);
    try_join_all(with.map(|(_, opened)| represent(world, &people, opened))).await?;
    Ok(())
}

async fn represent(world: &World, people: &[Value], opened: &Opened) -> anyhow::Result<()> {
    let (webex, slack, zoom) = try_join!(
        accounts(world, &world.webex),
        accounts(world, &world.slack),
        accounts(world, &world.zoom)
    )?;
    let host = |workspace: &str, all: &[Somebody]| {
        at_home(people, workspace, all).into_iter().next().context("nobody works there")
    };
    let (by_webex, by_slack, by_zoom) = (host(WEBEX, &webex)?, host(SLACK, &slack)?, host(ZOOM, &zoom)?);
    for member in represented(people, WEBEX) {
        let body = json!({"roomId": opened.webex, "personId": member});
        world.call(&world.webex, "/v1/memberships", &by_webex.token, &body).await?;
    }
    let (team, channel) = opened.teams.split_once('/').context("a channel is in a team")?;
    for member in represented(people, TEAMS) {
        let body = json!({"team": team, "channel": channel, "person": member});
        world.ask(&world.teams, Method::POST, "/_sim/teams/members", Some(&body)).await?;
    }
    let users = represented(people, SLACK).join(",");
    let body = json!({"channel": opened.slack, "users": users});
    let answer = world.call(&world.slack, "/api/conversations.invite", &by_slack.token, &body).await?;
    ensure!(answer["ok"] == true, "Slack refuses an invitation: {}", answer["error"]);
    let stand_ins = represented(people, ZOOM);
    let members =
        zoom.iter().filter(|one| stand_ins.contains(&one.id)).map(|one| json!({"email": one.email}));
    let body = json!({"members": members.collect::<Vec<_>>()});
    let path = format!("/v2/chat/users/me/channels/{}/members", opened.zoom);
    world.call(&world.zoom, &path, &by_zoom.token, &body).await?;
    Ok(())
}

/// The people of the server.
pub(super) async fn people(server: &Client) -> anyhow::Result<Vec<Value>> {
    let people = server.get("/people").await?["people"].take();
    Ok(people.as_array().cloned().unwrap_or_default())
}

/// A space with Entente's bot in it.
async fn on_webex(world: &World, people: &[Value], subject: &Subject) -> anyhow::Result<String> {
    let port = &world.webex;
    let everybody = accounts(world, port).await?;
    let home = at_home(people, WEBEX, &everybody);
    let host = home.first().context("nobody works in Webex")?;
    let call = async |path: &str, body: Value| world.call(port, path, &host.token, &body).await;
    let room = text(&call("/v1/rooms", json!({"title": subject.name})).await?, "id")?;
    let listener = everybody.iter().find(|one| one.email == LISTENER).context("nobody hears in Webex")?;
    let mut members = vec![app(&everybody)?, listener.id.clone()];
    members.extend(home[1..].iter().map(|one| one.id.clone()));
    for member in members {
        call("/v1/memberships", json!({"roomId": room, "personId": member})).await?;
    }
    Ok(room)
}

/// A channel of a team, in which the app is installed with the team.
async fn on_teams(world: &World, people: &[Value], subject: &Subject) -> anyhow::Result<String> {
    let port = &world.teams;
    let home = at_home(people, TEAMS, &accounts(world, port).await?);
    let members: Vec<String> = home.into_iter().map(|one| one.id).collect();
    let team = json!({"name": subject.team, "channel": subject.name, "members": members});
    let made = world.ask(port, Method::POST, "/_sim/teams", Some(&team)).await?;
    Ok(format!("{}/{}", text(&made, "team")?, text(&made, "channel")?))
}

/// A channel with Entente's app in it.
async fn on_slack(world: &World, people: &[Value], subject: &Subject) -> anyhow::Result<String> {
    let port = &world.slack;
    let everybody = accounts(world, port).await?;
    let home = at_home(people, SLACK, &everybody);
    let host = home.first().context("nobody works in Slack")?;
    let call = async |path: &str, body: Value| {
        let answer = world.call(port, path, &host.token, &body).await?;
        ensure!(answer["ok"] == true, "Slack refuses {path}: {}", answer["error"]);
        Ok(answer)
    };
    let made = call("/api/conversations.create", json!({"name": subject.name.to_lowercase()})).await?;
    let channel = text(&made["channel"], "id")?;
    let mut members = vec![app(&everybody)?];
    members.extend(home[1..].iter().map(|one| one.id.clone()));
    call("/api/conversations.invite", json!({"channel": channel, "users": members.join(",")})).await?;
    Ok(channel)
}

/// A private channel. A chatbot writes there without being a member.
async fn on_zoom(world: &World, people: &[Value], subject: &Subject) -> anyhow::Result<String> {
    let port = &world.zoom;
    let everybody = accounts(world, port).await?;
    let home = at_home(people, ZOOM, &everybody);
    let host = home.first().context("nobody works in Zoom")?;
    let mut members = vec![json!({"email": LISTENER})];
    members.extend(home[1..].iter().map(|one| json!({"email": one.email})));
    let channel = json!({"name": subject.name, "type": 2, "members": members});
    text(&world.call(port, "/v2/chat/users/me/channels", &host.token, &channel).await?, "id")
}

/// Everybody with an account there.
pub(super) async fn accounts(world: &World, port: &Port) -> anyhow::Result<Vec<Somebody>> {
    let listed = world.ask(port, Method::GET, "/_sim/people", None).await?;
    let account = |one: &Value| {
        let field = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        Somebody { id: field("id"), name: field("name"), email: field("email"), token: field("token") }
    };
    Ok(listed["items"].as_array().into_iter().flatten().map(account).collect())
}

/// Those who work there, by address.
pub(super) fn at_home(people: &[Value], workspace: &str, accounts: &[Somebody]) -> Vec<Somebody> {
    let works = |one: &&Somebody| {
        people.iter().any(|person| person["primary"] == workspace && person["email"] == one.email)
    };
    let mut found: Vec<Somebody> = accounts.iter().filter(works).cloned().collect();
    found.sort_by(|a, b| a.email.cmp(&b.email));
    found
}

/// The stand-ins there of whoever comes first elsewhere.
pub(super) fn represented(people: &[Value], workspace: &str) -> Vec<String> {
    let first = |home: &&str| {
        let at = people.iter().filter(|person| person["primary"] == **home);
        at.min_by_key(|person| person["email"].as_str().unwrap_or_default().to_owned())
    };
    let elsewhere = [WEBEX, TEAMS, SLACK, ZOOM].into_iter().filter(|home| *home != workspace);
    let stand_in = |person: &Value| {
        let mut all = person["stand_ins"].as_array()?.iter();
        let found = all.find(|one| one["workspace"] == workspace && one["state"] == "active")?;
        Some(found["account"].as_str()?.to_owned())
    };
    elsewhere.filter_map(|home| stand_in(first(&home)?)).collect()
}

/// The id of the Entente app's account.
fn app(accounts: &[Somebody]) -> anyhow::Result<String> {
    let found = accounts.iter().find(|one| one.name == "Entente");
    Ok(found.context("the Entente app has no account")?.id.clone())
}
