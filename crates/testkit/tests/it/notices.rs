//! What Entente itself says, and what it leaves alone.

use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use entente_testkit::{Place, Setup, World};
use serde_json::Value;

const ADA: &str = "ada.okafor@acme.example";
const BRUNO: &str = "bruno.keller@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const FARID: &str = "farid.haddad@acme.example";
const SOON: Duration = Duration::from_mins(3);

fn texts(messages: &[Value]) -> Vec<String> {
    let text = |message: &Value| {
        message["text"].as_str().or(message["body"]["content"].as_str()).unwrap_or_default().to_owned()
    };
    messages.iter().rev().map(text).collect()
}

#[tokio::test(start_paused = true)]
async fn a_new_mirror_begins_with_one_line_that_says_what_it_is() {
    let world = World::synced(Setup { first_contact: true, ..Setup::small(21) }).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    ada.write(&world.bot_of(EVA).await, "first").await;
    ada.write(&world.bot_of(EVA).await, "second").await;
    assert!(world.settle(SOON).await);
    let chat = eva.write(ADA, "third").await.conversation;
    assert!(world.settle(SOON).await);
    let seen = texts(&eva.sees(&chat).await);
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert!(seen[0].contains("Ada Okafor works in Webex"), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn the_app_answers_who_can_be_written_to_where() {
    let world = World::synced(Setup::small(23)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let app = world.app_address().await;
    let room = ada.write(&app, "find eva").await.conversation;
    let nothing = ada.write(&app, "find nobody at all").await.conversation;
    assert_eq!(room, nothing);
    ada.write(&app, "hello?").await;
    assert!(world.settle(SOON).await);
    let seen = texts(&ada.sees(&room).await);
    assert!(seen.iter().any(|text| text.contains(&world.address_of(EVA))), "{seen:?}");
    assert!(seen.iter().any(|text| text.contains("Nobody")), "{seen:?}");
    assert_eq!(seen.len(), 6, "{seen:?}");
    let chat = eva.app_chat().await;
    eva.say(&chat, "find Ada").await;
    assert!(world.settle(SOON).await);
    let seen = texts(&eva.sees(&chat).await);
    assert!(seen.iter().any(|text| text.contains(ADA)), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn conversations_of_no_interest_leave_nothing_behind() {
    let world = World::synced(Setup::small(24)).await;
    let (eva, bruno) = (world.at_teams(EVA).await, world.at_teams(BRUNO).await);
    // Two who are at home here, and two who are at home elsewhere.
    eva.write(FARID, "between us").await;
    bruno.write(ADA, "colleagues in their second app").await;
    assert!(world.settle(SOON).await);
    let counts = world.counts().await;
    assert_eq!((counts.planned, counts.delivered, counts.waiting, counts.dead), (0, 0, 0, 0), "{counts:?}");
    let opened = counts.other.get("opened").copied().unwrap_or(0);
    assert_eq!(opened, 0, "nothing of theirs was opened: {counts:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_by_hand_from_the_second_account_stays_there() {
    let world = World::synced(Setup::small(25)).await;
    let (ada, by_hand) = (world.at_webex(ADA).await, world.at_teams(ADA).await);
    let room = ada.write(&world.bot_of(EVA).await, "from webex").await.conversation;
    assert!(world.settle(SOON).await);
    by_hand.write(EVA, "by hand, from teams").await;
    assert!(world.settle(SOON).await);
    assert_eq!(texts(&ada.sees(&room).await), ["from webex"]);
    assert_eq!(world.counts().await.dropped.get("own_secondary"), Some(&1));
}

#[tokio::test(start_paused = true)]
async fn subscriptions_that_lapse_or_are_removed_cost_nothing() {
    let world = World::synced(Setup::small(26)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let room = ada.write(&world.bot_of(EVA).await, "hello").await.conversation;
    assert!(world.settle(SOON).await);
    let expected = ["hello", "unheard", "while asked to confirm", "while removed", "deaf bot"];
    // They end and nobody is told; the reconciler finds that out by itself.
    world.control(Place::Teams, "/_sim/subscriptions/lapse", serde_json::json!({})).await;
    eva.write(ADA, expected[1]).await;
    tokio::time::sleep(Duration::from_mins(40)).await;
    world
        .control(Place::Teams, "/_sim/lifecycle", serde_json::json!({"event": "reauthorizationRequired"}))
        .await;
    eva.write(ADA, expected[2]).await;
    assert!(world.settle(SOON).await);
    world.control(Place::Teams, "/_sim/subscriptions/remove", serde_json::json!({})).await;
    eva.write(ADA, expected[3]).await;
    assert!(world.settle(SOON).await);
    world.control(Place::Webex, "/_sim/webhooks/deactivate", serde_json::json!({})).await;
    let chat = eva.write(ADA, "from teams").await.conversation;
    ada.write(&world.bot_of(EVA).await, expected[4]).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert!(world.settle(SOON).await);
    assert_eq!(texts(&ada.sees(&room).await)[..4], expected[..4]);
    assert!(texts(&eva.sees(&chat).await).last().is_some_and(|text| text.contains(expected[4])));
}

#[tokio::test(start_paused = true)]
async fn a_report_that_comes_late_is_passed_on() {
    let world = World::synced(Setup::small(27)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let room = ada.write(&world.bot_of(EVA).await, "hello").await.conversation;
    eva.write(ADA, "before").await;
    assert!(world.settle(SOON).await);
    assert_eq!(world.counts().await.other.get("late"), None);
    let late = Rule {
        name: "late".to_owned(),
        method: "HOOK".to_owned(),
        path: String::new(),
        fault: Fault::Delay { millis: 30_000 },
        when: When::Before,
        share: 1.0,
        times: Some(1),
    };
    world.teams.faults().set(vec![late]);
    eva.write(ADA, "late").await;
    eva.write(ADA, "in time").await;
    assert!(world.settle(SOON).await);
    assert_eq!(world.counts().await.other.get("late"), Some(&1));
    let mut seen = texts(&ada.sees(&room).await);
    seen.sort();
    assert_eq!(seen, ["before", "hello", "in time", "late"], "all are passed on");
}
