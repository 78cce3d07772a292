//! Our own pace stays below what Teams allows, so that hardly anything is refused.

use std::time::Duration;

use entente_model::{Body, Destination, Operation};
use serde_json::json;

use crate::simulated::{deliver, send};
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn our_own_limits_keep_us_below_teams() {
    let world = World::new(1.0, json!({"echo": "after", "chat_limit_shared": true})).await;
    let eva = world.person("Eva");
    let client = world.as_person("Ada").await;
    let first = send(&*client, &eva, None, "1").await;
    for number in 2..6 {
        send(&*client, &eva, None, &number.to_string()).await;
    }
    let edit = Operation::Edit { target: first, body: Body::text("one") };
    deliver(&*client, edit).await.unwrap();
    let entries = world.sim.ledger().read(0, usize::MAX);
    assert!(entries.iter().all(|entry| entry.status != 429), "{entries:?}");
}

/// Requests do not all take the same time on their way: what leaves a second apart may arrive closer.
#[tokio::test(start_paused = true)]
async fn a_backlog_for_one_chat_meets_no_refusal_although_requests_catch_up_on_the_way() {
    for shared in [true, false] {
        let world = World::new(1.0, json!({"echo": "after", "chat_limit_shared": shared})).await;
        let client = world.as_person("Ada").await;
        let first = send(&*client, &world.person("Eva"), None, "1").await;
        world.unevenly(Duration::from_millis(100));
        for number in 2..=12 {
            let to = Destination::Conversation(first.conversation.clone());
            let body = Body::text(&number.to_string());
            deliver(&*client, Operation::Send { to, thread: None, body }).await.unwrap();
        }
        let entries = world.sim.ledger().read(0, usize::MAX);
        let posts = entries
            .iter()
            .filter(|entry| entry.method == "POST" && entry.path.ends_with("/messages"))
            .count();
        assert_eq!(posts, 12);
        assert!(entries.iter().all(|entry| entry.status != 429), "{entries:?}");
    }
}
