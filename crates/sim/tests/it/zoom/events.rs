//! What events say, and who is told.

use entente_sim::zoom::Kind;
use serde_json::{Value, json};

use super::{ADA, BRUNO, EVA, OTTO, Sim};

const NEW: [&str; 3] =
    ["team_chat.dm_message_posted", "team_chat.dm_message_updated", "team_chat.dm_message_deleted"];
const OLD: [&str; 4] =
    ["chat_message.sent", "chat_message.replied", "chat_message.updated", "chat_message.deleted"];

fn names(bodies: &[Value]) -> Vec<&str> {
    bodies.iter().map(|body| body["event"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_message_from_its_first_word_to_its_end() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let receiver = sim.receiver(&app);
    sim.authorize(&app, ADA).await;
    sim.hook(&app, &NEW).await;
    let rich = json!([{"start_position": 0, "end_position": 1, "format_type": "Bold"}]);
    let main = sim.say(ADA, json!({"to_contact": BRUNO, "message": "one", "rich_text": rich})).await;
    let reply =
        sim.say(BRUNO, json!({"to_contact": ADA, "message": "two", "reply_main_message_id": main})).await;
    let path = format!("/v2/chat/users/me/messages/{main}");
    sim.put(ADA, &path, json!({"to_contact": BRUNO, "message": "three"})).await;
    sim.delete(ADA, &format!("{path}?to_contact={BRUNO}")).await;
    let bodies = &receiver.bodies(4).await;
    assert_eq!(names(bodies), [NEW[0], NEW[0], NEW[1], NEW[2]]);
    let session = bodies[0]["payload"]["object"]["session_id"].clone();
    let object = json!({
        "message_id": main.to_uppercase(), "session_id": session, "date_time": "2026-01-02T03:04:05Z",
        "timestamp": 1_767_323_045_678_i64, "contact_email": BRUNO, "contact_id": sim.id(BRUNO),
        "contact_member_id": sim.member(BRUNO), "contact_account_id": sim.zoom.account_id(), "message": "one",
        "rich_text": rich,
    });
    let expected = json!({"event": NEW[0], "event_ts": bodies[0]["event_ts"], "payload": {
        "account_id": sim.zoom.account_id(), "operator": ADA, "operator_id": sim.id(ADA),
        "operator_member_id": sim.member(ADA), "by_external_user": false, "object": object,
    }});
    assert_eq!(bodies[0], expected);
    let object = &bodies[1]["payload"]["object"];
    assert_eq!(
        (&object["message_id"], &object["reply_main_message_id"], &object["contact_email"]),
        (&json!(reply.to_uppercase()), &json!(main.to_uppercase()), &json!(ADA))
    );
    assert!(object.get("rich_text").is_none());
    let object = &bodies[2]["payload"]["object"];
    assert_eq!((&object["message"], object.get("rich_text")), (&json!("three"), None), "the whole new state");
    assert_eq!(object["timestamp"], 1_767_323_045_678_i64);
    let object = &bodies[3]["payload"]["object"];
    assert!(object.get("message").is_none() && object.get("session_id").is_none(), "{object}");
}

#[tokio::test(start_paused = true)]
async fn the_older_events_tell_replies_apart() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let receiver = sim.receiver(&app);
    sim.authorize(&app, ADA).await;
    sim.hook(&app, &OLD).await;
    let main = sim.direct(ADA, BRUNO, "one").await;
    let reply = json!({"to_contact": ADA, "message": "two", "reply_main_message_id": main});
    sim.say(BRUNO, reply).await;
    let path = format!("/v2/chat/users/me/messages/{main}");
    sim.put(ADA, &path, json!({"to_contact": BRUNO, "message": "three"})).await;
    sim.delete(ADA, &format!("{path}?to_contact={BRUNO}")).await;
    let bodies = &receiver.bodies(4).await;
    assert_eq!(names(bodies), OLD);
    let mut sessions = [sim.id(ADA).to_lowercase(), sim.id(BRUNO).to_lowercase()];
    sessions.sort();
    let object = json!({
        "id": main.to_uppercase(), "type": "to_contact", "date_time": "2026-01-02T03:04:05Z",
        "timestamp": 1_767_323_045_678_i64, "session_id": sessions.join(":"), "contact_email": BRUNO,
        "contact_id": sim.id(BRUNO), "message": "one", "parent_msg_id": main.to_uppercase(),
    });
    let payload = json!({"account_id": sim.zoom.account_id(), "operator": ADA, "operator_id": sim.id(ADA),
        "object": object});
    assert_eq!(bodies[0]["payload"], payload);
    assert_eq!(bodies[1]["payload"]["object"]["parent_msg_id"], main.to_uppercase());
}

#[tokio::test(start_paused = true)]
async fn a_user_level_subscription_hears_of_those_who_authorized_the_app() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let receiver = sim.receiver(&app);
    sim.authorize(&app, ADA).await;
    let mut heard = 0;
    sim.hook(&app, &NEW).await;
    sim.direct(BRUNO, EVA, "not hers").await;
    sim.direct(ADA, BRUNO, "hers").await;
    sim.direct(BRUNO, ADA, "to her").await;
    heard += 2;
    receiver.raw(heard).await;
    sim.switch(json!({"hears": "author"})).await;
    sim.direct(BRUNO, ADA, "to her").await;
    sim.direct(ADA, BRUNO, "hers").await;
    heard += 1;
    receiver.raw(heard).await;
    sim.switch(json!({"hears": "other"})).await;
    sim.direct(BRUNO, ADA, "to her").await;
    sim.direct(ADA, BRUNO, "hers").await;
    heard += 1;
    receiver.raw(heard).await;
    sim.switch(json!({"hears": "both"})).await;
    sim.authorize(&app, BRUNO).await;
    sim.direct(ADA, BRUNO, "once").await;
    heard += 1;
    receiver.raw(heard).await;
    sim.switch(json!({"once_per_user": true})).await;
    sim.direct(ADA, BRUNO, "twice").await;
    heard += 2;
    receiver.raw(heard).await;
    sim.by_hand("revoke", json!({"person": ADA})).await;
    sim.by_hand("revoke", json!({"person": BRUNO})).await;
    sim.direct(ADA, BRUNO, "nobody listens").await;
    receiver.raw(heard).await;
}

#[tokio::test(start_paused = true)]
async fn an_account_level_subscription_hears_everything_and_outsiders_by_member_id() {
    let mut sim = Sim::new().await;
    sim.outsider().await;
    sim.by_hand("contacts", json!({"person": OTTO, "other": ADA, "connected": true})).await;
    let app = sim.app(Kind::Server);
    let receiver = sim.receiver(&app);
    sim.hook(&app, &[NEW[0], OLD[0]]).await;
    sim.direct(OTTO, ADA, "from outside").await;
    let bodies = receiver.bodies(1).await;
    let payload = &bodies[0]["payload"];
    assert_eq!(
        (&payload["operator"], &payload["operator_id"], &payload["by_external_user"]),
        (&json!(""), &json!(""), &json!(true))
    );
    assert_eq!(payload["operator_member_id"], sim.member(OTTO));
    sim.direct(ADA, OTTO, "to the outside").await;
    let bodies = receiver.bodies(3).await;
    let object = &bodies[1]["payload"]["object"];
    assert_eq!(
        (&object["contact_id"], &object["contact_email"], &object["contact_member_id"]),
        (&json!(""), &json!(OTTO), &json!(sim.member(OTTO)))
    );
    sim.switch(json!({"old_events_for_outsiders": true})).await;
    sim.direct(OTTO, ADA, "again").await;
    receiver.raw(5).await;
}

#[tokio::test(start_paused = true)]
async fn changes_of_users_are_told_to_the_account() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::Server);
    let receiver = sim.receiver(&app);
    sim.hook(&app, &["user.created", "user.deactivated", "user.activated", "user.updated"]).await;
    sim.by_hand("people", json!({"name": "Ines New", "email": "ines@acme.example"})).await;
    sim.by_hand("people/change", json!({"person": ADA, "active": false})).await;
    sim.by_hand("people/change", json!({"person": ADA, "active": true, "name": "Ada Lovelace"})).await;
    let bodies = receiver.bodies(4).await;
    assert_eq!(names(&bodies), ["user.created", "user.deactivated", "user.updated", "user.activated"]);
    assert_eq!(bodies[1]["payload"]["object"]["id"], sim.id(ADA));
    assert_eq!(bodies[2]["payload"]["object"]["last_name"], "Lovelace");
}

#[tokio::test(start_paused = true)]
async fn who_removes_an_app_is_told_to_it() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let receiver = sim.receiver(&app);
    let token = sim.user_token(&app, ADA).await;
    sim.by_hand("deauthorize", json!({"person": ADA, "app": app.client_id})).await;
    let body = receiver.bodies(1).await.pop().unwrap();
    assert_eq!(body["event"], "app_deauthorized");
    assert!(body.get("event_ts").is_none(), "it is in the payload here");
    assert_eq!(
        (&body["payload"]["user_id"], &body["payload"]["client_id"], &body["payload"]["event_ts"]),
        (&json!(sim.id(ADA)), &json!(app.client_id), &json!("2026-01-02 03:04:05"))
    );
    sim.get(&token, "/v2/users/me").await.refused(401, 124);
}
