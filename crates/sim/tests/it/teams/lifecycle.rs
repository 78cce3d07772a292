//! The end of subscriptions, and the notices about it.

use std::time::Duration;

use serde_json::json;

use super::listener::{Answers, Listener};
use super::notifications::setting;
use super::world::subscription;

#[tokio::test(start_paused = true)]
async fn the_end_is_announced_and_then_nothing_more_comes() {
    let s = setting().await;
    let lifecycle = Listener::at(&s.world, "life.example");
    let mut body = subscription(&s.resource());
    body["lifecycleNotificationUrl"] = json!("https://life.example/life");
    let id = s.subscribe(&s.eva.token, body).await;
    tokio::time::sleep(Duration::from_mins(34)).await;
    assert!(lifecycle.posts().is_empty());
    tokio::time::sleep(Duration::from_mins(2)).await;
    let notice = &lifecycle.posts()[0]["value"][0];
    let expected = json!({"subscriptionId": id, "subscriptionExpirationDateTime": "2026-01-05T10:50:00+00:00",
        "tenantId": s.world.teams.tenant(), "clientState": "secret state", "lifecycleEvent": "reauthorizationRequired"});
    assert_eq!(*notice, expected);
    s.say("still").await;
    s.listener.wait_items(1).await;
    tokio::time::sleep(Duration::from_mins(15)).await;
    s.say("too late").await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!((s.listener.items().len(), lifecycle.posts().len()), (1, 1));
    assert_eq!(s.world.get("/_sim/subscriptions", "").await.expect(200).json["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_consent_silences_a_persons_subscription_until_it_is_given_again() {
    let s = setting().await;
    let lifecycle = Listener::at(&s.world, "life.example");
    let app = s.world.app(json!({})).await;
    let token = s.world.token(&app, &s.eva, "Chat.Read").await;
    let mut body = subscription(&s.resource());
    body["lifecycleNotificationUrl"] = json!("https://life.example/life");
    let id = s.subscribe(&token, body).await;
    s.world.post("/_sim/revoke", "", json!({"person": s.eva.id, "app": app.id})).await.expect(204);
    assert_eq!(lifecycle.wait_items(1).await[0]["lifecycleEvent"], "reauthorizationRequired");
    s.say("unheard").await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(s.listener.items().is_empty());
    s.world.call("POST", &format!("/v1.0/subscriptions/{id}/reauthorize"), &token, None).await.expect(401);
    let token = s.world.token(&app, &s.eva, "Chat.Read").await;
    s.world.call("POST", &format!("/v1.0/subscriptions/{id}/reauthorize"), &token, None).await.expect(204);
    s.say("heard").await;
    s.listener.wait_items(1).await;
}

#[tokio::test(start_paused = true)]
async fn notices_come_on_demand_and_removal_is_told_but_lapsing_is_not() {
    let s = setting().await;
    let lifecycle = Listener::at(&s.world, "life.example");
    let mut body = subscription(&s.resource());
    body["lifecycleNotificationUrl"] = json!("https://life.example/life");
    let id = s.subscribe(&s.eva.token, body.clone()).await;
    let sent =
        s.world.post("/_sim/lifecycle", "", json!({"event": "missed", "subscription": id})).await.expect(200);
    assert_eq!(sent.json["sent"], 1);
    assert_eq!(lifecycle.wait_items(1).await[0]["lifecycleEvent"], "missed");
    s.world.post("/_sim/lifecycle", "", json!({"event": "nonsense"})).await.expect(400);
    s.world.post("/_sim/subscriptions/lapse", "", json!({})).await.expect(200);
    s.world.get(&format!("/v1.0/subscriptions/{id}"), &s.eva.token).await.expect(404);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(lifecycle.posts().len(), 1);
    let id = s.subscribe(&s.eva.token, body).await;
    lifecycle.answer_next([Answers::Status(500)]);
    s.world.post("/_sim/subscriptions/remove", "", json!({"subscription": id})).await.expect(200);
    assert_eq!(lifecycle.wait_items(3).await[2]["lifecycleEvent"], "subscriptionRemoved");
}
