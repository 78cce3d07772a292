//! Teams' own control paths under `/_sim`: what an administrator, the portals or a person would do by hand, and what a
//! page that shows somebody's app reads ([`view`]).
//!
//! | path | in | out |
//! | --- | --- | --- |
//! | `GET /_sim/people` | | `{"items": [{"id", "email", "name", "token", "admin", "licensed"}], "tenant"}` |
//! | `POST /_sim/people` | `{"person", "licensed"}` | one such item |
//! | `GET /_sim/apps` | | `{"items": [{"client_id", "name", …}]}`, without secrets |
//! | `POST /_sim/apps` | `{"name", "redirect_uris"?: […], "bot_endpoint"?, "admin_consent"?, "roles"?: […], "installed_for_all"?, "announce"?}` | `{"client_id", "client_secret", "tenant"}` |
//! | `POST /_sim/apps/{client_id}` | any of these but `name` and `announce` | the same |
//! | `POST /_sim/install` | `{"app", "person", "announce"?}` | `{"chat", "conversation"}` |
//! | `POST /_sim/install` | `{"app", "chat"}` | 204; somebody brings the app into a group |
//! | `POST /_sim/teams` | `{"name", "channel", "members": […], "apps"?: […]}` | `{"team", "channel"}`; apps are installed there, all of them unless named |
//! | `POST /_sim/teams/members` | `{"team", "channel", "person"}` | 204; somebody joins the team |
//! | `POST /_sim/consent` | `{"person"?, "answer": "approve" \| "deny" \| "ask"}` | 204; a standing answer, everybody's without `person` |
//! | `POST /_sim/revoke` | `{"person", "app"?}` | 204; tokens die, subscriptions wait for a new authorization |
//! | `POST /_sim/expire` | `{"person"?}` | 204; access tokens end now, refresh tokens stay |
//! | `GET /_sim/subscriptions` | | `{"items": [subscription…]}`, everybody's |
//! | `POST /_sim/subscriptions/lapse` | `{"subscription"?}` | `{"lapsed": 3}`; they end now and nobody is told |
//! | `POST /_sim/subscriptions/remove` | `{"subscription"?}` | `{"removed": 3}`; `subscriptionRemoved` is sent |
//! | `POST /_sim/lifecycle` | `{"event", "subscription"?}` | `{"sent": 3}`; `reauthorizationRequired`, `missed`, `subscriptionRemoved` |
//! | `GET /_sim/hooks` | | `{"pending", "delivered", "failed", "discarded"}` |
//! | `GET /_sim/conversations?person=` | | see [`view`] |
//! | `GET /_sim/messages?chat=&person=` | | see [`view`] |
//! | `POST /_sim/messages/delete` | `{"chat", "message"}` | 204; an owner deletes what somebody else wrote, for which there is no call |
//! | `POST /_sim/files`, `GET /_sim/files/{id}` | see [`files`] | |
//!
//! A person is named by object id or address everywhere. `announce` (default true) tells the bot of its installation.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::{Answer, json_response};
use super::apps::{App, DEFAULT_ROLES};
use super::bot::install;
use super::call::Call;
use super::chats::{Kind, Team};
use super::people::Person;
use super::signin::consent::Decision;
use super::sim::Sim;
use super::subscriptions::lifecycle;
use super::subscriptions::table::Subscription;
use crate::control::Mark;

mod files;
mod moderate;
mod view;

/// What a control path answers, or why not.
type Done = Result<Answer, String>;

/// Answers a call under `/_sim` that is not one every simulator has.
pub(crate) fn answer(sim: &Arc<Sim>, call: &Call) -> Response {
    let segments = call.route();
    let done = match (call.method.as_str(), segments.get(1..).unwrap_or_default()) {
        ("GET", ["people"]) => Ok(people(sim)),
        ("POST", ["people"]) => license(sim, call),
        ("GET", ["apps"]) => Ok(apps(sim)),
        ("POST", ["apps"]) => register(sim, call),
        ("POST", ["apps", id]) => change_app(sim, call, id),
        ("POST", ["teams"]) => team(sim, call),
        ("POST", ["teams", "members"]) => join(sim, call),
        ("POST", ["install"]) => install(sim, call),
        ("POST", ["consent"]) => consent(sim, call),
        ("POST", ["revoke"]) => revoke(sim, call),
        ("POST", ["expire"]) => expire(sim, call),
        ("GET", ["subscriptions"]) => Ok(subscriptions(sim)),
        ("POST", ["subscriptions", what @ ("lapse" | "remove")]) => end(sim, call, *what == "remove"),
        ("POST", ["lifecycle"]) => lifecycle_notice(sim, call),
        ("GET", ["hooks"]) => Ok(Answer::ok(sim.outbox.figures())),
        ("GET", ["conversations"]) => view::conversations(sim, call),
        ("GET", ["messages"]) => view::messages(sim, call),
        ("POST", ["messages", "delete"]) => moderate::delete(sim, call),
        ("POST", ["files"]) => files::attach(sim, call),
        ("GET", ["files", id]) => files::download(sim, id),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match done {
        Ok(answer) => {
            let quiet = answer.change.is_null();
            let mut response = answer.into_response("".into());
            if let Some(mark) = response.extensions_mut().get_mut::<Mark>() {
                mark.skip = quiet;
            }
            response
        }
        Err(reason) => json_response(StatusCode::BAD_REQUEST, &json!({"error": reason})),
    }
}

fn input<T: DeserializeOwned>(call: &Call) -> Result<T, String> {
    let body: &[u8] = if call.body.is_empty() { b"{}" } else { &call.body };
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

/// A person by object id or address.
pub(super) fn somebody(sim: &Sim, key: &str) -> Result<Arc<Person>, String> {
    sim.people.find(key).cloned().ok_or_else(|| "there is no such person".to_owned())
}

fn person_json(sim: &Sim, person: &Arc<Person>) -> Value {
    json!({
        "id": &*person.id,
        "email": person.mail,
        "name": person.name,
        "token": &*sim.own_token(person),
        "admin": person.admin,
        "licensed": person.licensed(),
    })
}

fn people(sim: &Sim) -> Answer {
    let items: Vec<Value> = sim.people.list().iter().map(|person| person_json(sim, person)).collect();
    Answer::ok(json!({"items": items, "tenant": &*sim.tenant}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct License {
    person: String,
    licensed: bool,
}

fn license(sim: &Sim, call: &Call) -> Done {
    let License { person, licensed } = input(call)?;
    let person = somebody(sim, &person)?;
    person.set_licensed(licensed);
    Ok(Answer::ok(person_json(sim, &person)))
}

/// A registration; what is absent stays as it is.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Registration {
    name: Option<String>,
    redirect_uris: Option<Vec<String>>,
    bot_endpoint: Option<String>,
    admin_consent: Option<bool>,
    roles: Option<Vec<String>>,
    installed_for_all: Option<bool>,
    announce: Option<bool>,
}

fn app_json(app: &App) -> Value {
    json!({
        "client_id": &*app.client_id,
        "name": app.name,
        "redirect_uris": app.redirects,
        "bot_endpoint": app.bot_endpoint,
        "admin_consent": app.admin_consent,
        "roles": app.roles,
        "installed_for_all": app.installed_for_all,
    })
}

fn apps(sim: &Sim) -> Answer {
    let apps = sim.apps();
    let mut items: Vec<&App> = apps.by_id.values().collect();
    items.sort_by(|a, b| a.client_id.cmp(&b.client_id));
    Answer::ok(json!({"items": items.into_iter().map(app_json).collect::<Vec<_>>()}))
}

fn register(sim: &Arc<Sim>, call: &Call) -> Done {
    let wanted: Registration = input(call)?;
    let name = wanted.name.clone().filter(|name| !name.is_empty()).ok_or("an app needs a name")?;
    let app = App {
        client_id: sim.dice.uuid().to_string().into(),
        name,
        secret: sim.dice.secret(),
        redirects: Vec::new(),
        bot_endpoint: None,
        roles: DEFAULT_ROLES.map(str::to_owned).to_vec(),
        admin_consent: false,
        installed_for_all: false,
        installed_for: std::collections::HashSet::new(),
    };
    Ok(settle(sim, call, app, wanted, "app.registered"))
}

fn change_app(sim: &Arc<Sim>, call: &Call, id: &str) -> Done {
    let wanted: Registration = input(call)?;
    let app = sim.apps().by_id.get(id).cloned().ok_or("there is no such app")?;
    Ok(settle(sim, call, app, wanted, "app.changed"))
}

fn settle(sim: &Arc<Sim>, call: &Call, mut app: App, wanted: Registration, kind: &str) -> Answer {
    if let Some(redirects) = wanted.redirect_uris {
        app.redirects = redirects;
    }
    if let Some(roles) = wanted.roles {
        app.roles = roles;
    }
    app.bot_endpoint = wanted.bot_endpoint.or(app.bot_endpoint);
    app.admin_consent = wanted.admin_consent.unwrap_or(app.admin_consent);
    let before = app.installed_for_all;
    app.installed_for_all = wanted.installed_for_all.unwrap_or(before);
    sim.apps().by_id.insert(Arc::clone(&app.client_id), app.clone());
    if app.installed_for_all && !before && app.bot_endpoint.is_some() {
        for person in sim.people.list() {
            install::install(sim, &app, person, wanted.announce.unwrap_or(true), &call.base);
        }
    }
    let mut shown = app_json(&app);
    shown["client_secret"] = json!(app.secret);
    shown["tenant"] = json!(&*sim.tenant);
    Answer::ok(shown).changed(json!({"kind": kind, "app": &*app.client_id}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTeam {
    name: String,
    channel: String,
    members: Vec<String>,
    apps: Option<Vec<String>>,
}

/// A team with one channel, as an owner makes it in the app.
fn team(sim: &Arc<Sim>, call: &Call) -> Done {
    let NewTeam { name, channel, members, apps } = input(call)?;
    let members = members.iter().map(|member| somebody(sim, member)).collect::<Result<Vec<_>, _>>()?;
    let apps = match apps {
        Some(apps) => apps.into_iter().map(Arc::from).collect(),
        None => sim.apps().by_id.keys().cloned().collect(),
    };
    let team: Arc<str> = sim.dice.uuid().to_string().into();
    let id: Arc<str> = format!("19:{}@thread.tacv2", sim.dice.uuid().to_string().replace('-', "")).into();
    let made = Team { id: Arc::clone(&team), name };
    sim.chats().add_channel(Arc::clone(&id), made, channel, members, apps, sim.millis());
    let change = json!({"kind": "channel.created", "channel": &*id, "team": &*team});
    Ok(Answer::ok(json!({"team": &*team, "channel": &*id})).changed(change))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Join {
    team: String,
    channel: String,
    person: String,
}

/// Somebody joins a team, as its owner has it in the app.
fn join(sim: &Arc<Sim>, call: &Call) -> Done {
    let Join { team, channel, person } = input(call)?;
    let person = somebody(sim, &person)?;
    let change = json!({"kind": "member.added", "channel": channel, "person": &*person.id});
    let joined = sim.chats().join(&team, &channel, person);
    joined.then(|| Answer::no_content().changed(change)).ok_or_else(|| "no such channel".to_owned())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Install {
    app: String,
    #[serde(default)]
    person: String,
    chat: Option<String>,
    #[serde(default = "yes")]
    announce: bool,
}

fn yes() -> bool {
    true
}

fn install(sim: &Arc<Sim>, call: &Call) -> Done {
    let Install { app, person, chat, announce } = input(call)?;
    if let Some(chat) = chat {
        let app = sim.apps().by_id.get(app.as_str()).map(|app| Arc::clone(&app.client_id));
        let app = app.ok_or("there is no such app")?;
        let mut chats = sim.chats();
        let chat = chats.get_mut(&chat).filter(|chat| chat.kind == Kind::Group).ok_or("no such group")?;
        if !chat.apps.contains(&app) {
            chat.apps.push(Arc::clone(&app));
        }
        let change = json!({"kind": "app.installed", "app": &*app, "chat": &*chat.id});
        return Ok(Answer::no_content().changed(change));
    }
    let person = somebody(sim, &person)?;
    let app = {
        let mut apps = sim.apps();
        let app = apps.by_id.get_mut(app.as_str()).ok_or("there is no such app")?;
        app.installed_for.insert(Arc::clone(&person.id));
        app.clone()
    };
    if app.bot_endpoint.is_none() {
        return Err("the app has no bot".to_owned());
    }
    install::install(sim, &app, &person, announce, &call.base);
    let chat = install::chat_id(&app.client_id, &person.id);
    let conversation = install::conversation(sim, &app.client_id, &person.id);
    let change = json!({"kind": "app.installed", "app": &*app.client_id, "person": &*person.id});
    Ok(Answer::ok(json!({"chat": &*chat, "conversation": conversation})).changed(change))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    person: Option<String>,
    answer: Decision,
}

fn consent(sim: &Sim, call: &Call) -> Done {
    let Consent { person, answer } = input(call)?;
    let person = person.map(|key| somebody(sim, &key)).transpose()?;
    sim.consents().set(person.map(|person| Arc::clone(&person.id)), answer);
    Ok(Answer::no_content())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    person: String,
    app: Option<String>,
}

fn revoke(sim: &Arc<Sim>, call: &Call) -> Done {
    let Revoke { person, app } = input(call)?;
    let person = somebody(sim, &person)?;
    sim.tokens().revoke(&person.id, app.as_deref());
    lifecycle::suspend(sim, &person.id, app.as_deref());
    Ok(Answer::no_content().changed(json!({"kind": "token.revoked", "person": &*person.id, "app": app})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    person: Option<String>,
}

fn expire(sim: &Sim, call: &Call) -> Done {
    let Expire { person } = input(call)?;
    let person = person.map(|key| somebody(sim, &key)).transpose()?;
    sim.tokens().expire_access(person.as_ref().map(|person| &*person.id));
    Ok(Answer::no_content())
}

fn subscriptions(sim: &Sim) -> Answer {
    let mut items: Vec<Arc<Subscription>> = sim.subscriptions().all().cloned().collect();
    items.sort_by(|a, b| a.id.cmp(&b.id));
    Answer::ok(json!({"items": items.iter().map(|one| one.json()).collect::<Vec<_>>()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    subscription: Option<String>,
    #[serde(default)]
    event: String,
}

/// The one that is named, or all.
fn named(sim: &Sim, which: Option<&str>) -> Vec<Arc<Subscription>> {
    let subscriptions = sim.subscriptions();
    let mut found: Vec<Arc<Subscription>> =
        subscriptions.all().filter(|one| which.is_none_or(|id| *id == *one.id)).cloned().collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found
}

fn end(sim: &Arc<Sim>, call: &Call, told: bool) -> Done {
    let which: Which = input(call)?;
    let found = named(sim, which.subscription.as_deref());
    let count = found.iter().filter(|one| lifecycle::remove(sim, &one.id, told)).count();
    let (name, kind) =
        if told { ("removed", "subscription.removed") } else { ("lapsed", "subscription.lapsed") };
    Ok(Answer::ok(json!({name: count})).changed(json!({"kind": kind, "count": count})))
}

fn lifecycle_notice(sim: &Arc<Sim>, call: &Call) -> Done {
    let which: Which = input(call)?;
    if !["reauthorizationRequired", "missed", "subscriptionRemoved"].contains(&which.event.as_str()) {
        return Err("the event is reauthorizationRequired, missed or subscriptionRemoved".to_owned());
    }
    let found = named(sim, which.subscription.as_deref());
    for one in &found {
        if which.event == "subscriptionRemoved" {
            lifecycle::remove(sim, &one.id, true);
        } else {
            lifecycle::notice(sim, one, &which.event);
        }
    }
    Ok(Answer::ok(json!({"sent": found.len()})))
}
