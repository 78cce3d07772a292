//! Subscriptions: who may, for how long, and the hand-shake.

use std::time::Duration;

use serde_json::{Value, json};

use super::crypto::Keys;
use super::listener::Listener;
use super::world::{World, subscription};

const PATH: &str = "/v1.0/subscriptions";

fn with(resource: &str, name: &str, value: Value) -> Value {
    let mut body = subscription(resource);
    body[name] = value;
    body
}

#[tokio::test(start_paused = true)]
async fn the_hand_shake_wants_the_decoded_token_as_plain_text() {
    let world = World::new();
    let listener = Listener::at(&world, "bridge.example");
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = world.pair(&ada, &eva).await;
    let resource = format!("/chats/{chat}/messages");
    let body = with(&resource, "notificationUrl", json!("https://bridge.example/hook?tenant=a%20b"));
    for (spoiled, message) in [
        (
            "body",
            "Subscription validation request failed. Response must exactly match validationToken query parameter.",
        ),
        (
            "status",
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
        ),
        (
            "type",
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
        ),
        ("late", "Subscription validation request timed out."),
    ] {
        listener.spoil(Some(spoiled));
        let reply = world.post(PATH, &ada.token, body.clone()).await.expect(400);
        assert_eq!(
            (reply.code(), reply.json["error"]["message"].as_str()),
            ("ValidationError", Some(message))
        );
    }
    listener.spoil(None);
    let nowhere = with(&resource, "notificationUrl", json!("https://nowhere.example/hook"));
    assert_eq!(world.post(PATH, &ada.token, nowhere).await.expect(400).code(), "ValidationError");
    let made = world.post(PATH, &ada.token, body).await.expect(201).json;
    let token = listener.tokens().pop().unwrap();
    assert!(
        token
            .starts_with("Validation: Testing client application reachability for subscription Request-Id: ")
    );
    assert!(token.ends_with(" a+b 100%25 c&d=e%20f"), "{token}");
    assert_eq!((&made["resource"], &made["clientState"]), (&json!(resource), &json!("secret state")));
    assert_eq!(
        (&made["expirationDateTime"], &made["creatorId"]),
        (&json!("2026-01-05T10:50:00Z"), &json!(ada.id))
    );
    world.switch(json!({"validation_token": "words"})).await;
    let update = json!({"notificationUrl": "https://bridge.example/elsewhere"});
    let id = made["id"].as_str().unwrap();
    world.call("PATCH", &format!("{PATH}/{id}"), &ada.token, Some(update)).await.expect(200);
    assert!(!listener.tokens().pop().unwrap().contains('+'));
}

#[tokio::test(start_paused = true)]
async fn both_addresses_are_validated() {
    let world = World::new();
    let listener = Listener::at(&world, "bridge.example");
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = world.pair(&ada, &eva).await;
    let resource = format!("chats/{chat}/messages");
    let body = with(&resource, "lifecycleNotificationUrl", json!("https://life.example/hook"));
    world.post(PATH, &ada.token, body.clone()).await.expect(400);
    let lifecycle = Listener::at(&world, "life.example");
    world.post(PATH, &ada.token, body).await.expect(201);
    assert_eq!((listener.tokens().len(), lifecycle.tokens().len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn lifetimes_have_three_limits() {
    let world = World::new();
    Listener::at(&world, "bridge.example");
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let resource = format!("/chats/{}/messages", world.pair(&ada, &eva).await);
    let at = |time: &str| with(&resource, "expirationDateTime", json!(time));
    let reply = world.post(PATH, &ada.token, at("2026-01-05T11:00:01Z")).await.expect(400);
    assert_eq!(
        reply.json["error"]["message"],
        "lifecycleNotificationUrl is a required property for subscription creation on this resource when the \
         expirationDateTime value is set to greater than 1 hour."
    );
    for time in ["2026-01-05T09:59:59Z", "soon", "2026-01-08T10:00:01Z"] {
        world.post(PATH, &ada.token, at(time)).await.expect(400);
    }
    let mut long = at("2026-01-08T10:00:00Z");
    long["lifecycleNotificationUrl"] = json!("https://bridge.example/life");
    let id = world.post(PATH, &ada.token, long).await.expect(201).id();
    let path = format!("{PATH}/{id}");
    let late = json!({"expirationDateTime": "2026-01-08T10:00:01Z"});
    world.call("PATCH", &path, &ada.token, Some(late)).await.expect(400);
    world.call("DELETE", &path, &ada.token, None).await.expect(204);
    world.get(&path, &ada.token).await.expect(404);
    let exact = world.post(PATH, &ada.token, at("2026-01-05T11:00:00Z")).await.expect(201).id();
    let add = json!({"lifecycleNotificationUrl": "https://bridge.example/life"});
    world.call("PATCH", &format!("{PATH}/{exact}"), &ada.token, Some(add)).await.expect(400);
    world.call("DELETE", &format!("{PATH}/{exact}"), &ada.token, None).await.expect(204);
    let short = world.post(PATH, &ada.token, at("2026-01-05T10:05:00Z")).await.expect(201);
    assert_eq!(short.json["expirationDateTime"], "2026-01-05T10:05:00Z");
    world.call("DELETE", &format!("{PATH}/{}", short.id()), &ada.token, None).await.expect(204);
    world.switch(json!({"short_lifetimes_raised": true})).await;
    let raised = world.post(PATH, &ada.token, at("2026-01-05T10:05:00Z")).await.expect(201);
    assert_eq!(raised.json["expirationDateTime"], "2026-01-05T10:45:00Z");
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_or_wrong_is_refused() {
    let world = World::new();
    Listener::at(&world, "bridge.example");
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let resource = format!("/chats/{}/messages", world.pair(&ada, &eva).await);
    for name in ["changeType", "notificationUrl", "resource", "expirationDateTime"] {
        world.post(PATH, &ada.token, with(&resource, name, Value::Null)).await.expect(400);
    }
    for (name, value) in [
        ("changeType", json!("created,moved")),
        ("notificationUrl", json!("http://bridge.example/hook")),
        ("notificationUrl", json!("/hook")),
        ("resource", json!("/teams/1/channels/2/tabs")),
        ("clientState", json!("x".repeat(129))),
        ("includeResourceData", json!(true)),
    ] {
        world.post(PATH, &ada.token, with(&resource, name, value)).await.expect(400);
    }
    let mut rich = with(&resource, "includeResourceData", json!(true));
    rich["encryptionCertificateId"] = json!("one");
    rich["encryptionCertificate"] = json!("AAAA");
    world.post(PATH, &ada.token, rich.clone()).await.expect(400);
    rich["encryptionCertificate"] = json!(Keys::new().certificate);
    let made = world.post(PATH, &ada.token, rich).await.expect(201).json;
    assert_eq!((&made["includeResourceData"], &made["encryptionCertificate"]), (&json!(true), &Value::Null));
    assert_eq!(made["encryptionCertificateId"], "one");
}

#[tokio::test(start_paused = true)]
async fn every_rung_of_the_ladder_is_a_switch() {
    let world = World::new();
    Listener::at(&world, "bridge.example");
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let chat = world.pair(&ada, &eva).await;
    let app = world.app(json!({"admin_consent": true})).await;
    let person = world.token(&app, &ada, "Chat.Read").await;
    let alone = world.graph_app_token(&app).await;
    let own = format!("/users/{}/chats/getAllMessages", ada.id);
    let others = format!("/users/{}/chats/getAllMessages", eva.id);
    let one = format!("/chats/{chat}/messages");
    let attempt = async |token: &str, resource: &str| {
        let reply = world.post(PATH, token, subscription(resource)).await;
        if reply.status == 201 {
            world.call("DELETE", &format!("{PATH}/{}", reply.id()), token, None).await.expect(204);
        }
        reply.status
    };
    assert_eq!(attempt(&person, &own).await, 403, "the contested rung is off");
    world.switch(json!({"delegated_user_subscription": true})).await;
    assert_eq!(attempt(&person, &own).await, 201);
    assert_eq!(attempt(&person, "/me/chats/getAllMessages").await, 201);
    assert_eq!(attempt(&person, &format!("/users/{}/chats/getAllMessages", ada.email)).await, 201);
    assert_eq!(attempt(&person, &others).await, 403, "only one's own");
    assert_eq!(attempt(&person, "/chats/getAllMessages").await, 403, "never for people");

    assert_eq!(attempt(&alone, &own).await, 201);
    assert_eq!(attempt(&alone, "chats/getAllMessages?model=B").await, 201);
    assert_eq!(attempt(&alone, &one).await, 201);
    world.switch(json!({"app_user_subscription": false, "app_tenant_subscription": false})).await;
    assert_eq!(attempt(&alone, &own).await, 403);
    assert_eq!(attempt(&alone, "/chats/getAllMessages").await, 403);
    world.switch(json!({"app_user_subscription": true, "protected_api_refused": true})).await;
    assert_eq!(attempt(&alone, &own).await, 403);

    assert_eq!(attempt(&person, &one).await, 201, "the rung that is documented for sure");
    assert_eq!(attempt(&hugo.token, &one).await, 403);
    assert_eq!(attempt(&person, "/chats/19:none@thread.v2/messages").await, 404);
    world.switch(json!({"delegated_chat_subscription": false})).await;
    assert_eq!(attempt(&person, &one).await, 403);
    let narrow = world.token(&app, &eva, "Chat.ReadBasic").await;
    assert_eq!(attempt(&narrow, &one).await, 403);
}

#[tokio::test(start_paused = true)]
async fn there_is_room_for_one_on_a_chat_and_ten_on_a_person() {
    let world = World::new();
    Listener::at(&world, "bridge.example");
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let one = format!("/chats/{}/messages", world.pair(&ada, &eva).await);
    let two = format!("/chats/{}/messages", world.pair(&ada, &hugo).await);
    let app = world.app(json!({"admin_consent": true})).await;
    let person = world.token(&app, &ada, "Chat.Read").await;
    let first = world.post(PATH, &person, subscription(&one)).await.expect(201).id();
    let reply = world.post(PATH, &person, subscription(&one)).await.expect(403);
    assert!(reply.json["error"]["message"].as_str().unwrap().contains("has reached its limit of 1"));
    let eva_too = world.token(&app, &eva, "Chat.Read").await;
    world.post(PATH, &eva_too, subscription(&one)).await.expect(403);
    world.post(PATH, &ada.token, subscription(&one)).await.expect(201);
    let alone = world.graph_app_token(&app).await;
    let own = format!("/users/{}/chats/getAllMessages", ada.id);
    for _ in 0..10 {
        world.post(PATH, &alone, subscription(&own)).await.expect(201);
    }
    world.post(PATH, &alone, subscription(&own)).await.expect(403);
    world.switch(json!({"chat_subscriptions_per_user": 2})).await;
    world.post(PATH, &person, subscription(&two)).await.expect(201);
    let three = format!("/chats/{}/messages", world.pair(&ada, &world.who("Grace").await).await);
    world.post(PATH, &person, subscription(&three)).await.expect(403);
    world.call("DELETE", &format!("{PATH}/{first}"), &person, None).await.expect(204);
    world.post(PATH, &person, subscription(&three)).await.expect(201);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_belongs_to_its_maker_and_ends_on_time() {
    let world = World::new();
    Listener::at(&world, "bridge.example");
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let resource = format!("/chats/{}/messages", world.pair(&ada, &eva).await);
    let app = world.app(json!({"admin_consent": true})).await;
    let person = world.token(&app, &ada, "Chat.Read").await;
    let id = world.post(PATH, &person, subscription(&resource)).await.expect(201).id();
    let path = format!("{PATH}/{id}");
    let renew = |time: &str| Some(json!({"expirationDateTime": time}));
    for token in [&world.token(&app, &eva, "Chat.Read").await, &ada.token, &world.graph_app_token(&app).await]
    {
        world.get(&path, token).await.expect(404);
        world.call("PATCH", &path, token, renew("2026-01-05T10:55:00Z")).await.expect(404);
        world.call("DELETE", &path, token, None).await.expect(404);
        assert_eq!(world.get(PATH, token).await.expect(200).json["value"], json!([]));
    }
    assert_eq!(world.get(PATH, &person).await.expect(200).json["value"][0]["id"], json!(id));
    tokio::time::advance(Duration::from_mins(49)).await;
    let renewed = world.call("PATCH", &path, &person, renew("2026-01-05T11:40:00Z")).await.expect(200);
    assert_eq!(renewed.json["expirationDateTime"], "2026-01-05T11:40:00Z");
    world.call("POST", &format!("{path}/reauthorize"), &person, None).await.expect(204);
    tokio::time::sleep(Duration::from_mins(51)).await;
    let late = world.sign_in(&app, &ada, "Chat.Read").await.json["access_token"].as_str().unwrap().to_owned();
    world.call("PATCH", &path, &late, renew("2026-01-05T12:00:00Z")).await.expect(404);
    world.get(&path, &late).await.expect(404);
    world.call("POST", &format!("{path}/reauthorize"), &late, None).await.expect(404);
}
