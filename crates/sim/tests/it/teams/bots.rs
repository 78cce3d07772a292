//! Bots: what they hear, what they say, who lets them.

use serde_json::{Value, json};

use super::crypto::verified;
use super::listener::{Answers, Listener};
use super::world::{App, BASE, Who, World, html, plain};

struct Setting {
    world: World,
    endpoint: Listener,
    bot: App,
    token: String,
    ada: Who,
}

async fn setting() -> Setting {
    let world = World::new();
    let endpoint = Listener::at(&world, "bot.example");
    let bot = world
        .app(json!({"bot_endpoint": "https://bot.example/api/messages", "installed_for_all": true, "announce": false}))
        .await;
    let token = world.app_token(&bot, "https://api.botframework.com").await;
    let ada = world.who("Ada").await;
    Setting { world, endpoint, bot, token, ada }
}

impl Setting {
    fn chat(&self) -> String {
        format!("19:{}_{}@unq.gbl.spaces", self.ada.id, self.bot.id)
    }

    fn opening(&self, member: &str) -> Value {
        json!({"isGroup": false, "bot": {"id": format!("28:{}", self.bot.id)}, "members": [{"id": member}],
            "tenantId": self.world.teams.tenant(), "channelData": {"tenant": {"id": self.world.teams.tenant()}}})
    }

    async fn open(&self) -> String {
        let reply = self.world.post("/amer/v3/conversations", &self.token, self.opening(&self.ada.id)).await;
        reply.expect(201).id()
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_writes_and_the_bot_hears_it_signed() {
    let s = setting().await;
    let chats = s.world.get("/v1.0/me/chats", &s.ada.token).await.expect(200).json;
    assert_eq!(chats["value"][0]["id"], json!(s.chat()), "the chat with the bot is in the list");
    let path = format!("/v1.0/chats/{}/messages", s.chat());
    let sent = s.world.post(&path, &s.ada.token, html("find <b>Eva</b>")).await.expect(201).id();
    let activity = s.endpoint.wait_posts(1).await.remove(0);
    assert_eq!((&activity["type"], &activity["id"]), (&json!("message"), &json!(sent)));
    assert_eq!((&activity["text"], &activity["textFormat"]), (&json!("find Eva"), &json!("plain")));
    assert_eq!(
        (&activity["channelId"], &activity["serviceUrl"]),
        (&json!("msteams"), &json!(format!("{BASE}/amer/")))
    );
    assert_eq!(activity["from"]["aadObjectId"], json!(s.ada.id));
    assert!(activity["from"]["id"].as_str().unwrap().starts_with("29:1"));
    assert_eq!(activity["recipient"]["id"], format!("28:{}", s.bot.id));
    assert_eq!(activity["conversation"]["conversationType"], "personal");
    assert!(activity["conversation"]["id"].as_str().unwrap().starts_with("a:1"));
    assert_eq!(activity["attachments"][0]["content"], "<p>find <b>Eva</b></p>");
    let bearer =
        s.endpoint.headers(0)["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned();
    let keys = s.world.get("/v1/.well-known/keys", "").await.expect(200).json;
    let claims = verified(&bearer, &keys, &s.bot.id);
    assert_eq!(
        (&claims["iss"], &claims["serviceurl"]),
        (&json!("https://api.botframework.com"), &activity["serviceUrl"])
    );

    let message = format!("{path}/{sent}");
    s.world.call("PATCH", &message, &s.ada.token, Some(plain("find Hugo"))).await.expect(204);
    let edited = s.endpoint.wait_posts(2).await.remove(1);
    assert_eq!(
        (&edited["type"], &edited["channelData"]["eventType"]),
        (&json!("messageUpdate"), &json!("editMessage"))
    );
    assert_eq!((&edited["id"], &edited["text"]), (&json!(sent), &json!("find Hugo")));
    s.world
        .post(&format!("{message}/setReaction"), &s.ada.token, json!({"reactionType": "👍"}))
        .await
        .expect(204);
    s.world.call("POST", &format!("{message}/softDelete"), &s.ada.token, None).await.expect(204);
    let gone = s.endpoint.wait_posts(3).await.remove(2);
    assert_eq!(
        (&gone["type"], &gone["channelData"]["eventType"]),
        (&json!("messageDelete"), &json!("softDeleteMessage"))
    );
    assert!(gone.get("text").is_none());
}

#[tokio::test(start_paused = true)]
async fn the_bot_answers_and_the_person_sees_the_app() {
    let s = setting().await;
    let conversation = s.open().await;
    let escaped = conversation.replace(':', "%3A");
    let path = format!("/amer/v3/conversations/{escaped}/activities");
    let sent = s
        .world
        .post(&path, &s.token, json!({"type": "message", "text": "**Hi** Ada", "textFormat": "markdown"}))
        .await;
    let id = sent.expect(201).id();
    let message = format!("/v1.0/chats/{}/messages/{id}", s.chat());
    let seen = s.world.get(&message, &s.ada.token).await.expect(200).json;
    assert_eq!(seen["body"]["content"], "<p><strong>Hi</strong> Ada</p>");
    assert_eq!((&seen["from"]["application"]["id"], &seen["from"]["user"]), (&json!(s.bot.id), &Value::Null));
    assert_eq!(seen["from"]["application"]["applicationIdentityType"], "bot");
    let change = s.world.changes().into_iter().find(|change| change["kind"] == "message.created").unwrap();
    assert_eq!((&change["author"], &change["text"]), (&json!(format!("app:{}", s.bot.id)), &json!("Hi Ada")));

    let activity = format!("{path}/{id}");
    let changed = s
        .world
        .call(
            "PUT",
            &activity,
            &s.token,
            Some(json!({"type": "message", "text": "a<b", "textFormat": "plain"})),
        )
        .await;
    assert_eq!(changed.expect(200).id(), id);
    assert_eq!(
        s.world.get(&message, &s.ada.token).await.expect(200).json["body"]["content"],
        "<p>a&lt;b</p>"
    );
    s.world.call("PATCH", &message, &s.ada.token, Some(plain("no"))).await.expect(403);
    s.world
        .post(&activity, &s.token, json!({"type": "message", "text": "<b>x</b>", "textFormat": "xml"}))
        .await
        .expect(201);
    s.world.call("DELETE", &activity, &s.token, None).await.expect(200);
    assert!(s.world.get(&message, &s.ada.token).await.expect(200).json["deletedDateTime"].is_string());
    assert_eq!(
        s.world.call("DELETE", &activity, &s.token, None).await.expect(404).code(),
        "ActivityNotFoundInConversation"
    );
    s.world.post(&path, &s.token, json!({"type": "typing"})).await.expect(201);
    assert!(s.endpoint.posts().is_empty(), "a bot does not hear itself");

    let own = s
        .world
        .post(&format!("/v1.0/chats/{}/messages", s.chat()), &s.ada.token, plain("mine"))
        .await
        .expect(201)
        .id();
    let reply = s.world.call("DELETE", &format!("{path}/{own}"), &s.token, None).await.expect(403);
    assert_eq!(reply.code(), "ForbiddenOperationException");
}

#[tokio::test(start_paused = true)]
async fn members_are_named_in_three_ways() {
    let s = setting().await;
    let conversation = s.open().await;
    let path = format!("/amer/v3/conversations/{conversation}");
    let members = s.world.get(&format!("{path}/members"), &s.token).await.expect(200).json;
    assert_eq!((&members[0]["aadObjectId"], &members[0]["email"]), (&json!(s.ada.id), &json!(s.ada.email)));
    let paged = s.world.get(&format!("{path}/pagedmembers?pageSize=500"), &s.token).await.expect(200).json;
    assert_eq!(paged["members"], members);
    let account = members[0]["id"].as_str().unwrap();
    for name in [account, &s.ada.id] {
        assert_eq!(
            s.world.get(&format!("{path}/members/{name}"), &s.token).await.expect(200).json,
            members[0]
        );
    }
    s.world.get(&format!("{path}/members/29:nobody"), &s.token).await.expect(404);
    let again = s.world.post("/amer/v3/conversations", &s.token, s.opening(account)).await.expect(201);
    assert_eq!(again.id(), conversation);
    let mut speaking = s.opening(&s.ada.id);
    speaking["activity"] = json!({"type": "message", "text": "hello"});
    let spoken = s.world.post("/amer/v3/conversations", &s.token, speaking).await.expect(201).json;
    assert!(spoken["activityId"].is_string());
}

#[tokio::test(start_paused = true)]
async fn what_a_bot_may_not_is_refused() {
    let s = setting().await;
    let conversation = s.open().await;
    let path = format!("/amer/v3/conversations/{conversation}/activities");
    let hello = json!({"type": "message", "text": "hello"});
    s.world.post(&path, "", hello.clone()).await.expect(401);
    s.world.post(&path, &s.ada.token, hello.clone()).await.expect(401);
    s.world.post("/amer/v3/conversations/a:1nothing/activities", &s.token, hello.clone()).await.expect(404);
    for (status, body) in [
        (400, json!({"type": "message"})),
        (400, json!({"type": "dance"})),
        (400, json!({"type": "message", "text": "x", "textFormat": "rtf"})),
        (201, json!({"type": "message", "text": "ä".repeat(51_200)})),
        (413, json!({"type": "message", "text": "ä".repeat(51_201)})),
    ] {
        s.world.post(&path, &s.token, body).await.expect(status);
    }
    let mut other = s.opening(&s.ada.id);
    other["tenantId"] = json!("another");
    s.world.post("/amer/v3/conversations", &s.token, other).await.expect(400);
    s.world.post("/amer/v3/conversations", &s.token, s.opening("29:nobody")).await.expect(400);

    let second = s.world.app(json!({"bot_endpoint": "https://bot.example/other"})).await;
    let token = s.world.app_token(&second, "https://api.botframework.com").await;
    s.world.post(&path, &token, hello.clone()).await.expect(404);
    let reply = s.world.post("/amer/v3/conversations", &token, s.opening(&s.ada.id)).await.expect(403);
    assert_eq!(reply.code(), "BotNotInConversationRoster");
    let plain_app = s.world.app(json!({})).await;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", plain_app.id.as_str()),
        ("client_secret", &plain_app.secret),
        ("scope", "https://api.botframework.com/.default"),
    ];
    s.world.form("/botframework.com/oauth2/v2.0/token", &fields).await.expect(400);
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", s.bot.id.as_str()),
        ("client_secret", &s.bot.secret),
        ("scope", "https://api.botframework.com/.default"),
    ];
    s.world.form("/botframework.com/oauth2/v2.0/token", &fields).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn installing_makes_the_chat_and_tells_the_bot() {
    let world = World::new();
    let endpoint = Listener::at(&world, "bot.example");
    let bot = world.app(json!({"bot_endpoint": "https://bot.example/api/messages"})).await;
    let ada = world.who("Ada").await;
    let made =
        world.post("/_sim/install", "", json!({"app": bot.id, "person": ada.email})).await.expect(200).json;
    let posts = endpoint.wait_posts(2).await;
    let mut kinds: Vec<&str> = posts.iter().map(|post| post["type"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["conversationUpdate", "installationUpdate"]);
    assert!(posts.iter().all(|post| post["conversation"]["id"] == made["conversation"]));
    world.say(made["chat"].as_str().unwrap(), &ada.token, "hi").await.expect(201);
    endpoint.wait_posts(3).await;
}

#[tokio::test(start_paused = true)]
async fn an_activity_that_is_not_taken_comes_again() {
    let s = setting().await;
    s.endpoint.answer_next([Answers::Status(503), Answers::Late(16_000)]);
    s.world.say(&s.chat(), &s.ada.token, "hello").await.expect(201);
    let posts = s.endpoint.wait_posts(2).await;
    assert_eq!(posts[0], posts[1], "the same activity id, so that it can be recognized");
    tokio::time::sleep(std::time::Duration::from_mins(2)).await;
    assert_eq!(s.endpoint.posts().len(), 3);
    let fault = json!([{"name": "f", "method": "HOOK", "path": "/api/", "fault": {"duplicate": {"copies": 2}}, "times": 1}]);
    s.world.post("/_sim/faults", "", fault).await.expect(204);
    s.world.say(&s.chat(), &s.ada.token, "twice").await.expect(201);
    s.endpoint.wait_posts(5).await;
}
