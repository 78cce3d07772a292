//! What a bot hears: activities posted to its messaging endpoint.
//!
//! Bot Framework: "Authenticate requests from the Bot Connector service to your bot"; Microsoft Teams: "Conversation
//! events", "Receive a message". In a personal chat the bot hears everything the person does: messages, edits,
//! deletions; never what it said itself. An answer after 15 seconds is late, and the activity comes again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Value, json};

use super::install;
use crate::faults::Fault;
use crate::teams::apps::App;
use crate::teams::clockwork::zulu_millis;
use crate::teams::keys;
use crate::teams::message::Author;
use crate::teams::notify::{Change, Event, outbox};
use crate::teams::people::Person;
use crate::teams::sim::Sim;

const LIMIT: Duration = Duration::from_secs(15);

/// How often an activity is tried in all.
const ATTEMPTS: u32 = 4;

/// Tells the bot of a personal chat what the person did.
pub(crate) fn tell(sim: &Arc<Sim>, event: &Event) {
    let Some(bot) = &event.bot else { return };
    let Author::Person(person) = &event.message.author else { return };
    let app = sim.apps().by_id.get(bot).cloned();
    let Some(app) = app.filter(|app| app.installed_for(&person.id)) else { return };
    let (kind, what) = match event.change {
        Change::Created => ("message", None),
        Change::Edited => ("messageUpdate", Some("editMessage")),
        Change::Restored => ("messageUpdate", Some("undeleteMessage")),
        Change::Deleted => ("messageDelete", Some("softDeleteMessage")),
        Change::Reacted | Change::Touched => return,
    };
    let mut activity = activity(sim, &app, person, &event.base, kind);
    activity["id"] = json!(event.message.id.to_string());
    let at = zulu_millis(event.message.modified);
    activity["timestamp"] = json!(at);
    activity["localTimestamp"] = json!(at);
    if let Some(what) = what {
        activity["channelData"]["eventType"] = json!(what);
    }
    if event.change != Change::Deleted {
        activity["textFormat"] = json!("plain");
        activity["text"] = json!(event.message.text());
        activity["entities"] = json!([
            {"type": "clientInfo", "locale": "en-US", "country": "US", "platform": "Web", "timezone": "Europe/Berlin"},
        ]);
        if event.message.html {
            activity["attachments"] = json!([{"contentType": "text/html", "content": event.message.content}]);
        }
    }
    post(sim, &app, &event.base, &activity);
}

/// Tells a bot that it was installed for somebody.
pub(crate) fn installed(sim: &Arc<Sim>, bot: &App, person: &Arc<Person>, base: &str) {
    let mut update = activity(sim, bot, person, base, "conversationUpdate");
    update["membersAdded"] = json!([{"id": format!("28:{}", bot.client_id)}]);
    post(sim, bot, base, &update);
    let mut update = activity(sim, bot, person, base, "installationUpdate");
    update["action"] = json!("add");
    post(sim, bot, base, &update);
}

/// Tells a bot that it was brought into a group; `from` stands for whoever is there.
pub(crate) fn installed_in_group(sim: &Arc<Sim>, bot: &App, chat: &str, from: &Arc<Person>, base: &str) {
    let mut update = in_group(sim, bot, chat, from, base);
    update["membersAdded"] = json!([{"id": format!("28:{}", bot.client_id)}]);
    post(sim, bot, base, &update);
}

/// Tells the bots of a group who came into it or left it.
pub(crate) fn came_or_left(
    sim: &Arc<Sim>,
    (chat, bots): (&str, &[Arc<str>]),
    (who, came): (&Arc<Person>, bool),
    base: &str,
) {
    for bot in bots {
        let Some(bot) = sim.apps().by_id.get(bot).cloned() else { continue };
        let mut update = in_group(sim, &bot, chat, who, base);
        let member = json!([{"id": update["from"]["id"], "aadObjectId": &*who.id}]);
        update[if came { "membersAdded" } else { "membersRemoved" }] = member;
        post(sim, &bot, base, &update);
    }
}

fn in_group(sim: &Sim, bot: &App, chat: &str, from: &Person, base: &str) -> Value {
    let mut update = activity(sim, bot, from, base, "conversationUpdate");
    update["conversation"] = json!({
        "id": chat,
        "conversationType": "groupChat",
        "isGroup": true,
        "tenantId": &*sim.tenant,
    });
    update
}

/// What all activities have in common.
fn activity(sim: &Sim, bot: &App, person: &Person, base: &str, kind: &str) -> Value {
    let at = zulu_millis(sim.millis());
    json!({
        "type": kind,
        "id": format!("f:{}", sim.dice.uuid()),
        "timestamp": at,
        "localTimestamp": at,
        "localTimezone": "Europe/Berlin",
        "channelId": "msteams",
        "serviceUrl": service_url(base),
        "from": {
            "id": install::account(sim, &bot.client_id, &person.id),
            "name": person.name,
            "aadObjectId": &*person.id,
        },
        "conversation": {
            "id": install::conversation(sim, &bot.client_id, &person.id),
            "conversationType": "personal",
            "tenantId": &*sim.tenant,
        },
        "recipient": {"id": format!("28:{}", bot.client_id), "name": bot.name},
        "channelData": {"tenant": {"id": &*sim.tenant}},
        "locale": "en-US",
    })
}

fn service_url(base: &str) -> String {
    format!("{base}/amer/")
}

/// Posts in the background, with the fault rules for `HOOK` and a few attempts.
fn post(sim: &Arc<Sim>, bot: &App, base: &str, activity: &Value) {
    let Some(url) = bot.bot_endpoint.clone() else { return };
    let (mut copies, mut pause, mut spoiled) = (1, Duration::ZERO, false);
    match sim.control.faults.strike("HOOK", &outbox::path_of(&url)).map(|rule| rule.fault) {
        None => {}
        Some(Fault::Drop) => return,
        Some(Fault::Duplicate { copies: many }) => copies = many.max(1),
        Some(Fault::Delay { millis }) => {
            pause = Duration::from_millis(sim.control.faults.dice(millis.saturating_add(1)));
        }
        Some(_) => spoiled = true,
    }
    let token = token(sim, bot, base);
    let body = Bytes::from(activity.to_string());
    for _ in 0..copies {
        let (weak, url, body, token) = (Arc::downgrade(sim), url.clone(), body.clone(), Arc::clone(&token));
        sim.outbox.pending.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            let mut again = Duration::from_secs(2);
            for attempt in 0..ATTEMPTS {
                let Some(sim) = weak.upgrade() else { return };
                if !(spoiled && attempt == 0) && accepted(&sim, &url, &body, &token).await {
                    sim.outbox.delivered.fetch_add(1, Ordering::Relaxed);
                    sim.outbox.pending.fetch_sub(1, Ordering::Relaxed);
                    return;
                }
                sim.outbox.failed.fetch_add(1, Ordering::Relaxed);
                drop(sim);
                tokio::time::sleep(again).await;
                again *= 2;
            }
            if let Some(sim) = weak.upgrade() {
                sim.outbox.discard(1);
            }
        });
    }
}

async fn accepted(sim: &Sim, url: &str, body: &Bytes, token: &str) -> bool {
    let request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(body.clone());
    let Ok(request) = request else { return true };
    match sim.courier.send(request, LIMIT).await {
        Some(answer) => !(answer.status().is_server_error() || answer.status().as_u16() == 429),
        None => false,
    }
}

/// What proves that the Bot Framework calls; the address to answer to is part of it.
fn token(sim: &Sim, bot: &App, base: &str) -> Arc<str> {
    let now = sim.now().as_second();
    sim.outbox.minutely(&format!("bot {} {base}", bot.client_id), now, || {
        keys::bot_framework().sign(&json!({
            "iss": "https://api.botframework.com",
            "aud": &*bot.client_id,
            "serviceurl": service_url(base),
            "iat": now,
            "nbf": now,
            "exp": now + 3_600,
        }))
    })
}
