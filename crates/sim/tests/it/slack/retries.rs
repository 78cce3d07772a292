//! What happens to events that are not answered with success.

use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use serde_json::{Value, json};

use super::{ADA, App, BRUNO, Delivery, Receiver, Sim};

async fn world() -> (Sim, App, Receiver, String) {
    let sim = Sim::new().await;
    let app = sim.app(json!({"user_events": ["message.im"]})).await;
    let receiver = sim.receiver(&app).await;
    sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    (sim, app, receiver, channel)
}

fn retry(delivery: &Delivery) -> (&str, &str) {
    let header = |name: &str| delivery.0.get(name).map_or("", |value| value.to_str().unwrap());
    (header("x-slack-retry-num"), header("x-slack-retry-reason"))
}

async fn settings(sim: &Sim) -> Value {
    sim.control("GET", "/_sim/apps", None).await.body["items"][0].clone()
}

fn rule(fault: Fault, times: u64) -> Rule {
    Rule {
        name: "test".to_owned(),
        method: "HOOK".to_owned(),
        path: "/events/message".to_owned(),
        fault,
        when: When::Before,
        share: 1.0,
        times: Some(times),
    }
}

#[tokio::test(start_paused = true)]
async fn three_more_attempts_with_the_same_event_and_a_new_signature() {
    let (sim, _, receiver, channel) = world().await;
    receiver.answer(500);
    sim.say(ADA, &channel, "x").await;
    let begun = tokio::time::Instant::now();
    let heard = receiver.raw(4).await;
    assert_eq!(begun.elapsed().as_secs(), 361);
    assert_eq!(
        heard.iter().map(retry).collect::<Vec<_>>(),
        [("", ""), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    );
    let times: Vec<&str> =
        heard.iter().map(|(headers, _)| headers["x-slack-request-timestamp"].to_str().unwrap()).collect();
    assert_eq!(times, ["1767323045", "1767323046", "1767323106", "1767323406"]);
    assert!(heard.iter().all(|(_, body)| *body == heard[0].1));
    tokio::time::sleep(Duration::from_hours(2)).await;
    receiver.raw(4).await;
    assert_eq!(settings(&sim).await["failed"], 4);
}

#[tokio::test(start_paused = true)]
async fn retries_end_with_success_or_when_asked_to() {
    let (sim, _, receiver, channel) = world().await;
    receiver.answer(503);
    sim.say(ADA, &channel, "x").await;
    receiver.raw(1).await;
    receiver.answer(200);
    assert_eq!(retry(&receiver.raw(2).await[1]), ("1", "http_error"));
    tokio::time::sleep(Duration::from_hours(1)).await;
    receiver.raw(2).await;
    receiver.forget();
    receiver.answer_with(500, "x-slack-no-retry", "1");
    sim.say(ADA, &channel, "y").await;
    receiver.raw(1).await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    receiver.raw(1).await;
}

#[tokio::test(start_paused = true)]
async fn the_reason_is_named_and_others_do_not_wait_for_retries() {
    let (sim, _, receiver, channel) = world().await;
    sim.courier.unregister("receiver.test");
    sim.say(ADA, &channel, "first").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    sim.slack.faults().set(vec![rule(Fault::Timeout { millis: 3000 }, 1)]);
    sim.say(ADA, &channel, "second").await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    let app = sim.control("GET", "/_sim/apps", None).await.body["items"][0]["app_id"].clone();
    let state = receiver.clone();
    let router = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let state = state.clone();
        async move { state.receive(request).await }
    });
    sim.courier.register("receiver.test", router);
    sim.say(ADA, &channel, "third").await;
    let heard = receiver.raw(3).await;
    let text = |delivery: &Delivery| {
        let body: Value = serde_json::from_slice(&delivery.1).unwrap();
        body["event"]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(heard.iter().map(text).collect::<Vec<_>>(), ["third", "first", "second"]);
    assert_eq!(retry(&heard[1]), ("1", "connection_failed"));
    assert_eq!(retry(&heard[2]), ("1", "http_timeout"));
    assert!(app.is_string());
}

#[tokio::test(start_paused = true)]
async fn redirections_are_followed_twice() {
    let (sim, _, receiver, channel) = world().await;
    receiver.answer_with(302, "location", "http://receiver.test/elsewhere");
    sim.say(ADA, &channel, "x").await;
    receiver.raw(3).await;
    receiver.answer(200);
    let heard = receiver.raw(4).await;
    assert_eq!(retry(&heard[3]), ("1", "too_many_redirects"));
}

#[tokio::test(start_paused = true)]
async fn delayed_events_go_on_hourly_for_a_day() {
    let (sim, app, receiver, channel) = world().await;
    sim.by_hand(&format!("/_sim/apps/{}", app.id), json!({"delayed_events": true})).await;
    receiver.answer(500);
    sim.say(ADA, &channel, "x").await;
    tokio::time::sleep(Duration::from_hours(30)).await;
    assert_eq!(retry(&receiver.raw(28).await[27]), ("27", "http_error"));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_keeps_failing_is_switched_off_until_somebody_switches_it_on() {
    let (sim, app, receiver, channel) = world().await;
    sim.switch(json!({"event_window_least": 3, "event_retry_seconds": []})).await;
    receiver.answer(500);
    for n in 0..5 {
        sim.say(ADA, &channel, &n.to_string()).await;
    }
    receiver.raw(3).await;
    assert_eq!(settings(&sim).await["events_off"], true);
    let ledger = sim.slack.ledger().read(0, 1000);
    assert!(ledger.iter().any(|entry| entry.change["kind"] == "events.off"));
    receiver.answer(200);
    sim.by_hand(&format!("/_sim/apps/{}", app.id), json!({"events_off": false})).await;
    sim.say(ADA, &channel, "again").await;
    let bodies = receiver.bodies(4).await;
    assert_eq!(bodies[3]["event"]["text"], "again", "what was missed is not made up for");
}

#[tokio::test(start_paused = true)]
async fn beyond_the_allowance_the_app_is_told_so_once_a_minute() {
    let mut switches = super::quiet();
    switches.events_per_hour = 2;
    let sim = Sim::limited(switches, 1.0).await;
    let app = sim.app(json!({"user_events": ["message.im"]})).await;
    let receiver = sim.receiver(&app).await;
    sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    for n in 0..5 {
        sim.say(ADA, &channel, &n.to_string()).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let bodies = receiver.bodies(3).await;
    let told = &bodies[2];
    assert_eq!((&told["type"], &told["api_app_id"]), (&json!("app_rate_limited"), &json!(app.id)));
    assert_eq!((told.get("event"), &told["minute_rate_limited"]), (None, &json!(1_767_323_040)));
    assert_eq!(settings(&sim).await["limited"], 3);
}

#[tokio::test(start_paused = true)]
async fn faults_double_delay_and_drop_events() {
    let (sim, _, receiver, channel) = world().await;
    let faults = [Fault::Duplicate { copies: 3 }, Fault::Drop, Fault::Slow { millis: 5000 }];
    sim.slack.faults().set(faults.into_iter().map(|fault| rule(fault, 1)).collect());
    for n in 0..3 {
        sim.say(ADA, &channel, &n.to_string()).await;
    }
    let bodies = receiver.bodies(4).await;
    let said: Vec<&str> = bodies.iter().map(|body| body["event"]["text"].as_str().unwrap()).collect();
    assert_eq!(said, ["0", "0", "0", "2"]);
    assert_eq!(bodies[0]["event_id"], bodies[2]["event_id"]);
    receiver.forget();
    sim.slack.faults().set(vec![rule(Fault::Delay { millis: 60_000 }, 1)]);
    sim.say(ADA, &channel, "late").await;
    sim.say(ADA, &channel, "early").await;
    let events = receiver.events(2).await;
    assert_eq!((&events[0]["text"], &events[1]["text"]), (&json!("early"), &json!("late")));
}
