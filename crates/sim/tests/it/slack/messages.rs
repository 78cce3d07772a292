//! Posting, changing, deleting.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ADA, BRUNO, CHIARA, Sim, quiet};

#[tokio::test(start_paused = true)]
async fn what_is_typed_has_a_client_id_and_no_app() {
    let sim = Sim::new().await;
    let channel = sim.direct(ADA, BRUNO).await;
    let said = sim.say(ADA, &channel, "hi *all* & https://x.example @here").await;
    assert_eq!(said["text"], "hi *all* &amp; <https://x.example> <!here>");
    assert_eq!((&said["user"], &said["team"]), (&json!(sim.id(ADA)), &json!(*sim.slack.team())));
    assert!(said["client_msg_id"].is_string());
    for absent in ["app_id", "bot_id", "bot_profile", "subtype", "edited", "thread_ts", "channel"] {
        assert!(said.get(absent).is_none(), "{absent}");
    }
    assert_eq!(
        said["blocks"][0]["elements"][0]["elements"],
        json!([{"type": "text", "text": "hi "}, {"type": "text", "text": "all", "style": {"bold": true}},
            {"type": "text", "text": " & "}, {"type": "link", "url": "https://x.example"},
            {"type": "text", "text": " "}, {"type": "broadcast", "range": "here"}])
    );
    let next = sim.say(ADA, &channel, "again").await;
    let ts = |message: &Value| message["ts"].as_str().unwrap().to_owned();
    assert_eq!((ts(&said).as_str(), ts(&next).as_str()), ("1767323045.678000", "1767323045.678001"));
}

#[tokio::test(start_paused = true)]
async fn what_comes_through_an_app_says_so_whoever_wrote_it() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let (ada, bot) = (sim.linked(&app, ADA).await, sim.bot(&app).await);
    let me = sim.call(&bot, "auth.test", json!({})).await.body;
    let channel = sim.direct(ADA, BRUNO).await;
    let said = sim.say(&ada, &channel, "as Ada @here").await;
    assert_eq!((&said["user"], &said["app_id"]), (&json!(sim.id(ADA)), &json!(app.id)));
    assert_eq!((&said["bot_id"], &said["bot_profile"]["app_id"]), (&me["bot_id"], &json!(app.id)));
    assert!(said.get("client_msg_id").is_none());
    assert_eq!(said["text"], "as Ada @here", "names count for people who type");
    sim.switch(json!({"user_posts_carry_bot_id": false})).await;
    assert!(sim.say(&ada, &channel, "x").await.get("bot_id").is_none());
    // To a user: the direct messages are opened.
    let reply =
        sim.json(&bot, "chat.postMessage", json!({"channel": sim.id(ADA), "text": "from the app"})).await;
    let opened = reply.ok()["channel"].as_str().unwrap();
    assert!(opened.starts_with('D'));
    assert_eq!(reply.body["message"]["user"], me["user_id"]);
    assert_eq!(reply.body["message"].get("subtype"), None);
    let custom = json!({"channel": opened, "text": "x", "username": "Bob (Webex)", "icon_emoji": ":wave:"});
    let custom = sim.post(&bot, custom).await;
    assert_eq!((&custom["subtype"], &custom["username"]), (&json!("bot_message"), &json!("Bob (Webex)")));
    assert_eq!((custom.get("user"), &custom["icons"]), (None, &json!({"emoji": ":wave:"})));
    let passed_over = sim.post(&ada, json!({"channel": channel, "text": "x", "username": "Eve"})).await;
    assert!(passed_over.get("username").is_none());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_posted() {
    let sim = Sim::new().await;
    let channel = sim.direct(ADA, BRUNO).await;
    let cases = [
        (json!({"text": "x"}), "invalid_arguments"),
        (json!({"channel": channel}), "no_text"),
        (json!({"channel": channel, "text": " \n"}), "no_text"),
        (json!({"channel": channel, "blocks": []}), "no_text"),
        (json!({"channel": "C0GENERAL", "text": "x"}), "channel_not_found"),
        (json!({"channel": "U0NOBODY", "text": "x"}), "channel_not_found"),
        (json!({"channel": channel, "text": 5}), "invalid_arguments"),
        (json!({"channel": channel, "text": "x", "markdown_text": "y"}), "markdown_text_conflict"),
        (json!({"channel": channel, "markdown_text": "y".repeat(12_001)}), "msg_too_long"),
        (json!({"channel": channel, "attachments": vec![json!({}); 101]}), "too_many_attachments"),
        (json!({"channel": channel, "attachments": {}}), "invalid_attachments"),
        (
            json!({"channel": channel, "text": "x", "metadata": {"event_type": "a"}}),
            "invalid_metadata_format",
        ),
    ];
    for (arguments, error) in cases {
        let reply = sim.json(ADA, "chat.postMessage", arguments).await;
        assert_eq!(reply.refused(), error, "{}", reply.text);
    }
    assert_eq!(
        sim.json(CHIARA, "chat.postMessage", json!({"channel": channel, "text": "x"})).await.refused(),
        "channel_not_found"
    );
    let history = sim.call(ADA, "conversations.history", json!({"channel": channel})).await;
    assert!(history.list("messages").is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_apps_direct_messages_can_be_read_only() {
    let sim = Sim::new().await;
    let app = sim.app(json!({"messages_tab": false})).await;
    let bot = sim.bot(&app).await;
    let post = json!({"channel": sim.id(ADA), "text": "x"});
    assert_eq!(sim.json(&bot, "chat.postMessage", post).await.refused(), "messages_tab_disabled");
}

#[tokio::test(start_paused = true)]
async fn long_text_is_split_cut_or_refused() {
    let sim = Sim::new().await;
    let channel = sim.direct(ADA, BRUNO).await;
    let words = "word ".repeat(2000);
    let first = sim.say(ADA, &channel, words.trim()).await;
    assert!(first["text"].as_str().unwrap().chars().count() <= 4_046);
    let history = sim.call(ADA, "conversations.history", json!({"channel": channel})).await;
    let mut parts = history.each("messages", "text");
    parts.reverse();
    assert_eq!((parts.len(), parts.join(" ")), (3, words.trim().to_owned()));
    assert_eq!(history.list("messages")[2]["ts"], first["ts"], "the first one is answered");
    sim.switch(json!({"text_split_at": null})).await;
    let long = "a".repeat(40_001);
    let cut = sim.json(ADA, "chat.postMessage", json!({"channel": channel, "text": long})).await;
    assert_eq!(cut.ok()["warning"], "message_truncated");
    assert_eq!(cut.body["message"]["text"].as_str().unwrap().len(), 40_000);
    sim.switch(json!({"overlong_text_refused": true})).await;
    let refused = sim.json(ADA, "chat.postMessage", json!({"channel": channel, "text": long})).await;
    assert_eq!(refused.refused(), "msg_too_long");
}

#[tokio::test(start_paused = true)]
async fn only_ones_own_is_changed_and_deleted() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let (ada, bruno, bot) = (sim.linked(&app, ADA).await, sim.linked(&app, BRUNO).await, sim.bot(&app).await);
    let channel = sim.direct(ADA, BRUNO).await;
    let typed = sim.say(ADA, &channel, "typed").await;
    let through = sim.say(&ada, &channel, "through the app").await;
    let change = |ts: &Value, text: &str| json!({"channel": channel, "ts": ts, "text": text});
    for ts in [&typed["ts"], &through["ts"]] {
        assert_eq!(sim.json(&bruno, "chat.update", change(ts, "no")).await.refused(), "cant_update_message");
        let delete = json!({"channel": channel, "ts": ts});
        assert_eq!(sim.json(&bruno, "chat.delete", delete.clone()).await.refused(), "cant_delete_message");
        assert_eq!(sim.json(&bot, "chat.delete", delete).await.refused(), "channel_not_found");
    }
    let changed = sim.json(&ada, "chat.update", change(&typed["ts"], "typed, then *changed*")).await;
    assert_eq!((&changed.ok()["text"], &changed.body["ts"]), (&json!("typed, then *changed*"), &typed["ts"]));
    assert_eq!(changed.body["message"]["edited"]["user"], sim.id(ADA));
    assert_eq!(changed.body["message"]["client_msg_id"], typed["client_msg_id"]);
    assert_eq!(changed.body["message"]["blocks"][0]["elements"][0]["elements"][1]["style"]["bold"], true);
    // The bot's own, which the person does not own though it is the same app.
    let own = sim.post(&bot, json!({"channel": sim.id(ADA), "text": "from the bot"})).await;
    let own_channel = sim.call(&bot, "conversations.list", json!({"types": "im"})).await;
    let own_channel = own_channel.each("channels", "id")[0].to_owned();
    let delete = json!({"channel": own_channel, "ts": own["ts"]});
    assert_eq!(sim.json(&ada, "chat.delete", delete.clone()).await.refused(), "cant_delete_message");
    sim.json(&bot, "chat.delete", delete.clone()).await.ok();
    assert_eq!(sim.json(&bot, "chat.delete", delete).await.refused(), "message_not_found");
    let malformed = change(&json!("1767323045.678"), "x");
    assert_eq!(sim.json(&ada, "chat.update", malformed).await.refused(), "message_not_found");
}

#[tokio::test(start_paused = true)]
async fn what_an_update_keeps_and_takes_away() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let ada = sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    let section = json!([{"type": "section", "text": {"type": "mrkdwn", "text": "in a block"}}]);
    let metadata = json!({"event_type": "bridge_origin", "event_payload": {"id": "1"}});
    let said = sim
        .post(
            &ada,
            json!({"channel": channel, "text": "fallback", "blocks": section,
        "attachments": [{"text": "attached"}], "metadata": metadata}),
        )
        .await;
    assert_eq!((&said["text"], &said["metadata"]), (&json!("fallback"), &metadata));
    let update = async |more: Value| {
        let mut arguments = json!({"channel": channel, "ts": said["ts"]});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sim.json(&ada, "chat.update", arguments).await
    };
    let with_blocks = update(json!({"blocks": section})).await.ok()["message"].clone();
    assert!(with_blocks.get("edited").is_none(), "blocks do not mark a message as edited");
    assert_eq!(with_blocks["attachments"], json!([{"text": "attached"}]));
    assert_eq!(with_blocks["text"], "fallback");
    let inlines = json!([{"type": "text", "text": "rich"}]);
    let section = json!({"type": "rich_text_section", "elements": inlines});
    let rich = update(json!({"blocks": [{"type": "rich_text", "elements": [section]}]})).await;
    assert_eq!(rich.ok()["text"], "rich");
    let with_text = update(json!({"text": "only text"})).await.ok()["message"].clone();
    assert_eq!(with_text["blocks"][0]["type"], "rich_text", "the old blocks are gone");
    assert!(with_text["edited"]["ts"].is_string());
    assert_eq!(with_text["metadata"], metadata);
    let without = update(json!({"text": "only text", "attachments": [], "metadata": {}})).await;
    assert_eq!(
        (without.body["message"].get("attachments"), without.body["message"].get("metadata")),
        (None, None)
    );
    assert_eq!(update(json!({})).await.refused(), "no_text");
    assert_eq!(update(json!({"text": "a".repeat(4_001)})).await.refused(), "msg_too_long");
    assert_eq!(
        update(json!({"text": "x", "reply_broadcast": true})).await.refused(),
        "cant_broadcast_message"
    );
    let typed = sim.say(ADA, &channel, "typed").await;
    let divider = json!([{"type": "divider"}]);
    let foreign = json!({"channel": channel, "ts": typed["ts"], "blocks": divider});
    assert_eq!(sim.json(&ada, "chat.update", foreign).await.refused(), "block_mismatch");
}

#[tokio::test(start_paused = true)]
async fn a_workspace_can_close_the_time_for_changes() {
    let sim = Sim::new().await;
    sim.switch(json!({"edit_window_seconds": 60, "people_may_delete": false})).await;
    let channel = sim.direct(ADA, BRUNO).await;
    let said = sim.say(ADA, &channel, "x").await;
    let change = json!({"channel": channel, "ts": said["ts"], "text": "y"});
    sim.json(ADA, "chat.update", change.clone()).await.ok();
    tokio::time::advance(Duration::from_secs(62)).await;
    assert_eq!(sim.json(ADA, "chat.update", change).await.refused(), "edit_window_closed");
    let delete = json!({"channel": channel, "ts": said["ts"]});
    assert_eq!(sim.json(ADA, "chat.delete", delete).await.refused(), "cant_delete_message");
}

#[tokio::test(start_paused = true)]
async fn a_message_has_an_address() {
    let sim = Sim::new().await;
    let channel = sim.direct(ADA, BRUNO).await;
    let root = sim.say(ADA, &channel, "root").await;
    let reply = sim.post(BRUNO, json!({"channel": channel, "text": "reply", "thread_ts": root["ts"]})).await;
    let link = async |ts: &Value| {
        let arguments = json!({"channel": channel, "message_ts": ts});
        sim.call(ADA, "chat.getPermalink", arguments).await.ok()["permalink"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        link(&root["ts"]).await,
        format!("https://acme.slack.com/archives/{channel}/p1767323045678000")
    );
    let expected = format!(
        "https://acme.slack.com/archives/{channel}/p1767323045678001?thread_ts=1767323045.678000&cid={channel}"
    );
    assert_eq!(link(&reply["ts"]).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_client_id_can_make_a_post_idempotent() {
    let mut switches = quiet();
    switches.client_msg_id_deduplicates = true;
    let sim = Sim::with(switches).await;
    let app = sim.app(json!({})).await;
    let ada = sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    let post =
        json!({"channel": channel, "text": "once", "client_msg_id": "7b0c8d3e-1f6a-4a7e-9c55-0d2f6a1b2c3d"});
    let first = sim.json(&ada, "chat.postMessage", post.clone()).await;
    let second = sim.json(&ada, "chat.postMessage", post).await;
    assert_eq!((&second.ok()["ts"], &second.body["is_duplicate"]), (&first.ok()["ts"], &json!(true)));
    let history = sim.call(&ada, "conversations.history", json!({"channel": channel})).await;
    assert_eq!(history.list("messages").len(), 1);
}
