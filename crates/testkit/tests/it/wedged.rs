//! A panic stops one conversation and no other, until somebody lets it go on; nothing is lost or said twice by that.

use std::time::Duration;

use entente_engine::planted::{Bug, plant};
use entente_sim::faults::{Fault, Rule, When};
use entente_store::{Console as _, LaneKey, Lanes as _, Queue};
use entente_testkit::{Setup, World};

const ADA: &str = "ada.okafor@acme.example";
const BRUNO: &str = "bruno.keller@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const SOON: Duration = Duration::from_mins(3);

async fn standing(world: &World) -> Vec<Queue> {
    let queues = world.store.queues(100).await.unwrap();
    queues.into_iter().filter(|queue| queue.wedged).collect()
}

/// Waits until a conversation stands.
async fn stands(world: &World) -> Queue {
    for _ in 0..600 {
        if let Some(queue) = standing(world).await.pop() {
            return queue;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("nothing stands");
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_met_a_panic_stands_until_it_is_let_go() {
    let world = World::synced(Setup::small(31)).await;
    let (ada, bruno) = (world.at_webex(ADA).await, world.at_webex(BRUNO).await);
    let (eva, bot) = (world.at_teams(EVA).await, world.bot_of(EVA).await);
    ada.write(&bot, "before").await;
    bruno.write(&bot, "before").await;
    assert!(world.settle(SOON).await);

    // A report that nobody can work on.
    plant(Some(Bug::Panic));
    ada.write(&bot, "one").await;
    let reports = stands(&world).await;
    plant(None);
    assert!(matches!(reports.lane, LaneKey::Reports(_)), "{reports:?}");
    assert_eq!((reports.waiting, reports.reason.as_str()), (1, "an internal error; see the log"));
    bruno.write(&bot, "past it").await;
    tokio::time::sleep(SOON).await;
    assert_eq!(world.counts().await.unrouted, 1, "the others go on, and this one stands");
    assert!(world.store.unwedge(reports.lane_id).await.unwrap());
    assert!(world.settle(SOON).await);

    // A row that nobody can deliver.
    world.teams.faults().set(vec![Rule {
        name: "busy".to_owned(),
        method: "POST".to_owned(),
        path: "/v1.0/chats".to_owned(),
        fault: Fault::Status { code: 429, retry_after: Some("20".to_owned()) },
        when: When::Before,
        share: 1.0,
        times: None,
    }]);
    ada.write(&bot, "two").await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    plant(Some(Bug::Panic));
    let rows = stands(&world).await;
    plant(None);
    world.teams.faults().set(Vec::new());
    assert!(matches!(rows.lane, LaneKey::Direct(..)), "{rows:?}");
    assert!(!world.settle(SOON).await, "it stands");
    assert!(world.store.unwedge(rows.lane_id).await.unwrap());
    assert!(world.settle(SOON).await);
    assert!(standing(&world).await.is_empty());
    let chat = eva.write(ADA, "read").await.conversation;
    let seen = eva.sees(&chat).await;
    let said: Vec<&str> = seen.iter().filter_map(|message| message["body"]["content"].as_str()).collect();
    for text in ["before", "one", "two"] {
        assert_eq!(said.iter().filter(|said| said.contains(text)).count(), 1, "{text}: {said:?}");
    }
}
