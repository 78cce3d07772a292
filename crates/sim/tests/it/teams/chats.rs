//! Chats: making, finding, listing, who may see them.

use serde_json::{Value, json};

use super::world::{World, members, one_on_one};

#[tokio::test(start_paused = true)]
async fn a_one_on_one_chat_exists_once_whoever_asks() {
    let world = World::new();
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let first = world.post("/v1.0/chats", &ada.token, one_on_one(&[&ada, &eva])).await.expect(201);
    let again = world.post("/v1.0/chats", &eva.token, one_on_one(&[&eva, &ada])).await.expect(201);
    assert_eq!(first.id(), again.id());
    assert_eq!((&first.json["chatType"], &first.json["topic"]), (&json!("oneOnOne"), &Value::Null));
    let (low, high) = if ada.id < eva.id { (&ada.id, &eva.id) } else { (&eva.id, &ada.id) };
    assert_eq!(first.id(), format!("19:{low}_{high}@unq.gbl.spaces"));
    let made = world.changes().iter().filter(|change| change["kind"] == "chat.created").count();
    assert_eq!(made, 1);
}

#[tokio::test(start_paused = true)]
async fn ids_need_not_follow_from_the_people() {
    let world = World::new();
    world.switch(json!({"derivable_chat_ids": false})).await;
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let id = world.pair(&ada, &eva).await;
    assert!(!id.contains(&ada.id) && id.starts_with("19:"));
    assert_eq!(world.pair(&eva, &ada).await, id);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_new_chat_is_refused() {
    let world = World::new();
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let with = |name: &str, value: Value| {
        let mut body = one_on_one(&[&ada, &eva]);
        body[name] = value;
        body
    };
    let mut no_role = one_on_one(&[&ada, &eva]);
    no_role["members"][1]["roles"] = json!([]);
    let mut stranger = one_on_one(&[&ada, &eva]);
    stranger["members"][1]["user@odata.bind"] =
        json!("https://graph.microsoft.com/v1.0/users('nobody@x.example')");
    for (status, body) in [
        (400, with("chatType", json!("meeting"))),
        (400, with("topic", json!("x"))),
        (400, with("members", members(&[&ada]))),
        (400, with("members", members(&[&ada, &eva, &hugo]))),
        (400, with("members", members(&[&ada, &ada]))),
        (403, with("members", members(&[&eva, &hugo]))),
        (400, no_role),
        (404, stranger),
        (400, json!({"chatType": "oneOnOne"})),
    ] {
        world.post("/v1.0/chats", &ada.token, body.clone()).await.expect(status);
    }
    let by_name = json!([
        members(&[&ada])[0],
        {"@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": ["owner"],
         "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users/{}", eva.email)},
    ]);
    world.post("/v1.0/chats", &ada.token, with("members", by_name)).await.expect(201);
}

#[tokio::test(start_paused = true)]
async fn a_group_is_always_new_and_begins_with_a_system_message() {
    let world = World::new();
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let body = json!({"chatType": "group", "topic": "Launch", "members": members(&[&ada, &eva, &hugo])});
    let one = world.post("/v1.0/chats", &ada.token, body.clone()).await.expect(201).id();
    let two = world.post("/v1.0/chats", &ada.token, body).await.expect(201).id();
    assert_ne!(one, two);
    assert!(one.ends_with("@thread.v2"));
    let path = format!("/v1.0/chats/{one}/messages");
    let plain = world.get(&path, &hugo.token).await.expect(200).json;
    assert_eq!(plain["value"][0]["messageType"], "unknownFutureValue");
    assert_eq!(plain["value"][0]["from"], Value::Null);
    let request = http::Request::builder()
        .uri(&path)
        .header("authorization", format!("Bearer {}", hugo.token))
        .header("prefer", "odata.maxpagesize=5, include-unknown-enum-members");
    let named = world.send(request.body(axum::body::Body::empty()).unwrap()).await.expect(200).json;
    assert_eq!(named["value"][0]["messageType"], "systemEventMessage");
    let renamed =
        world.call("PATCH", &format!("/v1.0/chats/{one}"), &eva.token, Some(json!({"topic": "New"}))).await;
    assert_eq!(renamed.expect(200).json["topic"], "New");
}

#[tokio::test(start_paused = true)]
async fn strangers_get_403_or_404_by_the_switch() {
    let world = World::new();
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let chat = world.pair(&ada, &eva).await;
    let paths = [
        format!("/v1.0/chats/{chat}"),
        format!("/v1.0/chats/{chat}/messages"),
        format!("/v1.0/me/chats/{chat}/members"),
    ];
    for (switch, status) in [("forbidden", 403), ("not_found", 404)] {
        world.switch(json!({"stranger": switch})).await;
        for path in &paths {
            world.get(path, &hugo.token).await.expect(status);
        }
        world.say(&chat, &hugo.token, "let me in").await.expect(status);
        world.get("/v1.0/chats/19:none@thread.v2", &hugo.token).await.expect(404);
    }
    let other = format!("/v1.0/users/{}/chats/{chat}", ada.id);
    world.get(&other, &eva.token).await.expect(403);
    world.get(&other, &ada.token).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn the_list_shows_what_the_switch_says_newest_first_when_asked() {
    let world = World::new();
    let (ada, eva, hugo, farid) =
        (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await, world.who("Farid").await);
    let (with_eva, with_hugo) = (world.pair(&ada, &eva).await, world.pair(&ada, &hugo).await);
    let empty = world.pair(&ada, &farid).await;
    world.say(&with_hugo, &hugo.token, "one").await.expect(201);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    world.say(&with_eva, &eva.token, "two").await.expect(201);
    let list = async |query: &str| {
        let reply = world.get(&format!("/v1.0/me/chats?{query}"), &ada.token).await.expect(200).json;
        let ids = reply["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
        (ids.collect::<Vec<_>>(), reply)
    };
    let newest = "$orderby=lastMessagePreview/createdDateTime%20desc&$expand=members,lastMessagePreview";
    let (ids, reply) = list(newest).await;
    assert_eq!(ids, [with_eva.clone(), with_hugo.clone(), empty.clone()]);
    assert_eq!(reply["value"][0]["lastMessagePreview"]["body"]["content"], "two");
    assert_eq!(reply["value"][0]["lastMessagePreview"]["from"]["user"]["id"], json!(eva.id));
    assert_eq!(reply["value"][2]["lastMessagePreview"], Value::Null);
    assert_eq!(reply["value"][0]["members"].as_array().unwrap().len(), 2);
    let (ids, reply) = list("$top=2").await;
    assert_eq!(ids.len(), 2);
    let next =
        reply["@odata.nextLink"].as_str().unwrap().strip_prefix(super::world::BASE).unwrap().to_owned();
    assert_eq!(world.get(&next, &ada.token).await.expect(200).json["value"].as_array().unwrap().len(), 1);
    assert_eq!(list("$filter=chatType%20eq%20'group'").await.0.len(), 0);
    world.get("/v1.0/me/chats?$top=51", &ada.token).await.expect(400);
    world.get("/v1.0/me/chats?$orderby=topic", &ada.token).await.expect(400);
    world.switch(json!({"chats_listed": "with_messages"})).await;
    assert_eq!(list(newest).await.0.len(), 2);
    world.switch(json!({"chats_listed": "refused"})).await;
    world.get("/v1.0/chats", &ada.token).await.expect(403);
}

#[tokio::test(start_paused = true)]
async fn scopes_and_licences_are_needed() {
    let world = World::new();
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let app = world.app(json!({"admin_consent": true})).await;
    let basic = world.token(&app, &ada, "Chat.ReadBasic").await;
    let reply = world.post("/v1.0/chats", &basic, one_on_one(&[&ada, &eva])).await.expect(403);
    assert_eq!(reply.code(), "Forbidden");
    assert!(reply.json["error"]["message"].as_str().unwrap().contains("'Chat.ReadBasic'"));
    let create = world.token(&app, &ada, "Chat.Create").await;
    let chat = world.post("/v1.0/chats", &create, one_on_one(&[&ada, &eva])).await.expect(201).id();
    world.get(&format!("/v1.0/chats/{chat}"), &create).await.expect(403);
    world.get(&format!("/v1.0/chats/{chat}"), &basic).await.expect(200);
    world.get(&format!("/v1.0/chats/{chat}/messages"), &basic).await.expect(403);
    let read = world.token(&app, &ada, "Chat.Read").await;
    world.get(&format!("/v1.0/chats/{chat}/messages"), &read).await.expect(200);
    world.say(&chat, &read, "x").await.expect(403);
    let send = world.token(&app, &ada, "ChatMessage.Send").await;
    world.say(&chat, &send, "x").await.expect(201);
    let app_only = world.graph_app_token(&app).await;
    world.post("/v1.0/chats", &app_only, one_on_one(&[&ada, &eva])).await.expect(201);
    world.get(&format!("/v1.0/users/{}/chats", eva.id), &app_only).await.expect(200);

    world.post("/_sim/people", "", json!({"person": ada.email, "licensed": false})).await.expect(200);
    let reply = world.say(&chat, &send, "x").await.expect(403);
    assert!(
        reply.json["error"]["message"].as_str().unwrap().starts_with("Failed to get license information")
    );
    world.get("/v1.0/me", &ada.token).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn members_are_listed_and_reading_is_marked() {
    let world = World::new();
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = world.pair(&ada, &eva).await;
    let roster = world.get(&format!("/v1.0/chats/{chat}/members"), &ada.token).await.expect(200).json;
    assert_eq!(roster["@odata.count"], 2);
    let member = &roster["value"][1];
    assert_eq!(member["@odata.type"], "#microsoft.graph.aadUserConversationMember");
    let escaped: String =
        url::form_urlencoded::byte_serialize(member["id"].as_str().unwrap().as_bytes()).collect();
    let one = world.get(&format!("/v1.0/chats/{chat}/members/{escaped}"), &ada.token).await.expect(200).json;
    assert_eq!(one["userId"], member["userId"]);
    world.say(&chat, &ada.token, "hi").await.expect(201);
    let path = format!("/v1.0/chats/{chat}/markChatReadForUser");
    let me = json!({"user": {"id": eva.id, "tenantId": world.teams.tenant()}});
    world.post(&path, &ada.token, me.clone()).await.expect(403);
    world.post(&path, &eva.token, me).await.expect(204);
    let seen = world.get(&format!("/v1.0/chats/{chat}"), &eva.token).await.expect(200).json;
    assert_eq!(seen["viewpoint"]["lastMessageReadDateTime"], "2026-01-05T10:00:00Z");
}
