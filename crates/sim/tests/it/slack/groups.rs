//! Direct messages of several: who they are between, what cannot be changed about them, and who hears of them.

use serde_json::json;

use super::{ADA, BRUNO, CHIARA, INES, Sim};

const BOT: &str =
    "chat:write,groups:history,groups:read,groups:write,im:write,mpim:history,mpim:read,mpim:write";

#[tokio::test(start_paused = true)]
async fn the_same_people_always_have_the_same_ones() {
    let sim = Sim::new().await;
    let few = format!("{},{}", sim.id(BRUNO), sim.id(CHIARA));
    let none = json!({"users": few, "prevent_creation": true});
    assert_eq!(sim.call(ADA, "conversations.open", none.clone()).await.refused(), "channel_not_found");
    let first = sim.call(ADA, "conversations.open", json!({"users": few, "return_im": true})).await;
    let group = &first.ok()["channel"];
    assert_eq!(
        (&group["is_mpim"], &group["is_private"], &group["is_im"]),
        (&json!(true), &json!(true), &json!(false))
    );
    assert!(group["name"].as_str().unwrap().starts_with("mpdm-"), "{group}");
    assert!(first.body.get("already_open").is_none());
    let id = group["id"].as_str().unwrap();
    // Whoever of them asks, in whatever order, oneself among them or not.
    let back = format!("{},{},{}", sim.id(CHIARA), sim.id(BRUNO), sim.id(ADA));
    let again = sim.call(BRUNO, "conversations.open", json!({"users": back})).await;
    assert_eq!((&again.ok()["channel"]["id"], &again.body["already_open"]), (&json!(id), &json!(true)));
    assert_eq!(sim.call(ADA, "conversations.open", none).await.ok()["channel"]["id"], id);
    let more = sim.call(ADA, "conversations.open", json!({"users": format!("{few},{}", sim.id(INES))})).await;
    assert_ne!(more.ok()["channel"]["id"], id);
    let members = sim.call(CHIARA, "conversations.members", json!({"channel": id})).await;
    assert_eq!(members.ok()["members"].as_array().unwrap().len(), 3);
    assert_eq!(
        sim.call(INES, "conversations.info", json!({"channel": id})).await.refused(),
        "channel_not_found"
    );
    let listed = sim.call(ADA, "users.conversations", json!({"types": "mpim"})).await;
    assert_eq!(listed.list("channels").len(), 2);
    let seen = sim.control("GET", &format!("/_sim/conversations?person={ADA}"), None).await.body;
    let seen = seen["items"].as_array().unwrap().iter().find(|one| one["channel"] == id).unwrap();
    assert_eq!((&seen["type"], seen["members"].as_array().unwrap().len()), (&json!("mpim"), 3));
}

#[tokio::test(start_paused = true)]
async fn nobody_comes_or_goes_and_nothing_is_named() {
    let sim = Sim::new().await;
    let few = format!("{},{}", sim.id(BRUNO), sim.id(CHIARA));
    let opened = sim.call(ADA, "conversations.open", json!({"users": few})).await;
    let id = opened.ok()["channel"]["id"].as_str().unwrap();
    for (method, arguments) in [
        ("conversations.invite", json!({"channel": id, "users": sim.id(INES)})),
        ("conversations.kick", json!({"channel": id, "user": sim.id(BRUNO)})),
        ("conversations.leave", json!({"channel": id})),
        ("conversations.rename", json!({"channel": id, "name": "plans"})),
    ] {
        let refused = sim.call(ADA, method, arguments).await;
        assert_eq!(refused.refused(), "method_not_supported_for_channel_type", "{method}");
    }
    for (users, error) in [
        (format!("{},{}", sim.id(ADA), sim.id(BRUNO)), "invalid_user_combination"),
        (format!("{few},U0NOBODY"), "user_not_found"),
    ] {
        assert_eq!(sim.call(ADA, "conversations.open", json!({"users": users})).await.refused(), error);
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_hears_of_those_that_its_bot_is_in() {
    let sim = Sim::new().await;
    let events = ["message.mpim", "member_joined_channel", "member_left_channel"];
    let app = sim.app(json!({"bot_events": events})).await;
    let receiver = sim.receiver(&app).await;
    let installed = sim.install(&app, ADA, BOT, "").await;
    let (bot, me) = (installed["access_token"].as_str().unwrap(), installed["bot_user_id"].as_str().unwrap());
    let few = format!("{},{}", sim.id(BRUNO), sim.id(CHIARA));
    let without = sim.call(ADA, "conversations.open", json!({"users": few})).await;
    sim.say(ADA, without.ok()["channel"]["id"].as_str().unwrap(), "among us").await;
    let with = sim.call(bot, "conversations.open", json!({"users": few})).await;
    let id = with.ok()["channel"]["id"].as_str().unwrap();
    let said = sim.say(BRUNO, id, "to all of us").await;
    let heard = receiver.events(4).await;
    let joined: Vec<_> = heard.iter().filter(|event| event["type"] == "member_joined_channel").collect();
    assert!(joined.iter().all(|event| event["channel"] == id && event["channel_type"] == "G"), "{joined:?}");
    assert!(joined.iter().any(|event| event["user"] == me), "{joined:?}");
    let message = heard.iter().find(|event| event["type"] == "message").unwrap();
    assert_eq!((&message["ts"], &message["channel_type"]), (&said["ts"], &json!("mpim")));
    receiver.forget();
    // Of a private channel, those who stay are told who left.
    let made = sim.call(bot, "conversations.create", json!({"name": "plans", "is_private": true})).await;
    let channel = made.ok()["channel"]["id"].as_str().unwrap();
    sim.call(bot, "conversations.invite", json!({"channel": channel, "users": sim.id(BRUNO)})).await.ok();
    sim.call(bot, "conversations.kick", json!({"channel": channel, "user": sim.id(BRUNO)})).await.ok();
    let mut heard = receiver.events(3).await;
    heard.retain(|event| event["user"] == sim.id(BRUNO));
    let kinds: Vec<_> = heard.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["member_joined_channel", "member_left_channel"]);
    assert_eq!(heard[0]["inviter"], me);
}
