//! Webhooks: registering, what is delivered to whom, how, and when it ends.

use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use serde_json::{Value, json};

use super::{ADA, BRUNO, CHIARA, Sim, hook_body};

const EVA: &str = "eva@webex.bot";

async fn world() -> Sim {
    let mut sim = Sim::new().await;
    sim.bot("Eva Lindqvist", EVA).await;
    sim
}

fn kinds(bodies: &[Value]) -> Vec<String> {
    let kind =
        |body: &Value| format!("{}:{}", body["resource"].as_str().unwrap(), body["event"].as_str().unwrap());
    bodies.iter().map(kind).collect()
}

#[tokio::test(start_paused = true)]
async fn the_object_and_its_calls() {
    let sim = world().await;
    for (missing, message) in [("name", "name cannot be empty"), ("targetUrl", "targetUrl cannot be null")] {
        let mut body = hook_body("messages", "created");
        body.as_object_mut().unwrap().remove(missing);
        assert_eq!(sim.post(ADA, "/v1/webhooks", body).await.refused(400), message);
    }
    sim.post(ADA, "/v1/webhooks", hook_body("nothing", "created")).await.refused(400);
    sim.post(ADA, "/v1/webhooks", hook_body("messages", "seen")).await.refused(400);
    let id = sim.hook(ADA, "messages", "created").await;
    let path = format!("/v1/webhooks/{id}");
    let hook = sim.get(ADA, &path).await.body;
    assert_eq!((&hook["status"], &hook["ownedBy"]), (&json!("active"), &json!("creator")));
    assert_eq!((&hook["createdBy"], &hook["secret"]), (&json!(sim.id(ADA)), &json!("s3cret")));
    sim.post(ADA, "/v1/webhooks", hook_body("messages", "created")).await.refused(409);
    sim.switch(json!({"webhook_duplicate_refused": false})).await;
    sim.hook(ADA, "messages", "created").await;
    let page = sim.get(ADA, "/v1/webhooks?max=1").await;
    assert_eq!(sim.get(ADA, &page.next().unwrap()).await.items().len(), 1);
    assert!(sim.get(BRUNO, "/v1/webhooks").await.items().is_empty());
    for (method, body) in [("GET", None), ("DELETE", None), ("PUT", Some(hook_body("x", "y")))] {
        sim.send(method, &path, BRUNO, body).await.refused(404);
    }
    sim.put(ADA, &path, json!({"name": "x"})).await.refused(400);
    let change = json!({"name": "new", "targetUrl": "http://receiver.test/other", "resource": "rooms"});
    let changed = sim.put(ADA, &path, change).await.body;
    assert_eq!(
        (&changed["name"], &changed["resource"]),
        (&json!("new"), &json!("messages")),
        "others are ignored"
    );
    sim.put(ADA, &path, json!({"name": "x", "targetUrl": "http://receiver.test/", "status": "inactive"}))
        .await
        .refused(400);
    assert_eq!(sim.delete(ADA, &path).await.status, 204);
    sim.get(ADA, &path).await.refused(404);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_has_no_text_and_is_signed_over_its_bytes() {
    let sim = world().await;
    let receiver = sim.receiver();
    let hook = sim.hook(EVA, "messages", "created").await;
    let sent = sim.direct(ADA, EVA, "secret words").await;
    let heard = receiver.raw(1).await;
    let (headers, bytes) = &heard[0];
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"s3cret");
    let expected = hex::encode(aws_lc_rs::hmac::sign(&key, bytes).as_ref());
    assert_eq!(headers["x-spark-signature"], expected);
    assert_eq!(headers["content-type"], "application/json");
    let body: Value = serde_json::from_slice(bytes).unwrap();
    let data = json!({"id": sent["id"], "roomId": sent["roomId"], "roomType": "direct", "personId": sim.id(ADA),
        "personEmail": ADA, "created": sent["created"]});
    let expected = json!({
        "id": hook, "name": "test", "targetUrl": "http://receiver.test/hook", "resource": "messages", "event": "created",
        "orgId": body["orgId"], "createdBy": sim.id(EVA), "appId": body["appId"], "ownedBy": "creator",
        "status": "active", "created": body["created"], "actorId": sim.id(ADA), "data": data,
    });
    assert_eq!(body, expected);
    sim.switch(json!({"webhook_charset": true})).await;
    sim.direct(ADA, EVA, "x").await;
    assert_eq!(receiver.raw(2).await[1].0["content-type"], "application/json;charset=UTF-8");
}

#[tokio::test(start_paused = true)]
async fn without_a_secret_nothing_is_signed() {
    let sim = world().await;
    let receiver = sim.receiver();
    let mut body = hook_body("messages", "created");
    body["secret"] = json!("");
    sim.post(EVA, "/v1/webhooks", body).await;
    sim.direct(ADA, EVA, "x").await;
    assert!(!receiver.raw(1).await[0].0.contains_key("x-spark-signature"));
}

#[tokio::test(start_paused = true)]
async fn the_firehose_names_what_happened_and_own_posts_are_in_it() {
    let sim = world().await;
    let receiver = sim.receiver();
    sim.hook(EVA, "all", "all").await;
    let sent = sim.direct(EVA, ADA, "own").await;
    let path = format!("/v1/messages/{}", sent["id"].as_str().unwrap());
    sim.put(EVA, &path, json!({"roomId": sent["roomId"], "text": "edited"})).await;
    let edited = sim.get(EVA, &path).await.body;
    sim.delete(EVA, &path).await;
    let bodies = receiver.bodies(6).await;
    let expected = [
        "rooms:created",
        "memberships:created",
        "memberships:created",
        "messages:created",
        "messages:updated",
        "messages:deleted",
    ];
    assert_eq!(kinds(&bodies), expected);
    assert_eq!(bodies[0]["data"]["title"], "Ada Okafor");
    let mut people: Vec<_> =
        bodies[1..3].iter().map(|body| body["data"]["personEmail"].as_str().unwrap()).collect();
    people.sort_unstable();
    assert_eq!(people, [ADA, EVA]);
    assert_eq!(bodies[3]["actorId"], sim.id(EVA));
    assert!(edited["updated"].is_string());
    let gone = json!({"id": sent["id"], "roomId": sent["roomId"], "roomType": "direct", "personId": sim.id(EVA),
        "personEmail": EVA});
    assert_eq!(bodies[5]["data"], gone);
}

#[tokio::test(start_paused = true)]
async fn a_bot_hears_in_a_group_what_it_may_see() {
    let sim = world().await;
    let receiver = sim.receiver();
    let room = sim.group(&[ADA, BRUNO, EVA]).await;
    sim.hook(EVA, "messages", "all").await;
    sim.say(ADA, json!({"roomId": room, "text": "not for bots"})).await;
    let markdown = format!("<@personEmail:{EVA}> hi");
    let mention = sim.say(ADA, json!({"roomId": room, "markdown": markdown})).await;
    let own = sim.say(EVA, json!({"roomId": room, "text": "mine", "parentId": mention["id"]})).await;
    let bodies = receiver.bodies(2).await;
    assert_eq!(bodies[0]["data"]["id"], mention["id"]);
    assert_eq!(bodies[0]["data"]["mentionedPeople"], json!([sim.id(EVA)]));
    assert_eq!((&bodies[1]["data"]["id"], &bodies[1]["data"]["parentId"]), (&own["id"], &mention["id"]));
    sim.switch(json!({"all_mentions_bots": true})).await;
    sim.say(ADA, json!({"roomId": room, "markdown": "<@all> hi"})).await;
    assert_eq!(receiver.bodies(3).await[2]["data"]["mentionedGroups"], json!(["all"]));
}

#[tokio::test(start_paused = true)]
async fn whether_bots_hear_edits_is_a_switch() {
    let sim = world().await;
    let receiver = sim.receiver();
    sim.hook(EVA, "messages", "updated").await;
    sim.hook(BRUNO, "messages", "updated").await;
    let sent = sim.direct(ADA, EVA, "0").await;
    let edit = |sent: &Value| {
        let path = format!("/v1/messages/{}", sent["id"].as_str().unwrap());
        (path, json!({"roomId": sent["roomId"], "text": "1"}))
    };
    let (path, body) = edit(&sent);
    sim.put(ADA, &path, body.clone()).await;
    receiver.bodies(1).await;
    sim.switch(json!({"bots_hear_edits": false})).await;
    sim.put(ADA, &path, body).await;
    receiver.bodies(1).await;
    let sent = sim.direct(ADA, BRUNO, "0").await;
    let (path, body) = edit(&sent);
    sim.put(ADA, &path, body).await;
    assert_eq!(receiver.bodies(2).await[1]["createdBy"], sim.id(BRUNO), "people hear them always");
}

#[tokio::test(start_paused = true)]
async fn filters_narrow_and_must_make_sense() {
    let sim = world().await;
    let receiver = sim.receiver();
    let room = sim.group(&[ADA, BRUNO]).await;
    let foreign = sim.group(&[CHIARA]).await;
    let filtered = |filter: String| {
        let mut body = hook_body("messages", "created");
        body["filter"] = json!(filter);
        sim.post(BRUNO, "/v1/webhooks", body)
    };
    for (filter, key) in [
        (format!("roomId={foreign}"), "roomId"),
        ("roomId=nonsense".to_owned(), "roomId"),
        ("colour=red".to_owned(), "colour"),
    ] {
        assert_eq!(filtered(filter).await.refused(400), format!("invalid value for filter: {key}"));
    }
    let kept = filtered(format!("roomId={room}&personEmail={ADA}")).await;
    assert_eq!(kept.body["filter"], format!("roomId={room}&personEmail={ADA}"));
    sim.direct(ADA, BRUNO, "another room").await;
    sim.say(BRUNO, json!({"roomId": room, "text": "another author"})).await;
    let wanted = sim.say(ADA, json!({"roomId": room, "text": "this"})).await;
    assert_eq!(receiver.bodies(1).await[0]["data"]["id"], wanted["id"]);
}

#[tokio::test(start_paused = true)]
async fn leaving_and_being_removed_is_heard_in_groups() {
    let sim = world().await;
    let receiver = sim.receiver();
    let room = sim.group(&[ADA, BRUNO, EVA]).await;
    sim.hook(EVA, "memberships", "all").await;
    let list = sim.get(ADA, &format!("/v1/memberships?roomId={room}")).await;
    let membership = |email: &str| {
        let found = list.items().iter().find(|item| item["personEmail"] == email).unwrap();
        format!("/v1/memberships/{}", found["id"].as_str().unwrap())
    };
    sim.delete(BRUNO, &membership(BRUNO)).await;
    sim.delete(ADA, &membership(EVA)).await;
    sim.post(ADA, "/v1/memberships", json!({"roomId": room, "personEmail": BRUNO})).await;
    let bodies = receiver.bodies(2).await;
    assert_eq!(kinds(&bodies), ["memberships:deleted", "memberships:deleted"]);
    assert_eq!(
        (&bodies[1]["data"]["personEmail"], &bodies[1]["actorId"]),
        (&json!(EVA), &json!(sim.id(ADA)))
    );
}

#[tokio::test(start_paused = true)]
async fn enough_failures_deactivate_and_nothing_is_replayed() {
    let sim = world().await;
    let receiver = sim.receiver();
    let hook = sim.hook(EVA, "messages", "created").await;
    receiver.answer(500);
    for n in 0..15 {
        sim.direct(ADA, EVA, &n.to_string()).await;
    }
    receiver.bodies(10).await;
    let path = format!("/v1/webhooks/{hook}");
    assert_eq!(sim.get(EVA, &path).await.body["status"], "inactive");
    let entries = sim.webex.ledger().read(0, 1000);
    assert!(entries.iter().any(|entry| entry.change["kind"] == "webhook.deactivated"));
    receiver.answer(200);
    let revive = json!({"name": "test", "targetUrl": "http://receiver.test/hook", "status": "active"});
    assert_eq!(sim.put(EVA, &path, revive).await.body["status"], "active");
    let sent = sim.direct(ADA, EVA, "after").await;
    assert_eq!(receiver.bodies(11).await[10]["data"]["id"], sent["id"], "what was missed stays missed");
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_or_slow_receiver_counts_as_failed() {
    let sim = world().await;
    sim.hook(EVA, "messages", "created").await;
    sim.direct(ADA, EVA, "nobody there").await;
    let never = axum::Router::new().fallback(std::future::pending::<()>);
    sim.courier.register("receiver.test", never);
    sim.direct(ADA, EVA, "nobody answers").await;
    tokio::time::sleep(Duration::from_secs(16)).await;
    let hooks = sim.get("", "/_sim/webhooks").await;
    assert_eq!((&hooks.items()[0]["failed"], &hooks.items()[0]["active"]), (&json!(2), &json!(true)));
}

#[tokio::test(start_paused = true)]
async fn deliveries_to_one_webhook_are_in_order_and_to_several_at_once() {
    let mut sim = world().await;
    sim.bot("Farid Haddad", "farid@webex.bot").await;
    sim.hook(EVA, "messages", "created").await;
    sim.switch(json!({"webhook_first_share": 0.0})).await;
    // The first delivery to Eva's bot hangs; Farid's must not wait for it.
    let never = axum::Router::new().fallback(std::future::pending::<()>);
    sim.courier.register("receiver.test", never);
    sim.direct(ADA, EVA, "stuck").await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    let receiver = sim.receiver();
    sim.hook("farid@webex.bot", "messages", "created").await;
    sim.direct(ADA, "farid@webex.bot", "free").await;
    assert_eq!(receiver.bodies(1).await[0]["createdBy"], sim.id("farid@webex.bot"));
    let mut sent = Vec::new();
    for n in 0..20 {
        sent.push(sim.direct(ADA, EVA, &n.to_string()).await["id"].clone());
    }
    let bodies = receiver.bodies(21).await;
    let heard: Vec<_> = bodies[1..].iter().map(|body| body["data"]["id"].clone()).collect();
    assert_eq!(heard, sent);
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_come_after_its_webhook() {
    for (share, first) in [(1.0, true), (0.0, false)] {
        let sim = world().await;
        sim.switch(json!({"webhook_first_share": share})).await;
        sim.hook(EVA, "messages", "created").await;
        let slow = axum::Router::new().fallback(|| tokio::time::sleep(Duration::from_millis(50)));
        sim.courier.register("receiver.test", slow);
        let before = tokio::time::Instant::now();
        sim.direct(ADA, EVA, "x").await;
        assert_eq!(before.elapsed() >= Duration::from_millis(50), first, "with share {share}");
    }
}

#[tokio::test(start_paused = true)]
async fn deliveries_are_doubled_dropped_and_delayed_by_fault_rules() {
    let sim = world().await;
    let receiver = sim.receiver();
    sim.hook(EVA, "messages", "created").await;
    let fault = |fault| {
        let (name, method, path) = ("hook".to_owned(), "HOOK".to_owned(), "/messages".to_owned());
        sim.webex.faults().set(vec![Rule {
            name,
            method,
            path,
            fault,
            when: When::Before,
            share: 1.0,
            times: Some(1),
        }]);
    };
    fault(Fault::Duplicate { copies: 3 });
    sim.direct(ADA, EVA, "thrice").await;
    let bodies = receiver.bodies(3).await;
    assert!(bodies[0] == bodies[1] && bodies[1] == bodies[2]);
    fault(Fault::Drop);
    sim.direct(ADA, EVA, "never").await;
    receiver.bodies(3).await;
    fault(Fault::Reset);
    sim.direct(ADA, EVA, "noticed").await;
    receiver.bodies(3).await;
    fault(Fault::Delay { millis: 10_000 });
    sim.switch(json!({"webhook_first_share": 0.0})).await;
    let late = sim.direct(ADA, EVA, "late").await;
    let prompt = sim.direct(ADA, EVA, "prompt").await;
    let bodies = receiver.bodies(5).await;
    assert_eq!(
        (&bodies[3]["data"]["id"], &bodies[4]["data"]["id"]),
        (&prompt["id"], &late["id"]),
        "reordered"
    );
    let hooks = sim.get("", "/_sim/webhooks").await;
    assert_eq!((&hooks.items()[0]["delivered"], &hooks.items()[0]["failed"]), (&json!(5), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn an_operator_can_deactivate() {
    let sim = world().await;
    let receiver = sim.receiver();
    let hook = sim.hook(EVA, "messages", "created").await;
    sim.hook(BRUNO, "messages", "created").await;
    let reply = sim.post("", "/_sim/webhooks/deactivate", json!({"webhook": hook})).await;
    assert_eq!(reply.body, json!({"deactivated": 1}));
    sim.direct(ADA, EVA, "unheard").await;
    sim.direct(ADA, BRUNO, "heard").await;
    receiver.bodies(1).await;
    assert_eq!(
        sim.post("", "/_sim/webhooks/deactivate", json!({"person": BRUNO})).await.body["deactivated"],
        1
    );
    assert_eq!(sim.post("", "/_sim/webhooks/deactivate", json!({})).await.body["deactivated"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_webhook_is_silent() {
    let sim = world().await;
    let receiver = sim.receiver();
    let hook = sim.hook(EVA, "messages", "created").await;
    sim.direct(ADA, EVA, "heard").await;
    receiver.bodies(1).await;
    sim.delete(EVA, &format!("/v1/webhooks/{hook}")).await;
    sim.direct(ADA, EVA, "unheard").await;
    receiver.bodies(1).await;
}
