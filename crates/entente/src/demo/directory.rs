//! `GET /directory.json`: everything that any client needs to join in. Read from the platforms and the server when it is
//! asked for, so that it is never out of date; of a platform whose plug is pulled, what it said last is still true,
//! because nobody can change it meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context as _;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use entente_sim::org;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value, json};

use super::apps::{App, Apps};
use super::world::{SLACK, TEAMS, WEBEX, World, ZOOM, base};
use crate::client::Client;

/// Where the directory is read from.
#[derive(Clone)]
pub(crate) struct Source(Arc<Inner>);

struct Inner {
    world: Arc<World>,
    apps: Apps,
    product: OnceLock<Client>,
    /// The people that each platform listed last, by its name.
    listed: Mutex<BTreeMap<&'static str, Value>>,
}

impl Source {
    /// The platforms alone, as in a sandbox.
    pub(crate) fn new(world: Arc<World>, apps: &Apps) -> Self {
        let (product, listed) = (OnceLock::new(), Mutex::default());
        Self(Arc::new(Inner { world, apps: apps.clone(), product, listed }))
    }

    /// The server too.
    pub(crate) fn product(&self, server: Client) {
        // Told once, before anybody asks.
        drop(self.0.product.set(server));
    }

    /// Reads who is on each platform while all can be reached, so that an outage finds them known.
    pub(crate) async fn remember(&self) -> anyhow::Result<()> {
        for (name, _) in self.0.world.ports() {
            self.people(name).await?;
        }
        Ok(())
    }

    async fn read(&self, console: &str) -> anyhow::Result<Value> {
        let Inner { world, apps, product, .. } = &*self.0;
        let represented = match product.get() {
            Some(server) => server.get("/people").await?["people"].take(),
            None => Value::Null,
        };
        let mut platforms = Map::new();
        for (name, port) in world.ports() {
            let app = match name {
                WEBEX => &apps.webex,
                TEAMS => &apps.teams,
                SLACK => &apps.slack,
                _ => &apps.zoom,
            };
            let mut shown = platform(&self.people(name).await?, name, app, &represented);
            let (path, tenant) = match name {
                WEBEX => ("/v1", None),
                TEAMS => ("/v1.0", Some(&apps.tenant)),
                SLACK => ("/api", Some(&apps.team)),
                _ => ("/v2", Some(&apps.account)),
            };
            shown.insert("base".to_owned(), json!(format!("{}{path}", base(port))));
            if let Some(tenant) = tenant {
                shown.insert("login".to_owned(), json!(base(port)));
                shown.insert("tenant".to_owned(), json!(tenant));
            }
            if name == ZOOM {
                shown.insert("directory_app".to_owned(), registered(&apps.zoom_directory));
            }
            platforms.insert(name.to_owned(), Value::Object(shown));
        }
        Ok(json!({"console": console, "platforms": platforms}))
    }

    /// Who is on a platform, or was when it could last be reached.
    async fn people(&self, name: &'static str) -> anyhow::Result<Value> {
        let world = &self.0.world;
        let ports = world.ports();
        let (_, port) =
            ports.iter().find(|(known, _)| *known == name).context("there is no such platform")?;
        // Where the vendor's bots are people too, they are left out.
        let path = if matches!(name, WEBEX | SLACK) { "/_sim/people?bots=false" } else { "/_sim/people" };
        let asked = world.ask(port, Method::GET, path, None).await;
        let mut listed = self.0.listed.lock().unwrap_or_else(PoisonError::into_inner);
        match asked {
            Ok(people) => {
                listed.insert(name, people.clone());
                Ok(people)
            }
            Err(error) if port.is_open() => Err(error),
            Err(error) => listed.get(name).cloned().ok_or(error),
        }
    }
}

fn platform(listed: &Value, name: &str, app: &App, represented: &Value) -> Map<String, Value> {
    let homes = homes(represented);
    let people: Vec<Value> = listed["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|person| {
            let email = person["email"].as_str().unwrap_or_default();
            json!({
                "id": person["id"],
                "email": email,
                "name": person["name"],
                "token": person["token"],
                "primary": homes.get(email).is_some_and(|home| home == name),
            })
        })
        .collect();
    let mut all = Map::new();
    all.insert("people".to_owned(), json!(people));
    all.insert("stand_ins".to_owned(), json!(stand_ins(represented, name)));
    all.insert("app".to_owned(), registered(app));
    all
}

/// An app with everything that its pages at the vendor show.
fn registered(app: &App) -> Value {
    let mut known = json!({"client_id": app.client_id, "client_secret": app.client_secret});
    for (name, value) in &app.more {
        known[*name] = json!(value);
    }
    known
}

/// Where everybody works: as the server has it, or, without one, as Acme has it.
fn homes(represented: &Value) -> BTreeMap<String, String> {
    let Some(people) = represented.as_array() else {
        let home = |person: org::Somebody| {
            let home = person.home().to_owned();
            (person.email, home)
        };
        return org::everybody().into_iter().map(home).collect();
    };
    let home =
        |person: &Value| Some((person["email"].as_str()?.to_owned(), person["primary"].as_str()?.to_owned()));
    people.iter().filter_map(home).collect()
}

fn stand_ins(represented: &Value, name: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for person in represented.as_array().into_iter().flatten() {
        for stand_in in person["stand_ins"].as_array().into_iter().flatten() {
            if stand_in["workspace"] == name && stand_in["state"] == "active" {
                found.push(json!({
                    "person": person["email"],
                    "mode": stand_in["mode"],
                    "id": stand_in["account"],
                    "email": stand_in["address"],
                }));
            }
        }
    }
    found
}

/// The route.
pub(crate) fn routes(source: Source) -> Router {
    Router::new().route("/directory.json", get(show)).with_state(source)
}

async fn show(State(source): State<Source>, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    // Tokens stand in it: only programs and our own page may read it, and only under an address of this machine, so
    // that no foreign page can reach it under a name of its own.
    let local = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !matches!(local, "127.0.0.1" | "localhost" | "[::1]") {
        return StatusCode::FORBIDDEN.into_response();
    }
    match source.read(&format!("http://{host}")).await {
        Ok(directory) => Json(directory).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error:#}\n")).into_response(),
    }
}
