//! What a page that shows somebody's app reads, and switches.

use std::time::Duration;

use serde_json::json;

use super::{ADA, BRUNO, EVA, Sim, each};

#[tokio::test(start_paused = true)]
async fn a_page_sees_what_its_person_sees() {
    let sim = Sim::new().await;
    let main = sim.direct(ADA, BRUNO, "main").await;
    tokio::time::advance(Duration::from_secs(5)).await;
    let reply = sim.say(EVA, json!({"to_contact": ADA, "message": "from Eva"})).await;
    let list = sim.get("", &format!("/_sim/conversations?person={ADA}")).await;
    let items = list.items("items");
    assert_eq!(items[0]["with"]["email"], EVA);
    assert_eq!(items[0]["last"], json!({"author": "Eva Lindqvist", "text": "from Eva", "file": null}));
    assert_eq!(items[1]["with"]["id"], sim.id(BRUNO));
    let session = items[1]["session"].as_str().unwrap();
    let path = format!("/_sim/messages?session={session}&person=");
    let shown = sim.get("", &format!("{path}{BRUNO}")).await;
    assert_eq!(shown.each("items", "id"), [main.as_str()]);
    let first = &shown.items("items")[0];
    assert_eq!(
        (&first["mine"], &first["edited"], &first["parent"]),
        (&json!(false), &json!(false), &json!(null))
    );
    sim.get("", &format!("{path}{EVA}")).await.refused(404, 4130);
    assert_eq!(each(&sim.history(ADA, EVA).await, "id"), [reply.to_uppercase()]);
}

#[tokio::test(start_paused = true)]
async fn a_page_sees_channels_and_attaches_there() {
    let sim = Sim::new().await;
    let new = json!({"name": "Launch", "type": 2, "members": [{"email": BRUNO}]});
    let made = sim.post(ADA, "/v2/chat/users/me/channels", new).await;
    let channel = made.body["id"].as_str().unwrap().to_owned();
    let file = json!({"name": "plan.txt", "base64": "aGVsbG8="});
    let attached = json!({"person": ADA, "channel": channel, "files": [file]});
    assert_eq!(sim.post("", "/_sim/files", attached.clone()).await.status, 201);
    let list = sim.get("", &format!("/_sim/conversations?person={BRUNO}")).await;
    let item = &list.items("items")[0];
    assert_eq!((&item["session"], &item["channel"]), (&json!(channel), &json!("Launch")));
    assert_eq!(item["last"], json!({"author": "Ada Okafor", "text": "", "file": "plan.txt"}));
    assert_eq!(each(item["members"].as_array().unwrap(), "email"), [ADA, BRUNO]);
    let shown = sim.get("", &format!("/_sim/messages?session={channel}&person={BRUNO}")).await;
    assert_eq!(shown.items("items")[0]["files"][0]["size"], 5);
    let outside = json!({"person": EVA, "channel": channel, "files": attached["files"]});
    assert!(sim.post("", "/_sim/files", outside).await.status >= 400, "she is not in it");
}

#[tokio::test(start_paused = true)]
async fn switches_and_people_are_changed_by_hand() {
    let sim = Sim::new().await;
    assert_eq!(sim.get("", "/_sim/switches").await.body["longest"], 1024);
    assert_eq!(sim.post("", "/_sim/switches", json!({"nonsense": 1})).await.status, 400);
    let people = sim.get("", "/_sim/people").await;
    assert_eq!(people.items("items").len(), 9);
    assert_eq!(people.body["account"], sim.zoom.account_id());
    sim.by_hand("expire", json!({})).await;
    assert_eq!(sim.get(ADA, "/v2/users/me").await.status, 200, "people's own tokens stay");
    sim.post("", "/_sim/revoke", json!({})).await.refused(400, 300);
    let again = Sim::new().await;
    assert_eq!(again.id(ADA), sim.id(ADA), "the seed decides");
    assert_ne!(sim.token(ADA), sim.token(BRUNO));
}
