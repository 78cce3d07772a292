//! Events over HTTP: who is told what, signed how.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::{ADA, App, BRUNO, CHIARA, INES, Receiver, Sim, USER_SCOPES};

async fn world(settings: Value) -> (Sim, App, Receiver) {
    let sim = Sim::new().await;
    let app = sim.app(settings).await;
    let receiver = sim.receiver(&app).await;
    (sim, app, receiver)
}

fn all() -> Value {
    let list = ["message.im", "im_created", "user_change", "team_join", "tokens_revoked", "app_uninstalled"];
    json!({"bot_events": list, "user_events": list})
}

#[tokio::test(start_paused = true)]
async fn a_request_url_has_to_give_the_challenge_back() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let path = format!("/_sim/apps/{}", app.id);
    let nobody = sim.by_hand(&path, json!({"request_url": "http://nobody.test/"})).await;
    assert_eq!((&nobody["request_url_verified"], &nobody["request_url"]), (&json!(false), &Value::Null));
    let receiver = sim.receiver(&app).await;
    receiver.answer(500);
    let refused = sim.by_hand(&path, json!({"request_url": "http://receiver.test/other"})).await;
    assert_eq!(refused["request_url_verified"], false);
    assert_eq!(refused["request_url"], "http://receiver.test/slack/events", "the old one stays");
    let asked = receiver.bodies(1).await.remove(0);
    assert_eq!(asked["type"], "url_verification");
}

#[tokio::test(start_paused = true)]
async fn an_event_is_signed_over_its_bytes_and_says_through_whom() {
    let (sim, app, receiver) = world(json!({"user_events": ["message.im"]})).await;
    sim.install(&app, ADA, "", USER_SCOPES).await;
    let channel = sim.direct(BRUNO, ADA).await;
    let said = sim.say(BRUNO, &channel, "hello").await;
    let heard = receiver.raw(1).await;
    let (headers, bytes) = &heard[0];
    let time = headers["x-slack-request-timestamp"].to_str().unwrap();
    assert_eq!(time, "1767323045");
    let key = hmac::Key::new(hmac::HMAC_SHA256, app.signing_secret.as_bytes());
    let signed = hmac::sign(&key, &[format!("v0:{time}:").as_bytes(), bytes].concat());
    assert_eq!(headers["x-slack-signature"], format!("v0={}", hex::encode(signed.as_ref())));
    assert_eq!(headers["content-type"], "application/json");
    assert!(headers.get("x-slack-retry-num").is_none());
    let body: Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!((&body["type"], &body["api_app_id"]), (&json!("event_callback"), &json!(app.id)));
    assert_eq!((&body["team_id"], &body["event_time"]), (&json!(*sim.slack.team()), &json!(1_767_323_045)));
    assert!(body["event_id"].as_str().unwrap().starts_with("Ev0"));
    assert_eq!(
        body["authorizations"],
        json!([{"enterprise_id": null, "team_id": *sim.slack.team(), "user_id": sim.id(ADA), "is_bot": false,
            "is_enterprise_install": false}])
    );
    let mut expected = said;
    let more = json!({"channel": channel, "channel_type": "im", "event_ts": expected["ts"]});
    expected.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    assert_eq!(body["event"], expected);
}

#[tokio::test(start_paused = true)]
async fn one_event_however_many_people_authorized_the_app() {
    let (sim, app, receiver) = world(all()).await;
    sim.install(&app, ADA, "", USER_SCOPES).await;
    sim.install(&app, BRUNO, "", USER_SCOPES).await;
    let channel = sim.direct(ADA, BRUNO).await;
    let mut named = std::collections::BTreeSet::new();
    for n in 0..20 {
        sim.say(ADA, &channel, &n.to_string()).await;
    }
    let bodies = receiver.bodies(21).await;
    assert_eq!(bodies[0]["event"]["type"], "im_created");
    for body in &bodies[1..] {
        assert_eq!(body["authorizations"].as_array().unwrap().len(), 1);
        named.insert(body["authorizations"][0]["user_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(named.len(), 2, "either of them");
    // Who else could have been named is asked by the event's context.
    let context = json!({"event_context": bodies[1]["event_context"]});
    let listed = sim.json(&app.token, "apps.event.authorizations.list", context.clone()).await;
    let mut users = listed.each("authorizations", "user_id");
    users.sort_unstable();
    let mut both = [sim.id(ADA), sim.id(BRUNO)];
    both.sort_unstable();
    assert_eq!(users, both);
    let other = sim.app(json!({"name": "Other"})).await;
    let reply = sim.json(&other.token, "apps.event.authorizations.list", context).await;
    assert_eq!(reply.refused(), "auth_mismatch");
    let wrong = json!({"event_context": "4-x"});
    let reply = sim.json(&app.token, "apps.event.authorizations.list", wrong).await;
    assert_eq!(reply.refused(), "invalid_event_context");
}

#[tokio::test(start_paused = true)]
async fn a_bot_hears_its_own_direct_messages_and_no_others() {
    let (sim, app, receiver) = world(json!({"bot_events": ["message.im"]})).await;
    let bot = sim.bot(&app).await;
    let between = sim.direct(ADA, BRUNO).await;
    sim.say(ADA, &between, "private").await;
    let own = sim.call(ADA, "conversations.open", json!({"users": bot_user(&sim, &bot).await})).await;
    let own = own.ok()["channel"]["id"].as_str().unwrap().to_owned();
    sim.say(ADA, &own, "to the app").await;
    sim.post(&bot, json!({"channel": own, "text": "from the app"})).await;
    let bodies = receiver.bodies(2).await;
    assert_eq!(bodies[0]["event"]["text"], "to the app");
    assert_eq!(bodies[0]["authorizations"][0]["is_bot"], true);
    assert_eq!(bodies[1]["event"]["app_id"], app.id.as_str(), "its own post comes back");
}

async fn bot_user(sim: &Sim, bot: &str) -> String {
    sim.call(bot, "auth.test", json!({})).await.ok()["user_id"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn without_scope_or_subscription_nothing_is_told() {
    let (sim, app, receiver) = world(json!({"user_events": ["message.im"]})).await;
    sim.install(&app, ADA, "", "im:read,chat:write").await;
    let channel = sim.direct(ADA, BRUNO).await;
    sim.say(ADA, &channel, "no scope").await;
    sim.install(&app, ADA, "", "im:history").await;
    sim.say(ADA, &channel, "told").await;
    sim.by_hand(&format!("/_sim/apps/{}", app.id), json!({"user_events": []})).await;
    sim.say(ADA, &channel, "not subscribed").await;
    assert_eq!(receiver.events(1).await[0]["text"], "told");
    let strangers = sim.direct(CHIARA, INES).await;
    sim.by_hand(&format!("/_sim/apps/{}", app.id), json!({"user_events": ["message.im"]})).await;
    sim.say(CHIARA, &strangers, "not theirs").await;
    receiver.events(1).await;
}

#[tokio::test(start_paused = true)]
async fn changes_and_deletions_name_their_message() {
    let (sim, app, receiver) = world(json!({"user_events": ["message.im"]})).await;
    let token = sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    let said = sim.say(BRUNO, &channel, "first").await;
    sim.json(BRUNO, "chat.update", json!({"channel": channel, "ts": said["ts"], "text": "second"}))
        .await
        .ok();
    sim.json(BRUNO, "chat.delete", json!({"channel": channel, "ts": said["ts"]})).await.ok();
    let events = receiver.events(3).await;
    let changed = &events[1];
    assert_eq!((&changed["subtype"], &changed["hidden"]), (&json!("message_changed"), &json!(true)));
    assert_eq!((&changed["message"]["ts"], &changed["message"]["text"]), (&said["ts"], &json!("second")));
    assert_eq!(changed["previous_message"]["text"], "first");
    assert_eq!(changed["message"]["edited"]["user"], sim.id(BRUNO));
    assert_ne!(changed["ts"], said["ts"], "the event has a time of its own");
    assert_eq!(changed["ts"], changed["event_ts"]);
    let deleted = &events[2];
    assert_eq!((&deleted["subtype"], &deleted["deleted_ts"]), (&json!("message_deleted"), &said["ts"]));
    assert_eq!(deleted["previous_message"]["text"], "second");
    drop(token);
}

#[tokio::test(start_paused = true)]
async fn a_preview_changes_a_message_without_anybody_writing() {
    let (sim, app, receiver) = world(json!({"user_events": ["message.im"]})).await;
    sim.switch(json!({"unfurl_ms": 1500})).await;
    let token = sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    sim.say(&token, &channel, "see https://x.example/page").await;
    let events = receiver.events(2).await;
    let changed = &events[1];
    assert_eq!(changed["subtype"], "message_changed");
    assert!(changed["message"].get("edited").is_none());
    assert_eq!(changed["message"]["text"], changed["previous_message"]["text"]);
    assert_eq!(changed["message"]["attachments"][0]["from_url"], "https://x.example/page");
    assert!(changed["previous_message"].get("attachments").is_none());
    receiver.forget();
    sim.post(&token, json!({"channel": channel, "text": "https://x.example", "unfurl_links": false})).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    receiver.events(1).await;
}

#[tokio::test(start_paused = true)]
async fn people_come_and_change() {
    let (sim, app, receiver) = world(all()).await;
    sim.install(&app, ADA, "", USER_SCOPES).await;
    sim.by_hand("/_sim/people", json!({"name": "New Person", "email": "new@acme.example"})).await;
    sim.by_hand("/_sim/people/change", json!({"person": BRUNO, "deleted": true})).await;
    let events = receiver.events(2).await;
    assert_eq!(
        (&events[0]["type"], &events[0]["user"]["real_name"]),
        (&json!("team_join"), &json!("New Person"))
    );
    assert_eq!(events[0]["user"]["profile"]["email"], "new@acme.example");
    assert_eq!((&events[1]["type"], &events[1]["user"]["deleted"]), (&json!("user_change"), &json!(true)));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_grant_and_of_the_installation_are_told() {
    let (sim, app, receiver) = world(json!({"bot_events": ["tokens_revoked", "app_uninstalled"]})).await;
    let ada = sim.linked(&app, ADA).await;
    let bot = sim.bot(&app).await;
    let user = bot_user(&sim, &bot).await;
    sim.call(&ada, "auth.revoke", json!({"test": 1})).await.ok();
    sim.call(&ada, "auth.test", json!({})).await.ok();
    assert_eq!(sim.call(&ada, "auth.revoke", json!({})).await.ok()["revoked"], true);
    assert_eq!(sim.call(&ada, "auth.test", json!({})).await.refused(), "token_revoked");
    let events = receiver.events(1).await;
    assert_eq!(events[0]["tokens"], json!({"oauth": [sim.id(ADA)], "bot": []}));
    sim.by_hand("/_sim/revoke", json!({"app": app.id})).await;
    assert_eq!(sim.call(&bot, "auth.test", json!({})).await.refused(), "account_inactive");
    let mut events: Vec<Value> = receiver.events(3).await.split_off(1);
    events.sort_by_key(|event| event["type"].as_str().unwrap().to_owned());
    assert_eq!(events[0]["type"], "app_uninstalled");
    assert_eq!(events[1]["tokens"], json!({"oauth": [], "bot": [user]}));
    // Installed again, the bot is the same and its token another.
    let again = sim.install(&app, INES, "chat:write", "").await;
    assert_eq!(again["bot_user_id"], user);
    assert_ne!(again["access_token"], bot);
}

#[tokio::test(start_paused = true)]
async fn an_event_can_overtake_the_answer_to_the_post_that_caused_it() {
    let (sim, app, receiver) = world(json!({"user_events": ["message.im"]})).await;
    sim.switch(json!({"events_first_share": 1.0})).await;
    let token = sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    sim.say(&token, &channel, "x").await;
    // Nothing was waited for in between.
    assert_eq!(receiver.count(), 1);
}
