//! Group chats: who is in them, what they are called, who may change that, and what is told of it.

use entente_sim::zoom::Kind;
use serde_json::json;

use super::{ADA, BRUNO, EVA, OTTO, Sim};

const CHANNELS: &str = "/v2/chat/users/me/channels";

/// A group of Ada's with Bruno in it.
async fn group(sim: &Sim, name: &str) -> String {
    let new = json!({"name": name, "type": 4, "members": [{"email": BRUNO}]});
    let made = sim.post(ADA, CHANNELS, new).await;
    assert_eq!((made.status, &made.body["type"]), (201, &json!(4)), "{}", made.text);
    made.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_group_is_made_filled_named_and_left() {
    let sim = Sim::new().await;
    let id = group(&sim, "Launch").await;
    let again = json!({"name": "Launch", "type": 4, "members": []});
    sim.post(ADA, CHANNELS, again.clone()).await.refused(400, 300);
    assert_eq!(sim.post(EVA, CHANNELS, again).await.status, 201, "another's names are no matter");
    sim.post(ADA, CHANNELS, json!({"name": "x", "type": 4, "members": [{"email": OTTO}]}))
        .await
        .refused(404, 1001);

    let members = format!("{CHANNELS}/{id}/members");
    sim.post(EVA, &members, json!({"members": [{"email": EVA}]})).await.refused(404, 4130);
    assert_eq!(sim.post(BRUNO, &members, json!({"members": [{"email": EVA}]})).await.status, 201);
    assert_eq!(sim.get(EVA, &members).await.each("members", "email"), [ADA, BRUNO, EVA]);

    let channel = format!("{CHANNELS}/{id}");
    sim.patch(BRUNO, &channel, json!({"name": "Landing"})).await.refused(403, 200);
    assert_eq!(sim.patch(ADA, &channel, json!({"name": "Landing"})).await.status, 204);
    sim.patch(ADA, &channel, json!({"name": "Landing"})).await.refused(400, 300);
    assert_eq!(sim.get(BRUNO, &channel).await.body["name"], "Landing");
    let shown = sim.get("", &format!("/_sim/conversations?person={BRUNO}")).await;
    assert_eq!(
        (&shown.body["items"][0]["channel"], &shown.body["items"][0]["type"]),
        (&json!("Landing"), &json!(4))
    );

    let mine = format!("/v2/chat/channels/{id}/members");
    sim.delete(BRUNO, &format!("{mine}/{EVA}")).await.refused(400, 200);
    assert_eq!(sim.delete(ADA, &format!("{mine}/{}", sim.id(EVA))).await.status, 204);
    sim.delete(ADA, &format!("{mine}/{EVA}")).await.refused(400, 300);
    assert_eq!(sim.delete(BRUNO, &format!("{mine}/me")).await.status, 204);
    sim.get(BRUNO, &channel).await.refused(404, 4130);
    assert_eq!(sim.get(ADA, &members).await.each("members", "email"), [ADA]);
}

#[tokio::test(start_paused = true)]
async fn who_comes_and_goes_is_told_to_those_who_are_in_it() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let receiver = sim.receiver(&app);
    sim.authorize(&app, BRUNO).await;
    let events = ["created", "updated", "member_invited", "member_removed", "member_left"];
    let events = events.map(|what| format!("chat_channel.{what}"));
    sim.hook(&app, &events.each_ref().map(String::as_str)).await;
    let id = group(&sim, "Launch").await;
    let channel = format!("{CHANNELS}/{id}");
    sim.post(ADA, &format!("{channel}/members"), json!({"members": [{"email": EVA}]})).await;
    sim.patch(ADA, &channel, json!({"name": "Landing"})).await;
    sim.delete(ADA, &format!("/v2/chat/channels/{id}/members/{EVA}")).await;
    sim.delete(BRUNO, &format!("/v2/chat/channels/{id}/members/me")).await;
    // What happens without Bruno is not told.
    sim.patch(ADA, &channel, json!({"name": "Back"})).await;
    let bodies = receiver.bodies(5).await;
    let told: Vec<_> = bodies.iter().map(|body| body["event"].as_str().unwrap()).collect();
    assert_eq!(told, [&events[0], &events[2], &events[1], &events[3], &events[4]]);
    let invited = &bodies[1]["payload"];
    assert_eq!((&invited["operator"], &invited["operator_id"]), (&json!(ADA), &json!(sim.id(ADA))));
    assert_eq!((&invited["object"]["id"], &invited["object"]["type"]), (&json!(id), &json!(4)));
    assert_eq!(invited["object"]["members"], json!([{"id": sim.id(EVA), "display_name": "Eva Lindqvist"}]));
    assert_eq!(bodies[2]["payload"]["object"]["name"], "Landing");
    assert!(bodies[4]["payload"]["object"].get("members").is_none());
    assert_eq!(bodies[4]["payload"]["operator"], BRUNO);
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_deleted_by_its_owner_and_renamed_by_members_where_they_may() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let receiver = sim.receiver(&app);
    sim.authorize(&app, BRUNO).await;
    sim.hook(&app, &["chat_channel.updated", "chat_channel.deleted"]).await;
    let channel = format!("{CHANNELS}/{}", group(&sim, "Launch").await);
    sim.patch(BRUNO, &channel, json!({"name": "Landing"})).await.refused(403, 200);
    sim.delete(BRUNO, &channel).await.refused(403, 200);
    sim.switch(json!({"members_rename": true})).await;
    assert_eq!(sim.patch(BRUNO, &channel, json!({"name": "Landing"})).await.status, 204);
    assert_eq!(sim.delete(ADA, &channel).await.status, 204);
    sim.get(BRUNO, &channel).await.refused(404, 4130);
    let bodies = receiver.bodies(2).await;
    let told: Vec<_> = bodies.iter().map(|body| body["event"].as_str().unwrap()).collect();
    assert_eq!(told, ["chat_channel.updated", "chat_channel.deleted"]);
    assert_eq!(bodies[1]["payload"]["object"]["name"], "Landing");
}

#[tokio::test(start_paused = true)]
async fn a_public_channel_is_joined_by_whoever_finds_it() {
    let sim = Sim::new().await;
    let make = async |kind: u8| {
        let made = sim.post(ADA, CHANNELS, json!({"name": format!("Plan {kind}"), "type": kind})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.body["id"].as_str().unwrap().to_owned()
    };
    let (public, private) = (make(3).await, make(2).await);
    let me = |channel: &str| format!("/v2/chat/channels/{channel}/members/me");
    let joined = sim.post(EVA, &me(&public), json!({})).await;
    assert_eq!((joined.status, &joined.body["id"]), (201, &json!(sim.id(EVA))), "{}", joined.text);
    let members = sim.get(EVA, &format!("{CHANNELS}/{public}/members")).await;
    assert_eq!(members.each("members", "email"), [ADA, EVA]);
    assert_eq!(members.each("members", "role"), ["owner", "member"]);
    sim.post(EVA, &me(&private), json!({})).await.refused(404, 4130);
}
