//! Subscriptions. Graph: "Create subscription", "Get subscription", "List subscriptions", "Update subscription", "Delete
//! subscription", "subscription: reauthorize".

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::caller::Caller;
use super::graph::{self, odata};
use super::notify::seal::Recipient;
use super::sim::Sim;
use super::throttle::Kind;
use table::{Subscription, Target};

pub(crate) mod lifecycle;
mod rules;
pub(crate) mod table;
mod validate;

/// Three days for messages. Graph: "Change notification subscription lifetime".
const LONGEST: Duration = Duration::from_hours(72);

/// Beyond this a lifecycle address is needed.
const WITHOUT_LIFECYCLE: Duration = Duration::from_hours(1);

/// Answers a call under `/subscriptions`.
pub(crate) async fn route(sim: &Arc<Sim>, call: &Call, caller: &Caller, rest: &[&str]) -> Outcome {
    let read = call.method == http::Method::GET;
    sim.throttle(caller, if read { Kind::ReadSubscriptions } else { Kind::WriteSubscriptions }, None)?;
    match (call.method.as_str(), rest) {
        ("POST", []) => create(sim, call, caller).await,
        ("GET", []) => Ok(list(sim, call, caller)),
        ("GET", [id]) => {
            let mut body = own(sim, caller, id)?.json();
            body["@odata.context"] = json!(odata::context(call, "subscriptions/$entity"));
            Ok(Answer::ok(body))
        }
        ("PATCH", [id]) => update(sim, call, caller, id).await,
        ("DELETE", [id]) => {
            let gone = own(sim, caller, id)?;
            sim.subscriptions().remove(&gone.id);
            Ok(Answer::no_content().changed(json!({"kind": "subscription.deleted", "subscription": id})))
        }
        ("POST", [id, "reauthorize"]) => {
            let mut changed = Subscription::clone(&*own(sim, caller, id)?);
            changed.suspended = false;
            changed.version += 1;
            let changed = sim.subscriptions().put(changed);
            lifecycle::watch(sim, &changed);
            Ok(Answer::no_content().changed(json!({"kind": "subscription.reauthorized", "subscription": id})))
        }
        _ => Err(Refusal::bad("Resource not found for the segment.")),
    }
}

/// The caller's own: the app's, and for a person's token only what that person made.
fn own(sim: &Sim, caller: &Caller, id: &str) -> Result<Arc<Subscription>, Refusal> {
    let now = sim.now();
    let missing = || {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "ResourceNotFound",
            format!("The object was not found: subscription {id}."),
        )
    };
    let subscription =
        sim.subscriptions().get(id).cloned().filter(|one| one.expires > now).ok_or_else(missing)?;
    if belongs(&subscription, caller) { Ok(subscription) } else { Err(missing()) }
}

fn belongs(subscription: &Subscription, caller: &Caller) -> bool {
    let maker = subscription.person.as_ref().map(|person| &person.id);
    subscription.app == *caller.app() && maker == caller.person().map(|person| &person.id)
}

fn list(sim: &Sim, call: &Call, caller: &Caller) -> Answer {
    let now = sim.now();
    let mut found: Vec<Arc<Subscription>> =
        sim.subscriptions().all().filter(|one| one.expires > now && belongs(one, caller)).cloned().collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Answer::ok(odata::page(call, "subscriptions", found.iter().map(|one| one.json()).collect(), None, None))
}

async fn create(sim: &Arc<Sim>, call: &Call, caller: &Caller) -> Outcome {
    let body = graph::json(call)?;
    let text = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
    let need = |name: &'static str| {
        text(name).ok_or_else(|| invalid(format!("{name} is a required property for subscription creation.")))
    };
    let resource = need("resource")?;
    let change_type = rules::change_types(need("changeType")?)?;
    let notification_url = rules::address(need("notificationUrl")?)?;
    let lifecycle_url = text("lifecycleNotificationUrl").map(rules::address).transpose()?;
    let expires = lifetime(sim, need("expirationDateTime")?, lifecycle_url.is_some())?;
    let client_state = text("clientState").map(str::to_owned);
    if client_state.as_ref().is_some_and(|state| state.len() > 128) {
        return Err(invalid("clientState is limited to 128 characters."));
    }
    let recipient = if body["includeResourceData"].as_bool() == Some(true) {
        Some(Arc::new(certificate(need("encryptionCertificate")?, need("encryptionCertificateId")?)?))
    } else {
        None
    };
    let (target, silent) = rules::target(sim, caller, resource)?;
    rules::allowed(sim, caller, &target)?;
    rules::room_for_another(sim, caller, &target)?;
    let subscription = Subscription {
        id: sim.dice.uuid().to_string().into(),
        resource: resource.to_owned(),
        target,
        silent,
        change_type,
        notification_url: notification_url.into(),
        lifecycle_url: lifecycle_url.map(Into::into),
        client_state,
        expires,
        app: Arc::clone(caller.app()),
        person: caller.person().cloned(),
        recipient,
        suspended: false,
        version: 0,
        all_members: call.prefers("include-unknown-enum-members"),
    };
    validate::reachable(sim, &subscription.notification_url).await?;
    if let Some(url) = &subscription.lifecycle_url {
        validate::reachable(sim, url).await?;
    }
    // Somebody else may have subscribed while the hand-shake was under way.
    rules::room_for_another(sim, caller, &subscription.target)?;
    let subscription = sim.subscriptions().put(subscription);
    lifecycle::watch(sim, &subscription);
    let mut shown = subscription.json();
    shown["@odata.context"] = json!(odata::context(call, "subscriptions/$entity"));
    let change = json!({
        "kind": "subscription.created", "subscription": &*subscription.id, "resource": subscription.resource,
    });
    Ok(Answer::with(StatusCode::CREATED, shown).changed(change))
}

/// `PATCH`: the end, the certificate, the address; the lifecycle address cannot be added later.
async fn update(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str) -> Outcome {
    let body = graph::json(call)?;
    let mut changed = Subscription::clone(&*own(sim, caller, id)?);
    if !body["lifecycleNotificationUrl"].is_null() && changed.lifecycle_url.is_none() {
        return Err(invalid("lifecycleNotificationUrl cannot be added to an existing subscription."));
    }
    if let Some(text) = body["expirationDateTime"].as_str() {
        changed.expires = lifetime(sim, text, changed.lifecycle_url.is_some())?;
    }
    match (body["encryptionCertificate"].as_str(), body["encryptionCertificateId"].as_str()) {
        (Some(text), Some(name)) => changed.recipient = Some(Arc::new(certificate(text, name)?)),
        (None, None) => {}
        _ => return Err(invalid("encryptionCertificate and encryptionCertificateId belong together.")),
    }
    if let Some(url) = body["notificationUrl"].as_str().filter(|url| **url != *changed.notification_url) {
        let url = rules::address(url)?;
        validate::reachable(sim, &url).await?;
        changed.notification_url = url.into();
    }
    changed.suspended = false;
    changed.version += 1;
    // It may have ended or been deleted during the hand-shake.
    own(sim, caller, id)?;
    let changed = sim.subscriptions().put(changed);
    lifecycle::watch(sim, &changed);
    let mut shown = changed.json();
    shown["@odata.context"] = json!(odata::context(call, "subscriptions/$entity"));
    Ok(Answer::ok(shown).changed(json!({"kind": "subscription.renewed", "subscription": id})))
}

fn lifetime(sim: &Sim, text: &str, lifecycle: bool) -> Result<Timestamp, Refusal> {
    let now = sim.now();
    let mut expires: Timestamp =
        text.parse().map_err(|_| invalid("expirationDateTime is not a valid date and time."))?;
    if expires <= now {
        return Err(invalid("Subscription expiration must be in the future."));
    }
    let length = expires.duration_since(now).unsigned_abs();
    if length > LONGEST {
        return Err(invalid("Subscription expiration can only be 4320 minutes in the future."));
    }
    if length > WITHOUT_LIFECYCLE && !lifecycle {
        return Err(invalid(
            "lifecycleNotificationUrl is a required property for subscription creation on this resource when the \
             expirationDateTime value is set to greater than 1 hour.",
        ));
    }
    if sim.switches().short_lifetimes_raised {
        expires = expires.max(now + Duration::from_mins(45));
    }
    Ok(expires)
}

fn certificate(text: &str, name: &str) -> Result<Recipient, Refusal> {
    Recipient::parse(text, name)
        .map_err(|reason| invalid(format!("encryptionCertificate is not valid: {reason}.")))
}

/// 400 in the words subscriptions use.
fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "InvalidRequest", message)
}

impl Target {
    /// For messages to people.
    fn words(&self) -> String {
        match self {
            Self::Chat(id) => format!("chats/{id}/messages"),
            Self::Person(id) => format!("users/{id}/chats/getAllMessages"),
            Self::Tenant => "chats/getAllMessages".to_owned(),
        }
    }
}
