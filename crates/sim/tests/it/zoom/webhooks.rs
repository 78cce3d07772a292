//! How webhooks travel: signed, validated, repeated, given up.

use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use entente_sim::zoom::{Kind, Switches};
use serde_json::json;

use super::{ADA, BRUNO, Sim, sign};

const POSTED: &str = "team_chat.dm_message_posted";

#[tokio::test(start_paused = true)]
async fn a_delivery_is_signed_over_time_and_bytes() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::Server);
    let receiver = sim.receiver(&app);
    sim.hook(&app, &[POSTED]).await;
    sim.direct(ADA, BRUNO, "h\u{e9} \u{1f600}").await;
    let (headers, bytes) = receiver.raw(1).await.pop().unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.contains("h\u{e9} \u{1f600}") && !text.contains(": "), "compact, and no escapes: {text}");
    let timestamp = headers["x-zm-request-timestamp"].to_str().unwrap();
    assert_eq!(timestamp, "1767323045");
    let signed = sign(&app.secret_token, format!("v0:{timestamp}:{text}").as_bytes());
    assert_eq!(headers["x-zm-signature"], format!("v0={signed}"));
    assert_eq!(headers["authorization"], app.verification_token);
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(headers["user-agent"], "Zoom Marketplace/1.0a");
    sim.direct(ADA, BRUNO, "x").await;
    let all = receiver.raw(2).await;
    assert_ne!(all[0].0["x-zm-request-id"], all[1].0["x-zm-request-id"]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_has_to_know_the_secret() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::Server);
    let new = json!({"app": app.client_id, "events": [POSTED], "url": "http://receiver.test/hook"});
    sim.post("", "/_sim/subscriptions", new.clone()).await.refused(404, 1701);
    let receiver = sim.receiver(&app);
    receiver.forget_secret(true);
    sim.post("", "/_sim/subscriptions", new.clone()).await.refused(404, 1701);
    receiver.forget_secret(false);
    sim.by_hand("subscriptions", new).await;
    assert_eq!(receiver.challenges(), 2);
    assert_eq!(receiver.count(), 0, "a challenge is no event");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_asked_again_every_three_days_and_disabled_in_the_end() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::Server);
    let receiver = sim.receiver(&app);
    let id = sim.hook(&app, &[POSTED]).await;
    tokio::time::sleep(Duration::from_hours(72) + Duration::from_secs(1)).await;
    assert_eq!(receiver.challenges(), 2);
    receiver.forget_secret(true);
    tokio::time::sleep(Duration::from_hours(5 * 72)).await;
    assert_eq!(sim.changes("webhook.mailed").len(), 2, "after two and after four");
    sim.direct(ADA, BRUNO, "still heard").await;
    receiver.raw(1).await;
    tokio::time::sleep(Duration::from_hours(72)).await;
    assert_eq!(sim.changes("webhook.disabled").len(), 1);
    sim.direct(ADA, BRUNO, "not heard").await;
    receiver.raw(1).await;
    receiver.forget_secret(false);
    assert_eq!(
        sim.by_hand("subscriptions/validate", json!({"subscription": id})).await,
        json!({"valid": true})
    );
    sim.by_hand("subscriptions/active", json!({"subscription": id, "active": true})).await;
    sim.direct(ADA, BRUNO, "heard again").await;
    receiver.raw(2).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_taken_is_repeated_three_times() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::Server);
    let receiver = sim.receiver(&app);
    sim.hook(&app, &[POSTED]).await;
    receiver.answer(500);
    sim.direct(ADA, BRUNO, "x").await;
    receiver.raw(1).await;
    let counts = async || {
        let item = sim.get("", "/_sim/subscriptions").await.items("items")[0].clone();
        (
            item["delivered"].as_u64().unwrap(),
            item["failed"].as_u64().unwrap(),
            item["pending"].as_u64().unwrap(),
        )
    };
    assert_eq!(counts().await, (0, 0, 1));
    for (minutes, count) in [(5, 2), (20, 3), (60, 4)] {
        tokio::time::sleep(Duration::from_secs(minutes * 60 - 5)).await;
        assert_eq!(receiver.count(), count - 1, "not before its time");
        tokio::time::sleep(Duration::from_secs(6)).await;
        receiver.raw(count).await;
    }
    tokio::time::sleep(Duration::from_hours(24)).await;
    let all = receiver.raw(4).await;
    assert_eq!(counts().await, (0, 1, 0));
    assert!(all.iter().all(|(_, body)| *body == all[0].1), "the same every time");
    assert_ne!(all[0].0["x-zm-signature"], all[3].0["x-zm-signature"], "but signed anew");
    assert_eq!(sim.changes("webhook.given_up").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_final_and_what_comes_late_is_not() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::Server);
    let receiver = sim.receiver(&app);
    sim.hook(&app, &[POSTED]).await;
    for status in [302, 401, 429, 202] {
        receiver.answer(status);
        sim.direct(ADA, BRUNO, "x").await;
        tokio::time::sleep(Duration::from_hours(3)).await;
    }
    receiver.raw(4).await;
    assert_eq!(sim.changes("webhook.given_up").len(), 4);
    receiver.answer(204);
    sim.direct(ADA, BRUNO, "x").await;
    receiver.raw(5).await;
    sim.courier.unregister("receiver.test");
    sim.direct(ADA, BRUNO, "x").await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let again = sim.receiver(&app);
    tokio::time::sleep(Duration::from_mins(5)).await;
    again.raw(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_thinks_for_more_than_three_seconds_hears_it_again() {
    use axum::Router;
    use axum::routing::post;
    let sim = Sim::new().await;
    let app = sim.app(Kind::Server);
    let slow = || async { tokio::time::sleep(Duration::from_millis(3_001)).await };
    sim.courier.register("slow.test", Router::new().route("/hook", post(slow)));
    let new =
        json!({"app": app.client_id, "events": [POSTED], "url": "http://slow.test/hook", "validate": false});
    sim.by_hand("subscriptions", new).await;
    sim.switch(json!({"retry_seconds": []})).await;
    sim.direct(ADA, BRUNO, "x").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(sim.changes("webhook.given_up").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn faults_strike_deliveries() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::Server);
    let receiver = sim.receiver(&app);
    sim.hook(&app, &[POSTED]).await;
    let rule = |fault| Rule {
        name: "test".to_owned(),
        method: "HOOK".to_owned(),
        path: format!("/{POSTED}"),
        fault,
        when: When::Before,
        share: 1.0,
        times: Some(1),
    };
    sim.zoom.faults().set(vec![rule(Fault::Duplicate { copies: 3 })]);
    sim.direct(ADA, BRUNO, "thrice").await;
    receiver.raw(3).await;
    sim.zoom.faults().set(vec![rule(Fault::Drop)]);
    sim.direct(ADA, BRUNO, "lost").await;
    receiver.raw(3).await;
    sim.zoom.faults().set(vec![rule(Fault::Delay { millis: 60_000 })]);
    sim.direct(ADA, BRUNO, "late").await;
    sim.direct(ADA, BRUNO, "early").await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let bodies = receiver.bodies(5).await;
    let texts: Vec<_> = bodies[3..].iter().map(|body| body["payload"]["object"]["message"].clone()).collect();
    assert_eq!(texts, ["early", "late"]);
    sim.zoom.faults().set(vec![rule(Fault::Reset)]);
    sim.direct(ADA, BRUNO, "repeated").await;
    receiver.raw(5).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    receiver.raw(6).await;
}

#[tokio::test(start_paused = true)]
async fn an_event_can_overtake_the_answer() {
    let sim = Sim::with(Switches { event_first_share: 1.0, ..Switches::default() }).await;
    let app = sim.app(Kind::Server);
    let receiver = sim.receiver(&app);
    sim.hook(&app, &[POSTED]).await;
    sim.direct(ADA, BRUNO, "x").await;
    assert_eq!(receiver.count(), 1, "heard before the answer came");
    receiver.answer(500);
    let before = tokio::time::Instant::now();
    sim.direct(ADA, BRUNO, "x").await;
    assert!(before.elapsed() < Duration::from_secs(1), "an answer does not wait for repetitions");
}
