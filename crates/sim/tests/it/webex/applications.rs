//! Bots made by program.

use serde_json::{Value, json};

use super::{ADA, BRUNO, IRIS, Sim};

fn bot(email: &str) -> Value {
    json!({"type": "bot", "name": "Eva Lindqvist", "botEmail": email, "logo": "https://acme.example/eva.png",
        "description": "Speaks for Eva."})
}

#[tokio::test(start_paused = true)]
async fn a_bot_is_made_with_a_token_that_is_told_once() {
    let sim = Sim::new().await;
    let app = sim.post(IRIS, "/v1/applications", bot("Eva.Acme@webex.bot")).await.body;
    assert_eq!((&app["type"], &app["botEmail"]), (&json!("bot"), &json!("eva.acme@webex.bot")));
    assert_eq!((&app["createdBy"], &app["submissionStatus"]), (&json!(sim.id(IRIS)), &json!("none")));
    let token = app["botToken"].as_str().unwrap();
    let me = sim.get(token, "/v1/people/me").await.body;
    assert_eq!(me["id"], app["botPersonId"]);
    assert_eq!((&me["type"], &me["emails"]), (&json!("bot"), &json!(["eva.acme@webex.bot"])));
    assert_eq!((&me["nickName"], &me["avatar"]), (&json!("Eva"), &json!("https://acme.example/eva.png")));
    let path = format!("/v1/applications/{}", app["id"].as_str().unwrap());
    let read = sim.get(IRIS, &path).await.body;
    assert!(read.get("botToken").is_none());
    assert_eq!(read["botPersonId"], app["botPersonId"]);
    sim.get(ADA, &path).await.refused(404);
}

#[tokio::test(start_paused = true)]
async fn bad_requests() {
    let sim = Sim::new().await;
    for change in [
        json!({"type": "integration"}),
        json!({"name": ""}),
        json!({"name": "x".repeat(101)}),
        json!({"description": "x".repeat(1001)}),
        json!({"botEmail": "eva@acme.example"}),
        json!({"botEmail": "@webex.bot"}),
        json!({"botEmail": "ev a@webex.bot"}),
    ] {
        let mut body = bot("eva@webex.bot");
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        sim.post(IRIS, "/v1/applications", body).await.refused(400);
    }
    sim.switch(json!({"application_needs_logo_and_description": true})).await;
    let bare = json!({"type": "bot", "name": "Eva", "botEmail": "eva@webex.bot"});
    sim.post(IRIS, "/v1/applications", bare).await.refused(400);
    assert_eq!(sim.post(IRIS, "/v1/applications", bot("eva@webex.bot")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn who_may_create() {
    let mut sim = Sim::new().await;
    sim.post(ADA, "/v1/applications", bot("a@webex.bot")).await.refused(403);
    sim.switch(json!({"application_creation": "everybody"})).await;
    assert_eq!(sim.post(ADA, "/v1/applications", bot("a@webex.bot")).await.status, 200);
    sim.switch(json!({"application_creation": "nobody"})).await;
    sim.post(IRIS, "/v1/applications", bot("b@webex.bot")).await.refused(403);
    sim.switch(json!({"application_creation": "everybody"})).await;
    sim.bot("Eva", "eva@webex.bot").await;
    sim.post("eva@webex.bot", "/v1/applications", bot("b@webex.bot")).await.refused(403);
}

#[tokio::test(start_paused = true)]
async fn status_codes_by_switch() {
    let sim = Sim::new().await;
    sim.switch(json!({"create_application_status": 201})).await;
    assert_eq!(sim.post(IRIS, "/v1/applications", bot("eva@webex.bot")).await.status, 201);
    sim.post(IRIS, "/v1/applications", bot("EVA@webex.bot")).await.refused(409);
    sim.switch(json!({"taken_bot_email_status": 400})).await;
    sim.post(IRIS, "/v1/applications", bot("eva@webex.bot")).await.refused(400);
    sim.switch(json!({"bots_per_creator": 1})).await;
    sim.post(IRIS, "/v1/applications", bot("eva2@webex.bot")).await.refused(403);
    sim.switch(json!({"bots_per_creator_status": 429})).await;
    sim.post(IRIS, "/v1/applications", bot("eva2@webex.bot")).await.refused(429);
    sim.switch(json!({"bots_per_creator": 2})).await;
    assert_eq!(sim.post(IRIS, "/v1/applications", bot("eva2@webex.bot")).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn listing() {
    let mut sim = Sim::new().await;
    for name in ["one", "two", "three"] {
        sim.bot(name, &format!("{name}@webex.bot")).await;
    }
    sim.switch(json!({"application_creation": "everybody"})).await;
    sim.post(ADA, "/v1/applications", bot("eva@webex.bot")).await;
    let mine = sim.get(ADA, "/v1/applications?createdBy=me&type=bot").await;
    assert_eq!(mine.each("botEmail"), ["eva@webex.bot"]);
    assert_eq!(sim.get(ADA, "/v1/applications").await.items().len(), 1);
    assert_eq!(
        sim.get(IRIS, "/v1/applications").await.items().len(),
        4,
        "an administrator sees the organization's"
    );
    assert!(sim.get(IRIS, "/v1/applications?type=integration").await.items().is_empty());
    let first = sim.get(IRIS, "/v1/applications?createdBy=me&max=2").await;
    assert_eq!(first.each("name"), ["one", "two"]);
    let second = sim.get(IRIS, &first.next().unwrap()).await;
    assert_eq!((second.each("name"), second.next()), (vec!["three"], None));
    let by_email = "/v1/applications?botEmail=Two@webex.bot";
    assert_eq!(sim.get(IRIS, by_email).await.each("name"), ["two"]);
    assert!(sim.get(ADA, by_email).await.items().is_empty(), "somebody else's");
}

#[tokio::test(start_paused = true)]
async fn updating_changes_the_bot() {
    let mut sim = Sim::new().await;
    let app = sim.bot("Eva Lindqvist", "eva@webex.bot").await;
    let path = format!("/v1/applications/{}", app["id"].as_str().unwrap());
    sim.put(BRUNO, &path, json!({"name": "x"})).await.refused(404);
    let moved = json!({"name": "x", "botEmail": "other@webex.bot"});
    sim.put(IRIS, &path, moved).await.refused(400);
    let change = json!({"name": "Eva L.", "logo": "https://acme.example/2.png"});
    assert_eq!(sim.put(IRIS, &path, change).await.body["name"], "Eva L.");
    let me = sim.get("eva@webex.bot", "/v1/people/me").await.body;
    assert_eq!((&me["displayName"], &me["avatar"]), (&json!("Eva L."), &json!("https://acme.example/2.png")));
}

#[tokio::test(start_paused = true)]
async fn a_deleted_bot_is_gone_but_what_it_wrote_stays() {
    let mut sim = Sim::new().await;
    let app = sim.bot("Eva Lindqvist", "eva@webex.bot").await;
    let group = sim.group(&[ADA, "eva@webex.bot"]).await;
    let sent = sim.direct("eva@webex.bot", ADA, "hello").await;
    let path = format!("/v1/applications/{}", app["id"].as_str().unwrap());
    assert_eq!(sim.delete(IRIS, &path).await.status, 204);
    sim.get(IRIS, &path).await.refused(404);
    sim.get("eva@webex.bot", "/v1/people/me").await.refused(401);
    sim.get(ADA, &format!("/v1/people/{}", sim.id("eva@webex.bot"))).await.refused(404);
    assert_eq!(sim.get(ADA, &format!("/v1/memberships?roomId={group}")).await.items().len(), 1);
    let message = sim.get(ADA, &format!("/v1/messages/{}", sent["id"].as_str().unwrap())).await.body;
    assert_eq!(message["personEmail"], "eva@webex.bot");
    sim.post(ADA, "/v1/messages", json!({"roomId": sent["roomId"], "text": "x"})).await.refused(404);
    sim.post(IRIS, "/v1/applications", bot("eva@webex.bot")).await.refused(409);
    sim.switch(json!({"bot_email_reusable": true})).await;
    let again = sim.post(IRIS, "/v1/applications", bot("eva@webex.bot")).await.body;
    assert_ne!(again["botPersonId"], app["botPersonId"]);
}

#[tokio::test(start_paused = true)]
async fn a_new_token_kills_the_old_one_by_switch() {
    let mut sim = Sim::new().await;
    let app = sim.bot("Eva", "eva@webex.bot").await;
    let path = format!("/v1/applications/{}/botToken", app["id"].as_str().unwrap());
    sim.post(IRIS, &path, json!({})).await.refused(404);
    sim.switch(json!({"bot_token_route": true})).await;
    sim.post(ADA, &path, json!({})).await.refused(404);
    let token = sim.post(IRIS, &path, json!({})).await.body["botToken"].as_str().unwrap().to_owned();
    assert_eq!(sim.get(&token, "/v1/people/me").await.status, 200);
    sim.get("eva@webex.bot", "/v1/people/me").await.refused(401);
}

#[tokio::test(start_paused = true)]
async fn the_method_that_changes_an_application_is_a_switch() {
    for by_part in [false, true] {
        let mut sim = Sim::new().await;
        sim.switch(json!({"application_patch": by_part})).await;
        let app = sim.bot("Eva Lindqvist", "eva@webex.bot").await;
        let one = format!("/v1/applications/{}", app["id"].as_str().unwrap());
        let whole = json!({"name": "Eva L.", "description": "Speaks for Eva."});
        let part = json!({"description": "Speaks for Eva, and for nobody else."});
        let put = sim.send("PUT", &one, IRIS, Some(whole)).await;
        let patch = sim.send("PATCH", &one, IRIS, Some(part.clone())).await;
        let (works, other) = if by_part { (patch, put) } else { (put, patch) };
        assert_eq!(other.refused(405), "Method Not Allowed");
        assert_eq!(works.status, 200, "{}", works.text);
        let name = if by_part { "Eva Lindqvist" } else { "Eva L." };
        assert_eq!(sim.get("eva@webex.bot", "/v1/people/me").await.body["displayName"], name);
        if by_part {
            assert_eq!(works.body["description"], part["description"]);
            sim.send("PATCH", &one, IRIS, Some(json!({"name": ""}))).await.refused(400);
        } else {
            sim.put(IRIS, &one, part).await.refused(400);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whether_a_bot_outlives_its_application_is_a_switch() {
    for stays in [false, true] {
        let mut sim = Sim::new().await;
        sim.switch(json!({"bot_outlives_application": stays, "bot_email_reusable": true})).await;
        let app = sim.bot("Eva Lindqvist", "eva@webex.bot").await;
        let group = sim.group(&[ADA, "eva@webex.bot"]).await;
        let receiver = sim.receiver();
        sim.hook("eva@webex.bot", "messages", "created").await;
        let sent = sim.direct("eva@webex.bot", ADA, "hello").await;
        receiver.bodies(1).await;
        let path = format!("/v1/applications/{}", app["id"].as_str().unwrap());
        assert_eq!(sim.delete(IRIS, &path).await.status, 204);
        sim.get("eva@webex.bot", "/v1/people/me").await.refused(401);
        let (found, members, answer, again) = if stays { (200, 2, 200, 409) } else { (404, 1, 404, 200) };
        let person = format!("/v1/people/{}", sim.id("eva@webex.bot"));
        assert_eq!(sim.get(ADA, &person).await.status, found);
        let there = sim.get(ADA, &format!("/v1/memberships?roomId={group}")).await;
        assert_eq!(there.items().len(), members);
        let message = json!({"roomId": sent["roomId"], "text": "are you there?"});
        assert_eq!(sim.post(ADA, "/v1/messages", message).await.status, answer);
        receiver.bodies(1).await;
        assert!(sim.get(IRIS, "/v1/applications?botEmail=eva@webex.bot").await.items().is_empty());
        assert_eq!(sim.post(IRIS, "/v1/applications", bot("eva@webex.bot")).await.status, again);
    }
}

#[tokio::test(start_paused = true)]
async fn whether_addresses_of_bots_may_have_dots_is_a_switch() {
    let sim = Sim::new().await;
    for dots in [false, true] {
        sim.switch(json!({"bot_email_dots": dots})).await;
        let dotted = sim.post(IRIS, "/v1/applications", bot("eva.lindqvist@webex.bot")).await;
        if dots {
            assert_eq!(dotted.status, 200, "{}", dotted.text);
        } else {
            dotted.refused(400);
        }
        let plain = bot(&format!("eva-lindqvist_{dots}@webex.bot"));
        assert_eq!(sim.post(IRIS, "/v1/applications", plain).await.status, 200);
    }
}
