//! What is done in the app marketplace's portal.
//!
//! | path | in | out |
//! | --- | --- | --- |
//! | `GET /_sim/apps` | | `{"items": [{"client_id", "name", "kind", "installed", "robot_jid", …}]}`, without secrets |
//! | `POST /_sim/apps` | see [`NewApp`] | `{"client_id", "client_secret", "account_id", "secret_token", "verification_token", "robot_jid"?}` |
//! | `POST /_sim/apps/{client_id}` | `{"bot_endpoint"?, "deauthorization_endpoint"?, "installed"?, "redirect_uris"?}` | 204 |
//! | `GET /_sim/subscriptions` | | `{"items": [{"id", "app", "events", "scope", "url" \| null, "active", "connected", "delivered", "failed", "pending"}]}` |
//! | `POST /_sim/subscriptions` | `{"app", "name"?, "events", "url" \| "websocket": true, "scope"?, "validate"?}` | as "Create an event subscription" |
//! | `POST /_sim/subscriptions/validate` | `{"subscription"}` | `{"valid": true}` |
//! | `POST /_sim/subscriptions/active` | `{"subscription", "active"}` | 204; as after six failed validations, or by hand |
//! | `POST /_sim/feeds/drop` | `{"subscription"?}` | `{"dropped": 1}`; connections are closed |

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::zoom::answer::{Answer, Outcome, Refusal};
use crate::zoom::call::Call;
use crate::zoom::delivery::Line;
use crate::zoom::feed::Frame;
use crate::zoom::marketplace::{Draft, EVENTS, validate_later};
use crate::zoom::world::World;
use crate::zoom::world::apps::{App, Kind, all_scopes};
use crate::zoom::world::subscriptions::{Scope, Way};
use crate::zoom::{Zoom, input};

/// An app to be registered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewApp {
    /// Its name, which is also its chatbot's.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The redirect addresses that may be asked for.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Its scopes; all that are of use here unless named.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Whether it has a chatbot.
    #[serde(default)]
    pub chatbot: bool,
    /// Where the chatbot's events go.
    #[serde(default)]
    pub bot_endpoint: Option<String>,
    /// Where `app_deauthorized` goes.
    #[serde(default)]
    pub deauthorization_endpoint: Option<String>,
}

/// What the portal shows of a registered app.
#[derive(Debug, Clone)]
pub struct Registered {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: String,
    /// What webhooks are signed with.
    pub secret_token: String,
    /// The older verification token.
    pub verification_token: String,
    /// The chatbot, if there is one.
    pub robot_jid: Option<String>,
}

impl Zoom {
    /// Registers an app, as one does in the portal.
    pub fn register_app(&self, new: NewApp) -> Registered {
        let mut world = self.world();
        let client: Arc<str> = world.dice.id().into();
        let robot = new.chatbot.then(|| {
            let local = world.dice.id().to_lowercase().replace(['_', '-'], "0");
            Arc::<str>::from(format!("v1{local}@xmpp.zoom.us"))
        });
        let app = App {
            secret: world.dice.long(),
            secret_token: world.dice.id().into(),
            verification: world.dice.short().into(),
            name: new.name,
            kind: new.kind,
            redirect_uris: new.redirect_uris,
            scopes: new.scopes.unwrap_or_else(|| all_scopes(new.kind, new.chatbot)).into(),
            owner: world.owner(),
            // Nobody has to consent to a server-to-server app.
            installed: new.kind == Kind::Server,
            robot,
            bot_endpoint: new.bot_endpoint,
            deauthorization_endpoint: new.deauthorization_endpoint,
            client,
        };
        let registered = Registered {
            client_id: app.client.as_ref().to_owned(),
            client_secret: app.secret.clone(),
            secret_token: app.secret_token.as_ref().to_owned(),
            verification_token: app.verification.as_ref().to_owned(),
            robot_jid: app.robot.as_deref().map(str::to_owned),
        };
        world.apps.insert(app);
        registered
    }
}

/// `GET /_sim/apps`.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an endpoint")]
pub(in crate::zoom) fn apps(zoom: &Zoom, _: &Call) -> Outcome {
    let world = zoom.world();
    let items: Vec<Value> = world
        .apps
        .list()
        .map(|app| {
            json!({
                "client_id": &*app.client,
                "name": app.name,
                "kind": app.kind,
                "installed": app.installed,
                "robot_jid": app.robot.as_deref(),
                "redirect_uris": app.redirect_uris,
                "scopes": app.scopes.as_ref(),
            })
        })
        .collect();
    Ok(Answer::json(&json!({"items": items})))
}

/// `POST /_sim/apps`.
pub(in crate::zoom) fn add_app(zoom: &Zoom, call: &Call) -> Outcome {
    let app = zoom.register_app(input::json(call)?);
    let mut shape = json!({
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "account_id": zoom.account_id(),
        "secret_token": app.secret_token,
        "verification_token": app.verification_token,
    });
    if let Some(robot) = app.robot_jid {
        shape["robot_jid"] = robot.into();
    }
    Ok(Answer::json(&shape).changed(json!({"kind": "app.created", "app": app.client_id})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeApp {
    bot_endpoint: Option<String>,
    deauthorization_endpoint: Option<String>,
    installed: Option<bool>,
    redirect_uris: Option<Vec<String>>,
}

/// `POST /_sim/apps/{client_id}`.
pub(in crate::zoom) fn change_app(zoom: &Zoom, call: &Call) -> Outcome {
    let new: ChangeApp = input::json(call)?;
    let mut world = zoom.world();
    let app = world.apps.get_mut(call.segment(2)).ok_or_else(|| no_app(call.segment(2)))?;
    app.bot_endpoint = new.bot_endpoint.or(app.bot_endpoint.take());
    app.deauthorization_endpoint = new.deauthorization_endpoint.or(app.deauthorization_endpoint.take());
    app.installed = new.installed.unwrap_or(app.installed);
    app.redirect_uris = new.redirect_uris.unwrap_or(std::mem::take(&mut app.redirect_uris));
    Ok(Answer::nothing().changed(json!({"kind": "app.changed", "app": call.segment(2)})))
}

/// `GET /_sim/subscriptions`, of all apps.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an endpoint")]
pub(in crate::zoom) fn subscriptions(zoom: &Zoom, _: &Call) -> Outcome {
    let world = zoom.world();
    let items: Vec<Value> = world
        .subscriptions
        .by_id
        .values()
        .map(|one| {
            let mut item = json!({
                "id": &*one.id, "app": &*one.app, "events": one.events, "scope": one.scope,
                "url": null, "active": true, "connected": false, "delivered": 0, "failed": 0, "pending": 0,
            });
            match &one.way {
                Way::Webhook { line, .. } => {
                    let (delivered, failed, pending) = line.counts();
                    item["url"] = line.url.as_str().into();
                    item["active"] = line.active().into();
                    item["delivered"] = delivered.into();
                    item["failed"] = failed.into();
                    item["pending"] = pending.into();
                }
                Way::Feed(feed) => item["connected"] = feed.is_some().into(),
            }
            item
        })
        .collect();
    Ok(Answer::json(&json!({"items": items})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSubscription {
    app: String,
    #[serde(default)]
    name: String,
    events: Vec<String>,
    url: Option<String>,
    #[serde(default)]
    websocket: bool,
    scope: Option<Scope>,
    validate: Option<bool>,
}

/// `POST /_sim/subscriptions`. The scope is the app's level unless it is named.
pub(in crate::zoom) fn subscribe(zoom: &Zoom, call: &Call) -> Outcome {
    let new: NewSubscription = input::json(call)?;
    let app = zoom.world().apps.get(&new.app).cloned().ok_or_else(|| no_app(&new.app))?;
    if let Some(unknown) = new.events.iter().find(|event| !EVENTS.contains(&event.as_str())) {
        return Err(Refusal::bad(format!("There is no event {unknown}.")));
    }
    let natural = if app.kind == Kind::User { Scope::User } else { Scope::Account };
    let draft = Draft {
        name: new.name,
        events: new.events.into_iter().collect::<BTreeSet<String>>(),
        scope: new.scope.unwrap_or(natural),
        users: None,
        by_api: false,
        app,
    };
    match (new.url, new.websocket) {
        (Some(url), false) if new.validate == Some(false) => {
            let id: Arc<str> = zoom.world().dice.id().into();
            let line = Line::new(id, &url, &draft.app.secret_token, &draft.app.verification);
            Ok(zoom.subscribe(draft, &Arc::new(line)))
        }
        (Some(url), false) => Ok(zoom.subscribe_later(draft, url)),
        (None, true) if draft.app.kind == Kind::User => {
            Err(Refusal::bad("WebSockets are for account-level apps."))
        }
        (None, true) => Ok(zoom.subscribe_feed(draft)),
        _ => Err(Refusal::bad("either url or websocket")),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    subscription: Option<String>,
    active: Option<bool>,
}

/// `POST /_sim/subscriptions/validate`.
pub(in crate::zoom) fn validate(zoom: &Zoom, call: &Call) -> Outcome {
    let which: Which = input::json(call)?;
    let id = which.subscription.unwrap_or_default();
    validate_later(zoom, &id).ok_or_else(|| Refusal::bad("There is no such subscription with an endpoint."))
}

/// `POST /_sim/subscriptions/active`.
pub(in crate::zoom) fn activate(zoom: &Zoom, call: &Call) -> Outcome {
    let which: Which = input::json(call)?;
    let id = which.subscription.unwrap_or_default();
    let world = zoom.world();
    let Some(Way::Webhook { line, .. }) = world.subscriptions.by_id.get(id.as_str()).map(|one| &one.way)
    else {
        return Err(Refusal::bad("There is no such subscription with an endpoint."));
    };
    line.set_active(which.active.unwrap_or(true));
    Ok(Answer::nothing().changed(json!({"kind": "subscription.changed", "subscription": id})))
}

/// `POST /_sim/feeds/drop`: of one subscription, or of all.
pub(in crate::zoom) fn drop_feeds(zoom: &Zoom, call: &Call) -> Outcome {
    let which: Which = input::json(call)?;
    let mut guard = zoom.world();
    let world: &mut World = &mut guard;
    let mut dropped = 0;
    for one in world.subscriptions.by_id.values_mut() {
        let named = which.subscription.as_deref().is_none_or(|id| *id == *one.id);
        if let Way::Feed(feed) = &mut one.way
            && named
            && let Some(feed) = feed.take()
        {
            dropped += usize::from(feed.send(Frame::Close).is_ok());
        }
    }
    Ok(Answer::json(&json!({"dropped": dropped})).changed(json!({"kind": "feed.dropped", "count": dropped})))
}

fn no_app(app: &str) -> Refusal {
    Refusal::new(404, 4702, format!("There is no app {app}."))
}
