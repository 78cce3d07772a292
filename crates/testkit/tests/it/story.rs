//! What two colleagues see: an engineer who works in Webex and a sales person who works in Teams.

use std::time::Duration;

use entente_testkit::{Said, Setup, World, judge::judge};
use serde_json::Value;

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";

/// Long enough for everything to have happened, in virtual time.
const SOON: Duration = Duration::from_mins(3);

fn text_of(message: &Value) -> String {
    let text = message["text"].as_str().or(message["body"]["content"].as_str());
    text.unwrap_or_default().replace("<p>", "").replace("</p>", "")
}

fn texts(messages: &[Value]) -> Vec<String> {
    messages.iter().rev().map(text_of).collect()
}

#[tokio::test(start_paused = true)]
async fn a_message_to_a_bot_arrives_in_teams_from_the_engineers_own_account_and_the_answer_comes_back() {
    let world = World::synced(Setup::small(1)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let bot = world.bot_of(EVA).await;

    let asked = ada.write(&bot, "Can you ship on Friday?").await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let ada_on_teams = world.at_teams(ADA).await;
    let said = Said::once("c", &ada_on_teams.id, "Can you ship on Friday?");
    let verdict = judge(&[said], world.teams.ledger());
    assert!(verdict.is_clean(), "{verdict}");

    eva.write(ADA, "Yes, by noon.").await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let seen = ada.sees(&asked.conversation).await;
    assert_eq!(texts(&seen), ["Can you ship on Friday?", "Yes, by noon."]);
    assert_eq!(seen[0]["personEmail"], bot.as_str());
    let counts = world.counts().await;
    assert_eq!((counts.delivered, counts.dead, counts.waiting), (2, 0, 0), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_conversation_begun_in_teams_reaches_webex_from_the_bot() {
    let world = World::synced(Setup::small(2)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let begun = eva.write(ADA, "Hello from Teams").await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let answered = ada.write(&world.bot_of(EVA).await, "Hello from Webex").await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    assert_eq!(texts(&ada.sees(&answered.conversation).await), ["Hello from Teams", "Hello from Webex"]);
    assert_eq!(texts(&eva.sees(&begun.conversation).await), ["Hello from Teams", "Hello from Webex"]);
}
