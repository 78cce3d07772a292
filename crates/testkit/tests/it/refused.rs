//! What nobody may read does not hold up what can be read.

use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use entente_store::Console as _;
use entente_testkit::{Actor, Setup, World};
use serde_json::Value;

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const SOON: Duration = Duration::from_mins(3);

fn reading_is(code: u16, path: &str) -> Vec<Rule> {
    let name = "refused".to_owned();
    let fault = Fault::Status { code, retry_after: None };
    let (method, path) = ("GET".to_owned(), path.to_owned());
    vec![Rule { name, method, path, fault, when: When::Before, share: 1.0, times: None }]
}

/// Ada and Eva, who have talked before, and the chat on Teams.
async fn acquainted(seed: u64) -> (World, Actor, Actor, String) {
    let world = World::synced(Setup::small(seed)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    ada.write(&world.bot_of(EVA).await, "hello").await;
    assert!(world.settle(SOON).await);
    let chat = eva.write(ADA, "hello yourself").await.conversation;
    assert!(world.settle(SOON).await);
    (world, ada, eva, chat)
}

fn says(messages: &[Value], text: &str) -> bool {
    messages.iter().any(|message| message["body"]["content"].as_str().is_some_and(|body| body.contains(text)))
}

#[tokio::test(start_paused = true)]
async fn a_report_that_nobody_may_read_is_set_aside_after_a_minute_and_the_rest_goes_on() {
    let (world, ada, eva, chat) = acquainted(41).await;
    let bot = world.bot_of(EVA).await;
    world.webex.faults().set(reading_is(403, "/v1/messages"));
    let began = world.now();
    ada.write(&bot, "not to be read").await;
    tokio::time::sleep(Duration::from_secs(50)).await;
    let counts = world.counts().await;
    assert_eq!(counts.unrouted, 1, "rights may arrive late: {counts:?}");
    assert!(counts.unrouted_since.is_some_and(|since| since >= began), "{counts:?}");
    tokio::time::sleep(Duration::from_mins(2)).await;
    let counts = world.counts().await;
    assert_eq!((counts.unrouted, counts.unrouted_since), (0, None), "{counts:?}");
    assert_eq!(counts.dropped.get("refused"), Some(&1), "{counts:?}");
    let aside = world.store.aside(10).await.unwrap();
    assert!(aside.len() == 1 && aside[0].reason.contains("does not allow it"), "{aside:?}");
    world.webex.faults().set(Vec::new());
    ada.write(&bot, "to be read").await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    assert!(says(&eva.sees(&chat).await, "to be read"));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_nobody_may_look_into_is_let_go_as_well() {
    let world = World::synced(Setup::small(42)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    world.webex.faults().set(reading_is(403, "/v1/rooms"));
    ada.write(&world.bot_of(EVA).await, "first").await;
    tokio::time::sleep(Duration::from_mins(4)).await;
    let counts = world.counts().await;
    assert_eq!((counts.unrouted, counts.dropped.get("refused")), (0, Some(&1)), "{counts:?}");
    world.webex.faults().set(Vec::new());
    ada.write(&world.bot_of(EVA).await, "second").await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let chat = eva.write(ADA, "what?").await.conversation;
    assert!(says(&eva.sees(&chat).await, "second"));
}

#[tokio::test(start_paused = true)]
async fn a_lost_consent_is_waited_for_as_long_as_anything_is() {
    let (world, ada, ..) = acquainted(43).await;
    world.webex.faults().set(reading_is(401, "/v1/messages"));
    ada.write(&world.bot_of(EVA).await, "while nobody listens").await;
    tokio::time::sleep(Duration::from_hours(23)).await;
    assert_eq!(world.counts().await.unrouted, 1);
    tokio::time::sleep(Duration::from_hours(2)).await;
    let counts = world.counts().await;
    assert_eq!((counts.unrouted, counts.dropped.get("refused")), (0, Some(&1)), "{counts:?}");
}
