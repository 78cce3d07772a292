//! The control paths that only Teams has.

use serde_json::{Value, json};

use super::world::{World, plain};

#[tokio::test(start_paused = true)]
async fn the_same_seed_makes_the_same_tenant() {
    let (one, two) = (World::new(), World::new());
    assert_eq!(one.teams.tenant(), two.teams.tenant());
    let (a, b) = (one.who("Ada").await, two.who("Ada").await);
    assert_eq!((a.id, a.token), (b.id, b.token));
}

#[tokio::test(start_paused = true)]
async fn a_page_sees_conversations_and_messages_as_their_owner_does() {
    let world = World::new();
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let chat = world.pair(&ada, &eva).await;
    let first = world.say(&chat, &ada.token, "one").await.expect(201).id();
    let quote = json!({"messageIds": [first], "replyMessage": plain("two")});
    world.post(&format!("/v1.0/chats/{chat}/messages/replyWithQuote"), &eva.token, quote).await.expect(201);
    let list = world.get(&format!("/_sim/conversations?person={}", ada.email), "").await.expect(200).json;
    let item = &list["items"][0];
    assert_eq!(
        (&item["chat"], &item["title"], &item["type"]),
        (&json!(chat), &json!("Eva Lindqvist"), &json!("oneOnOne"))
    );
    assert_eq!(item["last"], json!({"author": "Eva Lindqvist", "text": "two", "file": null}));
    let path = format!("/_sim/messages?chat={chat}&person={}", ada.id);
    let items = world.get(&path, "").await.expect(200).json["items"].clone();
    assert_eq!(
        (&items[0]["text"], &items[0]["mine"], &items[0]["parent"]),
        (&json!("one"), &json!(true), &Value::Null)
    );
    assert_eq!((&items[1]["mine"], &items[1]["parent"]), (&json!(false), &json!(first)));
    assert_eq!(items[1]["author"]["email"], json!(eva.email));
    world
        .call("POST", &format!("/v1.0/chats/{chat}/messages/{first}/softDelete"), &ada.token, None)
        .await
        .expect(204);
    let items = world.get(&path, "").await.expect(200).json["items"].clone();
    assert_eq!((&items[0]["text"], &items[0]["deleted"]), (&json!(""), &json!(true)));
    world.get(&format!("/_sim/messages?chat={chat}&person={}", hugo.id), "").await.expect(400);
    world.get("/_sim/conversations?person=nobody", "").await.expect(400);
    world.get("/_sim/nothing", "").await.expect(404);
}

#[tokio::test(start_paused = true)]
async fn a_page_sees_the_channels_that_somebody_is_in() {
    let world = World::new();
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let team = json!({"name": "Product", "channel": "Launch", "members": [ada.id, eva.id]});
    let made = world.post("/_sim/teams", "", team).await.expect(200).json;
    let (team, channel) = (made["team"].as_str().unwrap(), made["channel"].as_str().unwrap());
    let at = format!("/v1.0/teams/{team}/channels/{channel}/messages");
    let root = world.post(&at, &ada.token, plain("one")).await.expect(201).id();
    let reply = world.post(&format!("{at}/{root}/replies"), &eva.token, plain("two")).await.expect(201).id();
    let list = world.get(&format!("/_sim/conversations?person={}", eva.email), "").await.expect(200).json;
    let item = &list["items"][0];
    assert_eq!((&item["chat"], &item["title"]), (&json!(channel), &json!("Launch")));
    assert_eq!(item["team"], json!({"id": team, "name": "Product"}));
    let path = format!("/_sim/messages?chat={channel}&person={}", eva.id);
    let items = world.get(&path, "").await.expect(200).json["items"].clone();
    assert_eq!((&items[0]["id"], &items[0]["root"]), (&json!(root), &Value::Null));
    assert_eq!((&items[1]["id"], &items[1]["root"]), (&json!(reply), &json!(root)));
    let list = world.get(&format!("/_sim/conversations?person={}", hugo.email), "").await.expect(200).json;
    assert_eq!(list["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_page_sees_who_reacted() {
    let world = World::new();
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = world.pair(&ada, &eva).await;
    let said = world.say(&chat, &ada.token, "one").await.expect(201).id();
    let at = format!("/v1.0/chats/{chat}/messages/{said}/setReaction");
    for who in [&eva, &ada] {
        world.post(&at, &who.token, json!({"reactionType": "🎉"})).await.expect(204);
    }
    let path = format!("/_sim/messages?chat={chat}&person={}", ada.id);
    let items = world.get(&path, "").await.expect(200).json["items"].clone();
    assert_eq!(items[0]["reactions"], json!([{"emoji": "🎉", "people": [eva.id, ada.id]}]));
}

#[tokio::test(start_paused = true)]
async fn tokens_end_on_demand_and_peoples_own_stay() {
    let world = World::new();
    let (app, ada) = (world.app(json!({})).await, world.who("Ada").await);
    let token = world.token(&app, &ada, "User.Read").await;
    world.post("/_sim/expire", "", json!({"person": ada.id})).await.expect(204);
    world.get("/v1.0/me", &token).await.expect(401);
    world.get("/v1.0/me", &ada.token).await.expect(200);
    let token = world.token(&app, &ada, "User.Read").await;
    world.call("POST", "/v1.0/me/revokeSignInSessions", &ada.token, None).await.expect(200);
    world.get("/v1.0/me", &token).await.expect(401);
    world.get("/v1.0/me", &ada.token).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn reading_by_hand_is_not_on_record_and_changing_is() {
    let world = World::new();
    world.get("/_sim/people", "").await.expect(200);
    world.get("/_sim/apps", "").await.expect(200);
    assert!(world.teams.ledger().is_empty());
    let app = world.app(json!({})).await;
    assert_eq!(world.changes(), [json!({"kind": "app.registered", "app": app.id})]);
    let listed = world.get("/_sim/apps", "").await.expect(200).json;
    assert!(listed["items"][0].get("client_secret").is_none());
    let path = format!("/_sim/apps/{}", app.id);
    let changed = world.post(&path, "", json!({"admin_consent": true})).await.expect(200).json;
    assert_eq!((&changed["admin_consent"], &changed["client_secret"]), (&json!(true), &json!(app.secret)));
    world.post("/_sim/apps", "", json!({"nmae": "x"})).await.expect(400);
    world.post("/_sim/switches", "", json!({"echo": "sideways"})).await.expect(400);
    world.get("/v1.0/teamwork", &world.who("Ada").await.token).await.expect(400);
    world.get("/nowhere", "").await.expect(404);
}

#[tokio::test(start_paused = true)]
async fn a_team_gets_more_channels_under_names_of_their_own() {
    let world = World::new();
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let team = json!({"name": "Product", "channel": "Launch", "members": [ada.id, eva.id]});
    let made = world.post("/_sim/teams", "", team).await.expect(200).json;
    let path = format!("/v1.0/teams/{}/channels", made["team"].as_str().unwrap());
    let new = |name: &str| json!({"displayName": name, "description": "about", "membershipType": "standard"});
    let plan = world.post(&path, &ada.token, new("Plan")).await.expect(201);
    assert_eq!(
        (&plan.json["displayName"], &plan.json["membershipType"]),
        (&json!("Plan"), &json!("standard"))
    );
    let id = plan.json["id"].as_str().unwrap();
    assert!(plan.header("location").ends_with(&format!("{path}/{id}")), "{}", plan.header("location"));
    let listed = world.get(&path, &eva.token).await.expect(200).json;
    assert_eq!(listed["value"].as_array().unwrap().len(), 2);
    // Everybody in the team is in it.
    world.post(&format!("{path}/{id}/messages"), &eva.token, plain("one")).await.expect(201);
    world.post(&path, &hugo.token, new("Other")).await.expect(403);
    for name in ["PLAN", "", "a/b", &"x".repeat(51)] {
        world.post(&path, &ada.token, new(name)).await.expect(400);
    }
    let private = json!({"displayName": "Secret", "membershipType": "private"});
    world.post(&path, &ada.token, private).await.expect(400);
    world.post("/v1.0/teams/nowhere/channels", &ada.token, new("x")).await.expect(404);
}
