//! Notifications: what they say, how they are sealed, when they come.

use std::time::Duration;

use serde_json::{Value, json};

use super::crypto::{Keys, verified};
use super::listener::{Answers, Listener};
use super::world::{Who, World, plain, subscription};

pub(super) struct Setting {
    pub(super) world: World,
    pub(super) listener: Listener,
    pub(super) ada: Who,
    pub(super) eva: Who,
    pub(super) chat: String,
}

pub(super) async fn setting() -> Setting {
    let world = World::new();
    let listener = Listener::at(&world, "bridge.example");
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = world.pair(&ada, &eva).await;
    Setting { world, listener, ada, eva, chat }
}

impl Setting {
    pub(super) fn resource(&self) -> String {
        format!("/chats/{}/messages", self.chat)
    }

    pub(super) async fn subscribe(&self, token: &str, body: Value) -> String {
        self.world.post("/v1.0/subscriptions", token, body).await.expect(201).id()
    }

    pub(super) async fn say(&self, text: &str) -> String {
        self.world.say(&self.chat, &self.ada.token, text).await.expect(201).id()
    }
}

fn rich(resource: &str, keys: &Keys) -> Value {
    let mut body = subscription(resource);
    body["includeResourceData"] = json!(true);
    body["encryptionCertificate"] = json!(keys.certificate);
    body["encryptionCertificateId"] = json!("key one");
    body
}

#[tokio::test(start_paused = true)]
async fn a_thin_notification_names_the_message_and_nothing_of_its_text() {
    let s = setting().await;
    let id = s.subscribe(&s.eva.token, subscription(&s.resource())).await;
    let message = s.say("hello").await;
    let posts = s.listener.wait_posts(1).await;
    assert!(posts[0].get("validationTokens").is_none());
    let item = &posts[0]["value"][0];
    let resource = format!("chats('{}')/messages('{message}')", s.chat);
    assert_eq!(item["subscriptionId"], json!(id));
    assert_eq!((&item["changeType"], &item["clientState"]), (&json!("created"), &json!("secret state")));
    assert_eq!((&item["tenantId"], &item["resource"]), (&json!(s.world.teams.tenant()), &json!(resource)));
    assert_eq!(item["subscriptionExpirationDateTime"], "2026-01-05T10:50:00+00:00");
    assert_eq!(
        item["resourceData"],
        json!({"id": message, "@odata.type": "#Microsoft.Graph.chatMessage", "@odata.id": resource})
    );
    assert!(item.get("encryptedContent").is_none() && !item.to_string().contains("hello"));
    s.world.get(&format!("/v1.0/{resource}"), &s.eva.token).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn a_rich_notification_opens_with_the_key_and_its_sender_can_be_checked() {
    let s = setting().await;
    let keys = Keys::new();
    let app = s.world.app(json!({"admin_consent": true})).await;
    let token = s.world.graph_app_token(&app).await;
    s.subscribe(&token, rich("/chats/getAllMessages", &keys)).await;
    let first = s.say("hello").await;
    let second = s.say("again").await;
    s.listener.wait_items(2).await;
    let post = &s.listener.posts()[0];
    let token = post["validationTokens"][0].as_str().unwrap();
    let configuration = s.world.get("/common/.well-known/openid-configuration", "").await.expect(200).json;
    let jwks =
        configuration["jwks_uri"].as_str().unwrap().strip_prefix(super::world::BASE).unwrap().to_owned();
    let published = s.world.get(&jwks, "").await.expect(200).json;
    let claims = verified(token, &published, &app.id);
    assert_eq!(claims["iss"], format!("https://sts.windows.net/{}/", s.world.teams.tenant()));
    assert_eq!(claims["appid"], "0bf30f3b-4a52-48df-9a82-234910c4a086");
    let items = s.listener.items();
    assert_eq!(items[0]["encryptedContent"]["encryptionCertificateId"], "key one");
    assert_eq!(
        items[0]["encryptedContent"]["encryptionCertificateThumbprint"].as_str().map(str::len),
        Some(40)
    );
    assert_ne!(items[0]["encryptedContent"]["dataKey"], items[1]["encryptedContent"]["dataKey"]);
    let mut opened: Vec<Value> = items.iter().map(|item| keys.open(item)).collect();
    opened.sort_by_key(|message| message["id"].as_str().map(str::to_owned));
    assert_eq!((&opened[0]["id"], &opened[1]["id"]), (&json!(first), &json!(second)));
    assert_eq!(opened[0]["body"]["content"], "hello");
    assert_eq!((&opened[0]["replies"], &opened[0]["hostedContents"]), (&json!([]), &json!([])));
    assert_eq!(opened[0]["from"]["user"]["id"], json!(s.ada.id));
}

#[tokio::test(start_paused = true)]
async fn edits_reactions_and_deletions_are_told_as_they_were_then() {
    let s = setting().await;
    let keys = Keys::new();
    s.subscribe(&s.eva.token, rich(&s.resource(), &keys)).await;
    let id = s.say("one").await;
    s.listener.wait_items(1).await;
    let path = format!("/v1.0/chats/{}/messages/{id}", s.chat);
    s.world.call("PATCH", &path, &s.ada.token, Some(plain("two"))).await.expect(204);
    s.listener.wait_items(2).await;
    let react = json!({"reactionType": "👍"});
    s.world.post(&format!("{path}/setReaction"), &s.eva.token, react.clone()).await.expect(204);
    s.listener.wait_items(3).await;
    s.world.post(&format!("{path}/unsetReaction"), &s.eva.token, react.clone()).await.expect(204);
    s.listener.wait_items(5).await;
    s.world.call("POST", &format!("{path}/softDelete"), &s.ada.token, None).await.expect(204);
    let items = s.listener.wait_items(6).await;
    let kinds: Vec<&str> = items.iter().map(|item| item["changeType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["created", "updated", "updated", "updated", "updated", "deleted"]);
    assert_eq!(keys.open(&items[0])["body"]["content"], "one");
    let edited = keys.open(&items[1]);
    let reacted = keys.open(&items[2]);
    assert_eq!(edited["body"]["content"], "two");
    assert_eq!(reacted["lastEditedDateTime"], edited["lastEditedDateTime"]);
    assert_ne!(reacted["etag"], edited["etag"]);
    let gone = keys.open(&items[5]);
    assert_eq!((&gone["body"]["content"], gone["deletedDateTime"].is_string()), (&json!(""), true));

    s.world.switch(json!({"deleted_payload": false, "unreact_notifies_twice": false})).await;
    s.world.call("POST", &format!("{path}/undoSoftDelete"), &s.ada.token, None).await.expect(204);
    assert_eq!(s.listener.wait_items(7).await[6]["changeType"], "updated");
    s.world.post(&format!("{path}/setReaction"), &s.eva.token, react.clone()).await.expect(204);
    s.listener.wait_items(8).await;
    s.world.post(&format!("{path}/unsetReaction"), &s.eva.token, react).await.expect(204);
    s.listener.wait_items(9).await;
    s.world.call("POST", &format!("{path}/softDelete"), &s.ada.token, None).await.expect(204);
    let items = s.listener.wait_items(10).await;
    assert_eq!(items[9]["changeType"], "deleted");
    assert!(items[9].get("encryptedContent").is_none());
}

#[tokio::test(start_paused = true)]
async fn everybody_subscribed_hears_of_a_message_the_author_too() {
    let s = setting().await;
    s.world.switch(json!({"delegated_user_subscription": true})).await;
    let app = s.world.app(json!({"admin_consent": true})).await;
    let mut ids = Vec::new();
    for who in [&s.ada, &s.eva] {
        let token = s.world.token(&app, who, "Chat.Read").await;
        ids.push(s.subscribe(&token, subscription(&format!("/users/{}/chats/getAllMessages", who.id))).await);
    }
    ids.push(s.subscribe(&s.ada.token, subscription(&s.resource())).await);
    let hugo = s.world.who("Hugo").await;
    let token = s.world.token(&app, &hugo, "Chat.Read").await;
    s.subscribe(&token, subscription("/me/chats/getAllMessages")).await;
    s.say("hello").await;
    let items = s.listener.wait_items(3).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(s.listener.items().len(), 3, "Hugo is not in this chat");
    let mut told: Vec<&str> = items.iter().map(|item| item["subscriptionId"].as_str().unwrap()).collect();
    told.sort_unstable();
    ids.sort_unstable();
    assert_eq!(told, ids);
}

#[tokio::test(start_paused = true)]
async fn only_the_changes_asked_for_are_told() {
    let s = setting().await;
    let mut body = subscription(&s.resource());
    body["changeType"] = json!("updated");
    s.subscribe(&s.eva.token, body).await;
    let id = s.say("one").await;
    let path = format!("/v1.0/chats/{}/messages/{id}", s.chat);
    s.world.call("PATCH", &path, &s.ada.token, Some(plain("two"))).await.expect(204);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let items = s.listener.items();
    assert_eq!(items.iter().map(|item| &item["changeType"]).collect::<Vec<_>>(), ["updated"]);
}

#[tokio::test(start_paused = true)]
async fn the_echo_can_come_before_the_answer_or_after_it() {
    let s = setting().await;
    s.subscribe(&s.ada.token, subscription(&s.resource())).await;
    s.world.switch(json!({"echo": "before"})).await;
    for n in 1..=5 {
        s.say("x").await;
        assert_eq!(s.listener.items().len(), n);
    }
    s.world.switch(json!({"echo": "after"})).await;
    s.listener.answer_next([Answers::Late(500)]);
    s.say("x").await;
    assert!(s.listener.items().len() < 6, "the answer did not wait");
    s.listener.wait_items(6).await;
    s.world.switch(json!({"echo": "random"})).await;
    let (mut before, mut after) = (0, 0);
    for n in 7..=46 {
        s.say("x").await;
        if s.listener.items().len() == n {
            before += 1;
        } else {
            after += 1;
        }
        s.listener.wait_items(n).await;
    }
    assert!(before > 5 && after > 5, "{before} before, {after} after");
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_does_not_answer_in_three_seconds_is_tried_again() {
    let s = setting().await;
    s.subscribe(&s.eva.token, subscription(&s.resource())).await;
    s.listener.answer_next([Answers::Status(500), Answers::Late(3_500), Answers::Status(404)]);
    let begun = tokio::time::Instant::now();
    s.say("hello").await;
    let posts = s.listener.wait_posts(4).await;
    assert!(posts.iter().all(|post| post["value"][0]["resource"] == posts[0]["value"][0]["resource"]));
    // Pauses of 2, 4 and 8 seconds, and three seconds of waiting.
    assert_eq!(begun.elapsed().as_secs(), 17);
    tokio::time::sleep(Duration::from_hours(5)).await;
    assert_eq!(s.listener.posts().len(), 4);
    let figures = s.world.get("/_sim/hooks", "").await.expect(200).json;
    assert_eq!(figures, json!({"pending": 0, "delivered": 1, "failed": 3, "discarded": 0}));
}

#[tokio::test(start_paused = true)]
async fn after_four_hours_it_gives_up() {
    let s = setting().await;
    let mut body = subscription(&s.resource());
    body["expirationDateTime"] = json!("2026-01-07T10:00:00Z");
    body["lifecycleNotificationUrl"] = json!("https://bridge.example/life");
    s.subscribe(&s.eva.token, body).await;
    s.world.courier.unregister("bridge.example");
    s.say("hello").await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(s.world.get("/_sim/hooks", "").await.expect(200).json["pending"], 1);
    tokio::time::sleep(Duration::from_mins(250)).await;
    let figures = s.world.get("/_sim/hooks", "").await.expect(200).json;
    assert_eq!((&figures["pending"], &figures["discarded"]), (&json!(0), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn what_gathers_while_an_endpoint_is_busy_travels_together() {
    let s = setting().await;
    s.subscribe(&s.eva.token, subscription(&s.resource())).await;
    let sizes = || -> Vec<usize> {
        s.listener.posts().iter().map(|post| post["value"].as_array().unwrap().len()).collect()
    };
    for n in 1..=3 {
        s.say("alone").await;
        s.listener.wait_items(n).await;
    }
    assert_eq!(sizes(), [1, 1, 1]);
    // Nothing is sent while this task does not wait, so everything gathers.
    for n in 0..50 {
        s.say(&format!("m{n}")).await;
    }
    s.listener.wait_items(53).await;
    assert_eq!(sizes()[3..], [20, 20, 10]);
    s.world.switch(json!({"batch_cap": 1})).await;
    for n in 0..20 {
        s.say(&format!("n{n}")).await;
    }
    s.listener.wait_items(73).await;
    assert_eq!(sizes()[6..], [1; 20]);
}

#[tokio::test(start_paused = true)]
async fn fault_rules_double_delay_and_drop_notifications() {
    let s = setting().await;
    s.subscribe(&s.eva.token, subscription(&s.resource())).await;
    let fault = async |fault: Value| {
        let rule = json!([{"name": "f", "method": "HOOK", "path": "/hook", "fault": fault, "times": 1}]);
        s.world.post("/_sim/faults", "", rule).await.expect(204);
    };
    fault(json!({"duplicate": {"copies": 3}})).await;
    let id = s.say("thrice").await;
    let items = s.listener.wait_items(3).await;
    assert!(items.iter().all(|item| item["resourceData"]["id"] == json!(id)));
    fault(json!("drop")).await;
    s.say("never").await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(s.listener.items().len(), 3);
    fault(json!({"delay": {"millis": 60_000}})).await;
    let late = s.say("late").await;
    let early = s.say("early").await;
    let items = s.listener.wait_items(4).await;
    assert_eq!(items[3]["resourceData"]["id"], json!(early), "overtaken");
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(s.listener.items()[4]["resourceData"]["id"], json!(late));
}

#[tokio::test(start_paused = true)]
async fn a_slow_endpoint_waits_ten_minutes_and_a_slower_one_loses_everything() {
    let s = setting().await;
    s.subscribe(&s.eva.token, subscription(&s.resource())).await;
    s.listener
        .answer_next((0..100).map(|n| if n < 12 { Answers::Late(2_950) } else { Answers::Status(202) }));
    for _ in 0..100 {
        let count = s.listener.posts().len();
        s.say("x").await;
        s.listener.wait_posts(count + 1).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    let begun = tokio::time::Instant::now();
    s.say("late").await;
    tokio::time::sleep(Duration::from_mins(9)).await;
    assert_eq!(s.listener.items().len(), 100);
    s.listener.wait_items(100).await;
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(s.listener.items().len(), 101);
    assert!(begun.elapsed() >= Duration::from_mins(10));

    tokio::time::sleep(Duration::from_mins(11)).await;
    s.listener
        .answer_next((0..100).map(|n| if n < 20 { Answers::Late(2_950) } else { Answers::Status(202) }));
    let (base, id) = (
        s.listener.items().len(),
        s.world.get("/v1.0/subscriptions", &s.eva.token).await.json["value"][0]["id"].clone(),
    );
    let renew = json!({"expirationDateTime": "2026-01-05T11:20:00Z"});
    s.world
        .call("PATCH", &format!("/v1.0/subscriptions/{}", id.as_str().unwrap()), &s.eva.token, Some(renew))
        .await
        .expect(200);
    for n in 0..100 {
        s.say("x").await;
        s.listener.wait_posts(base + n + 1).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    let before = s.listener.items().len();
    s.say("lost").await;
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert_eq!(s.listener.items().len(), before);
    s.world.switch(json!({"delivery_policy": false})).await;
    s.say("found").await;
    s.listener.wait_items(before + 1).await;
}

#[tokio::test(start_paused = true)]
async fn an_update_without_a_change_follows_when_the_switch_says_so() {
    let s = setting().await;
    s.world.switch(json!({"update_after_post_millis": 2_000})).await;
    s.subscribe(&s.eva.token, subscription(&s.resource())).await;
    let id = s.say("https://x.example").await;
    let items = s.listener.wait_items(2).await;
    assert_eq!((&items[0]["changeType"], &items[1]["changeType"]), (&json!("created"), &json!("updated")));
    let now =
        s.world.get(&format!("/v1.0/chats/{}/messages/{id}", s.chat), &s.eva.token).await.expect(200).json;
    assert_eq!(
        (&now["lastEditedDateTime"], &now["lastModifiedDateTime"]),
        (&Value::Null, &json!("2026-01-05T10:00:02Z"))
    );
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(s.listener.items().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn spellings_that_are_reported_not_to_fire_do_or_do_not() {
    for (silent, told) in [(false, 1), (true, 0)] {
        let s = setting().await;
        s.world.switch(json!({"encoded_resource_never_fires": silent})).await;
        let escaped: String = url::form_urlencoded::byte_serialize(s.chat.as_bytes()).collect();
        let id = s.subscribe(&s.eva.token, subscription(&format!("/chats/{escaped}/messages"))).await;
        s.say("hello").await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(s.listener.items().len(), told);
        s.world.call("DELETE", &format!("/v1.0/subscriptions/{id}"), &s.eva.token, None).await.expect(204);
        s.subscribe(&s.eva.token, subscription(&format!("/me/chats/{}/messages", s.chat))).await;
        s.say("hello").await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(s.listener.items().len(), told * 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_pause_is_a_switch() {
    let s = setting().await;
    s.world.switch(json!({"retry_first_millis": 100})).await;
    s.subscribe(&s.eva.token, subscription(&s.resource())).await;
    s.listener.answer_next([Answers::Status(500), Answers::Status(500)]);
    let begun = tokio::time::Instant::now();
    s.say("hello").await;
    s.listener.wait_posts(3).await;
    assert_eq!(begun.elapsed().as_millis() / 10, 30, "a pause of 100 and one of 200 milliseconds");
}
