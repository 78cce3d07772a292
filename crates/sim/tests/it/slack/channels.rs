//! Channels themselves: what they are called, what they are about, whether they are there, and what is told of that.

use serde_json::json;

use super::{ADA, BRUNO, INES, Sim};

const SCOPES: &str = "channels:read,channels:history,channels:manage,chat:write";

#[tokio::test(start_paused = true)]
async fn a_channel_is_renamed_by_whoever_made_it_and_anybody_says_what_it_is_about() {
    let sim = Sim::new().await;
    let made = sim.json(ADA, "conversations.create", json!({"name": "launch"})).await;
    let id = made.ok()["channel"]["id"].as_str().unwrap().to_owned();
    sim.json(ADA, "conversations.create", json!({"name": "taken"})).await.ok();
    sim.json(ADA, "conversations.invite", json!({"channel": id, "users": sim.id(BRUNO)})).await.ok();
    for (who, name, error) in [
        (BRUNO, "landing", "not_authorized"),
        (ADA, "taken", "name_taken"),
        (ADA, "Landing", "invalid_name_specials"),
        (ADA, "", "invalid_name_required"),
        (INES, "landing", "not_in_channel"),
    ] {
        let renamed = sim.json(who, "conversations.rename", json!({"channel": id, "name": name})).await;
        assert_eq!(renamed.refused(), error, "{name}");
    }
    let renamed = sim.json(ADA, "conversations.rename", json!({"channel": id, "name": "landing"})).await;
    assert_eq!(renamed.ok()["channel"]["name"], "landing");
    let long = json!({"channel": id, "topic": "x".repeat(251)});
    assert_eq!(sim.json(BRUNO, "conversations.setTopic", long).await.refused(), "too_long");
    let about = json!({"channel": id, "topic": "the launch"});
    let set = sim.json(BRUNO, "conversations.setTopic", about).await;
    let topic = &set.ok()["channel"]["topic"];
    assert_eq!((&topic["value"], &topic["creator"]), (&json!("the launch"), &json!(sim.id(BRUNO))));

    let here = || json!({"channel": id});
    assert_eq!(sim.json(ADA, "conversations.unarchive", here()).await.refused(), "not_archived");
    sim.json(ADA, "conversations.archive", here()).await.ok();
    let renamed = sim.json(ADA, "conversations.rename", json!({"channel": id, "name": "again"})).await;
    assert_eq!(renamed.refused(), "is_archived");
    sim.json(ADA, "conversations.unarchive", here()).await.ok();
    let info = sim.call(ADA, "conversations.info", here()).await;
    assert_eq!(info.ok()["channel"]["is_archived"], false);
}

#[tokio::test(start_paused = true)]
async fn what_becomes_of_a_channel_is_told_and_written_in_it() {
    let sim = Sim::new().await;
    let events = ["message.channels", "channel_rename", "channel_archive", "channel_unarchive"];
    let app = sim.app(json!({"bot_events": events})).await;
    let installed = sim.install(&app, INES, SCOPES, "").await;
    let bot = installed["bot_user_id"].as_str().unwrap().to_owned();
    let receiver = sim.receiver(&app).await;
    let made = sim.json(ADA, "conversations.create", json!({"name": "launch"})).await;
    let id = made.ok()["channel"]["id"].as_str().unwrap().to_owned();
    sim.json(ADA, "conversations.invite", json!({"channel": id, "users": bot})).await.ok();
    sim.json(ADA, "conversations.rename", json!({"channel": id, "name": "landing"})).await.ok();
    sim.json(ADA, "conversations.setTopic", json!({"channel": id, "topic": "soon"})).await.ok();
    sim.json(ADA, "conversations.archive", json!({"channel": id})).await.ok();
    let told = receiver.events(5).await;
    let find = |kind: &str, subtype: Option<&str>| {
        let found = told.iter().find(|event| event["type"] == kind && event["subtype"].as_str() == subtype);
        found.unwrap_or_else(|| panic!("no {kind} {subtype:?} in {told:?}"))
    };
    let renamed = &find("channel_rename", None)["channel"];
    assert_eq!((&renamed["id"], &renamed["name"]), (&json!(id), &json!("landing")));
    assert_eq!(find("message", Some("channel_name"))["name"], "landing");
    assert_eq!(find("message", Some("channel_topic"))["topic"], "soon");
    let archived = find("channel_archive", None);
    assert_eq!((&archived["channel"], &archived["user"]), (&json!(id), &json!(sim.id(ADA))));
    assert_eq!(find("message", Some("channel_archive"))["channel"], json!(id));
}
