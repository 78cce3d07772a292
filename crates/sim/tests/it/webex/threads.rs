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

#[tokio::test(start_paused = true)]
async fn whether_replies_go_with_their_parent_is_a_switch() {
    for (stay, left) in [(true, vec!["2", "1", "other"]), (false, vec!["other"])] {
        let sim = Sim::new().await;
        sim.switch(json!({"replies_outlive_parent": stay})).await;
        let receiver = sim.receiver();
        sim.hook(ADA, "messages", "deleted").await;
        let parent = sim.direct(ADA, BRUNO, "parent").await;
        sim.direct(ADA, BRUNO, "other").await;
        let mut replies = Vec::new();
        for (who, to, text) in [(ADA, BRUNO, "0"), (BRUNO, ADA, "1"), (ADA, BRUNO, "2")] {
            let reply = json!({"toPersonEmail": to, "text": text, "parentId": parent["id"]});
            replies.push(sim.say(who, reply).await["id"].clone());
        }
        let path = |id: &serde_json::Value| format!("/v1/messages/{}", id.as_str().unwrap());
        sim.delete(ADA, &path(&replies[0])).await;
        assert_eq!(sim.delete(ADA, &path(&parent["id"])).await.status, 204);
        let room = format!("/v1/messages?roomId={}", parent["roomId"].as_str().unwrap());
        assert_eq!(sim.get(BRUNO, &room).await.each("text"), left);
        let mut gone = vec![&replies[0], &parent["id"]];
        gone.extend(replies[1..].iter().filter(|_| !stay));
        let heard = receiver.bodies(gone.len()).await;
        assert_eq!(heard.iter().map(|body| &body["data"]["id"]).collect::<Vec<_>>(), gone);
        let entries = sim.webex.ledger().read(0, 1000);
        let last = entries.iter().rfind(|entry| entry.change["kind"] == "message.deleted").unwrap();
        assert_eq!(last.change["replies"], json!(if stay { &[][..] } else { &replies[1..] }));
    }
}
