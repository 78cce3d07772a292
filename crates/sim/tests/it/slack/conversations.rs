//! Direct messages: opening, listing, and who sees them.

use serde_json::json;

use super::{ADA, BRUNO, CHIARA, Sim, USER_SCOPES};

#[tokio::test(start_paused = true)]
async fn opening_is_idempotent_from_both_sides() {
    let sim = Sim::new().await;
    let first = sim.call(ADA, "conversations.open", json!({"users": sim.id(BRUNO)})).await;
    assert!(first.ok().get("already_open").is_none());
    let again = sim.json(BRUNO, "conversations.open", json!({"users": sim.id(ADA), "return_im": true})).await;
    assert_eq!((&again.ok()["already_open"], &again.body["no_op"]), (&json!(true), &json!(true)));
    let im = &again.body["channel"];
    assert_eq!(im["id"], first.body["channel"]["id"]);
    assert_eq!(
        (&im["is_im"], &im["user"]),
        (&json!(true), &json!(sim.id(ADA))),
        "the other one, as Bruno sees it"
    );
    let resumed = sim.call(ADA, "conversations.open", json!({"channel": im["id"]})).await;
    assert_eq!(resumed.ok()["no_op"], true);
    let alone =
        sim.call(ADA, "conversations.open", json!({"users": sim.id(ADA)})).await.ok()["channel"].clone();
    assert_ne!(alone["id"], im["id"]);
    let refusals = [
        (json!({}), "users_list_not_supplied"),
        (json!({"users": ","}), "not_enough_users"),
        (json!({"users": "U0NOBODY"}), "user_not_found"),
        (json!({"users": "U1,U2,U3,U4,U5,U6,U7,U8,U9"}), "too_many_users"),
        (json!({"users": sim.id(CHIARA), "prevent_creation": true}), "channel_not_found"),
        (json!({"channel": "D0NONE"}), "channel_not_found"),
    ];
    for (arguments, error) in refusals {
        assert_eq!(sim.call(ADA, "conversations.open", arguments).await.refused(), error);
    }
    sim.call(ADA, "conversations.close", json!({"channel": im["id"]})).await.ok();
}

#[tokio::test(start_paused = true)]
async fn a_bot_has_its_own_direct_messages_and_sees_no_others() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let bot = sim.bot(&app).await;
    let me = sim.call(&bot, "auth.test", json!({})).await.body["user_id"].clone();
    let between = sim.direct(ADA, BRUNO).await;
    let own = sim.call(&bot, "conversations.open", json!({"users": sim.id(ADA)})).await;
    let own = own.ok()["channel"]["id"].as_str().unwrap();
    for (method, arguments) in [
        ("conversations.info", json!({"channel": between})),
        ("conversations.history", json!({"channel": between})),
        ("conversations.members", json!({"channel": between})),
        ("chat.postMessage", json!({"channel": between, "text": "x"})),
    ] {
        assert_eq!(sim.call(&bot, method, arguments).await.refused(), "channel_not_found", "{method}");
    }
    let listed = sim.call(&bot, "conversations.list", json!({"types": "im"})).await;
    assert_eq!(listed.each("channels", "id"), [own]);
    let members = sim.call(&bot, "conversations.members", json!({"channel": own})).await;
    assert_eq!(members.ok()["members"], json!([me, sim.id(ADA)]));
    let other = sim.app(json!({"name": "Other"})).await;
    let other = sim.bot(&other).await;
    let other = sim.call(&other, "auth.test", json!({})).await.body["user_id"].clone();
    let both = sim.call(&bot, "conversations.open", json!({"users": other})).await;
    assert_eq!(both.refused(), "invalid_user_combination");
}

#[tokio::test(start_paused = true)]
async fn a_persons_token_sees_what_the_person_sees() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let ada = sim.linked(&app, ADA).await;
    let channel = sim.direct(BRUNO, ADA).await;
    sim.direct(ADA, CHIARA).await;
    let said = sim.say(BRUNO, &channel, "seen?").await;
    let info =
        sim.call(&ada, "conversations.info", json!({"channel": channel, "include_num_members": true})).await;
    let im = &info.ok()["channel"];
    assert_eq!((&im["user"], &im["num_members"]), (&json!(sim.id(BRUNO)), &json!(2)));
    assert_eq!(im["latest"]["ts"], said["ts"]);
    let first = sim.call(&ada, "conversations.list", json!({"types": "im", "limit": 1})).await;
    let cursor = first.next();
    assert!(!cursor.is_empty());
    let second =
        sim.call(&ada, "conversations.list", json!({"types": "im", "limit": 1, "cursor": cursor})).await;
    assert_eq!((first.list("channels").len(), second.list("channels").len(), second.next()), (1, 1, ""));
    let shared = json!({"types": "im", "user": sim.id(BRUNO)});
    assert_eq!(
        sim.call(&ada, "users.conversations", shared).await.each("channels", "id"),
        [channel.as_str()]
    );
    sim.call(&ada, "conversations.mark", json!({"channel": channel, "ts": said["ts"]})).await.ok();
    let info = sim.call(&ada, "conversations.info", json!({"channel": channel})).await;
    assert_eq!(info.ok()["channel"]["last_read"], said["ts"]);
    let outside = sim.call(CHIARA, "conversations.info", json!({"channel": channel})).await;
    assert_eq!(outside.refused(), "channel_not_found");
}

#[tokio::test(start_paused = true)]
async fn every_sort_of_conversation_has_scopes_of_its_own() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let token = sim.install(&app, ADA, "", "channels:read,im:write,chat:write").await;
    let token = token["authed_user"]["access_token"].as_str().unwrap().to_owned();
    let channel = sim.direct(ADA, BRUNO).await;
    let missing = sim.call(&token, "conversations.info", json!({"channel": channel})).await;
    assert_eq!((missing.refused(), &missing.body["needed"]), ("missing_scope", &json!("im:read")));
    let missing = sim.call(&token, "conversations.history", json!({"channel": channel})).await;
    let any = "channels:history,groups:history,mpim:history,im:history";
    assert_eq!((missing.refused(), &missing.body["needed"]), ("missing_scope", &json!(any)));
    assert_eq!(
        sim.call(&token, "conversations.list", json!({"types": "im"})).await.refused(),
        "missing_scope"
    );
    assert!(
        sim.call(&token, "conversations.list", json!({})).await.list("channels").is_empty(),
        "no channels here"
    );
    assert_eq!(
        sim.call(&token, "conversations.list", json!({"types": "dm"})).await.refused(),
        "invalid_types"
    );
    let group = json!({"users": format!("{},{}", sim.id(BRUNO), sim.id(CHIARA))});
    let missing = sim.call(&token, "conversations.open", group).await;
    assert_eq!((missing.refused(), &missing.body["needed"]), ("missing_scope", &json!("mpim:write")));
    assert!(!USER_SCOPES.contains("mpim"));
}
