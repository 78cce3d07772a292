//! Conversations that vanish, and people who move.

use std::time::Duration;

use entente_model::{AccountId, AccountRef, Primary, WorkspaceRef};
use entente_sim::faults::{Fault, Rule, When};
use entente_store::{Console as _, Links as _, People as _};
use entente_testkit::setup::{TEAMS_WORKSPACE, WEBEX_WORKSPACE};
use entente_testkit::{Place, Setup, World};
use serde_json::Value;

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const SOON: Duration = Duration::from_mins(3);

fn texts(messages: &[Value]) -> Vec<String> {
    let text = |message: &Value| {
        message["text"].as_str().or(message["body"]["content"].as_str()).unwrap_or_default().to_owned()
    };
    messages.iter().rev().map(|message| text(message).replace("<p>", "").replace("</p>", "")).collect()
}

fn sending_is(code: u16, times: Option<u64>) -> Vec<Rule> {
    let name = "vanished".to_owned();
    let fault = Fault::Status { code, retry_after: None };
    let (method, path) = ("POST".to_owned(), "/v1/messages".to_owned());
    vec![Rule { name, method, path, fault, when: When::Before, share: 1.0, times }]
}

async fn settle(world: &World) {
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
}

#[tokio::test(start_paused = true)]
async fn a_message_into_a_conversation_that_vanished_opens_it_again() {
    for (seed, code) in [(51, 404), (52, 403)] {
        let world = World::synced(Setup { first_contact: true, ..Setup::small(seed) }).await;
        let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
        let room = ada.write(&world.bot_of(EVA).await, "hello").await.conversation;
        eva.write(ADA, "before").await;
        settle(&world).await;
        world.webex.faults().set(sending_is(code, Some(1)));
        eva.write(ADA, "after").await;
        eva.write(ADA, "and on").await;
        settle(&world).await;
        let counts = world.counts().await;
        assert_eq!((counts.dead, counts.other.get("opened_anew")), (0, Some(&1)), "{counts:?}");
        let seen = texts(&ada.sees(&room).await);
        assert_eq!(
            seen.iter().filter(|text| ["before", "after", "and on"].contains(&text.as_str())).count(),
            3
        );
        assert_eq!(seen[seen.len() - 2..], ["after", "and on"], "{seen:?}");
        // A conversation that is gone is a new one that is introduced; one that only refused is not.
        let introduced = seen.iter().filter(|text| text.contains("works in Microsoft Teams")).count();
        assert_eq!(introduced, usize::from(code == 404), "{seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_there_too_is_dead_at_once() {
    let world = World::synced(Setup::small(53)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let room = ada.write(&world.bot_of(EVA).await, "hello").await.conversation;
    settle(&world).await;
    world.webex.faults().set(sending_is(403, None));
    eva.write(ADA, "refused").await;
    settle(&world).await;
    assert_eq!(world.webex.faults().rules()[0].1, 2, "where it was said before, and then to her");
    world.webex.faults().set(Vec::new());
    let dead = world.store.dead(10).await.unwrap();
    assert!(dead.len() == 1 && dead[0].reason.contains("does not allow it"), "{dead:?}");
    eva.write(ADA, "taken").await;
    settle(&world).await;
    assert_eq!(texts(&ada.sees(&room).await), ["hello", "taken"]);
}

/// Somebody works elsewhere from now on.
async fn moves(world: &World, email: &str, workspace: &str, account: &str) {
    let known = world.store.person_by_email(email).await.unwrap().unwrap();
    let platform = if workspace == WEBEX_WORKSPACE { "webex" } else { "teams" };
    let before = known.person.primary.clone().unwrap().account;
    let at = WorkspaceRef { platform: platform.into(), id: workspace.into() };
    let now = AccountRef { workspace: at, id: AccountId::from(account) };
    let person = entente_model::Person { primary: Some(Primary { account: now.clone() }), ..known.person };
    world.store.save_people(vec![(person, vec![before, now])]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn two_who_swap_their_platforms_go_on_talking() {
    for (seed, eva_first) in [(54, false), (55, true)] {
        let world = World::synced(Setup::small(seed)).await;
        let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
        let old_room = ada.write(&world.bot_of(EVA).await, "from webex").await.conversation;
        settle(&world).await;
        let chat = eva.write(ADA, "from teams").await.conversation;
        settle(&world).await;

        // She was represented by a bot, and has an account now; the room with the bot is there still.
        let account = serde_json::json!({"name": "Eva Lindqvist", "email": EVA});
        world.control(Place::Webex, "/_sim/people", account).await;
        world.running().import(None).await.unwrap();
        let (ada, eva) = (world.at_teams(ADA).await, world.at_webex(EVA).await);
        moves(&world, ADA, TEAMS_WORKSPACE, &ada.id).await;
        moves(&world, EVA, WEBEX_WORKSPACE, &eva.id).await;
        world.represent(world.running()).await;
        world.listening().await;
        let room = if eva_first {
            let room = eva.write(ADA, "one").await.conversation;
            settle(&world).await;
            eva.write(ADA, "two").await;
            settle(&world).await;
            ada.write(EVA, "three").await;
            room
        } else {
            ada.write(EVA, "one").await;
            settle(&world).await;
            ada.write(EVA, "two").await;
            settle(&world).await;
            eva.write(ADA, "three").await.conversation
        };
        settle(&world).await;
        assert_ne!(room, old_room);
        assert_eq!(texts(&eva.sees(&room).await), ["one", "two", "three"]);
        assert_eq!(texts(&ada.sees(&chat).await), ["from webex", "from teams", "one", "two", "three"]);
        let counts = world.counts().await;
        assert_eq!((counts.dead, counts.waiting), (0, 0), "{counts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_concern_us_any_more_is_not_opened_any_more() {
    let world = World::synced(Setup::small(56)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    ada.write(&world.bot_of(EVA).await, "hello").await;
    eva.write(ADA, "yes?").await;
    settle(&world).await;
    // The first one may have been found by reading on; by now everybody hears.
    eva.write(ADA, "are you there?").await;
    settle(&world).await;
    // Ada works in Teams now, as Eva does: they need nobody between them.
    let ada = world.at_teams(ADA).await;
    moves(&world, ADA, TEAMS_WORKSPACE, &ada.id).await;
    let opened = world.counts().await.other.get("opened").copied();
    assert!(opened.is_some());
    let at = eva.write(ADA, "between us").await.conversation;
    settle(&world).await;
    eva.write(ADA, "as well").await;
    settle(&world).await;
    let counts = world.counts().await;
    assert_eq!(counts.other.get("opened").copied(), opened, "{counts:?}");
    let workspace = WorkspaceRef { platform: "teams".into(), id: TEAMS_WORKSPACE.into() };
    let at = entente_model::ConversationRef { workspace, id: at.as_str().into() };
    let known = world.store.known(&at, &[]).await.unwrap().conversation.unwrap();
    assert_eq!((known.interest, known.pair), (entente_store::Interest::No, None));
}
