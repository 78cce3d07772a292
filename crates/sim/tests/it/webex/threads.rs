//! Replies: one level deep.

use serde_json::json;

use super::{ADA, BRUNO, Sim};

#[tokio::test(start_paused = true)]
async fn a_reply_has_a_top_level_parent_of_the_same_room() {
    let sim = Sim::new().await;
    let parent = sim.direct(ADA, BRUNO, "parent").await;
    let reply =
        sim.say(BRUNO, json!({"roomId": parent["roomId"], "text": "reply", "parentId": parent["id"]})).await;
    assert_eq!(reply["parentId"], parent["id"]);
    let again = json!({"roomId": parent["roomId"], "text": "x", "parentId": reply["id"]});
    let refused = sim.post(ADA, "/v1/messages", again).await;
    assert_eq!(
        refused.refused(400),
        "Cannot reply to a reply. The parent must be the first message of a thread."
    );
    let elsewhere = sim.group(&[ADA]).await;
    let foreign = json!({"roomId": elsewhere, "text": "x", "parentId": parent["id"]});
    sim.post(ADA, "/v1/messages", foreign).await.refused(404);
}

#[tokio::test(start_paused = true)]
async fn threads_are_listed_by_parent_and_outlive_it() {
    let sim = Sim::new().await;
    let parent = sim.direct(ADA, BRUNO, "parent").await;
    let (room, id) = (parent["roomId"].as_str().unwrap(), parent["id"].as_str().unwrap());
    sim.direct(ADA, BRUNO, "other").await;
    for n in 0..3 {
        sim.say(BRUNO, json!({"toPersonEmail": ADA, "text": n.to_string(), "parentId": id})).await;
    }
    let list = format!("/v1/messages?roomId={room}");
    assert_eq!(sim.get(ADA, &list).await.each("text"), ["2", "1", "0", "other", "parent"]);
    let thread = format!("{list}&parentId={id}");
    let first = sim.get(ADA, &format!("{thread}&max=2")).await;
    assert_eq!(first.each("text"), ["2", "1"]);
    assert_eq!(sim.get(ADA, &first.next().unwrap()).await.each("text"), ["0"]);
    let direct = format!("/v1/messages/direct?personEmail={BRUNO}&parentId={id}");
    assert_eq!(sim.get(ADA, &direct).await.items().len(), 3);
    sim.delete(ADA, &format!("/v1/messages/{id}")).await;
    let left = sim.get(ADA, &thread).await;
    assert_eq!(left.items().len(), 3);
    assert_eq!(left.items()[0]["parentId"], id, "it points to what is gone");
    sim.get(ADA, &format!("/v1/messages/{id}")).await.refused(404);
}
