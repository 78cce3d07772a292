//! Limits by label, by day and by conversation.

use std::time::Duration;

use entente_sim::zoom::{Kind, Switches};
use serde_json::json;

use super::{ADA, BRUNO, Sim};

const SEND: &str = "/v2/chat/users/me/messages";

async fn free() -> (Sim, String) {
    let sim = Sim::limited(Switches { event_first_share: 0.0, ..Switches::default() }, 1.0).await;
    sim.switch(json!({"plan": "free"})).await;
    let token = sim.user_token(&sim.app(Kind::User), ADA).await;
    (sim, token)
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_a_second_is_the_accounts_and_the_labels() {
    let (sim, token) = free().await;
    let other = sim.user_token(&sim.app(Kind::User), BRUNO).await;
    let list = format!("{SEND}?to_contact={BRUNO}");
    let first = sim.get(&token, &list).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.headers["x-ratelimit-category"], "Medium");
    assert_eq!(first.headers["x-ratelimit-remaining"], "1");
    sim.get(&other, &format!("{SEND}?to_contact={ADA}")).await;
    let third = sim.get(&token, &list).await;
    let message = "You have reached the maximum per-second rate limit for this API. Try again later.";
    assert_eq!(third.refused(429, 429), message);
    assert_eq!(third.headers["x-ratelimit-type"], "QPS");
    assert!(!third.headers.contains_key("retry-after"));
    assert_eq!(sim.get(&token, "/v2/users/me").await.status, 200, "another label");
    assert_eq!(sim.get(ADA, &list).await.status, 200, "the vendor's own app is not counted");
    sim.switch(json!({"retry_after": "seconds"})).await;
    assert_eq!(sim.get(&token, &list).await.headers["retry-after"], "1");
    sim.switch(json!({"retry_after": "instant"})).await;
    assert_eq!(sim.get(&token, &list).await.headers["retry-after"], "2026-01-02T03:04:06Z");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(sim.get(&token, &list).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_a_day_says_when_it_ends() {
    let (sim, token) = free().await;
    let list = format!("{SEND}?to_contact={BRUNO}");
    for _ in 0..1000 {
        sim.get(&token, &list).await;
        sim.get(&token, &list).await;
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    let reply = sim.get(&token, &list).await;
    assert!(reply.refused(429, 429).contains("maximum daily rate limit"));
    assert_eq!(reply.headers["x-ratelimit-type"], "Daily-limit");
    assert_eq!(reply.headers["retry-after"], "2026-01-03T00:00:00Z");
    assert_eq!(reply.headers["x-ratelimit-reset"], "2026-01-03T00:00:00Z");
}

#[tokio::test(start_paused = true)]
async fn a_conversation_can_be_blocked() {
    let sim = Sim::limited(Switches { event_first_share: 0.0, ..Switches::default() }, 1.0).await;
    let message = json!({"to_contact": BRUNO, "message": "x"});
    for _ in 0..12 {
        sim.say(ADA, message.clone()).await;
    }
    sim.switch(json!({"windows_for_contacts": true})).await;
    for _ in 0..10 {
        sim.say(ADA, message.clone()).await;
    }
    sim.post(ADA, SEND, message.clone()).await.refused(429, 429);
    let back = json!({"to_contact": ADA, "message": "x"});
    sim.post(BRUNO, SEND, back.clone()).await.refused(429, 429);
    tokio::time::advance(Duration::from_secs(9)).await;
    sim.post(BRUNO, SEND, back.clone()).await.refused(429, 429);
    tokio::time::advance(Duration::from_secs(1)).await;
    sim.say(BRUNO, back).await;
    assert_eq!(sim.history(ADA, BRUNO).await.len(), 23, "what was refused was not kept");
}
