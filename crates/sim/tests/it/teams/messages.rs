//! Messages: sending, changing, deleting, reading.

use std::time::Duration;

use serde_json::{Value, json};

use super::world::{Reply, Who, World, html, plain};

async fn setting() -> (World, Who, Who, String) {
    let world = World::new();
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = world.pair(&ada, &eva).await;
    (world, ada, eva, chat)
}

fn contents(reply: &Reply) -> Vec<String> {
    let items = reply.json["value"].as_array().unwrap();
    items.iter().map(|one| one["body"]["content"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_message_comes_back_whole_and_ids_rise_within_a_millisecond() {
    let (world, ada, eva, chat) = setting().await;
    let first = world.say(&chat, &ada.token, "a < b & \"c\"\nd").await.expect(201).json;
    assert_eq!(first["id"], "1767607200000");
    assert_eq!(first["body"], json!({"contentType": "text", "content": "a < b & \"c\"\nd"}));
    assert_eq!(first["etag"], first["id"]);
    assert_eq!(first["createdDateTime"], "2026-01-05T10:00:00Z");
    assert_eq!(first["lastModifiedDateTime"], first["createdDateTime"]);
    assert_eq!((&first["lastEditedDateTime"], &first["deletedDateTime"]), (&Value::Null, &Value::Null));
    assert_eq!(first["from"]["user"]["id"], json!(ada.id));
    assert_eq!(first["chatId"], json!(chat));
    let second = world.say(&chat, &eva.token, "at the same time").await.expect(201).json;
    assert_eq!(second["id"], "1767607200001");
    let path = format!("/v1.0/chats('{chat}')/messages('1767607200001')");
    assert_eq!(world.get(&path, &ada.token).await.expect(200).json["id"], "1767607200001");
    world.get(&format!("/v1.0/chats/{chat}/messages/17"), &ada.token).await.expect(404);
    world.get(&format!("/v1.0/chats/{chat}/messages/x"), &ada.token).await.expect(400);
    let change = &world.changes()[1];
    let expected = json!({"kind": "message.created", "message": "1767607200000", "chat": chat, "author": ada.id,
        "quotes": null, "text": "a < b & \"c\"\nd"});
    assert_eq!(*change, expected);
}

#[tokio::test(start_paused = true)]
async fn html_is_saved_as_teams_would_and_not_as_sent() {
    let (world, ada, _, chat) = setting().await;
    let path = format!("/v1.0/chats/{chat}/messages");
    let sent = world
        .post(&path, &ada.token, html("hi <b onclick=\"x\">you</b><script>x</script>"))
        .await
        .expect(201);
    assert_eq!(sent.json["body"]["content"], "<p>hi <b>you</b></p>");
    world.switch(json!({"wraps_in_paragraph": false})).await;
    let sent = world.post(&path, &ada.token, html("hi <b>you</b>")).await.expect(201);
    assert_eq!(sent.json["body"]["content"], "hi <b>you</b>");
    for (status, body) in [
        (400, json!({})),
        (400, plain("   ")),
        (400, json!({"body": {"contentType": "markdown", "content": "x"}})),
        (400, json!({"body": {"content": "x"}, "importance": "extreme"})),
        (201, json!({"body": {"content": "x"}, "importance": "high"})),
    ] {
        world.post(&path, &ada.token, body).await.expect(status);
    }
    let request = http::Request::builder()
        .method("POST")
        .uri(&path)
        .header("authorization", format!("Bearer {}", ada.token))
        .body(axum::body::Body::from("{not json"));
    world.send(request.unwrap()).await.expect(400);
}

#[tokio::test(start_paused = true)]
async fn mentions_and_at_elements_must_match() {
    let (world, ada, eva, chat) = setting().await;
    let path = format!("/v1.0/chats/{chat}/messages");
    let mention = |id: i64, person: &str| json!({"id": id, "mentionText": "Eva", "mentioned": {"user": {"id": person, "displayName": "Eva", "userIdentityType": "aadUser"}}});
    let body = |content: &str, mentions: Value| json!({"body": {"contentType": "html", "content": content}, "mentions": mentions});
    let good = body("<p>hi <at id=\"0\">Eva</at></p>", json!([mention(0, &eva.id)]));
    let sent = world.post(&path, &ada.token, good).await.expect(201).json;
    assert_eq!(sent["mentions"][0]["mentioned"]["user"]["displayName"], "Eva Lindqvist");
    for bad in [
        body("<p>hi <at id=\"0\">Eva</at></p>", json!([])),
        body("<p>hi</p>", json!([mention(0, &eva.id)])),
        body("<p>hi <at id=\"1\">Eva</at></p>", json!([mention(0, &eva.id)])),
        body("<p>hi <at id=\"0\">Eva</at></p>", json!([mention(0, "nobody")])),
        body("<p>hi <at id=\"0\">Eva</at></p>", json!([{"id": 0, "mentionText": "Eva", "mentioned": {}}])),
    ] {
        world.post(&path, &ada.token, bad).await.expect(400);
    }
}

#[tokio::test(start_paused = true)]
async fn about_28_kilobytes_fit_counted_as_the_switch_says() {
    let (world, ada, _, chat) = setting().await;
    let fits = "ä".repeat(14 * 1024);
    world.say(&chat, &ada.token, &fits).await.expect(201);
    let reply = world.say(&chat, &ada.token, &format!("{fits}x")).await.expect(413);
    assert_eq!(reply.code(), "RequestEntityTooLarge");
    world.switch(json!({"size_counted_in": "utf16"})).await;
    world.say(&chat, &ada.token, &format!("{fits}{fits}")).await.expect(201);
    world.say(&chat, &ada.token, &format!("{fits}{fits}x")).await.expect(413);
}

#[tokio::test(start_paused = true)]
async fn an_app_alone_cannot_send_whatever_it_may_do() {
    let (world, _, _, chat) = setting().await;
    let app = world.app(json!({"admin_consent": true, "roles": ["Chat.ReadWrite.All", "Chat.Create"]})).await;
    let token = world.graph_app_token(&app).await;
    let reply = world.say(&chat, &token, "x").await.expect(401);
    assert_eq!(reply.code(), "Unauthorized");
    assert!(reply.json["error"]["message"].as_str().unwrap().starts_with("Message POST is allowed in application-only context only for import purposes. Refer to https://docs.microsoft.com/"));
    let path = format!("/v1.0/chats/{chat}/messages");
    world.get(&path, &token).await.expect(200);
    world.switch(json!({"protected_api_refused": true})).await;
    world.get(&path, &token).await.expect(403);
    let bot = world.app(json!({"bot_endpoint": "https://bot.example/api"})).await;
    let wrong = world.app_token(&bot, "https://api.botframework.com").await;
    assert_eq!(world.get(&path, &wrong).await.expect(401).code(), "InvalidAuthenticationToken");
}

#[tokio::test(start_paused = true)]
async fn only_ones_own_messages_change_and_the_times_tell_how() {
    let (world, ada, eva, chat) = setting().await;
    let id = world.say(&chat, &ada.token, "one").await.expect(201).id();
    let path = format!("/v1.0/chats/{chat}/messages/{id}");
    tokio::time::advance(Duration::from_millis(1_500)).await;
    world.call("PATCH", &path, &eva.token, Some(plain("no"))).await.expect(403);
    world.call("PATCH", &path, &ada.token, Some(json!({"importance": "high"}))).await.expect(400);
    world.call("PATCH", &path, &ada.token, Some(html("two"))).await.expect(204);
    let now = world.get(&path, &eva.token).await.expect(200).json;
    assert_eq!(now["body"]["content"], "<p>two</p>");
    assert_eq!(
        (&now["lastEditedDateTime"], &now["etag"]),
        (&json!("2026-01-05T10:00:01.5Z"), &json!("1767607201500"))
    );
    assert_eq!(
        (&now["lastModifiedDateTime"], &now["createdDateTime"]),
        (&now["lastEditedDateTime"], &json!("2026-01-05T10:00:00Z"))
    );

    tokio::time::advance(Duration::from_secs(1)).await;
    world.post(&format!("{path}/setReaction"), &eva.token, json!({"reactionType": "👍"})).await.expect(204);
    world.post(&format!("{path}/setReaction"), &eva.token, json!({"reactionType": "❤️"})).await.expect(204);
    let now = world.get(&path, &eva.token).await.expect(200).json;
    assert_eq!(now["reactions"].as_array().unwrap().len(), 1, "the second replaces the first");
    assert_eq!(now["reactions"][0]["user"]["user"]["id"], json!(eva.id));
    assert_eq!(now["lastEditedDateTime"], "2026-01-05T10:00:01.5Z", "a reaction is no edit");
    assert_eq!(now["lastModifiedDateTime"], "2026-01-05T10:00:02.501Z");
    world.post(&format!("{path}/unsetReaction"), &eva.token, json!({"reactionType": "❤️"})).await.expect(204);
    assert_eq!(world.get(&path, &eva.token).await.expect(200).json["reactions"], json!([]));
    world.post(&format!("{path}/setReaction"), &eva.token, json!({})).await.expect(400);
    world.call("PATCH", &path, &ada.token, Some(plain("three"))).await.expect(204);
    let kinds: Vec<Value> = world.changes().iter().map(|change| change["kind"].clone()).collect();
    assert_eq!(
        kinds,
        [
            "chat.created",
            "message.created",
            "message.edited",
            "reaction.set",
            "reaction.set",
            "reaction.unset",
            "message.edited"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_deleted_message_stays_as_an_empty_shell_and_may_come_back() {
    let (world, ada, eva, chat) = setting().await;
    let id = world.say(&chat, &ada.token, "gone soon").await.expect(201).id();
    let path = format!("/v1.0/chats/{chat}/messages/{id}");
    let official = format!("/v1.0/users/{}/chats/{chat}/messages/{id}", ada.id);
    world.call("POST", &format!("{path}/softDelete"), &eva.token, None).await.expect(403);
    world.call("POST", &format!("{official}/softDelete"), &eva.token, None).await.expect(403);
    world.call("POST", &format!("{official}/softDelete"), &ada.token, None).await.expect(204);
    world.call("POST", &format!("{path}/softDelete"), &ada.token, None).await.expect(204);
    let gone = world.get(&path, &eva.token).await.expect(200).json;
    assert_eq!(gone["deletedDateTime"], "2026-01-05T10:00:00.001Z");
    assert_eq!(gone["body"]["content"], "");
    world.switch(json!({"deleted_content_null": true})).await;
    assert_eq!(world.get(&path, &eva.token).await.expect(200).json["body"]["content"], Value::Null);
    assert_eq!(
        world.get(&format!("/v1.0/chats/{chat}/messages"), &eva.token).await.expect(200).json["value"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    world.call("PATCH", &path, &ada.token, Some(plain("x"))).await.expect(400);
    world.post(&format!("{path}/setReaction"), &eva.token, json!({"reactionType": "👍"})).await.expect(404);
    world
        .call("POST", &format!("/v1.0/me/chats/{chat}/messages/{id}/undoSoftDelete"), &ada.token, None)
        .await
        .expect(204);
    assert_eq!(world.get(&path, &eva.token).await.expect(200).json["body"]["content"], "gone soon");
    let deleted = world.changes().iter().filter(|change| change["kind"] == "message.deleted").count();
    assert_eq!(deleted, 1, "deleting twice changes nothing");
}

#[tokio::test(start_paused = true)]
async fn a_quotation_is_an_attachment_made_by_hand_or_by_the_action() {
    let (world, ada, eva, chat) = setting().await;
    let path = format!("/v1.0/chats/{chat}/messages");
    let id = world.say(&chat, &ada.token, "shall we?").await.expect(201).id();
    let reply = json!({"messageIds": [id], "replyMessage": plain("yes <now>")});
    let sent =
        world.post(&format!("{path}/replyWithQuote"), &eva.token, reply.clone()).await.expect(201).json;
    assert_eq!(
        sent["body"]["content"],
        format!("<attachment id=\"{id}\"></attachment><p>yes &lt;now&gt;</p>")
    );
    let attachment = &sent["attachments"][0];
    assert_eq!((&attachment["contentType"], &attachment["id"]), (&json!("messageReference"), &json!(id)));
    let inner: Value = serde_json::from_str(attachment["content"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&inner["messagePreview"], &inner["messageSender"]["user"]["id"]),
        (&json!("shall we?"), &json!(ada.id))
    );
    let by_hand = json!({
        "body": {"contentType": "html", "content": format!("<attachment id=\"{id}\"></attachment>no")},
        "attachments": [{"id": id, "contentType": "messageReference", "content": inner.to_string()}],
    });
    world.post(&path, &eva.token, by_hand.clone()).await.expect(201);
    let quotes: Vec<Value> = world
        .changes()
        .iter()
        .filter(|c| c["kind"] == "message.created")
        .map(|c| c["quotes"].clone())
        .collect();
    assert_eq!(quotes, [Value::Null, json!(id), json!(id)]);
    let mut bad = by_hand;
    bad["attachments"][0]["content"] = json!({"messageId": id});
    world.post(&path, &eva.token, bad).await.expect(400);
    let missing = json!({"messageIds": ["17"], "replyMessage": plain("x")});
    world.post(&format!("{path}/replyWithQuote"), &eva.token, missing).await.expect(404);
    world.switch(json!({"reply_with_quote": false})).await;
    world.post(&format!("{path}/replyWithQuote"), &eva.token, reply).await.expect(400);
}

#[tokio::test(start_paused = true)]
async fn an_edit_without_attachments_loses_them() {
    let (world, ada, _, chat) = setting().await;
    let file = json!({"id": "f1", "contentType": "reference", "contentUrl": "https://x.example/a.txt", "name": "a.txt"});
    let body = json!({"body": {"contentType": "html", "content": "<p>see</p><attachment id=\"f1\"></attachment>"}, "attachments": [file]});
    let id =
        world.post(&format!("/v1.0/chats/{chat}/messages"), &ada.token, body.clone()).await.expect(201).id();
    let path = format!("/v1.0/chats/{chat}/messages/{id}");
    world.call("PATCH", &path, &ada.token, Some(body)).await.expect(204);
    assert_eq!(
        world.get(&path, &ada.token).await.expect(200).json["attachments"].as_array().unwrap().len(),
        1
    );
    world.call("PATCH", &path, &ada.token, Some(html("see"))).await.expect(204);
    assert_eq!(world.get(&path, &ada.token).await.expect(200).json["attachments"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn pages_go_from_new_to_old_by_either_time() {
    let (world, ada, _, chat) = setting().await;
    let mut first = String::new();
    for n in 0..5 {
        let id = world.say(&chat, &ada.token, &format!("m{n}")).await.expect(201).id();
        if n == 0 {
            first = id;
        }
        tokio::time::advance(Duration::from_secs(10)).await;
    }
    let path = format!("/v1.0/chats/{chat}/messages");
    world.call("PATCH", &format!("{path}/{first}"), &ada.token, Some(plain("m0 edited"))).await.expect(204);
    let mut by_change = Vec::new();
    let mut next = format!("{path}?$top=2");
    loop {
        let reply = world.get(&next, &ada.token).await.expect(200);
        by_change.extend(contents(&reply));
        let Some(link) = reply.json["@odata.nextLink"].as_str() else { break };
        next = link.strip_prefix(super::world::BASE).unwrap().to_owned();
    }
    assert_eq!(by_change, ["m0 edited", "m4", "m3", "m2", "m1"]);
    let by_creation =
        world.get(&format!("{path}?$orderby=createdDateTime%20desc"), &ada.token).await.expect(200);
    assert_eq!(contents(&by_creation), ["m4", "m3", "m2", "m1", "m0 edited"]);
    for (query, wanted) in [
        ("$filter=lastModifiedDateTime%20gt%202026-01-05T10:00:30Z", vec!["m0 edited", "m4"]),
        (
            "$filter=lastModifiedDateTime%20gt%202026-01-05T10:00:10Z%20and%20lastModifiedDateTime%20lt%202026-01-05T10:00:40Z",
            vec!["m3", "m2"],
        ),
        (
            "$filter=createdDateTime%20lt%202026-01-05T10:00:20Z&$orderby=createdDateTime%20desc",
            vec!["m1", "m0 edited"],
        ),
        ("$filter=createdDateTime%20lt%202026-01-05T10:00:20Z", vec!["m0 edited", "m4", "m3", "m2", "m1"]),
    ] {
        let reply = world.get(&format!("{path}?{query}"), &ada.token).await.expect(200);
        assert_eq!(contents(&reply), wanted, "{query}");
    }
    for query in
        ["$top=51", "$orderby=createdDateTime%20asc", "$filter=lastModifiedDateTime%20gt%20yesterday"]
    {
        world.get(&format!("{path}?{query}"), &ada.token).await.expect(400);
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_runs_its_parts_in_order_and_each_is_on_record() {
    let (world, ada, eva, chat) = setting().await;
    let id = world.say(&chat, &ada.token, "v1").await.expect(201).id();
    let url = format!("/chats/{chat}/messages/{id}");
    let body = json!({"requests": [
        {"id": "1", "method": "PATCH", "url": url, "headers": {"Content-Type": "application/json"}, "body": plain("v2")},
        {"id": "2", "method": "GET", "url": url, "dependsOn": ["1"]},
        {"id": "3", "method": "GET", "url": "/chats/19:none@thread.v2"},
        {"id": "4", "method": "GET", "url": url, "dependsOn": ["3"]},
    ]});
    let reply = world.post("/v1.0/$batch", &ada.token, body.clone()).await.expect(200).json;
    let statuses: Vec<u64> =
        reply["responses"].as_array().unwrap().iter().map(|one| one["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [204, 200, 404, 424]);
    assert_eq!(reply["responses"][1]["body"]["body"]["content"], "v2");
    let edited = world
        .teams
        .ledger()
        .read(0, 99)
        .into_iter()
        .find(|entry| entry.change["kind"] == "message.edited")
        .unwrap();
    assert_eq!((edited.method.as_str(), edited.who.as_str()), ("PATCH", ada.id.as_str()));
    let others = world.post("/v1.0/$batch", &eva.token, body).await.expect(200).json;
    assert_eq!(others["responses"][0]["status"], 403);
    let many: Vec<Value> =
        (0..21).map(|n| json!({"id": n.to_string(), "method": "GET", "url": "/me"})).collect();
    world.post("/v1.0/$batch", &ada.token, json!({"requests": many})).await.expect(400);
}

#[tokio::test(start_paused = true)]
async fn a_fault_after_the_effect_leaves_the_effect_on_record() {
    let (world, ada, _, chat) = setting().await;
    let rule = json!([{"name": "lie", "method": "POST", "path": "*/messages", "fault": {"status": {"code": 504}}, "when": "after", "times": 1}]);
    world.post("/_sim/faults", "", rule).await.expect(204);
    world.say(&chat, &ada.token, "did it land?").await.expect(504);
    let entry = world
        .teams
        .ledger()
        .read(0, 99)
        .into_iter()
        .find(|entry| entry.change["kind"] == "message.created")
        .unwrap();
    assert_eq!((entry.status, entry.fault.as_deref()), (201, Some("lie")));
    assert_eq!(
        world.get(&format!("/v1.0/chats/{chat}/messages"), &ada.token).await.expect(200).json["value"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
