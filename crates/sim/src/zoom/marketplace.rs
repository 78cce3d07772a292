//! "Marketplace: Manage apps, event subscriptions", with a token of `client_credentials` or `account_credentials`.
//!
//! Only webhooks can be made here; WebSocket subscriptions exist in the portal alone (`POST /_sim/subscriptions`). An
//! endpoint is validated before the subscription exists.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::delivery::{self, Line, revalidate, validate};
use super::world::World;
use super::world::apps::App;
use super::world::subscriptions::{Scope, Subscription, Watch, Way};
use super::{Zoom, input, paging};

/// The events that can be subscribed to here.
pub(super) const EVENTS: [&str; 24] = [
    "chat_channel.deleted",
    "team_chat.dm_message_posted",
    "team_chat.dm_message_updated",
    "team_chat.dm_message_deleted",
    "team_chat.dm_reaction_added",
    "team_chat.dm_reaction_removed",
    "team_chat.channel_message_posted",
    "team_chat.channel_message_updated",
    "team_chat.channel_message_deleted",
    "team_chat.channel_reaction_added",
    "team_chat.channel_reaction_removed",
    "chat_message.sent",
    "chat_message.replied",
    "chat_message.updated",
    "chat_message.deleted",
    "chat_channel.created",
    "chat_channel.updated",
    "chat_channel.member_invited",
    "chat_channel.member_removed",
    "chat_channel.member_left",
    "user.created",
    "user.activated",
    "user.deactivated",
    "user.updated",
];

/// "Using webhooks": how many subscriptions an app can have.
const MOST: usize = 20;

#[derive(Debug, Deserialize)]
struct New {
    #[serde(default)]
    events: Vec<String>,
    event_subscription_name: Option<String>,
    event_webhook_url: Option<String>,
    subscription_scope: Option<String>,
    user_ids: Option<Vec<String>>,
    account_id: Option<String>,
    custom_header: Option<Value>,
}

/// A subscription that is about to be.
pub(super) struct Draft {
    pub(super) app: App,
    pub(super) name: String,
    pub(super) events: BTreeSet<String>,
    pub(super) scope: Scope,
    pub(super) users: Option<BTreeSet<Arc<str>>>,
    pub(super) by_api: bool,
}

/// `POST /marketplace/app/event_subscription`: "Create an event subscription".
pub(super) fn create(zoom: &Zoom, call: &Call) -> Outcome {
    let new: New = input::json(call)?;
    let world = zoom.world();
    let app = app(&world, call)?;
    if new.events.is_empty() {
        return Err(Refusal::new(400, 1500, "The events list is empty."));
    }
    if let Some(unknown) = new.events.iter().find(|event| !EVENTS.contains(&event.as_str())) {
        return Err(Refusal::new(404, 1601, format!("App event not exists: {unknown}.")));
    }
    let url = new.event_webhook_url.filter(|url| !url.is_empty());
    let url = url.ok_or_else(|| Refusal::new(400, 1500, "The event webhook url is empty."))?;
    let scope = match new.subscription_scope.as_deref() {
        Some("user") => Scope::User,
        Some("account") => Scope::Account,
        _ => return Err(Refusal::new(400, 1500, "The subscription scope is invalid.")),
    };
    let header =
        new.custom_header.as_ref().map_or(0, |header| header["custom_header_type"].as_i64().unwrap_or(0));
    if header != 0 {
        return Err(Refusal::new(404, 1801, format!("The custom header type validate failed: {header}.")));
    }
    allowed(&app, scope, new.account_id.as_deref(), &world)?;
    if world.subscriptions.by_id.values().filter(|one| one.app == app.client).count() >= MOST {
        return Err(Refusal::new(400, 1500, "The number of event subscriptions exceeds the limit."));
    }
    let users = new.user_ids.as_deref().filter(|_| scope == Scope::User);
    let users = users.map(|users| named(&world, &app, users, 1300)).transpose()?;
    let draft = Draft {
        app,
        name: new.event_subscription_name.unwrap_or_default(),
        events: new.events.into_iter().collect(),
        scope,
        users,
        by_api: true,
    };
    drop(world);
    Ok(zoom.subscribe_later(draft, url))
}

/// `GET /marketplace/app/event_subscription`: "Get event subscriptions for users or accounts".
pub(super) fn list(zoom: &Zoom, call: &Call) -> Outcome {
    let size = input::number(call, "page_size", 30, 100)?;
    let world = zoom.world();
    let app = app(&world, call)?;
    let scope = match call.query("subscription_scope") {
        None => None,
        Some("user") => Some(Scope::User),
        Some("account") => Some(Scope::Account),
        Some(_) => return Err(Refusal::new(400, 1500, "The subscription scope is invalid.")),
    };
    let own = world.subscriptions.by_id.values().filter(|one| one.app == app.client);
    let own = own.filter(|one| scope.is_none_or(|scope| scope == one.scope));
    let (page, next) = paging::page(own, paging::start(call)?, size);
    let items: Vec<Value> = page
        .into_iter()
        .map(|one| {
            json!({
                "event_subscription_id": &*one.id,
                "event_subscription_name": one.name,
                "events": one.events,
                "event_webhook_url": match &one.way {
                    Way::Webhook { line, .. } => line.url.as_str(),
                    Way::Feed(_) => "",
                },
                "subscription_scope": one.scope,
                "created_source": if one.by_api { "openapi" } else { "default" },
                "subscriber_id": &*app.owner,
            })
        })
        .collect();
    let shape =
        json!({"page_size": size, "next_page_token": paging::next(call, next), "event_subscriptions": items});
    Ok(Answer::json(&shape))
}

#[derive(Debug, Deserialize)]
struct Join {
    user_ids: Option<Vec<String>>,
    account_id: Option<String>,
}

/// `PATCH /marketplace/app/event_subscription/{eventSubscriptionId}`: "Subscribe an event subscription", which adds
/// users to it.
pub(super) fn join(zoom: &Zoom, call: &Call) -> Outcome {
    let fields: Join = input::json(call)?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let app = app(world, call)?;
    if fields.account_id.as_deref() != Some(&*world.account) {
        return Err(Refusal::field("account_id", "Invalid field."));
    }
    let users = named(world, &app, &fields.user_ids.unwrap_or_default(), 1002)?;
    let id = call.segment(4);
    let found = world.subscriptions.by_id.get_mut(id).filter(|one| one.app == app.client);
    let found = found.ok_or_else(|| gone(id))?;
    found.users.get_or_insert_default().extend(users);
    Ok(Answer::nothing().changed(json!({"kind": "subscription.changed", "subscription": id})))
}

/// `DELETE /marketplace/app/event_subscription/{eventSubscriptionId}`: "Delete an event subscription".
pub(super) fn delete(zoom: &Zoom, call: &Call) -> Outcome {
    let mut world = zoom.world();
    let app = app(&world, call)?;
    let id = call.segment(4);
    world.subscriptions.by_id.get(id).filter(|one| one.app == app.client).ok_or_else(|| gone(id))?;
    world.subscriptions.by_id.remove(id);
    Ok(Answer::nothing().changed(json!({"kind": "subscription.deleted", "subscription": id})))
}

/// `DELETE /marketplace/app/event_subscription?event_subscription_id=`: "Unsubscribe an event subscription", which takes
/// users out of it.
pub(super) fn leave(zoom: &Zoom, call: &Call) -> Outcome {
    let mut world = zoom.world();
    let app = app(&world, call)?;
    let id = call.query("event_subscription_id").unwrap_or("").to_owned();
    let found = world.subscriptions.by_id.get_mut(id.as_str()).filter(|one| one.app == app.client);
    let users = found.ok_or_else(|| gone(&id))?.users.get_or_insert_default();
    for user in call.query("user_ids").unwrap_or("").split(',') {
        users.remove(user.trim());
    }
    Ok(Answer::nothing().changed(json!({"kind": "subscription.changed", "subscription": id})))
}

/// The app that calls.
fn app(world: &World, call: &Call) -> Result<App, Refusal> {
    let app = world.apps.get(&call.caller()?.app).cloned().ok_or_else(Refusal::token)?;
    let scope = "marketplace:write:event_subscription";
    if call.switches.subscription_scope && !app.scopes.iter().any(|granted| granted.starts_with(scope)) {
        return Err(super::scopes::lacking(scope, &call.switches));
    }
    Ok(app)
}

/// Account-level subscriptions belong to account-level apps.
fn allowed(app: &App, scope: Scope, account: Option<&str>, world: &World) -> Result<(), Refusal> {
    use super::world::apps::Kind;
    if scope == Scope::Account {
        if app.kind == Kind::User {
            return Err(Refusal::new(400, 1500, "The subscription scope is invalid."));
        }
        if account.is_some_and(|account| *account != *world.account) {
            return Err(Refusal::field("account_id", "Invalid field."));
        }
    }
    Ok(())
}

/// Users by id, who have to have authorized the app. An entry can itself be a list.
fn named(world: &World, app: &App, users: &[String], code: u32) -> Result<BTreeSet<Arc<str>>, Refusal> {
    if users.len() > 10 {
        return Err(Refusal::field("user_ids", "Invalid field."));
    }
    let ids = users.iter().flat_map(|entry| entry.split(',')).map(str::trim).filter(|id| !id.is_empty());
    ids.map(|id| {
        let unknown = || {
            Refusal::new(404, 1001, format!("User does not exist or does not belong to this account: {id}."))
        };
        let person =
            world.people.get(id).filter(|person| person.account == world.account).ok_or_else(unknown)?;
        if !world.tokens.authorized(&app.client, id) {
            return Err(Refusal::new(400, code, format!("The user don't authorize the app: {id}.")));
        }
        Ok(Arc::clone(&person.id))
    })
    .collect()
}

fn gone(id: &str) -> Refusal {
    Refusal::new(404, 1601, format!("App event subscription is invalid: {id}."))
}

impl Zoom {
    /// Validates an endpoint and makes the subscription if it answers as it should.
    pub(super) fn subscribe_later(&self, draft: Draft, url: String) -> Answer {
        let zoom = self.clone();
        let id: Arc<str> = self.world().dice.id().into();
        let line = Arc::new(Line::new(id, &url, &draft.app.secret_token, &draft.app.verification));
        let work = async move {
            let courier = zoom.world().subscriptions.courier.clone();
            if !validate(&line, &courier, &zoom.inner.control).await {
                let message = format!("The event webhook url validate failed: {url}.");
                return Err(Refusal::new(404, 1701, message));
            }
            Ok(zoom.subscribe(draft, &line))
        };
        Answer::later(work.boxed())
    }

    /// Makes a webhook subscription, whose endpoint is validated again from time to time.
    pub(super) fn subscribe(&self, draft: Draft, line: &Arc<Line>) -> Answer {
        let mut world = self.world();
        let courier = world.subscriptions.courier.clone();
        let watch = tokio::spawn(revalidate(Arc::clone(line), courier, self.inner.control.clone()));
        let way = Way::Webhook { line: Arc::clone(line), _watch: Watch::over(watch) };
        keep(&mut world, draft, Arc::clone(&line.id), way)
    }

    /// Makes a WebSocket subscription.
    pub(super) fn subscribe_feed(&self, draft: Draft) -> Answer {
        let mut world = self.world();
        let id = world.dice.id().into();
        keep(&mut world, draft, id, Way::Feed(None))
    }
}

fn keep(world: &mut World, draft: Draft, id: Arc<str>, way: Way) -> Answer {
    let Draft { app, name, events, scope, users, by_api } = draft;
    let answer = Answer::made(&json!({"event_subscription_id": &*id}))
        .changed(json!({"kind": "subscription.created", "subscription": &*id, "app": &*app.client}));
    let subscription =
        Subscription { id: Arc::clone(&id), app: app.client, name, events, scope, users, by_api, way };
    world.subscriptions.by_id.insert(id, subscription);
    answer
}

/// Validates every endpoint of a subscription by hand. `None` for one that is not there or has none.
pub(super) fn validate_later(zoom: &Zoom, id: &str) -> Option<Answer> {
    let world = zoom.world();
    let Way::Webhook { line, .. } = &world.subscriptions.by_id.get(id)?.way else { return None };
    let (line, courier) = (Arc::clone(line), world.subscriptions.courier.clone());
    let control = zoom.inner.control.clone();
    let work = async move {
        let valid = delivery::validate(&line, &courier, &control).await;
        Ok(Answer::json(&json!({"valid": valid})))
    };
    Some(Answer::later(work.boxed()))
}
