//! The organization's catalog of apps, and bringing one into a group chat. Graph: "List teamsApps", "List apps in chat", "Add app
//! to chat", "Uninstall app in a chat".
//!
//! Every registration with a bot is in the catalog, as one that was uploaded for the organization. An app may bring itself, with
//! `TeamsAppInstallation.ReadWriteSelfForChat.All`; anybody else may not with that permission. Only from then on its bot is in
//! the chat. People do it in the app: `POST /_sim/install` with a chat.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{chat, odata, roster};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::apps::App;
use crate::teams::bot::inbound;
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::chats::Kind;
use crate::teams::ids;
use crate::teams::notify;
use crate::teams::sim::Sim;
use crate::teams::throttle;

const CATALOG: Needs = Needs { delegated: &["AppCatalog.Read.All"], application: &["AppCatalog.Read.All"] };

/// Bringing oneself.
const OWN: Needs = Needs {
    delegated: &["TeamsAppInstallation.ReadWriteSelfForChat"],
    application: &["TeamsAppInstallation.ReadWriteSelfForChat.All"],
};

/// The id of an app in the organization's catalog, which is neither its client id nor that of its manifest.
fn catalog_id(sim: &Sim, app: &str) -> String {
    ids::guid(sim.seed, &format!("catalog {app}"))
}

/// All with a bot, by client id.
fn bots(sim: &Sim) -> Vec<App> {
    let apps = sim.apps();
    let mut bots: Vec<App> = apps.by_id.values().filter(|app| app.bot_endpoint.is_some()).cloned().collect();
    bots.sort_by(|a, b| a.client_id.cmp(&b.client_id));
    bots
}

/// `GET /appCatalogs/teamsApps`, with `$filter=distributionMethod eq '…'` and `$expand=appDefinitions($expand=bot)`.
pub(super) fn catalog(sim: &Sim, call: &Call, caller: &Caller) -> Outcome {
    caller.needs(&CATALOG)?;
    sim.throttle(caller, throttle::Kind::Read, None)?;
    let filter = call.param("filter").map(odata::filter).transpose()?.unwrap_or_default();
    let expand = call.param("expand").unwrap_or_default();
    let shown = |app: &App| {
        let id = catalog_id(sim, &app.client_id);
        let mut shown = json!({
            "id": id,
            "externalId": ids::guid(sim.seed, &format!("manifest {}", app.client_id)),
            "displayName": app.name,
            "distributionMethod": "organization",
        });
        if expand.starts_with("appDefinitions") {
            shown["appDefinitions"] = json!([{"id": format!("{id}##1"), "teamsAppId": id, "displayName": app.name, "version": "1.0.0"}]);
        }
        if expand.contains("$expand=bot") {
            shown["appDefinitions"][0]["bot"] = json!({"id": &*app.client_id});
        }
        shown
    };
    let fits = |shown: &Value| {
        let holds = |one: &odata::Condition| {
            one.operator == "eq" && shown[&one.property].as_str() == one.values.first().map(String::as_str)
        };
        filter.is_empty() || filter.iter().any(|all| all.iter().all(holds))
    };
    let items: Vec<Value> = bots(sim).iter().map(shown).filter(fits).collect();
    Ok(Answer::ok(odata::page(call, "appCatalogs/teamsApps", items, None, None)))
}

/// `GET /chats/{id}/installedApps`.
pub(super) fn list(sim: &Sim, call: &Call, caller: &Caller, id: &str) -> Outcome {
    caller.needs(&OWN)?;
    sim.throttle(caller, throttle::Kind::Read, Some(id))?;
    let mut chats = sim.chats();
    let apps = chat::open(sim, &mut chats, caller, id)?.apps.clone();
    drop(chats);
    let items = apps.iter().map(|app| json!({"id": installation(sim, id, app)})).collect();
    Ok(Answer::ok(odata::page(call, &format!("chats('{id}')/installedApps"), items, None, None)))
}

fn installation(sim: &Sim, chat: &str, app: &str) -> String {
    ids::opaque(sim.seed, &format!("installed {chat} {app}"))
}

/// `POST /chats/{id}/installedApps`: the app that is bound by its id in the catalog.
pub(super) fn add(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str) -> Outcome {
    caller.needs(&OWN)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let body = super::json(call)?;
    let bound = body["teamsApp@odata.bind"].as_str().unwrap_or_default();
    let segments = crate::teams::call::segments(bound);
    let key = segments.iter().position(|segment| segment == "teamsApps").and_then(|at| segments.get(at + 1));
    let key = key.ok_or_else(|| Refusal::bad("Bind requests expect a reference to an app."))?;
    let app = bots(sim).into_iter().find(|app| catalog_id(sim, &app.client_id) == *key);
    let app = app.ok_or_else(|| Refusal::not_found("App not found in the catalog."))?;
    if app.client_id != *caller.app() {
        return Err(Refusal::forbidden("The app may only install itself."));
    }
    let mut chats = sim.chats();
    let chat = chat::open(sim, &mut chats, caller, id)?;
    if chat.kind != Kind::Group {
        return Err(Refusal::bad("Apps are installed in group chats."));
    }
    if chat.apps.contains(&app.client_id) {
        return Err(Refusal::new(StatusCode::CONFLICT, "Conflict", "The app is already installed."));
    }
    chat.apps.push(Arc::clone(&app.client_id));
    let detail = json!({
        "@odata.type": "#microsoft.graph.teamsAppInstalledEventMessageDetail",
        "teamsAppId": key,
        "teamsAppDisplayName": app.name,
        "initiator": roster::initiator(caller),
    });
    let event = roster::happened(chat, detail, sim.millis(), call);
    let first = chat.members.first().cloned();
    drop(chats);
    let hold = notify::publish(sim, &event);
    if let Some(first) = first {
        inbound::installed_in_group(sim, &app, id, &first, &call.base);
    }
    let location = format!(
        "{}/v1.0/chats('{id}')/installedApps('{}')",
        call.base,
        installation(sim, id, &app.client_id)
    );
    let change = json!({"kind": "app.installed", "app": &*app.client_id, "chat": id});
    let answer = Answer { status: StatusCode::CREATED, ..Answer::no_content() };
    Ok(answer.header(http::header::LOCATION, &location).changed(change).held(hold))
}

/// `DELETE /chats/{id}/installedApps/{installation}`.
pub(super) fn remove(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str, which: &str) -> Outcome {
    caller.needs(&OWN)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let mut chats = sim.chats();
    let chat = chat::open(sim, &mut chats, caller, id)?;
    let found = chat.apps.iter().position(|app| installation(sim, id, app) == which && app == caller.app());
    let app = chat.apps.remove(found.ok_or_else(|| Refusal::not_found("Installation not found."))?);
    let detail = json!({
        "@odata.type": "#microsoft.graph.teamsAppRemovedEventMessageDetail",
        "teamsAppId": catalog_id(sim, &app),
        "initiator": roster::initiator(caller),
    });
    let event = roster::happened(chat, detail, sim.millis(), call);
    drop(chats);
    let hold = notify::publish(sim, &event);
    Ok(Answer::no_content().changed(json!({"kind": "app.removed", "app": &*app, "chat": id})).held(hold))
}
