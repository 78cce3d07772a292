//! Slack's own control paths.

use serde_json::{Value, json};

use super::{ADA, BRUNO, CHIARA, INES, Sim};

#[tokio::test(start_paused = true)]
async fn people_with_tokens_and_bots_among_them() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let bot = sim.bot(&app).await;
    let people = sim.control("GET", "/_sim/people", None).await.body;
    let items = people["items"].as_array().unwrap();
    assert_eq!(items.len(), 13, "eight, three, the administrator and the bot");
    assert_eq!((&items[12]["is_bot"], &items[12]["token"]), (&json!(true), &json!(bot)));
    assert_eq!(people["team"]["id"], *sim.slack.team());
    let humans = sim.control("GET", "/_sim/people?bots=false", None).await.body;
    assert_eq!(humans["items"].as_array().unwrap().len(), 12);
    let new = json!({"name": "New Person", "email": "new@acme.example"});
    let added = sim.by_hand("/_sim/people", new).await;
    let me = sim.call(added["token"].as_str().unwrap(), "auth.test", json!({})).await;
    assert_eq!(me.ok()["user_id"], added["id"]);
    let again = sim.by_hand("/_sim/people", json!({"name": "New Person", "email": "NEW@acme.example"})).await;
    assert_eq!(again["id"], added["id"]);
    let nobody = sim.control("POST", "/_sim/people/change", Some(json!({"person": "U0NO"}))).await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test(start_paused = true)]
async fn apps_are_listed_without_secrets_and_changed_by_either_id() {
    let sim = Sim::new().await;
    let app = sim.app(json!({"user_events": ["message.im"]})).await;
    sim.linked(&app, ADA).await;
    let listed = sim.control("GET", "/_sim/apps", None).await;
    let item = &listed.body["items"][0];
    assert_eq!((&item["app_id"], &item["people"]), (&json!(app.id), &json!([sim.id(ADA)])));
    assert!(!listed.text.contains(&app.secret) && !listed.text.contains(&app.signing_secret));
    let changed = sim.by_hand(&format!("/_sim/apps/{}", app.client), json!({"name": "Renamed"})).await;
    assert_eq!((&changed["name"], &changed["user_events"]), (&json!("Renamed"), &json!(["message.im"])));
    let many: Vec<Value> = (0..101).map(|n| json!(format!("e{n}"))).collect();
    for wrong in [json!({"bot_events": many}), json!({"colour": "red"})] {
        assert_eq!(sim.control("POST", &format!("/_sim/apps/{}", app.id), Some(wrong)).await.status, 400);
    }
    assert_eq!(sim.control("POST", "/_sim/apps", Some(json!({}))).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_page_sees_what_its_person_sees() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let bruno = sim.linked(&app, BRUNO).await;
    let channel = sim.direct(ADA, BRUNO).await;
    let first = sim.say(ADA, &channel, "one").await;
    sim.post(&bruno, json!({"channel": channel, "text": "two", "thread_ts": first["ts"]})).await;
    let list = sim.control("GET", &format!("/_sim/conversations?person={ADA}"), None).await.body;
    let conversation = &list["items"][0];
    assert_eq!((&conversation["channel"], &conversation["title"]), (&json!(channel), &json!("Bruno Keller")));
    assert_eq!(conversation["last"], json!({"author": "Bruno Keller", "text": "two", "file": null}));
    let path = format!("/_sim/messages?channel={channel}&person={}", sim.id(BRUNO));
    let messages = sim.control("GET", &path, None).await.body["items"].clone();
    assert_eq!((&messages[0]["text"], &messages[0]["mine"]), (&json!("one"), &json!(false)));
    assert_eq!((&messages[1]["thread"], &messages[1]["app"]), (&first["ts"], &json!(app.id)));
    assert_eq!(messages[0]["created"], "2026-01-02T03:04:05.678Z");
    let outside =
        sim.control("GET", &format!("/_sim/messages?channel={channel}&person={CHIARA}"), None).await;
    assert_eq!(outside.status, 404);
    let empty = sim.control("GET", &format!("/_sim/conversations?person={INES}"), None).await.body;
    assert_eq!(empty["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_makes_the_same_world() {
    let (one, two) = (Sim::new().await, Sim::new().await);
    assert_eq!(one.token(ADA), two.token(ADA));
    let (a, b) = (one.direct(ADA, BRUNO).await, two.direct(ADA, BRUNO).await);
    assert_eq!(one.say(ADA, &a, "x").await, two.say(ADA, &b, "x").await);
}

#[tokio::test(start_paused = true)]
async fn endpoints_are_listed_and_unknown_paths_are_not_found() {
    let sim = Sim::new().await;
    let listed = sim.control("GET", "/_sim/endpoints", None).await.body;
    let listed = listed.as_array().unwrap();
    assert!(listed.contains(&json!({"method": "POST", "path": "/api/chat.postMessage"})));
    assert!(listed.contains(&json!({"method": "GET", "path": "/oauth/v2/authorize"})));
    assert_eq!(sim.control("GET", "/services/T0/B0/x", None).await.status, 404);
}
