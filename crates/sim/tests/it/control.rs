//! The control paths that all simulators share, tried on Webex.

use entente_sim::faults::{Fault, Rule, When};
use entente_sim::webex::Switches;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::webex::{ADA, BRUNO, Sim};

fn rule(name: &str, fault: Fault, when: When) -> Rule {
    let method = "POST".to_owned();
    Rule {
        name: name.to_owned(),
        method,
        path: "/v1/messages".to_owned(),
        fault,
        when,
        share: 1.0,
        times: Some(1),
    }
}

async fn last(sim: &Sim) -> Value {
    let length = sim.webex.ledger().len() as u64;
    let ledger = sim.get("", &format!("/_sim/ledger?after={}&max=1", length - 1)).await.body;
    assert_eq!(ledger["length"], length);
    ledger["items"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn the_ledger_has_every_call_with_what_it_changed() {
    let sim = Sim::new().await;
    assert!(sim.webex.ledger().is_empty(), "reading control paths is not recorded");
    let message = sim.direct(ADA, BRUNO, "hello").await;
    let entry = last(&sim).await;
    assert_eq!(
        entry,
        json!({
            "number": 1, "at": entry["at"], "method": "POST", "path": "/v1/messages", "status": 200,
            "who": sim.id(ADA),
            "change": {"kind": "message.created", "message": message["id"], "room": message["roomId"],
                "author": sim.id(ADA), "parent": null, "text": "hello", "opened": true},
        })
    );
    sim.get("wrong", "/v1/people/me").await.refused(401);
    let entry = last(&sim).await;
    assert_eq!((&entry["status"], &entry["who"], &entry["change"]), (&json!(401), &json!(""), &Value::Null));
    sim.switch(json!({"ledger_keeps_reads": false})).await;
    sim.get(ADA, "/v1/people/me").await;
    assert_eq!(sim.webex.ledger().len(), 2, "a switch leaves out what changed nothing");
}

#[tokio::test(start_paused = true)]
async fn a_fault_before_has_no_effect_and_is_on_record() {
    let sim = Sim::new().await;
    let busy = Fault::Status { code: 503, retry_after: Some("7".to_owned()) };
    sim.webex.faults().set(vec![rule("busy", busy, When::Before)]);
    let message = json!({"toPersonEmail": BRUNO, "text": "hello"});
    let reply = sim.post(ADA, "/v1/messages", message.clone()).await;
    assert_eq!((reply.status, &reply.headers["retry-after"]), (503, &"7".parse().unwrap()));
    let entry = last(&sim).await;
    assert_eq!(
        (&entry["fault"], &entry["change"], &entry["status"]),
        (&json!("busy"), &Value::Null, &json!(503))
    );
    assert_eq!(sim.post(ADA, "/v1/messages", message).await.status, 200, "it struck once");
    assert_eq!(sim.get("", "/_sim/faults").await.body[0]["struck"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_fault_after_has_its_effect_and_one_entry() {
    let sim = Sim::new().await;
    sim.webex.faults().set(vec![rule("liar", Fault::Reset, When::After)]);
    let request = http::Request::post("/v1/messages")
        .header("Authorization", format!("Bearer {}", sim.token(ADA)))
        .header("Content-Type", "application/json")
        .body(axum::body::Body::from(json!({"toPersonEmail": BRUNO, "text": "hello"}).to_string()))
        .unwrap();
    let response = sim.router.clone().oneshot(request).await.unwrap();
    assert!(response.into_body().collect().await.is_err(), "the connection breaks");
    assert_eq!(sim.webex.ledger().len(), 1);
    let entry = last(&sim).await;
    assert_eq!((&entry["fault"], &entry["change"]["kind"]), (&json!("liar"), &json!("message.created")));
    let path = format!("/v1/messages/direct?personEmail={BRUNO}");
    assert_eq!(sim.get(ADA, &path).await.each("text"), ["hello"]);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_without_effect_has_no_status() {
    let sim = Sim::new().await;
    sim.webex.faults().set(vec![rule("cut", Fault::Reset, When::Before)]);
    let request = http::Request::post("/v1/messages").body(axum::body::Body::empty()).unwrap();
    drop(sim.router.clone().oneshot(request).await.unwrap());
    let entry = last(&sim).await;
    assert_eq!((&entry["fault"], &entry["status"]), (&json!("cut"), &json!(0)));
}

#[tokio::test(start_paused = true)]
async fn faults_are_set_over_http_and_nonsense_is_refused() {
    let sim = Sim::new().await;
    let rules = json!([{"name": "slow", "path": "/v1/people", "fault": {"slow": {"millis": 300}}}]);
    assert_eq!(sim.post("", "/_sim/faults", rules).await.status, 204);
    let before = tokio::time::Instant::now();
    assert_eq!(sim.get(ADA, "/v1/people/me").await.status, 200);
    assert!(before.elapsed().as_millis() >= 300);
    assert_eq!(sim.post("", "/_sim/faults", json!([{"name": "x", "fault": "no such"}])).await.status, 400);
    assert_eq!(sim.webex.faults().rules().len(), 1, "the old rules stay");
}

#[tokio::test(start_paused = true)]
async fn switches_change_by_name_all_or_none() {
    let sim = Sim::new().await;
    let change = json!({"bots_denied": true, "rates": {"messages": {"per_second": 1.0}}});
    sim.switch(change).await;
    let switches = sim.webex.switches().get();
    assert!(switches.bots_denied);
    let defaults = Switches::default();
    assert_eq!(switches.rates.messages.per_second.to_bits(), 1.0_f64.to_bits());
    assert_eq!(switches.rates.messages.burst.to_bits(), defaults.rates.messages.burst.to_bits());
    let wrong = sim.post("", "/_sim/switches", json!({"bots_denied": false, "no_such": 1})).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body["error"].as_str().unwrap().contains("no_such"));
    assert!(sim.webex.switches().get().bots_denied, "nothing of it was applied");
    assert_eq!(sim.get("", "/_sim/switches").await.body["bots_denied"], true);
}

#[tokio::test(start_paused = true)]
async fn live_says_which_room_changed() {
    let sim = Sim::new().await;
    let request = http::Request::get("/_sim/live").body(axum::body::Body::empty()).unwrap();
    let response = sim.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let room = sim.direct(ADA, BRUNO, "hello").await["roomId"].clone();
    let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(
        std::str::from_utf8(&frame).unwrap(),
        format!("event: look\ndata: {}\n\n", room.as_str().unwrap())
    );
}

#[tokio::test(start_paused = true)]
async fn browsers_on_another_port_may_read() {
    let sim = Sim::new().await;
    let preflight = http::Request::options("/v1/messages")
        .header("Origin", "http://127.0.0.1:7700")
        .header("Access-Control-Request-Method", "POST")
        .body(axum::body::Body::empty())
        .unwrap();
    let reply = sim.raw(preflight).await;
    assert_eq!(reply.status, 204);
    assert!(reply.headers["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    assert!(sim.webex.ledger().is_empty(), "a preflight is no call");
    let plain = sim.get(ADA, "/v1/people/me").await;
    assert!(!plain.headers.contains_key("access-control-allow-origin"), "others see no difference");
}

#[tokio::test(start_paused = true)]
async fn what_is_simulated_can_be_asked() {
    let sim = Sim::new().await;
    let known = sim.get("", "/_sim/endpoints").await.body;
    let known = known.as_array().unwrap();
    assert!(known.contains(&json!({"method": "PUT", "path": "/v1/messages/{messageId}"})));
    assert!(known.iter().all(|row| row["path"].as_str().unwrap().starts_with("/v1/")));
}
