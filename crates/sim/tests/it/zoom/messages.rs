//! Sending, editing, deleting and marking direct messages.

use serde_json::{Value, json};

use super::{ADA, BRUNO, EVA, OTTO, Sim, each};

const SEND: &str = "/v2/chat/users/me/messages";

#[tokio::test(start_paused = true)]
async fn a_direct_message_needs_no_conversation_and_is_told_by_id_alone() {
    let sim = Sim::new().await;
    let reply = sim.post(ADA, SEND, json!({"to_contact": BRUNO, "message": "hello"})).await;
    assert_eq!(reply.status, 201);
    let id = reply.body["id"].as_str().unwrap();
    assert_eq!(reply.body, json!({"id": id}));
    assert_eq!(id, id.to_lowercase(), "the answer is in lower case");
    for (reader, other) in [(ADA, BRUNO), (BRUNO, ADA)] {
        let history = sim.history(reader, other).await;
        assert_eq!(history.len(), 1);
        assert_eq!(history[0]["id"], id.to_uppercase(), "a history is in upper case");
        assert_eq!(
            (&history[0]["sender"], &history[0]["send_member_id"], &history[0]["sender_display_name"]),
            (&json!(ADA), &json!(sim.member(ADA)), &json!("Ada Okafor"))
        );
        assert_eq!(
            (&history[0]["date_time"], &history[0]["timestamp"], &history[0]["message_type"]),
            (&json!("2026-01-02T03:04:05Z"), &json!(1_767_323_045_678_i64), &json!("plain_text_message"))
        );
    }
    assert!(sim.history(EVA, ADA).await.is_empty(), "nobody else sees it");
    let change = &sim.changes("message.created")[0];
    assert_eq!((&change["message"], &change["author"]), (&json!(id), &json!(sim.id(ADA))));
}

#[tokio::test(start_paused = true)]
async fn a_contact_is_named_by_address_user_id_or_member_id() {
    let sim = Sim::new().await;
    for contact in [BRUNO, sim.id(BRUNO), sim.member(BRUNO), "BRUNO.Keller@acme.example"] {
        sim.direct(ADA, contact, "x").await;
    }
    assert_eq!(sim.history(BRUNO, ADA).await.len(), 4);
    for nobody in ["nobody@acme.example", &sim.id(BRUNO).to_lowercase(), "x"] {
        let reply = sim.post(ADA, SEND, json!({"to_contact": nobody, "message": "x"})).await;
        assert_eq!(reply.refused(404, 1001), format!("User does not exist: {nobody}."));
    }
    sim.post(ADA, SEND, json!({"message": "x"})).await.refused(400, 300);
    sim.post(ADA, SEND, json!({"to_contact": BRUNO, "to_channel": "c", "message": "x"}))
        .await
        .refused(400, 300);
    sim.post(ADA, SEND, json!({"to_channel": "c", "message": "x"})).await.refused(404, 4130);
}

#[tokio::test(start_paused = true)]
async fn timestamps_of_a_conversation_are_never_given_twice() {
    let sim = Sim::new().await;
    for number in 0..5 {
        sim.direct(ADA, BRUNO, &number.to_string()).await;
    }
    let history = sim.history(ADA, BRUNO).await;
    let times: Vec<i64> =
        history.iter().rev().map(|message| message["timestamp"].as_i64().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    assert_eq!(each(&history, "message"), ["4", "3", "2", "1", "0"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_holds_1024_units_of_the_unit_that_is_set() {
    let sim = Sim::new().await;
    let emoji = "\u{1f600}".repeat(512);
    sim.direct(ADA, BRUNO, &emoji).await;
    let reply = sim.post(ADA, SEND, json!({"to_contact": BRUNO, "message": format!("{emoji}x")})).await;
    reply.refused(400, 300);
    assert_eq!(reply.body["errors"][0]["field"], "message");
    sim.post(ADA, SEND, json!({"to_contact": BRUNO, "message": ""})).await.refused(400, 300);
    sim.post(ADA, SEND, json!({"to_contact": BRUNO})).await.refused(400, 300);
    sim.switch(json!({"unit": "code_points"})).await;
    sim.direct(ADA, BRUNO, &"\u{1f600}".repeat(1024)).await;
    sim.switch(json!({"too_long": "cut"})).await;
    sim.direct(ADA, EVA, &"\u{1f600}".repeat(1025)).await;
    assert_eq!(sim.history(ADA, EVA).await[0]["message"].as_str().unwrap().chars().count(), 1024);
    sim.switch(json!({"too_long": "kept"})).await;
    sim.direct(ADA, EVA, &"y".repeat(4000)).await;
    assert_eq!(sim.history(ADA, EVA).await[0]["message"].as_str().unwrap().len(), 4000);
}

#[tokio::test(start_paused = true)]
async fn mentions_and_formats_are_ranges_over_the_text() {
    let sim = Sim::new().await;
    let text = "\u{1f600} hi @Bruno";
    let mention = |start: u64, end: u64| json!([{"at_type": 1, "at_contact": BRUNO, "start_position": start, "end_position": end}]);
    let message = |items: Value| json!({"to_contact": BRUNO, "message": text, "at_items": items});
    // Counted as code points the mention would begin at 5, which is a space here.
    sim.post(ADA, SEND, message(mention(5, 11))).await.refused(400, 300);
    sim.post(ADA, SEND, message(mention(6, 13))).await.refused(400, 300);
    sim.say(ADA, message(mention(6, 12))).await;
    sim.say(ADA, message(mention(6, 11))).await;
    let by_user_id =
        json!([{"at_type": 1, "at_contact": sim.id(BRUNO), "start_position": 6, "end_position": 12}]);
    sim.post(ADA, SEND, message(by_user_id)).await.refused(404, 1001);
    let found = &sim.history(BRUNO, ADA).await[1]["at_items"];
    let expected = json!([{"at_type": 1, "at_contact": sim.id(BRUNO), "at_contact_member_id": sim.member(BRUNO),
        "start_position": 6, "end_position": 12}]);
    assert_eq!(*found, expected, "read back by user id");
    let rich = json!([
        {"start_position": 0, "end_position": 2, "format_type": "Bold"},
        {"start_position": 3, "end_position": 5, "format_type": "AddLink", "format_attr": "https://example.org/"},
    ]);
    sim.say(ADA, json!({"to_contact": BRUNO, "message": text, "rich_text": rich})).await;
    assert_eq!(sim.history(BRUNO, ADA).await[0]["rich_text"], rich);
    let wrong = json!([{"start_position": 0, "end_position": 99, "format_type": "Bold"}]);
    let reply = sim.post(ADA, SEND, json!({"to_contact": BRUNO, "message": text, "rich_text": wrong})).await;
    assert_eq!(reply.refused(400, 300), "Validation Failed.");
    assert_eq!(reply.body["errors"][0]["field"], "rich_text.end_position");
}

#[tokio::test(start_paused = true)]
async fn only_the_sender_edits_and_an_edit_loses_the_formatting() {
    let sim = Sim::new().await;
    let rich = json!([{"start_position": 0, "end_position": 3, "format_type": "Bold"}]);
    let id = sim.say(ADA, json!({"to_contact": BRUNO, "message": "one", "rich_text": rich})).await;
    let path = format!("{SEND}/{id}");
    let edit = json!({"to_contact": BRUNO, "message": "two"});
    sim.put(BRUNO, &path, json!({"to_contact": ADA, "message": "x"})).await.refused(400, 200);
    sim.put(ADA, &path, json!({"message": "two"})).await.refused(400, 300);
    sim.put(ADA, &path, json!({"to_contact": EVA, "message": "two"})).await.refused(400, 300);
    sim.put(ADA, &path, json!({"to_contact": BRUNO, "message": "two", "file_ids": ["f"]}))
        .await
        .refused(400, 300);
    let reply = sim.put(ADA, &path, edit.clone()).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    let found = sim.get(BRUNO, &format!("{path}?to_contact={ADA}")).await.body;
    assert_eq!(found["message"], "two");
    assert!(found.get("rich_text").is_none());
    assert!(found.get("status").is_none(), "told in lists, and only on request");
    sim.switch(json!({"edit_keeps_formatting": true})).await;
    let id = sim.say(ADA, json!({"to_contact": BRUNO, "message": "one", "rich_text": rich})).await;
    sim.put(ADA, &format!("{SEND}/{id}"), edit).await;
    assert_eq!(sim.get(ADA, &format!("{SEND}/{id}?to_contact={BRUNO}")).await.body["rich_text"], rich);
}

#[tokio::test(start_paused = true)]
async fn only_the_sender_deletes_and_a_deleted_message_is_gone() {
    let sim = Sim::new().await;
    let id = sim.direct(ADA, BRUNO, "one").await;
    let path = format!("{SEND}/{id}");
    sim.delete(BRUNO, &format!("{path}?to_contact={ADA}")).await.refused(400, 200);
    sim.delete(ADA, &path).await.refused(400, 300);
    assert_eq!(sim.delete(ADA, &format!("{path}?to_contact={BRUNO}")).await.status, 204);
    for method in ["GET", "DELETE"] {
        let reply = sim.send(method, &format!("{path}?to_contact={BRUNO}"), ADA, None).await;
        assert_eq!(reply.refused(400, 300), format!("Message does not exist: {id}."));
    }
    sim.put(ADA, &path, json!({"to_contact": BRUNO, "message": "x"})).await.refused(400, 300);
    assert_eq!(sim.changes("message.deleted").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_id_is_taken_in_every_form() {
    let sim = Sim::new().await;
    let id = sim.direct(ADA, BRUNO, "one").await;
    for form in [id.clone(), id.to_uppercase(), format!("%7B{id}%7D"), format!("%7B{}%7D", id.to_uppercase())]
    {
        let found = sim.get(ADA, &format!("{SEND}/{form}?to_contact={BRUNO}")).await;
        assert_eq!(found.status, 200, "{form}: {}", found.text);
    }
    sim.get(ADA, &format!("{SEND}/%7B{id}?to_contact={BRUNO}")).await.refused(400, 300);
}

#[tokio::test(start_paused = true)]
async fn settings_and_blocks_stand_between_people() {
    let sim = Sim::new().await;
    let message = json!({"to_contact": BRUNO, "message": "x"});
    sim.by_hand("contacts", json!({"person": BRUNO, "other": ADA, "blocked": true})).await;
    sim.post(ADA, SEND, message.clone()).await.refused(400, 5421);
    sim.by_hand("contacts", json!({"person": BRUNO, "other": ADA, "blocked": false})).await;
    sim.say(ADA, message.clone()).await;
    sim.by_hand("people/change", json!({"person": ADA, "may_chat": false})).await;
    sim.post(ADA, SEND, message.clone()).await.refused(400, 5418);
    sim.by_hand("people/change", json!({"person": ADA, "may_chat": true})).await;
    sim.by_hand("people/change", json!({"person": BRUNO, "active": false})).await;
    sim.post(ADA, SEND, message).await.refused(404, 1001);
    sim.post(BRUNO, SEND, json!({"to_contact": ADA, "message": "x"})).await.refused(401, 124);
}

#[tokio::test(start_paused = true)]
async fn one_can_write_to_oneself_and_to_outsiders_who_accepted() {
    let mut sim = Sim::new().await;
    sim.outsider().await;
    sim.direct(ADA, ADA, "note").await;
    assert_eq!(each(&sim.history(ADA, ADA).await, "message"), ["note"]);
    sim.switch(json!({"self_chat": false})).await;
    sim.post(ADA, SEND, json!({"to_contact": ADA, "message": "x"})).await.refused(404, 1001);
    sim.post(ADA, SEND, json!({"to_contact": OTTO, "message": "x"})).await.refused(404, 1001);
    sim.by_hand("contacts", json!({"person": OTTO, "other": ADA, "connected": true})).await;
    sim.direct(ADA, sim.member(OTTO), "x").await;
    sim.direct(OTTO, ADA, "y").await;
    sim.post(ADA, SEND, json!({"to_contact": sim.id(OTTO), "message": "x"})).await.refused(404, 1001);
    assert_eq!(each(&sim.history(ADA, OTTO).await, "sender"), [OTTO, ADA]);
}

#[tokio::test(start_paused = true)]
async fn cards_and_drafts_are_refused() {
    let sim = Sim::new().await;
    let with = |name: &str, value: Value| json!({"to_contact": BRUNO, "message": "x", name: value});
    sim.post(ADA, SEND, with("file_ids", json!(["f"]))).await.refused(400, 300);
    sim.post(ADA, SEND, with("interactive_cards", json!([{"card_json": "{}"}]))).await.refused(400, 5405);
    sim.post(ADA, SEND, with("scheduled_time", json!("2026-02-02T00:00:00Z"))).await.refused(400, 300);
    sim.say(ADA, with("file_ids", json!([]))).await;
}

#[tokio::test(start_paused = true)]
async fn marking_is_ones_own_affair() {
    let sim = Sim::new().await;
    let id = sim.direct(ADA, BRUNO, "one").await;
    let path = format!("{SEND}/{id}/status");
    let timestamp = sim.history(BRUNO, ADA).await[0]["timestamp"].clone();
    let mark = json!({"action": "read", "timestamp": timestamp, "to_contact": ADA});
    assert_eq!(sim.patch(BRUNO, &path, mark).await.status, 204);
    sim.patch(BRUNO, &path, json!({"action": "seen", "to_contact": ADA})).await.refused(400, 300);
    sim.patch(BRUNO, &path, json!({"action": "unread", "timestamp": 1, "to_contact": ADA}))
        .await
        .refused(400, 300);
}
