//! One POST of one or more notifications, and the attempts after it.
//!
//! Graph: "Receive change notifications through webhooks". 2xx within three seconds is success; anything else is tried
//! again with growing pauses for four hours.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Item;
use crate::teams::clockwork::offset;
use crate::teams::keys;
use crate::teams::sim::Sim;

/// How long an endpoint has.
const LIMIT: Duration = Duration::from_secs(3);

/// How long Graph tries.
const GIVE_UP: Duration = Duration::from_hours(4);

/// The longest pause between two attempts.
const LONGEST: Duration = Duration::from_mins(10);

/// The application that signs validation tokens: Graph's change tracking.
const CHANGE_TRACKING: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";

/// Makes the first attempt; later ones happen in the background, so that one dead message does not stop a queue.
pub(super) async fn deliver(sim: &Arc<Sim>, mut items: Vec<Item>) {
    alive(sim, &mut items);
    if items.is_empty() {
        return;
    }
    if attempt(sim, &mut items).await {
        return;
    }
    let first = Duration::from_millis(sim.switches().retry_first_millis.max(1));
    let weak = Arc::downgrade(sim);
    tokio::spawn(async move {
        let (begun, mut pause) = (Instant::now(), first);
        loop {
            tokio::time::sleep(pause).await;
            let Some(sim) = weak.upgrade() else { return };
            alive(&sim, &mut items);
            if items.is_empty() || attempt(&sim, &mut items).await {
                return;
            }
            if begun.elapsed() >= GIVE_UP {
                sim.outbox.discard(items.len());
                return;
            }
            pause = (pause * 2).min(LONGEST);
        }
    });
}

/// Drops what belongs to a subscription that is gone or over.
fn alive(sim: &Sim, items: &mut Vec<Item>) {
    let (before, now) = (items.len(), sim.now());
    let subscriptions = sim.subscriptions();
    items.retain(|item| subscriptions.get(&item.subscription.id).is_some_and(|one| one.expires > now));
    drop(subscriptions);
    sim.outbox.discard(before - items.len());
    // `discard` counts them as lost; that is what the vendor does with them.
}

async fn attempt(sim: &Sim, items: &mut [Item]) -> bool {
    let Some(first) = items.first() else { return true };
    let url = Arc::clone(&first.subscription.notification_url);
    let body = body(sim, items);
    let begun = Instant::now();
    let accepted = post(sim, &url, Bytes::from(body.to_string()), LIMIT).await;
    sim.outbox.answered(&url, sim.now(), begun.elapsed());
    for item in items.iter_mut() {
        if let Some(done) = item.done.take() {
            // Whoever waited may have given up.
            let _ = done.send(());
        }
    }
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    if accepted {
        sim.outbox.delivered.fetch_add(count, Ordering::Relaxed);
        sim.outbox.pending.fetch_sub(count, Ordering::Relaxed);
    } else {
        sim.outbox.failed.fetch_add(count, Ordering::Relaxed);
    }
    accepted
}

/// Whether the address answered 2xx in time.
pub(crate) async fn post(sim: &Sim, url: &str, body: Bytes, limit: Duration) -> bool {
    let request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .body(body);
    let Ok(request) = request else { return false };
    sim.courier.send(request, limit).await.is_some_and(|answer| answer.status().is_success())
}

fn body(sim: &Sim, items: &[Item]) -> Value {
    let mut apps: Vec<&Arc<str>> = Vec::new();
    let mut value = Vec::with_capacity(items.len());
    for item in items {
        let subscription = &item.subscription;
        let resource = match (&item.team, item.root) {
            (None, _) => format!("chats('{}')/messages('{}')", item.chat, item.message),
            (Some(team), None) => {
                format!("teams('{team}')/channels('{}')/messages('{}')", item.chat, item.message)
            }
            (Some(team), Some(root)) => format!(
                "teams('{team}')/channels('{}')/messages('{root}')/replies('{}')",
                item.chat, item.message
            ),
        };
        let mut one = json!({
            "id": sim.dice.secret(),
            "subscriptionId": &*subscription.id,
            "subscriptionExpirationDateTime": offset(subscription.expires),
            "clientState": subscription.client_state,
            "changeType": item.change.word(),
            "tenantId": &*sim.tenant,
            "resource": resource,
            "resourceData": {
                "id": item.message.to_string(),
                "@odata.type": "#Microsoft.Graph.chatMessage",
                "@odata.id": resource,
            },
        });
        if let Some(recipient) = &subscription.recipient {
            if !apps.contains(&&subscription.app) {
                apps.push(&subscription.app);
            }
            let sealed = item.payload.as_deref().map(|payload| recipient.seal(payload, &sim.dice.bytes()));
            if let Some(Ok(sealed)) = sealed {
                one["encryptedContent"] = sealed;
            }
        }
        value.push(one);
    }
    let mut body = json!({"value": value});
    if !apps.is_empty() {
        body["validationTokens"] = apps.into_iter().map(|app| json!(*validation_token(sim, app))).collect();
    }
    body
}

/// Proves that Graph sent the batch; one for each app in it.
fn validation_token(sim: &Sim, app: &Arc<str>) -> Arc<str> {
    let now = sim.now().as_second();
    sim.outbox.minutely(app, now, || {
        let issuer = format!("https://sts.windows.net/{}/", sim.tenant);
        keys::entra().sign(&json!({
            "aud": &**app,
            "iss": issuer,
            "iat": now,
            "nbf": now,
            "exp": now + 86_400,
            "appid": CHANGE_TRACKING,
            "appidacr": "2",
            "idp": issuer,
            "tid": &*sim.tenant,
            "ver": "1.0",
        }))
    })
}
