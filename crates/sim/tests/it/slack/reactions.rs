//! Reactions: whose they are, what they are called, what is told of them.

use serde_json::{Value, json};

use super::{ADA, BRUNO, Sim, USER_SCOPES};

#[tokio::test(start_paused = true)]
async fn a_reaction_is_its_makers_and_stands_once() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let channel = sim.direct(ADA, BRUNO).await;
    let said = sim.say(ADA, &channel, "lunch?").await;
    let with = |name: &str| json!({"channel": channel, "timestamp": said["ts"], "name": name});
    sim.json(BRUNO, "reactions.add", with("+1")).await.ok();
    sim.json(ADA, "reactions.add", with("+1")).await.ok();
    sim.json(BRUNO, "reactions.add", with("wave::skin-tone-3")).await.ok();
    assert_eq!(sim.json(BRUNO, "reactions.add", with("+1")).await.refused(), "already_reacted");
    assert_eq!(sim.json(ADA, "reactions.remove", with("wave::skin-tone-3")).await.refused(), "no_reaction");
    for unknown in ["👍", "thumbs up", "no-such-name", "+1::skin-tone-9"] {
        assert_eq!(
            sim.json(ADA, "reactions.add", with(unknown)).await.refused(),
            "invalid_name",
            "{unknown}"
        );
    }
    let of = json!({"channel": channel, "timestamp": said["ts"]});
    let read = sim.call(ADA, "reactions.get", of).await;
    let (ada, bruno) = (sim.id(ADA), sim.id(BRUNO));
    let expected = json!([{"name": "+1", "count": 2, "users": [bruno, ada]},
                          {"name": "wave::skin-tone-3", "count": 1, "users": [bruno]}]);
    assert_eq!(read.ok()["message"]["reactions"], expected);
    assert!(read.body["message"].get("edited").is_none(), "a reaction is no edit");
    let history = sim.call(ADA, "conversations.history", json!({"channel": channel})).await;
    assert_eq!(history.list("messages")[0]["reactions"], expected);
    for name in ["+1", "wave::skin-tone-3"] {
        sim.json(BRUNO, "reactions.remove", with(name)).await.ok();
    }
    sim.json(ADA, "reactions.remove", with("+1")).await.ok();
    let history = sim.call(ADA, "conversations.history", json!({"channel": channel})).await;
    assert!(history.list("messages")[0].get("reactions").is_none());
    // Who did not grant it may not.
    sim.install(&app, ADA, "", USER_SCOPES).await;
    let granted = sim.linked(&app, BRUNO).await;
    assert_eq!(sim.json(&granted, "reactions.add", with("+1")).await.refused(), "missing_scope");
    let nowhere = json!({"channel": channel, "timestamp": "1600000000.000100", "name": "+1"});
    assert_eq!(sim.json(ADA, "reactions.add", nowhere).await.refused(), "message_not_found");
}

#[tokio::test(start_paused = true)]
async fn an_event_tells_the_conversation_inside_the_item() {
    let sim = Sim::new().await;
    let app = sim.app(json!({"user_events": ["reaction_added", "reaction_removed"]})).await;
    let receiver = sim.receiver(&app).await;
    sim.install(&app, ADA, "", &format!("{USER_SCOPES},reactions:read")).await;
    let channel = sim.direct(BRUNO, ADA).await;
    let said = sim.say(BRUNO, &channel, "lunch?").await;
    let with = json!({"channel": channel, "timestamp": said["ts"], "name": "heart"});
    sim.json(ADA, "reactions.add", with.clone()).await.ok();
    sim.json(ADA, "reactions.remove", with).await.ok();
    for (body, kind) in receiver.bodies(2).await.iter().zip(["reaction_added", "reaction_removed"]) {
        let expected = json!({
            "type": kind, "user": sim.id(ADA), "reaction": "heart", "item_user": sim.id(BRUNO),
            "item": {"type": "message", "channel": channel, "ts": said["ts"]},
            "event_ts": body["event"]["event_ts"],
        });
        assert_eq!(body["event"], expected);
        assert_eq!(body["event"].get("channel"), None::<&Value>);
        assert_eq!(body["authorizations"][0]["user_id"], sim.id(ADA));
    }
}
