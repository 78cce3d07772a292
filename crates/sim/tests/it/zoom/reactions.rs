//! Reactions: how they are written, who is told.

use entente_sim::zoom::Kind;
use serde_json::json;

use super::{ADA, BRUNO, EVA, Sim};

const SEND: &str = "/v2/chat/users/me/messages";
const TOLD: [&str; 2] = ["team_chat.dm_reaction_added", "team_chat.dm_reaction_removed"];

#[tokio::test(start_paused = true)]
async fn a_reaction_is_its_makers_and_told_in_three_shapes() {
    let sim = Sim::new().await;
    let id = sim.direct(ADA, BRUNO, "lunch?").await;
    let path = format!("{SEND}/{id}/emoji_reactions");
    let with =
        |action: &str, emoji: &str, to: &str| json!({"action": action, "emoji": emoji, "to_contact": to});
    let thumb = "U+1F44D";
    assert_eq!(sim.patch(BRUNO, &path, with("add", thumb, ADA)).await.status, 204);
    assert_eq!(sim.patch(ADA, &path, with("add", thumb, BRUNO)).await.status, 204);
    assert_eq!(sim.patch(ADA, &path, with("add", "U+1F1F3-U+1F1F4", BRUNO)).await.status, 204);
    // Nothing says what the same again answers.
    assert_eq!(sim.patch(ADA, &path, with("add", thumb, BRUNO)).await.status, 204);
    sim.switch(json!({"same_reaction_refused": true})).await;
    sim.patch(ADA, &path, with("add", thumb, BRUNO)).await.refused(400, 300);
    sim.patch(ADA, &path, with("toggle", thumb, BRUNO)).await.refused(400, 300);
    sim.patch(ADA, &path, with("add", "👍", BRUNO)).await.refused(400, 300);
    sim.patch(EVA, &path, with("add", thumb, ADA)).await.refused(400, 300);
    let listed = sim.history(BRUNO, ADA).await;
    let sender = |who| json!({"user_id": sim.id(who), "member_id": sim.member(who)});
    let expected = json!([
        {"emoji": thumb, "total_count": 2, "senders": [sender(BRUNO), sender(ADA)]},
        {"emoji": "U+1F1F3-U+1F1F4", "total_count": 1, "senders": [sender(ADA)]},
    ]);
    assert_eq!(listed[0]["reactions"], expected);
    let one = sim.get(BRUNO, &format!("{SEND}/{id}?to_contact={ADA}")).await.body;
    let ids = [sim.id(BRUNO), sim.id(ADA)];
    let members = [sim.member(BRUNO), sim.member(ADA)];
    let shape = json!({"emoji": thumb, "total_count": 2, "user_ids": ids, "member_ids": members});
    assert_eq!(one["reactions"][0], shape);
    assert_eq!(sim.patch(ADA, &path, with("remove", thumb, BRUNO)).await.status, 204);
    let listed = sim.history(BRUNO, ADA).await;
    assert_eq!(listed[0]["reactions"][0]["senders"], json!([sender(BRUNO)]));
    sim.delete(ADA, &format!("{SEND}/{id}?to_contact={BRUNO}")).await;
    assert_eq!(sim.patch(BRUNO, &path, with("add", thumb, ADA)).await.status / 100, 4, "it is gone");
}

#[tokio::test(start_paused = true)]
async fn only_where_the_message_was_received_is_it_told() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let receiver = sim.receiver(&app);
    sim.authorize(&app, ADA).await;
    sim.hook(&app, &TOLD).await;
    let to_bruno = sim.direct(ADA, BRUNO, "not told").await;
    let to_ada = sim.direct(BRUNO, ADA, "told").await;
    for action in ["add", "remove"] {
        for (who, message, to) in [(BRUNO, &to_bruno, ADA), (BRUNO, &to_ada, ADA)] {
            let reaction = json!({"action": action, "emoji": "U+1F44D", "to_contact": to});
            assert_eq!(
                sim.patch(who, &format!("{SEND}/{message}/emoji_reactions"), reaction).await.status,
                204
            );
        }
    }
    for (body, event) in receiver.bodies(2).await.iter().zip(TOLD) {
        assert_eq!((&body["event"], &body["payload"]["operator"]), (&json!(event), &json!(BRUNO)));
        let object = &body["payload"]["object"];
        assert_eq!(
            (&object["msg_id"], &object["emoji"], &object["contact_id"]),
            (&json!(to_ada.to_uppercase()), &json!("U+1f44d"), &json!(sim.id(ADA)))
        );
        assert!(object.get("message_id").is_none() && object.get("message").is_none(), "{object}");
    }
}
