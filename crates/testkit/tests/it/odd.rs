//! What nobody would write who means well: names that hide or turn what stands around them, and edits that leave nothing.

use std::time::Duration;

use entente_model::is_visible;
use entente_testkit::{Place, Setup, World};
use serde_json::Value;

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const SOON: Duration = Duration::from_mins(5);

async fn settle(world: &World) {
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
}

/// A world in which somebody is called what they should not be.
fn called(mut setup: Setup, email: &str, name: &str) -> Setup {
    let found = setup.people.iter_mut().find(|somebody| somebody.email == email);
    name.clone_into(&mut found.expect("they work there").name);
    setup
}

/// A name of eleven signs to see, and many that are not seen or that harm what stands around them.
fn hostile(first: &str, last: &str) -> String {
    format!("\u{202e}{first}\r\n\u{0}\u{200b} {last}{}\u{2066}", "\u{301}".repeat(10_000))
}

/// That a text shows this name and nothing that could hide or turn what stands around it.
fn shows_clean(text: &str, name: &str) {
    assert!(text.contains(name), "{text:?}");
    assert!(text.chars().all(|c| is_visible(c) || matches!(c, ' ' | '\n' | '\u{200d}')), "{text:?}");
    assert!(!text.contains(['\u{202e}', '\u{2066}']), "{text:?}");
    assert!(text.matches('\u{301}').count() < 10, "{} marks", text.matches('\u{301}').count());
}

#[tokio::test(start_paused = true)]
async fn a_name_harms_nothing_where_it_is_introduced() {
    let setup = Setup { first_contact: true, ..Setup::small(201) };
    let world = World::synced(called(setup, ADA, &hostile("Ada", "Okafor"))).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    ada.write(&world.bot_of(EVA).await, "hello").await;
    settle(&world).await;
    let chat = eva.write(ADA, "yes?").await.conversation;
    settle(&world).await;
    let seen = eva.sees(&chat).await;
    let text = |message: &Value| message["body"]["content"].as_str().unwrap_or_default().to_owned();
    let introduced = seen.iter().map(text).find(|text| text.contains("works in"));
    shows_clean(&introduced.expect("Ada is introduced"), "Ada Okafor");
}

#[tokio::test(start_paused = true)]
async fn a_name_harms_nothing_in_front_of_what_is_passed_on() {
    let setup = Setup::between(202, &[Place::Webex, Place::Slack]);
    let world = World::synced(called(setup, ADA, &hostile("Ada", "Okafor"))).await;
    let rooms = world.open_channels("launch").await;
    world.link(&rooms).await;
    rooms[0].host.tell(&rooms[0].id, "who is in?").await;
    settle(&world).await;
    let shown = rooms[1].host.sees(&rooms[1].id).await;
    shows_clean(shown[0]["as"].as_str().expect("the app says whose words they are"), "Ada Okafor");
}

/// What Ada sees of a message that Eva changed to this.
async fn after_edit(seed: u64, text: &str) -> Vec<String> {
    let world = World::synced(Setup::small(seed)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let room = ada.write(&world.bot_of(EVA).await, "hello").await.conversation;
    eva.write(ADA, "hello yourself").await;
    let said = eva.write(ADA, "the password is swordfish").await;
    settle(&world).await;
    eva.edit(&said, text).await;
    settle(&world).await;
    let room = ada.sees(&room).await;
    room.iter().rev().map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_empties_a_message_takes_its_copy_back() {
    // Of white space alone Teams itself makes no message.
    for (seed, nothing) in [(203, "\u{200b}"), (204, "\u{2060}\n\u{feff}")] {
        assert_eq!(after_edit(seed, nothing).await, ["hello", "hello yourself"], "{nothing:?}");
    }
}
