//! Threads: roots, replies, and what is left of a root that was deleted.

use serde_json::{Value, json};

use super::{ADA, BRUNO, Sim, USER_SCOPES};

async fn world() -> (Sim, String, Value) {
    let sim = Sim::new().await;
    let channel = sim.direct(ADA, BRUNO).await;
    let root = sim.say(ADA, &channel, "root").await;
    (sim, channel, root)
}

async fn reply(sim: &Sim, who: &str, channel: &str, root: &Value, text: &str) -> Value {
    sim.post(who, json!({"channel": channel, "text": text, "thread_ts": root["ts"]})).await
}

#[tokio::test(start_paused = true)]
async fn a_reply_stands_in_its_thread_only() {
    let (sim, channel, root) = world().await;
    let first = reply(&sim, BRUNO, &channel, &root, "one").await;
    assert_eq!((&first["thread_ts"], &first["parent_user_id"]), (&root["ts"], &json!(sim.id(ADA))));
    // A reply's ts stands for its root.
    let second = reply(&sim, ADA, &channel, &first, "two").await;
    assert_eq!(second["thread_ts"], root["ts"]);
    let history = sim.call(ADA, "conversations.history", json!({"channel": channel})).await;
    assert_eq!(history.each("messages", "text"), ["root"]);
    let shown = &history.list("messages")[0];
    assert_eq!((&shown["thread_ts"], &shown["reply_count"]), (&root["ts"], &json!(2)));
    assert_eq!((&shown["latest_reply"], &shown["reply_users_count"]), (&second["ts"], &json!(2)));
    let thread = json!({"channel": channel, "ts": root["ts"]});
    let replies = sim.call(ADA, "conversations.replies", thread).await;
    assert_eq!(replies.each("messages", "text"), ["root", "one", "two"]);
    let by_reply =
        sim.call(ADA, "conversations.replies", json!({"channel": channel, "ts": first["ts"]})).await;
    assert_eq!(by_reply.body["messages"], replies.body["messages"]);
    let page = sim
        .call(ADA, "conversations.replies", json!({"channel": channel, "ts": root["ts"], "limit": 2}))
        .await;
    assert_eq!((page.each("messages", "text"), &page.body["has_more"]), (vec!["root", "one"], &json!(true)));
    let next = json!({"channel": channel, "ts": root["ts"], "limit": 2, "cursor": page.next()});
    let page = sim.call(ADA, "conversations.replies", next).await;
    assert_eq!((page.each("messages", "text"), page.next()), (vec!["root", "two"], ""));
    let alone = sim.say(ADA, &channel, "alone").await;
    let alone = sim.call(ADA, "conversations.replies", json!({"channel": channel, "ts": alone["ts"]})).await;
    assert_eq!(alone.each("messages", "text"), ["alone"]);
    let none = json!({"channel": channel, "ts": "1000000000.000000"});
    assert_eq!(sim.call(ADA, "conversations.replies", none).await.refused(), "thread_not_found");
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_reply_is_shown_in_both_places() {
    let (sim, channel, root) = world().await;
    let arguments =
        json!({"channel": channel, "text": "both", "thread_ts": root["ts"], "reply_broadcast": true});
    let said = sim.post(BRUNO, arguments).await;
    assert_eq!((&said["subtype"], &said["root"]["ts"]), (&json!("thread_broadcast"), &root["ts"]));
    let history = sim.call(ADA, "conversations.history", json!({"channel": channel})).await;
    assert_eq!(history.each("messages", "text"), ["both", "root"]);
}

#[tokio::test(start_paused = true)]
async fn a_reply_to_nothing_lands_in_the_conversation_or_is_refused() {
    let (sim, channel, _) = world().await;
    let arguments = json!({"channel": channel, "text": "lost", "thread_ts": "1000000000.000000"});
    assert!(sim.post(BRUNO, arguments.clone()).await.get("thread_ts").is_none());
    sim.switch(json!({"orphan_reply_lands_in_channel": false})).await;
    assert_eq!(sim.json(BRUNO, "chat.postMessage", arguments).await.refused(), "cannot_reply_to_message");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_root_leaves_a_stone_until_its_last_reply_is_gone() {
    let (sim, channel, root) = world().await;
    let app = sim.app(json!({"user_events": ["message.im"]})).await;
    sim.install(&app, ADA, "", USER_SCOPES).await;
    let receiver = sim.receiver(&app).await;
    let answer = reply(&sim, BRUNO, &channel, &root, "one").await;
    receiver.events(1).await;
    receiver.forget();
    sim.call(ADA, "chat.delete", json!({"channel": channel, "ts": root["ts"]})).await.ok();
    let event = receiver.events(1).await.remove(0);
    assert_eq!((&event["subtype"], &event["hidden"]), (&json!("message_changed"), &json!(true)));
    assert_eq!((&event["message"]["subtype"], &event["message"]["ts"]), (&json!("tombstone"), &root["ts"]));
    assert_eq!(event["message"]["text"], "This message was deleted.");
    assert_eq!(event["previous_message"]["text"], "root");
    let history = sim.call(ADA, "conversations.history", json!({"channel": channel})).await;
    assert_eq!(history.each("messages", "subtype"), ["tombstone"]);
    let again = sim.call(ADA, "chat.delete", json!({"channel": channel, "ts": root["ts"]})).await;
    assert_eq!(again.refused(), "message_not_found");
    receiver.forget();
    sim.call(BRUNO, "chat.delete", json!({"channel": channel, "ts": answer["ts"]})).await.ok();
    let events = receiver.events(2).await;
    assert_eq!((&events[0]["subtype"], &events[0]["deleted_ts"]), (&json!("message_deleted"), &answer["ts"]));
    assert_eq!((&events[1]["subtype"], &events[1]["deleted_ts"]), (&json!("message_deleted"), &root["ts"]));
    assert_eq!(events[1]["previous_message"]["subtype"], "tombstone");
    assert!(
        sim.call(ADA, "conversations.history", json!({"channel": channel})).await.list("messages").is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn a_reply_is_told_three_ways() {
    let (sim, channel, root) = world().await;
    sim.switch(json!({"replies_are_told_of_the_root": true, "replies_change_the_root": true})).await;
    let app = sim.app(json!({"user_events": ["message.im"]})).await;
    sim.install(&app, BRUNO, "", USER_SCOPES).await;
    let receiver = sim.receiver(&app).await;
    let said = reply(&sim, BRUNO, &channel, &root, "one").await;
    let events = receiver.events(3).await;
    assert_eq!((&events[0]["ts"], &events[0]["thread_ts"]), (&said["ts"], &root["ts"]));
    // message_replied, which comes without its subtype and without a user of its own.
    assert_eq!((events[1].get("subtype"), events[1].get("user")), (None, None));
    assert_eq!((&events[1]["hidden"], &events[1]["message"]["reply_count"]), (&json!(true), &json!(1)));
    assert_eq!(events[2]["subtype"], "message_changed");
    assert!(events[2]["message"].get("edited").is_none(), "nobody changed what was written");
    assert_eq!(events[2]["message"]["text"], events[2]["previous_message"]["text"]);
}
