//! Rate limits, under a clock that only moves when told.

use std::time::Duration;

use serde_json::json;

use super::{ADA, BRUNO, CHIARA, Sim, quiet};

#[tokio::test(start_paused = true)]
async fn all_tokens_of_an_app_share_one_budget_per_method() {
    let sim = Sim::limited(quiet(), 1.0).await;
    let app = sim.app(json!({})).await;
    let (ada, bruno) = (sim.linked(&app, ADA).await, sim.linked(&app, BRUNO).await);
    for n in 0..10 {
        let who = if n % 2 == 0 { &ada } else { &bruno };
        sim.call(who, "users.list", json!({"limit": 1})).await.ok();
    }
    let refused = sim.call(&ada, "users.list", json!({"limit": 1})).await;
    assert_eq!((refused.status, refused.body), (429, json!({"ok": false, "error": "ratelimited"})));
    assert_eq!(refused.headers["retry-after"], "3");
    assert_eq!(sim.call(&bruno, "users.list", json!({"limit": 1})).await.status, 429);
    sim.call(&ada, "users.info", json!({"user": sim.id(ADA)})).await.ok();
    sim.call(CHIARA, "users.list", json!({})).await.ok();
    tokio::time::advance(Duration::from_secs(3)).await;
    sim.call(&ada, "users.list", json!({"limit": 1})).await.ok();
}

#[tokio::test(start_paused = true)]
async fn posting_into_one_conversation_is_one_a_second_with_a_short_burst() {
    let sim = Sim::limited(quiet(), 1.0).await;
    let app = sim.app(json!({})).await;
    let (ada, bruno) = (sim.linked(&app, ADA).await, sim.linked(&app, BRUNO).await);
    let (one, other) = (sim.direct(ADA, BRUNO).await, sim.direct(ADA, CHIARA).await);
    for n in 0..3 {
        sim.say(&ada, &one, &n.to_string()).await;
    }
    let post = json!({"channel": one, "text": "too many"});
    for who in [&ada, &bruno] {
        let refused = sim.json(who, "chat.postMessage", post.clone()).await;
        assert_eq!((refused.status, &refused.headers["retry-after"]), (429, &"1".parse().unwrap()));
    }
    sim.say(&ada, &other, "other places are free").await;
    tokio::time::advance(Duration::from_secs(1)).await;
    sim.say(&ada, &one, "now").await;
    let history = sim.call(&ada, "conversations.history", json!({"channel": one})).await;
    assert_eq!(history.list("messages").len(), 4, "a refused post has no effect");
}

#[tokio::test(start_paused = true)]
async fn the_factor_scales_and_zero_switches_off() {
    for (factor, passes) in [(2.0, 6), (0.0, 50)] {
        let sim = Sim::limited(quiet(), factor).await;
        let channel = sim.direct(ADA, BRUNO).await;
        let post = json!({"channel": channel, "text": "x"});
        let mut count = 0;
        while count < 50 && sim.json(ADA, "chat.postMessage", post.clone()).await.status == 200 {
            count += 1;
        }
        assert_eq!(count, passes, "with factor {factor}");
    }
}
