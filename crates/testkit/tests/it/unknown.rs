//! Calls of which nobody knows whether they were done.

use std::time::Duration;

use entente_model::{Loss, Pair, WorkspaceRef};
use entente_sim::faults::{Fault, Rule, When};
use entente_store::{LaneKey, Links as _, Outbox as _, People as _};
use entente_testkit::setup::TEAMS_WORKSPACE;
use entente_testkit::{Place, Setup, World};
use serde_json::json;

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const SOON: Duration = Duration::from_mins(3);

fn rule(method: &str, path: &str, fault: Fault, when: When) -> Rule {
    let (method, path) = (method.to_owned(), path.to_owned());
    Rule { name: "unknown".to_owned(), method, path, fault, when, share: 1.0, times: None }
}

async fn settle(world: &World) {
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_may_have_been_done_is_looked_for_as_it_was_said() {
    let world = World::synced(Setup { first_contact: true, ..Setup::small(61) }).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let bot = world.bot_of(EVA).await;
    ada.write(&bot, "hello").await;
    settle(&world).await;
    let chat = eva.write(ADA, "yes?").await.conversation;
    settle(&world).await;
    let people =
        [ADA, EVA].map(async |email| world.store.person_by_email(email).await.unwrap().unwrap().person.id);
    let [one, other] = people;
    let pair = Pair::of(one.await, other.await).unwrap();
    let teams = WorkspaceRef { platform: "teams".into(), id: TEAMS_WORKSPACE.into() };

    // It is done and not answered, its echo is lost, and meanwhile it is forgotten where the two talk.
    let status = Fault::Status { code: 504, retry_after: None };
    let mut unanswered = rule("POST", "*/messages", status, When::After);
    unanswered.times = Some(1);
    world.teams.faults().set(vec![unanswered, rule("HOOK", "", Fault::Drop, When::Before)]);
    ada.write(&bot, "said once").await;
    let lane = LaneKey::Direct(pair, teams.clone());
    while world.store.begun(&lane).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let open = world.store.direct(pair, &teams).await.unwrap().expect("they have talked");
    world.store.forget(&open).await.unwrap();
    tokio::time::sleep(Duration::from_mins(3)).await;
    world.teams.faults().set(Vec::new());
    settle(&world).await;
    let seen = eva.sees(&chat).await;
    let saying = |text: &str| {
        seen.iter().filter(|m| m["body"]["content"].as_str().is_some_and(|body| body.contains(text))).count()
    };
    assert_eq!((saying("said once"), saying("works in Webex")), (1, 1), "{seen:?}");
    assert_eq!(world.counts().await.other.get("unknown_had_landed"), Some(&1));
    assert_eq!(world.store.direct(pair, &teams).await.unwrap(), Some(open), "it is known again");
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_is_not_answered_is_repeated_less_and_less_often() {
    let world = World::synced(Setup::small(62)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let room = ada.write(&world.bot_of(EVA).await, "hello").await.conversation;
    let said = eva.write(ADA, "friday").await;
    settle(&world).await;
    let status = Fault::Status { code: 504, retry_after: None };
    world.webex.faults().set(vec![rule("PUT", "/v1/messages/", status, When::Before)]);
    eva.edit(&said, "monday").await;
    tokio::time::sleep(Duration::from_mins(10)).await;
    let tried = world.webex.faults().rules()[0].1;
    assert!((5..=12).contains(&tried), "{tried} times in ten minutes");
    world.webex.faults().set(Vec::new());
    assert!(world.settle(Duration::from_mins(15)).await, "{:?}", world.counts().await);
    assert_eq!(ada.sees(&room).await[0]["text"], "monday");
}

/// Working on a lane is handed over in time: nothing that waits for its turn is looked for as if it had left.
#[tokio::test(start_paused = true)]
async fn of_a_long_queue_nothing_is_unknown() {
    let world = World::synced(Setup::between(63, &[Place::Webex, Place::Zoom])).await;
    let (one, other) = (world.somebody_of(Place::Webex), world.somebody_of(Place::Zoom));
    let writer = world.at(Place::Webex, &one).await;
    let to = world.address_at(Place::Webex, &other).await;
    let mut said = Vec::new();
    for n in 0..90 {
        said.push(writer.send(&to, json!({"markdown": format!("`code` {n}")})).await);
    }
    assert!(world.settle(Duration::from_mins(15)).await, "{:?}", world.counts().await);
    let known = said
        .iter()
        .filter(|at| world.lost.by(|of| of.id.as_str() == at.message) == [Loss::Formatting])
        .count();
    assert_eq!(known, said.len(), "what came of each is known by its answer");
}
