//! Rate limits under a clock that stands still.

use std::time::Duration;

use serde_json::json;

use super::world::{Reply, World};
use entente_sim::teams::{Echo, Switches};

fn limited(factor: f64) -> World {
    World::with(factor, Switches { echo: Echo::After, ..Switches::default() })
}

async fn pause(seconds: f64) {
    tokio::time::advance(Duration::from_secs_f64(seconds)).await;
}

fn assert_throttled(reply: Reply) -> f64 {
    let reply = reply.expect(429);
    assert_eq!(reply.json["error"]["code"], "TooManyRequests");
    assert_eq!(reply.json["error"]["innerError"]["status"], "429");
    let wait = reply.header("retry-after");
    assert!(wait.contains('.'), "a fraction of a second: {wait}");
    wait.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn one_message_a_second_in_a_chat_and_the_wait_is_a_fraction() {
    let world = limited(1.0);
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let chat = world.pair(&ada, &eva).await;
    let other = world.pair(&ada, &hugo).await;
    world.say(&chat, &ada.token, "1").await.expect(201);
    pause(0.4).await;
    let wait = assert_throttled(world.say(&chat, &ada.token, "2").await);
    assert!((wait - 0.6).abs() < 0.01, "{wait}");
    world.say(&other, &ada.token, "elsewhere").await.expect(201);
    assert_throttled(world.say(&chat, &eva.token, "the chat is limited for the app, not the person").await);
    pause(0.7).await;
    world.say(&chat, &ada.token, "2").await.expect(201);
    world.get(&format!("/v1.0/chats/{chat}/messages"), &ada.token).await.expect(200);
    assert_throttled(world.get(&format!("/v1.0/chats/{chat}/messages"), &eva.token).await);
}

#[tokio::test(start_paused = true)]
async fn reading_and_writing_may_share_the_second() {
    let world = limited(1.0);
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = world.pair(&ada, &eva).await;
    world.switch(json!({"chat_limit_shared": true})).await;
    world.say(&chat, &ada.token, "1").await.expect(201);
    assert_throttled(world.get(&format!("/v1.0/chats/{chat}/messages"), &ada.token).await);
}

#[tokio::test(start_paused = true)]
async fn twenty_messages_a_second_for_an_app_over_all_chats() {
    let world = limited(1.0);
    let app = world.app(json!({})).await;
    let (ada, eva, hugo) = (world.who("Ada").await, world.who("Eva").await, world.who("Hugo").await);
    let (one, two) = (world.pair(&ada, &eva).await, world.pair(&ada, &hugo).await);
    let token = world.token(&app, &ada, "ChatMessage.Send").await;
    world.say(&one, &token, "1").await.expect(201);
    for _ in 0..19 {
        // Refused by the chat, but counted for the app.
        assert_throttled(world.say(&one, &token, "x").await);
    }
    assert_throttled(world.say(&two, &token, "the app is used up").await);
    pause(1.0).await;
    world.say(&two, &token, "again").await.expect(201);
}

#[tokio::test(start_paused = true)]
async fn five_looks_at_chats_a_second_for_a_person() {
    let world = limited(1.0);
    let ada = world.who("Ada").await;
    for _ in 0..5 {
        world.get("/v1.0/me/chats", &ada.token).await.expect(200);
    }
    assert_throttled(world.get("/v1.0/me/chats", &ada.token).await);
    world.get("/v1.0/me/chats", &world.who("Eva").await.token).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn the_factor_scales_and_the_vendors_own_app_can_be_let_off() {
    let world = limited(10.0);
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = world.pair(&ada, &eva).await;
    for _ in 0..10 {
        world.say(&chat, &ada.token, "x").await.expect(201);
    }
    assert_throttled(world.say(&chat, &ada.token, "x").await);
    world.switch(json!({"own_app_limited": false})).await;
    for _ in 0..50 {
        world.say(&chat, &ada.token, "x").await.expect(201);
    }
    let off = limited(0.0);
    let (ada, eva) = (off.who("Ada").await, off.who("Eva").await);
    let chat = off.pair(&ada, &eva).await;
    for _ in 0..50 {
        off.say(&chat, &ada.token, "x").await.expect(201);
    }
}

#[tokio::test(start_paused = true)]
async fn a_bot_sends_seven_a_second_and_sixty_in_half_a_minute() {
    let world = limited(1.0);
    let bot = world
        .app(json!({"bot_endpoint": "https://bot.example/api", "installed_for_all": true, "announce": false}))
        .await;
    let ada = world.who("Ada").await;
    let token = world.app_token(&bot, "https://api.botframework.com").await;
    let body = json!({"isGroup": false, "members": [{"id": ada.id}], "tenantId": world.teams.tenant()});
    let conversation = world.post("/amer/v3/conversations", &token, body).await.expect(201).id();
    pause(2.0).await;
    let send = async || {
        let path = format!("/amer/v3/conversations/{conversation}/activities");
        world.post(&path, &token, json!({"type": "message", "text": "x"})).await
    };
    for _ in 0..7 {
        send().await.expect(201);
    }
    let reply = send().await.expect(429);
    assert_eq!(reply.code(), "Throttled");
    assert!(reply.header("retry-after").parse::<f64>().unwrap() > 0.0);
    let mut count = 7;
    for _ in 0..28 {
        pause(1.0).await;
        while send().await.status == 201 {
            count += 1;
        }
    }
    // Sixty at once and two a second while they last.
    assert!((60..=120).contains(&count), "{count}");
}
