//! Replies, which have one level, and "Retrieve a thread".

use std::time::Duration;

use serde_json::json;

use super::{ADA, BRUNO, EVA, Sim, each};

const SEND: &str = "/v2/chat/users/me/messages";

#[tokio::test(start_paused = true)]
async fn a_reply_names_the_main_message_in_any_form() {
    let sim = Sim::new().await;
    let main = sim.direct(ADA, BRUNO, "main").await;
    let reply =
        |parent: &str| json!({"to_contact": ADA, "message": "reply", "reply_main_message_id": parent});
    let first = sim.say(BRUNO, reply(&main)).await;
    sim.say(BRUNO, reply(&format!("{{{}}}", main.to_uppercase()))).await;
    let found = sim.get(ADA, &format!("{SEND}/{first}?to_contact={BRUNO}")).await.body;
    assert_eq!(found["reply_main_message_id"], main.to_uppercase());
    assert_eq!(found["reply_main_message_timestamp"], 1_767_323_045_678_i64);
    let nested = sim.post(BRUNO, SEND, reply(&first)).await;
    assert_eq!(nested.refused(400, 5402), "This only supports replies to a main message.");
    sim.post(BRUNO, SEND, reply("00000000-0000-0000-0000-000000000000")).await.refused(400, 300);
    let elsewhere = json!({"to_contact": EVA, "message": "x", "reply_main_message_id": main});
    sim.post(BRUNO, SEND, elsewhere).await.refused(400, 300);
    let path = format!("{SEND}?to_contact={BRUNO}&exclude_child_message=true");
    assert_eq!(sim.get(ADA, &path).await.each("messages", "message"), ["main"]);
}

#[tokio::test(start_paused = true)]
async fn a_thread_has_field_names_of_its_own() {
    let sim = Sim::new().await;
    let main = sim.direct(ADA, BRUNO, "main").await;
    let mut replies = Vec::new();
    for text in ["one", "two", "three"] {
        tokio::time::advance(Duration::from_secs(10)).await;
        replies.push(
            sim.say(BRUNO, json!({"to_contact": ADA, "message": text, "reply_main_message_id": main})).await,
        );
    }
    let path =
        format!("{SEND}/%7B{}%7D/thread?to_contact={BRUNO}&from=2026-01-02T00:00:00Z", main.to_uppercase());
    let thread = sim.get(ADA, &path).await;
    assert_eq!(thread.body["total"], 3);
    let messages = thread.items("messages");
    assert_eq!(
        each(messages, "message"),
        ["main", "three", "two", "one"],
        "the main message, then the newest"
    );
    let expected = json!({
        "msg_id": format!("{{{}}}", main.to_uppercase()), "message": "main", "message_type": "plain_text_message",
        "is_reply": false, "timestamp": 1_767_323_045_678_i64, "last_reply_time": 1_767_323_075_678_i64,
        "is_followed": true, "sender_user_id": sim.id(ADA), "sender_email": ADA, "sender_member_id": sim.member(ADA),
        "sender_display_name": "Ada Okafor",
    });
    assert_eq!(messages[0], expected);
    assert_eq!(messages[1]["is_reply"], true);
    let part = sim.get(ADA, &format!("{path}&sort=asc&limit=1&need_main_message=false")).await;
    assert_eq!(part.each("messages", "message"), ["one"]);
    let later = path.replace("00:00:00Z", "03:04:16Z");
    assert_eq!(sim.get(ADA, &later).await.body["total"], 2, "one goes on by moving the time");
    let more = sim.get(ADA, &format!("{path}&need_rich_text=true&need_at_items=true&need_emoji=true")).await;
    assert_eq!(more.items("messages")[0]["rich_text"], json!([]));
    sim.delete(BRUNO, &format!("{SEND}/{}?to_contact={ADA}", replies[0])).await;
    assert_eq!(sim.get(ADA, &path).await.body["total"], 2);
}

#[tokio::test(start_paused = true)]
async fn a_thread_has_errors_of_its_own() {
    let sim = Sim::new().await;
    let main = sim.direct(ADA, BRUNO, "main").await;
    let reply =
        sim.say(ADA, json!({"to_contact": BRUNO, "message": "x", "reply_main_message_id": main})).await;
    let path = format!("{SEND}/{main}/thread");
    let ask = async |query: &str| sim.get(ADA, &format!("{path}?{query}")).await;
    let from = "from=2026-01-02T00:00:00Z";
    ask(&format!("{from}&to_contact={BRUNO}&limit=101")).await.refused(400, 4231);
    ask(&format!("{from}&to_contact={BRUNO}&sort=up")).await.refused(400, 4232);
    ask(&format!("to_contact={BRUNO}")).await.refused(400, 4233);
    ask(from).await.refused(400, 4234);
    let at = async |id: &str| sim.get(ADA, &format!("{SEND}/{id}/thread?{from}&to_contact={BRUNO}")).await;
    at("00000000-0000-0000-0000-000000000000").await.refused(404, 4131);
    at(&reply).await.refused(404, 4131);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_main_message_keeps_its_replies_and_takes_no_more() {
    let sim = Sim::new().await;
    let main = sim.direct(ADA, BRUNO, "main").await;
    let reply = json!({"to_contact": BRUNO, "message": "reply", "reply_main_message_id": main});
    sim.say(ADA, reply.clone()).await;
    sim.delete(ADA, &format!("{SEND}/{main}?to_contact={BRUNO}")).await;
    assert_eq!(sim.history(BRUNO, ADA).await[0]["reply_main_message_id"], main.to_uppercase());
    sim.post(ADA, SEND, reply.clone()).await.refused(400, 300);
    sim.switch(json!({"reply_to_deleted": true})).await;
    sim.say(ADA, reply).await;
}
