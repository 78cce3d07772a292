//! What a bot sees, and where it may go.

use serde_json::{Value, json};

use super::{ADA, BRUNO, Sim};

const EVA: &str = "eva@webex.bot";

async fn world() -> (Sim, String) {
    let mut sim = Sim::new().await;
    sim.bot("Eva Lindqvist", EVA).await;
    let room = sim.group(&[ADA, BRUNO, EVA]).await;
    (sim, room)
}

fn path(message: &Value) -> String {
    format!("/v1/messages/{}", message["id"].as_str().unwrap())
}

#[tokio::test(start_paused = true)]
async fn in_a_group_room_only_what_mentions_it_and_its_own() {
    let (sim, room) = world().await;
    let other = sim.say(ADA, json!({"roomId": room, "text": "not for bots"})).await;
    let mention = sim.say(ADA, json!({"roomId": room, "markdown": format!("<@personEmail:{EVA}> hi")})).await;
    let own = sim.say(EVA, json!({"roomId": room, "text": "mine"})).await;
    sim.get(EVA, &path(&other)).await.refused(404);
    assert_eq!(sim.get(EVA, &path(&mention)).await.status, 200);
    assert_eq!(sim.get(EVA, &path(&own)).await.status, 200);
    let list = format!("/v1/messages?roomId={room}");
    assert_eq!(sim.get(EVA, &list).await.refused(403), "Failed to get activity.");
    let mentioned = sim.get(EVA, &format!("{list}&mentionedPeople=me")).await;
    assert_eq!(mentioned.each("id"), [mention["id"].as_str().unwrap()]);
    let by_id = sim.get(EVA, &format!("{list}&mentionedPeople={}", sim.id(EVA))).await;
    assert_eq!(by_id.items().len(), 1);
    sim.get(EVA, &format!("{list}&mentionedPeople={}", sim.id(ADA))).await.refused(400);
    assert_eq!(sim.get(ADA, &list).await.items().len(), 3, "a person sees all");
    assert_eq!(sim.get(EVA, &format!("/v1/memberships?roomId={room}")).await.items().len(), 3);
    assert_eq!(sim.get(EVA, &format!("/v1/rooms/{room}")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_edit_can_bring_a_mention() {
    let (sim, room) = world().await;
    let sent = sim.say(ADA, json!({"roomId": room, "text": "hi"})).await;
    let edit = json!({"roomId": room, "markdown": format!("<@personEmail:{EVA}> hi")});
    sim.put(ADA, &path(&sent), edit).await;
    let list = sim.get(EVA, &format!("/v1/messages?roomId={room}&mentionedPeople=me")).await;
    assert_eq!(list.each("id"), [sent["id"].as_str().unwrap()]);
    sim.put(ADA, &path(&sent), json!({"roomId": room, "text": "hi"})).await;
    let list = sim.get(EVA, &format!("/v1/messages?roomId={room}&mentionedPeople=me")).await;
    assert!(list.items().is_empty(), "and take it away");
}

#[tokio::test(start_paused = true)]
async fn whether_all_means_bots_is_a_switch() {
    let (sim, room) = world().await;
    let sent = sim.say(ADA, json!({"roomId": room, "markdown": "<@all> hi"})).await;
    sim.get(EVA, &path(&sent)).await.refused(404);
    sim.switch(json!({"all_mentions_bots": true})).await;
    assert_eq!(sim.get(EVA, &path(&sent)).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn in_a_direct_room_everything() {
    let (sim, _) = world().await;
    let sent = sim.direct(ADA, EVA, "no mention needed").await;
    assert_eq!(sim.get(EVA, &path(&sent)).await.status, 200);
    let list = sim.get(EVA, &format!("/v1/messages?roomId={}", sent["roomId"].as_str().unwrap())).await;
    assert_eq!(list.items().len(), 1);
    assert_eq!(sim.direct(EVA, BRUNO, "a bot may begin").await["roomType"], "direct");
}

#[tokio::test(start_paused = true)]
async fn bots_and_bots() {
    let (mut sim, _) = world().await;
    sim.bot("Farid Haddad", "farid@webex.bot").await;
    let message = json!({"toPersonEmail": "farid@webex.bot", "text": "x"});
    sim.post(EVA, "/v1/messages", message.clone()).await.refused(403);
    sim.switch(json!({"bots_talk_to_bots": true})).await;
    sim.say(EVA, message).await;
}
