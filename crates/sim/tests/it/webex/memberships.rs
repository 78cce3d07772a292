//! Memberships, and the policy on bots.

use serde_json::json;

use super::{ADA, BRUNO, CHIARA, Sim};

#[tokio::test(start_paused = true)]
async fn the_documented_refusals() {
    let sim = Sim::new().await;
    let room = sim.group(&[ADA, BRUNO]).await;
    for (who, body, status, message) in [
        (ADA, json!({"personEmail": CHIARA}), 400, "roomId cannot be null"),
        (ADA, json!({"roomId": room}), 400, "Must specify either personId or personEmail."),
        (ADA, json!({"roomId": "nonsense", "personEmail": CHIARA}), 400, "Expect base64 ID or UUID."),
        (ADA, json!({"roomId": room, "personId": "nonsense"}), 400, "Expect base64 ID or UUID."),
        (
            ADA,
            json!({"roomId": room, "personEmail": BRUNO}),
            409,
            "User is already a participant in the room.",
        ),
        (
            ADA,
            json!({"roomId": room, "personEmail": "no@body.example"}),
            404,
            "The requested resource could not be found.",
        ),
        (
            CHIARA,
            json!({"roomId": room, "personEmail": CHIARA}),
            404,
            "The requested resource could not be found.",
        ),
    ] {
        assert_eq!(sim.post(who, "/v1/memberships", body).await.refused(status), message);
    }
    assert_eq!(sim.get(ADA, "/v1/memberships/x").await.refused(404), "Failed to get membership");
}

#[tokio::test(start_paused = true)]
async fn listing_changing_leaving() {
    let sim = Sim::new().await;
    let room = sim.group(&[ADA, BRUNO, CHIARA]).await;
    let first = sim.get(BRUNO, &format!("/v1/memberships?roomId={room}&max=2")).await;
    let second = sim.get(BRUNO, &first.next().unwrap()).await;
    assert_eq!((first.items().len(), second.items().len(), second.next()), (2, 1, None));
    let one = sim.get(ADA, &format!("/v1/memberships?roomId={room}&personEmail={BRUNO}")).await;
    assert_eq!(one.each("personId"), [sim.id(BRUNO)]);
    let bruno = one.items()[0].clone();
    assert_eq!(
        (&bruno["personDisplayName"], &bruno["roomType"], &bruno["isModerator"], &bruno["isMonitor"]),
        (&json!("Bruno Keller"), &json!("group"), &json!(false), &json!(false))
    );
    sim.get(ADA, &format!("/v1/memberships?personEmail={BRUNO}")).await.refused(400);
    assert_eq!(sim.get(BRUNO, "/v1/memberships").await.each("roomId"), [room.as_str()], "one's own");
    let path = format!("/v1/memberships/{}", bruno["id"].as_str().unwrap());
    assert_eq!(sim.get(CHIARA, &path).await.body, bruno);
    assert_eq!(sim.put(ADA, &path, json!({"isModerator": true})).await.body["isModerator"], true);
    assert_eq!(sim.delete(BRUNO, &path).await.status, 204);
    sim.get(BRUNO, &format!("/v1/memberships?roomId={room}")).await.refused(404);
    assert_eq!(sim.get(ADA, &path).await.refused(404), "Failed to get membership");
}

#[tokio::test(start_paused = true)]
async fn a_direct_room_is_left_by_hiding_it() {
    let sim = Sim::new().await;
    let room = sim.direct(ADA, BRUNO, "hello").await["roomId"].as_str().unwrap().to_owned();
    let list = sim.get(ADA, &format!("/v1/memberships?roomId={room}")).await;
    assert_eq!(list.items().len(), 2);
    let mine = list.items().iter().find(|item| item["personEmail"] == ADA).unwrap();
    let path = format!("/v1/memberships/{}", mine["id"].as_str().unwrap());
    sim.delete(ADA, &path).await.refused(400);
    sim.put(BRUNO, &path, json!({"isRoomHidden": true})).await.refused(403);
    assert_eq!(sim.put(ADA, &path, json!({"isRoomHidden": true})).await.body["isRoomHidden"], true);
    sim.direct(BRUNO, ADA, "again").await;
    assert_eq!(sim.get(ADA, &path).await.body["isRoomHidden"], false, "a message brings it back");
    sim.post(ADA, "/v1/memberships", json!({"roomId": room, "personEmail": CHIARA})).await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn people_of_other_organizations_can_be_added() {
    let mut sim = Sim::new().await;
    sim.outsider("otto@elsewhere.example").await;
    let room = sim.group(&[ADA, "otto@elsewhere.example"]).await;
    let list = sim.get(ADA, &format!("/v1/memberships?roomId={room}")).await;
    let orgs = list.each("personOrgId");
    assert_ne!(orgs[0], orgs[1]);
}

#[tokio::test(start_paused = true)]
async fn bots_are_let_in_or_refused_by_policy() {
    let mut sim = Sim::new().await;
    sim.bot("Eva Lindqvist", "eva@webex.bot").await;
    sim.bot("Farid Haddad", "farid@webex.bot").await;
    let room = sim.group(&[ADA, "eva@webex.bot"]).await;
    sim.switch(json!({"bots_denied": true})).await;
    let add = json!({"roomId": room, "personEmail": "farid@webex.bot"});
    sim.post(ADA, "/v1/memberships", add.clone()).await.refused(403);
    sim.post(ADA, "/v1/messages", json!({"toPersonEmail": "farid@webex.bot", "text": "x"}))
        .await
        .refused(403);
    sim.post("farid@webex.bot", "/v1/messages", json!({"toPersonEmail": ADA, "text": "x"}))
        .await
        .refused(403);
    sim.say("eva@webex.bot", json!({"roomId": room, "text": "those inside stay"})).await;
    sim.switch(json!({"bots_denied_status": 400})).await;
    sim.post(ADA, "/v1/memberships", add.clone()).await.refused(400);
    sim.switch(json!({"bots_allowed": ["farid@webex.bot"]})).await;
    assert_eq!(sim.post(ADA, "/v1/memberships", add).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn outsiders_are_let_in_or_refused_by_policy() {
    const OTTO: &str = "otto@elsewhere.example";
    let mut sim = Sim::new().await;
    sim.outsider(OTTO).await;
    sim.bot("Eva Lindqvist", "eva@webex.bot").await;
    let room = sim.group(&[ADA]).await;
    let known = sim.direct(BRUNO, OTTO, "we know each other").await;
    let add = json!({"roomId": room, "personEmail": OTTO});
    let first = |to: &str| json!({"toPersonEmail": to, "text": "a first word"});
    for status in [403, 404] {
        sim.switch(json!({"outsiders_denied": true, "outsiders_denied_status": status})).await;
        sim.post(ADA, "/v1/memberships", add.clone()).await.refused(status);
        sim.post(ADA, "/v1/messages", first(OTTO)).await.refused(status);
        sim.post("eva@webex.bot", "/v1/messages", first(OTTO)).await.refused(status);
        sim.post(OTTO, "/v1/messages", first("eva@webex.bot")).await.refused(status);
        sim.say(BRUNO, json!({"roomId": known["roomId"], "text": "those inside stay"})).await;
        sim.direct(ADA, CHIARA, "and colleagues").await;
    }
    sim.switch(json!({"outsiders_denied": false})).await;
    assert_eq!(sim.post(ADA, "/v1/memberships", add).await.status, 200);
    sim.say("eva@webex.bot", first(OTTO)).await;
}
