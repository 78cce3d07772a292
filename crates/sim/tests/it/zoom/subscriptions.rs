//! Event subscriptions by API.

use entente_sim::zoom::{Kind, Registered};
use serde_json::{Value, json};

use super::{ADA, BRUNO, EVA, Sim};

const PATH: &str = "/v2/marketplace/app/event_subscription";
const POSTED: &str = "team_chat.dm_message_posted";

fn body(scope: &str) -> Value {
    json!({"events": [POSTED], "event_subscription_name": "bridge", "event_webhook_url": "http://receiver.test/hook",
        "subscription_scope": scope})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

async fn make(sim: &Sim, token: &str, body: Value) -> String {
    let reply = sim.post(token, PATH, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.body["event_subscription_id"].as_str().unwrap().to_owned()
}

async fn user_app(sim: &Sim) -> (Registered, String) {
    let app = sim.app(Kind::User);
    let token = sim.app_token(&app, "client_credentials").await;
    (app, token)
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_made_listed_and_deleted() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::Server);
    let token = sim.app_token(&app, "account_credentials").await;
    sim.post(&token, PATH, body("account")).await.refused(404, 1701);
    let receiver = sim.receiver(&app);
    let id = make(&sim, &token, body("account")).await;
    let list = sim.get(&token, PATH).await;
    let expected = json!({"event_subscription_id": id, "event_subscription_name": "bridge", "events": [POSTED],
        "event_webhook_url": "http://receiver.test/hook", "subscription_scope": "account",
        "created_source": "openapi", "subscriber_id": sim.id(super::OLGA)});
    assert_eq!(list.items("event_subscriptions"), [expected]);
    assert!(
        sim.get(&token, &format!("{PATH}?subscription_scope=user"))
            .await
            .items("event_subscriptions")
            .is_empty()
    );
    sim.direct(ADA, BRUNO, "x").await;
    receiver.raw(1).await;
    let (_, stranger) = user_app(&sim).await;
    sim.delete(&stranger, &format!("{PATH}/{id}")).await.refused(404, 1601);
    assert!(sim.get(&stranger, PATH).await.items("event_subscriptions").is_empty());
    assert_eq!(sim.delete(&token, &format!("{PATH}/{id}")).await.status, 204);
    sim.delete(&token, &format!("{PATH}/{id}")).await.refused(404, 1601);
    sim.direct(ADA, BRUNO, "x").await;
    receiver.raw(1).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_subscribed_to() {
    let sim = Sim::new().await;
    let (app, token) = user_app(&sim).await;
    sim.receiver(&app);
    sim.post(&token, PATH, with(body("user"), "events", json!([]))).await.refused(400, 1500);
    sim.post(&token, PATH, with(body("user"), "events", json!(["team_chat.typing"])))
        .await
        .refused(404, 1601);
    sim.post(&token, PATH, with(body("user"), "event_webhook_url", json!(""))).await.refused(400, 1500);
    sim.post(&token, PATH, body("planet")).await.refused(400, 1500);
    sim.post(&token, PATH, body("account")).await.refused(400, 1500);
    let header = json!({"custom_header_type": 2});
    sim.post(&token, PATH, with(body("user"), "custom_header", header)).await.refused(404, 1801);
    let user = sim.user_token(&app, ADA).await;
    sim.post(&user, PATH, body("user")).await.refused(400, 4711);
    sim.switch(json!({"subscription_scope": true})).await;
    sim.post(&token, PATH, body("user")).await.refused(400, 4711);
}

#[tokio::test(start_paused = true)]
async fn users_come_and_go() {
    let sim = Sim::new().await;
    let (app, token) = user_app(&sim).await;
    let receiver = sim.receiver(&app);
    let ada = json!([sim.id(ADA)]);
    sim.post(&token, PATH, with(body("user"), "user_ids", ada.clone())).await.refused(400, 1300);
    sim.post(&token, PATH, with(body("user"), "user_ids", json!(["nobody"]))).await.refused(404, 1001);
    for who in [ADA, EVA] {
        sim.authorize(&app, who).await;
    }
    let id = make(&sim, &token, with(body("user"), "user_ids", ada)).await;
    sim.direct(EVA, BRUNO, "she is not named").await;
    sim.direct(ADA, BRUNO, "she is").await;
    receiver.raw(1).await;
    let path = format!("{PATH}/{id}");
    let account = sim.zoom.account_id();
    let join = json!({"user_ids": [sim.id(EVA)], "account_id": account});
    sim.patch(&token, &path, json!({"user_ids": []})).await.refused(400, 300);
    assert_eq!(sim.patch(&token, &path, join).await.status, 204);
    let stranger = json!({"user_ids": [sim.id(BRUNO)], "account_id": account});
    sim.patch(&token, &path, stranger).await.refused(400, 1002);
    sim.direct(EVA, BRUNO, "now she is").await;
    receiver.raw(2).await;
    let leave = format!("{PATH}?event_subscription_id={id}&account_id={account}&user_ids={}", sim.id(ADA));
    assert_eq!(sim.delete(&token, &leave).await.status, 204);
    sim.direct(ADA, BRUNO, "not any more").await;
    receiver.raw(2).await;
}
