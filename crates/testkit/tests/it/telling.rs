//! What senders are told about messages that wait, die, or go through after all.

use std::time::Duration;

use entente_engine::Overdue;
use entente_model::{StandIn, StandInState};
use entente_sim::faults::{Fault, Rule, When};
use entente_store::People as _;
use entente_testkit::{Actor, Setup, World};
use serde_json::Value;

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const SOON: Duration = Duration::from_mins(3);

/// The last of what somebody sees, oldest first.
async fn sees(actor: &Actor, room: &str, last: usize) -> Vec<String> {
    let text = |message: &Value| {
        message["text"].as_str().or(message["body"]["content"].as_str()).unwrap_or_default().to_owned()
    };
    let mut texts: Vec<_> = actor.sees(room).await.iter().take(last).map(text).collect();
    texts.reverse();
    texts
}

fn told(word: &str, seen: &[String]) -> usize {
    seen.iter().filter(|text| text.contains(word)).count()
}

/// Posts to the second platform are answered like this.
fn posts(code: u16, retry_after: Option<&str>, times: Option<u64>) -> Vec<Rule> {
    vec![Rule {
        name: "posts".to_owned(),
        method: "POST".to_owned(),
        path: "/v1.0/chats".to_owned(),
        fault: Fault::Status { code, retry_after: retry_after.map(str::to_owned) },
        when: When::Before,
        share: 1.0,
        times,
    }]
}

fn down() -> Vec<Rule> {
    posts(429, Some("20"), None)
}

/// Two people who have written to each other, and where each sees that.
async fn acquainted(setup: Setup) -> (World, [Actor; 2], [String; 2], String) {
    let world = World::synced(setup).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let bot = world.bot_of(EVA).await;
    let room = ada.write(&bot, "hello").await.conversation;
    let chat = eva.write(ADA, "hi").await.conversation;
    assert!(world.settle(SOON).await);
    (world, [ada, eva], [room, chat], bot)
}

#[tokio::test(start_paused = true)]
async fn a_sender_is_told_once_that_messages_wait_and_once_that_they_went_through() {
    let (world, [ada, eva], [room, chat], bot) = acquainted(Setup::small(22)).await;
    world.teams.faults().set(down());
    ada.write(&bot, "one").await;
    ada.write(&bot, "two").await;
    tokio::time::sleep(Duration::from_mins(20)).await;
    let seen = sees(&ada, &room, 9).await;
    assert_eq!(told("have not reached Microsoft Teams yet", &seen), 1, "{seen:?}");
    assert_eq!(told("Your 2 messages since 10:0", &seen), 1, "{seen:?}");
    world.teams.faults().set(Vec::new());
    assert!(world.settle(Duration::from_mins(30)).await);
    let seen = sees(&ada, &room, 9).await;
    assert_eq!((told("have not reached", &seen), told("gone through", &seen)), (1, 1), "{seen:?}");
    let arrived = sees(&eva, &chat, 9).await;
    assert!(arrived[2].contains("one") && arrived[3].contains("two"), "{arrived:?}");
    assert_eq!(arrived.len(), 4, "what Entente said in one mirror is not passed on: {arrived:?}");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_died_after_all_is_told_of_and_is_not_said_to_have_gone_through() {
    let (world, [ada, eva], [room, chat], bot) = acquainted(Setup::small(28)).await;
    world.teams.faults().set(down());
    for text in ["one", "two", "three"] {
        ada.write(&bot, text).await;
    }
    tokio::time::sleep(Duration::from_mins(20)).await;
    // In the chat that was known, and once more when it is opened anew.
    world.teams.faults().set(posts(403, None, Some(2)));
    assert!(world.settle(Duration::from_mins(30)).await);
    let seen = sees(&ada, &room, 20).await;
    assert_eq!(told("Your 3 messages since", &seen), 1, "{seen:?}");
    assert_eq!(
        told("could not be delivered to Microsoft Teams. Microsoft Teams refused it", &seen),
        1,
        "{seen:?}"
    );
    let end = "Your other earlier messages have gone through now; 1 could not be delivered.";
    assert_eq!(told(end, &seen), 1, "{seen:?}");
    assert_eq!(told("Entente:", &seen), 3, "nothing else was said: {seen:?}");
    assert_eq!(told("40", &seen) + told("_", &seen), 0, "no codes and no names of ours: {seen:?}");
    let arrived = sees(&eva, &chat, 9).await;
    assert_eq!((arrived.len(), world.counts().await.dead), (4, 1), "{arrived:?}");
    let letter = entente_store::Console::dead(&world.store, 9).await.unwrap().remove(0);
    assert!(letter.reason.len() > "refused".len(), "the administrator sees more: {letter:?}");
}

#[tokio::test(start_paused = true)]
async fn who_has_not_consented_is_told_so_with_a_link_of_their_own() {
    let (world, [ada, _], [room, _], bot) = acquainted(Setup::small(29)).await;
    let ada_there = world.store.person_by_email(ADA).await.unwrap().unwrap().stand_ins.remove(0);
    let awaiting = StandIn { state: StandInState::AwaitingConsent, login: None, ..ada_there };
    world.store.save_stand_in(&awaiting).await.unwrap();
    ada.write(&bot, "one").await;
    tokio::time::sleep(Duration::from_mins(8)).await;
    let seen = sees(&ada, &room, 1).await;
    assert!(seen[0].contains("You have not consented yet that Entente writes there as you."), "{seen:?}");
    let link = seen[0].split("http://localhost:7700/connect/").nth(1);
    assert!(link.is_some_and(|token| token.len() > 20), "{seen:?}");
    // An administrator sees the same, with names and without a word of the message.
    let overdue = world.running().overdue(9).await.unwrap();
    assert_eq!(overdue.len(), 1, "{overdue:?}");
    let Overdue { from, to, workspace, messages, why, stands, .. } = &overdue[0];
    let ends = (from.as_deref(), to.as_deref(), workspace.as_str());
    assert_eq!(ends, (Some("Ada Okafor"), Some("Eva Lindqvist"), "acme-teams"));
    assert_eq!((*messages, why.as_str(), *stands), (1, "the sender has not given consent there yet", false));
}

/// Dies at one point after the other, once while a sender is told that a message waits and once while they are told that
/// it went through. Each is told all the same, once.
#[tokio::test(start_paused = true)]
async fn no_death_tells_anything_twice_or_not_at_all() {
    let (tell_after, quiet) = (Duration::from_secs(20), Duration::from_secs(5));
    let setup = Setup { tell_after, quiet, limits: 0.0, ..Setup::small(30) };
    let (mut world, [ada, _], [room, _], bot) = acquainted(setup).await;
    let mut deaths = 0;
    for point in 1.. {
        assert!(point < 1_000, "a notice takes no end of points");
        world.teams.faults().set(posts(429, Some("3"), None));
        let text = format!("m{point}");
        ada.write(&bot, &text).await;
        tokio::time::sleep(Duration::from_secs(19)).await;
        world.gate().kill_after(point);
        let died_telling = world.wait_for_death(Duration::from_secs(8)).await;
        if died_telling {
            world.start(None, false).await;
        }
        tokio::time::sleep(Duration::from_secs(20)).await;
        let seen = sees(&ada, &room, 2).await;
        assert!(seen[0] == text && seen[1].contains("has not reached"), "dead at point {point}: {seen:?}");
        world.teams.faults().set(Vec::new());
        world.gate().kill_after(point);
        let died_after = world.wait_for_death(Duration::from_secs(12)).await;
        if died_after {
            world.start(None, false).await;
        }
        world.gate().forgive();
        assert!(world.settle(SOON).await, "never calm after a death at point {point}");
        tokio::time::sleep(Duration::from_secs(15)).await;
        let seen = sees(&ada, &room, 3).await;
        let first = seen[0] == text && seen[1].contains("has not reached");
        assert!(first && seen[2].contains("gone through now"), "dead at point {point}: {seen:?}");
        if !died_telling && !died_after {
            break;
        }
        deaths += usize::from(died_telling) + usize::from(died_after);
    }
    assert!(deaths > 40, "it died only {deaths} times");
}
