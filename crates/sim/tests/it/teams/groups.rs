//! Groups: who is in them, what they are called, and an app that comes into them.

use serde_json::{Value, json};

use super::world::{Who, World, members, plain};

/// A group of these, made by the first.
async fn group(world: &World, topic: &str, people: &[&Who]) -> String {
    let body = json!({"chatType": "group", "topic": topic, "members": members(people)});
    world.post("/v1.0/chats", &people[0].token, body).await.expect(201).id()
}

async fn roster(world: &World, chat: &str, who: &Who) -> Vec<Value> {
    let roster = world.get(&format!("/v1.0/chats/{chat}/members"), &who.token).await.expect(200).json;
    roster["value"].as_array().unwrap().clone()
}

/// What happened in a chat, by the words of its system messages, oldest first.
async fn events(world: &World, chat: &str, who: &Who) -> Vec<String> {
    let path = format!("/v1.0/chats/{chat}/messages?$top=50");
    let page = world.get(&path, &who.token).await.expect(200).json;
    let kind = |one: &Value| one["eventDetail"]["@odata.type"].as_str().map(str::to_owned);
    let mut events: Vec<_> = page["value"].as_array().unwrap().iter().filter_map(kind).collect();
    events.reverse();
    let bare = |kind: String| {
        kind.trim_start_matches("#microsoft.graph.").trim_end_matches("EventMessageDetail").to_owned()
    };
    events.into_iter().map(bare).collect()
}

#[tokio::test(start_paused = true)]
async fn whoever_is_in_a_group_lets_others_in_and_takes_them_out() {
    let world = World::new();
    let (ada, eva, hugo, farid) =
        (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await, world.who("Farid").await);
    let chat = group(&world, "Launch", &[&ada, &eva, &hugo]).await;
    world.say(&chat, &eva.token, "before").await.expect(201);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    let path = format!("/v1.0/chats/{chat}/members");
    let member = |who: &Who| members(&[who])[0].clone();
    world.post(&path, &farid.token, member(&farid)).await.expect(403);
    let mut nobody = member(&farid);
    nobody["user@odata.bind"] = json!("https://graph.microsoft.com/v1.0/users('nobody')");
    world.post(&path, &ada.token, nobody).await.expect(404);
    let mut roleless = member(&farid);
    roleless.as_object_mut().unwrap().remove("roles");
    world.post(&path, &ada.token, roleless).await.expect(400);
    let added = world.post(&path, &eva.token, member(&farid)).await.expect(201);
    let location = added.header("location").strip_prefix(super::world::BASE).unwrap().to_owned();
    assert_eq!(world.get(&location, &ada.token).await.expect(200).json["userId"], json!(farid.id));
    assert_eq!(world.post(&path, &ada.token, member(&farid)).await.expect(409).code(), "Conflict");

    // What was said before is not for somebody who came without its being granted.
    world.say(&chat, &ada.token, "after").await.expect(201);
    let texts = async |who: &Who| {
        let page = world.get(&format!("/v1.0/chats/{chat}/messages"), &who.token).await.expect(200).json;
        let said = page["value"].as_array().unwrap().iter().filter(|one| one["messageType"] == "message");
        said.map(|one| one["body"]["content"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&farid).await, ["after"]);
    assert_eq!(texts(&hugo).await, ["after", "before"]);
    let whole = world.who("Bruno").await;
    let mut granted = member(&whole);
    granted["visibleHistoryStartDateTime"] = json!("0001-01-01T00:00:00Z");
    world.post(&path, &ada.token, granted).await.expect(201);
    assert_eq!(texts(&whole).await, ["after", "before"]);

    let membership = roster(&world, &chat, &ada).await;
    let of =
        |who: &Who| membership.iter().find(|one| one["userId"] == who.id.as_str()).unwrap()["id"].clone();
    let gone: String =
        url::form_urlencoded::byte_serialize(of(&farid).as_str().unwrap().as_bytes()).collect();
    world.call("DELETE", &format!("{path}/{gone}"), &hugo.token, None).await.expect(204);
    world.call("DELETE", &format!("{path}/{gone}"), &hugo.token, None).await.expect(404);
    world.say(&chat, &farid.token, "still?").await.expect(403);
    let listed = world.get("/v1.0/me/chats", &farid.token).await.expect(200).json;
    assert!(listed["value"].as_array().unwrap().iter().all(|one| one["id"] != chat.as_str()));
    assert_eq!(roster(&world, &chat, &ada).await.len(), 4);
    assert_eq!(
        events(&world, &chat, &ada).await,
        ["membersAdded", "membersAdded", "membersAdded", "membersDeleted"]
    );
    // A chat of two is none of more.
    let pair = world.pair(&ada, &eva).await;
    world.post(&format!("/v1.0/chats/{pair}/members"), &ada.token, member(&hugo)).await.expect(400);
}

#[tokio::test(start_paused = true)]
async fn a_group_is_called_what_its_members_want() {
    let world = World::new();
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let chat = group(&world, "Launch", &[&ada, &eva, &hugo]).await;
    let path = format!("/v1.0/chats/{chat}");
    for _ in 0..2 {
        world.call("PATCH", &path, &eva.token, Some(json!({"topic": "Landing"}))).await.expect(200);
    }
    assert_eq!(
        events(&world, &chat, &ada).await,
        ["membersAdded", "chatRenamed"],
        "the same name is no news"
    );
    for topic in ["10:30", &"x".repeat(251)] {
        world.call("PATCH", &path, &eva.token, Some(json!({"topic": topic}))).await.expect(400);
        let body = json!({"chatType": "group", "topic": topic, "members": members(&[&ada, &eva, &hugo])});
        world.post("/v1.0/chats", &ada.token, body).await.expect(400);
    }
    let shown = world.get(&format!("/_sim/conversations?person={}", hugo.id), "").await.expect(200).json;
    assert_eq!(
        (&shown["items"][0]["title"], &shown["items"][0]["type"]),
        (&json!("Landing"), &json!("group"))
    );
    assert_eq!(shown["items"][0]["members"].as_array().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn letting_people_in_is_limited_by_the_minute() {
    let world =
        World::with(1.0, entente_sim::teams::Switches { own_app_limited: true, ..Default::default() });
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = group(&world, "Launch", &[&ada, &eva]).await;
    let mut statuses = Vec::new();
    for first in ["Hugo", "Farid", "Bruno", "Chiara", "Dmitri"] {
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        let who = world.who(first).await;
        let path = format!("/v1.0/chats/{chat}/members");
        statuses.push(world.post(&path, &ada.token, members(&[&who])[0].clone()).await.status);
    }
    assert_eq!(statuses, [201, 201, 201, 201, 429]);
}

#[tokio::test(start_paused = true)]
async fn an_app_brings_itself_into_a_group_and_speaks_there() {
    let world = World::new();
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let app = world.app(json!({"admin_consent": true, "bot_endpoint": "https://bridge.example/bot"})).await;
    let other =
        world.app(json!({"name": "Other", "admin_consent": true, "bot_endpoint": "https://o.example"})).await;
    let graph = world.graph_app_token(&app).await;
    let bot = world.app_token(&app, "https://api.botframework.com").await;
    let chat = group(&world, "Launch", &[&ada, &eva, &hugo]).await;
    let activities = format!("/amer/v3/conversations/{chat}/activities");
    let hello = json!({"type": "message", "text": "hello"});
    assert_eq!(
        world.post(&activities, &bot, hello.clone()).await.expect(403).code(),
        "BotNotInConversationRoster"
    );

    let catalog = "/v1.0/appCatalogs/teamsApps?$filter=distributionMethod%20eq%20'organization'\
                   &$expand=appDefinitions($expand=bot)";
    let apps = world.get(catalog, &graph).await.expect(200).json;
    let id = |app: &super::world::App| {
        let of = |one: &&Value| one["appDefinitions"][0]["bot"]["id"] == app.id.as_str();
        apps["value"].as_array().unwrap().iter().find(of).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let bind = |app| json!({"teamsApp@odata.bind": format!("https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{}", id(app))});
    let path = format!("/v1.0/chats/{chat}/installedApps");
    world.post(&path, &graph, bind(&other)).await.expect(403);
    world.post(&path, &graph, bind(&app)).await.expect(201);
    world.post(&path, &graph, bind(&app)).await.expect(409);
    world.post(&path, &ada.token, bind(&app)).await.expect(403);
    world.post(&activities, &bot, hello.clone()).await.expect(201);
    assert_eq!(events(&world, &chat, &ada).await, ["membersAdded", "teamsAppInstalled"]);
    let roster = world.get(&format!("/amer/v3/conversations/{chat}/members"), &bot).await.expect(200).json;
    assert_eq!(roster.as_array().unwrap().len(), 3);
    let shown = world.get(&format!("/_sim/conversations?person={}", hugo.id), "").await.expect(200).json;
    let bots = shown["items"][0]["members"].as_array().unwrap().iter().filter(|one| one["is_bot"] == true);
    assert_eq!(bots.map(|one| one["name"].clone()).collect::<Vec<_>>(), ["Bridge"]);
    assert_eq!(shown["items"][0]["last"]["text"], "hello");

    let installed = world.get(&path, &graph).await.expect(200).json["value"][0]["id"].clone();
    let gone = format!("{path}/{}", installed.as_str().unwrap());
    world.call("DELETE", &gone, &graph, None).await.expect(204);
    world.post(&activities, &bot, hello.clone()).await.expect(403);
    // By hand, as people do it in the app.
    world.post("/_sim/install", "", json!({"app": app.id, "chat": chat})).await.expect(204);
    world.post(&activities, &bot, hello).await.expect(201);
    world.post(&format!("/v1.0/chats/{chat}/messages"), &eva.token, plain("hi")).await.expect(201);

    let bare = world
        .app(json!({"admin_consent": true, "roles": ["Chat.Read.All"], "bot_endpoint": "https://b.example"}))
        .await;
    let bare = world.graph_app_token(&bare).await;
    world.get(catalog, &bare).await.expect(403);
    world.post(&path, &bare, bind(&app)).await.expect(403);
}
