//! When webhooks end: by slowness, by failures, with the authorization. No number of this is published.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ADA, Sim};

const EVA: &str = "eva@webex.bot";

/// A bot with a webhook.
async fn world(switches: Value) -> (Sim, String) {
    let mut sim = Sim::new().await;
    sim.bot("Eva Lindqvist", EVA).await;
    sim.switch(switches).await;
    let hook = sim.hook(EVA, "messages", "created").await;
    (sim, hook)
}

#[tokio::test(start_paused = true)]
async fn how_long_a_receiver_may_take_is_a_switch() {
    for (allowed, failed) in [(4_000, 1), (6_000, 0)] {
        let (sim, _) = world(json!({"webhook_timeout_ms": allowed, "webhook_first_share": 0.0})).await;
        let slow = axum::Router::new().fallback(|| tokio::time::sleep(Duration::from_secs(5)));
        sim.courier.register("receiver.test", slow);
        sim.direct(ADA, EVA, "x").await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        let hooks = sim.get("", "/_sim/webhooks").await;
        let counts = (&hooks.items()[0]["failed"], &hooks.items()[0]["delivered"]);
        assert_eq!(counts, (&json!(failed), &json!(1 - failed)), "when {allowed} ms are allowed");
    }
}

#[tokio::test(start_paused = true)]
async fn which_share_of_failures_is_too_many_is_a_switch() {
    for (share, well, badly, status) in [
        (0.95, 4, 6, "active"),
        (0.95, 0, 10, "inactive"),
        (0.5, 4, 6, "inactive"),
        (0.5, 6, 4, "active"),
        (1.1, 0, 30, "active"),
    ] {
        let (sim, hook) = world(json!({"webhook_failure_share": share})).await;
        let receiver = sim.receiver();
        for number in 0..well {
            sim.direct(ADA, EVA, &number.to_string()).await;
        }
        receiver.bodies(well).await;
        receiver.answer(500);
        for number in 0..badly {
            sim.direct(ADA, EVA, &number.to_string()).await;
        }
        receiver.bodies(well + badly).await;
        let found = sim.get(EVA, &format!("/v1/webhooks/{hook}")).await;
        assert_eq!(found.body["status"], status, "{badly} of {} with {share}", well + badly);
    }
}

#[tokio::test(start_paused = true)]
async fn whether_webhooks_stop_with_their_authorization_is_a_switch() {
    for (stops, heard) in [(true, 0), (false, 1)] {
        let (sim, _) = world(json!({"webhook_stops_on_revoke": stops})).await;
        let receiver = sim.receiver();
        assert_eq!(sim.post("", "/_sim/revoke", json!({"person": EVA})).await.status, 204);
        sim.get(EVA, "/v1/people/me").await.refused(401);
        sim.direct(ADA, EVA, "is anybody there?").await;
        receiver.bodies(heard).await;
        let hooks = sim.get("", "/_sim/webhooks").await;
        assert_eq!(hooks.items()[0]["active"], !stops);
    }
}
