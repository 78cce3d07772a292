//! Rate limits, under a clock that only moves when told.

use std::time::Duration;

use entente_sim::webex::Switches;
use serde_json::json;

use super::{ADA, BRUNO, Sim};

#[tokio::test(start_paused = true)]
async fn a_bucket_belongs_to_a_token_and_a_group_of_endpoints() {
    let sim = Sim::limited(Switches::default(), 1.0).await;
    sim.switch(json!({"rates": {"directory": {"per_second": 0.5, "burst": 2.0}}})).await;
    for _ in 0..2 {
        assert_eq!(sim.get(ADA, "/v1/people/me").await.status, 200);
    }
    let refused = sim.get(ADA, "/v1/memberships").await;
    refused.refused(429);
    assert_eq!(refused.headers["retry-after"], "2");
    assert_eq!(sim.get(BRUNO, "/v1/people/me").await.status, 200, "another token");
    assert_eq!(sim.get(ADA, "/v1/rooms").await.status, 200, "another group");
    tokio::time::advance(Duration::from_millis(1900)).await;
    let early = sim.get(ADA, "/v1/people/me").await;
    early.refused(429);
    assert_eq!(early.headers["retry-after"], "1");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(sim.get(ADA, "/v1/people/me").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn posting_to_one_place_is_throttled_and_a_refused_post_has_no_effect() {
    let sim = Sim::limited(Switches::default(), 1.0).await;
    for n in 0..10 {
        sim.direct(ADA, BRUNO, &n.to_string()).await;
    }
    let message = json!({"toPersonEmail": BRUNO, "text": "too many"});
    let refused = sim.post(ADA, "/v1/messages", message.clone()).await;
    refused.refused(429);
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(sim.direct(BRUNO, ADA, "others are free").await["text"], "others are free");
    sim.direct(ADA, super::CHIARA, "and other places").await;
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(sim.post(ADA, "/v1/messages", message).await.status, 200);
    let list = sim.get(BRUNO, &format!("/v1/messages/direct?personEmail={ADA}")).await;
    assert_eq!(list.items().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn the_factor_scales_and_zero_switches_off() {
    for (factor, passes) in [(2.0, 20), (0.0, 100)] {
        let sim = Sim::limited(Switches::default(), factor).await;
        let mut count = 0;
        let message = json!({"toPersonEmail": BRUNO, "text": "x"});
        while count < 100 && sim.post(ADA, "/v1/messages", message.clone()).await.status == 200 {
            count += 1;
        }
        assert_eq!(count, passes, "with factor {factor}");
    }
}

#[tokio::test(start_paused = true)]
async fn how_fast_one_place_takes_posts_is_a_switch() {
    for (per_second, burst, wait) in [(1.0, 10.0, 1), (0.1, 2.0, 10)] {
        let sim = Sim::limited(Switches::default(), 1.0).await;
        let rate = json!({"per_second": per_second, "burst": burst});
        sim.switch(json!({"rates": {"posts_to_one_place": rate}})).await;
        let message = json!({"toPersonEmail": BRUNO, "text": "x"});
        let mut passed: f64 = 0.0;
        let refused = loop {
            let reply = sim.post(ADA, "/v1/messages", message.clone()).await;
            if reply.status != 200 {
                break reply;
            }
            passed += 1.0;
        };
        assert!((passed - burst).abs() < 0.5, "{passed} of {burst}");
        refused.refused(429);
        assert_eq!(refused.headers["retry-after"], wait.to_string());
        tokio::time::advance(Duration::from_secs(wait)).await;
        assert_eq!(sim.post(ADA, "/v1/messages", message.clone()).await.status, 200);
        sim.post(ADA, "/v1/messages", message).await.refused(429);
    }
}
