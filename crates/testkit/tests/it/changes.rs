//! What people do with messages that were passed on: edit, take back, answer in a thread, write at length.

use std::time::Duration;

use entente_testkit::people::At;
use entente_testkit::{Actor, Place, Setup, World};
use serde_json::{Value, json};

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const SOON: Duration = Duration::from_mins(3);

struct Pair {
    world: World,
    ada: Actor,
    eva: Actor,
    bot: String,
    room: String,
    chat: String,
}

impl Pair {
    /// Ada and Eva, who have talked before.
    async fn acquainted(seed: u64) -> Self {
        let world = World::synced(Setup::small(seed)).await;
        let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
        let bot = world.bot_of(EVA).await;
        let room = ada.write(&bot, "hello").await.conversation;
        let chat = eva.write(ADA, "hello yourself").await.conversation;
        let pair = Self { world, ada, eva, bot, room, chat };
        pair.settle().await;
        pair
    }

    async fn settle(&self) {
        assert!(self.world.settle(SOON).await, "{:?}", self.world.counts().await);
    }

    /// The newest messages that Ada sees in Webex, newest first.
    async fn in_webex(&self) -> Vec<Value> {
        self.ada.sees(&self.room).await
    }

    /// The newest messages that Eva sees in Teams, newest first.
    async fn in_teams(&self) -> Vec<Value> {
        self.eva.sees(&self.chat).await
    }
}

fn webex_text(message: &Value) -> &str {
    message["text"].as_str().unwrap_or_default()
}

fn teams_html(message: &Value) -> &str {
    message["body"]["content"].as_str().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn an_edit_and_a_deletion_in_webex_show_in_teams() {
    let pair = Pair::acquainted(11).await;
    let sent = pair.ada.write(&pair.bot, "ship on friday").await;
    pair.settle().await;
    pair.ada.edit(&sent, "ship on **monday**").await;
    pair.settle().await;
    assert!(teams_html(&pair.in_teams().await[0]).contains("monday"), "{:?}", pair.in_teams().await[0]);
    pair.ada.delete(&sent).await;
    pair.settle().await;
    let newest = &pair.in_teams().await[0];
    assert!(newest["deletedDateTime"].is_string(), "{newest}");
}

#[tokio::test(start_paused = true)]
async fn an_edit_and_a_deletion_in_teams_show_in_webex() {
    let pair = Pair::acquainted(12).await;
    let sent = pair.eva.write(ADA, "ship on friday").await;
    pair.settle().await;
    pair.eva.edit(&sent, "ship on monday").await;
    pair.settle().await;
    assert_eq!(webex_text(&pair.in_webex().await[0]), "ship on monday");
    pair.eva.delete(&sent).await;
    pair.settle().await;
    assert_eq!(webex_text(&pair.in_webex().await[0]), "hello yourself");
}

#[tokio::test(start_paused = true)]
async fn when_webex_takes_no_more_edits_the_next_one_is_a_reply() {
    let pair = Pair::acquainted(13).await;
    let sent = pair.eva.write(ADA, "v0").await;
    pair.settle().await;
    for version in 1..=12 {
        pair.eva.edit(&sent, &format!("v{version}")).await;
        pair.settle().await;
    }
    let seen = pair.in_webex().await;
    let texts: Vec<&str> = seen.iter().take(2).map(webex_text).collect();
    assert_eq!(texts, ["v12", "v10"], "the reply is edited, the original is left as it could last be");
    assert_eq!(seen[0]["parentId"], seen[1]["id"]);
    assert_eq!(pair.world.counts().await.other["loss_edit_as_reply"], 1);
    pair.eva.delete(&sent).await;
    pair.settle().await;
    assert_eq!(webex_text(&pair.in_webex().await[0]), "hello yourself", "both are taken back");
}

#[tokio::test(start_paused = true)]
async fn threads_and_quotes_lead_to_the_same_message_on_both_sides() {
    let pair = Pair::acquainted(14).await;
    let question = pair.ada.write(&pair.bot, "which region?").await;
    pair.settle().await;
    let arrived = pair.in_teams().await[0]["id"].as_str().unwrap().to_owned();
    let at = At { conversation: pair.chat.clone(), message: arrived.clone() };
    pair.eva.reply(&at, "Frankfurt").await;
    pair.settle().await;
    let answer = &pair.in_webex().await[0];
    assert_eq!(webex_text(answer), "Frankfurt");
    assert_eq!(answer["parentId"], question.message.as_str());
    pair.ada.reply(&question, "thanks").await;
    pair.settle().await;
    let newest = &pair.in_teams().await[0];
    assert!(teams_html(newest).contains("thanks"));
    let quoted =
        newest["attachments"].as_array().is_some_and(|all| all.iter().any(|a| a["id"] == arrived.as_str()));
    assert!(quoted, "{newest}");
    // What answers an answer hangs below the question, as threads have one level there.
    let at = At { conversation: pair.chat.clone(), message: newest["id"].as_str().unwrap().to_owned() };
    pair.eva.reply(&at, "any time").await;
    pair.settle().await;
    let answer = &pair.in_webex().await[0];
    assert_eq!((webex_text(answer), &answer["parentId"]), ("any time", &question.message.as_str().into()));
}

#[tokio::test(start_paused = true)]
async fn a_thread_may_go_with_its_first_message_or_outlive_it() {
    for (seed, stay) in [(17, true), (18, false)] {
        let pair = Pair::acquainted(seed).await;
        pair.world.control(Place::Webex, "/_sim/switches", json!({"replies_outlive_parent": stay})).await;
        let question = pair.ada.write(&pair.bot, "which region?").await;
        pair.settle().await;
        let asked = pair.in_teams().await[0]["id"].clone();
        pair.ada.reply(&question, "and which zone?").await;
        pair.settle().await;
        let more = pair.in_teams().await[0]["id"].clone();
        let at = At { conversation: pair.chat.clone(), message: more.as_str().unwrap().to_owned() };
        let answer = json!(pair.eva.reply(&at, "the first").await.message);
        pair.settle().await;
        assert_eq!(pair.in_webex().await[0]["parentId"], question.message.as_str());
        pair.ada.delete(&question).await;
        pair.settle().await;
        let there = pair.in_teams().await;
        let gone = [&asked, &more, &answer]
            .map(|id| there.iter().any(|one| one["id"] == *id && one["deletedDateTime"].is_string()));
        // Eva's own answer stays hers; what Ada wrote goes where it went in her app.
        assert_eq!(gone, [true, !stay, false], "replies stay: {stay}");
        let texts: Vec<Value> = pair.in_webex().await.iter().map(|message| message["text"].clone()).collect();
        assert_eq!(texts.contains(&json!("the first")), stay, "{texts:?}");
        // She goes on below her answer, whose thread is gone, and which may be gone itself.
        let at = At { conversation: pair.chat.clone(), message: answer.as_str().unwrap().to_owned() };
        pair.eva.reply(&at, "in Frankfurt").await;
        pair.settle().await;
        let newest = &pair.in_webex().await[0];
        assert_eq!((webex_text(newest), &newest["parentId"]), ("in Frankfurt", &Value::Null));
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_message_arrives_in_parts_and_an_edit_takes_the_surplus_back() {
    let pair = Pair::acquainted(15).await;
    let paragraph = "All work and no play makes for a long message. ".repeat(60);
    let long = format!("{paragraph}\n{paragraph}\n{paragraph}\n{paragraph}");
    let sent = pair.eva.write(ADA, &long).await;
    pair.settle().await;
    let parts: Vec<Value> =
        pair.in_webex().await.into_iter().filter(|m| webex_text(m).contains("no play")).collect();
    assert!(parts.len() >= 2, "{} parts", parts.len());
    assert!(parts.iter().all(|part| webex_text(part).len() <= 7_439));
    assert_eq!(pair.world.counts().await.other["loss_split"], parts.len() as u64 - 1);
    pair.eva.edit(&sent, "never mind").await;
    pair.settle().await;
    let left = pair.in_webex().await;
    assert_eq!(webex_text(&left[0]), "never mind");
    assert!(!left.iter().any(|message| webex_text(message).contains("no play")));
}

#[tokio::test(start_paused = true)]
async fn text_that_looks_like_a_mention_or_markup_stays_text() {
    let pair = Pair::acquainted(16).await;
    let hostile = "<@all> <b>bold?</b> **stars** <at id=\"0\">Ada</at> &amp; [x](javascript:alert(1))";
    pair.eva.write(ADA, hostile).await;
    pair.settle().await;
    let arrived = &pair.in_webex().await[0];
    assert_eq!(webex_text(arrived), hostile);
    assert!(arrived["mentionedGroups"].is_null() && arrived["mentionedPeople"].is_null(), "{arrived}");
    pair.ada.write(&pair.bot, "plain <at id=\"0\">Eva</at> <script>x</script>").await;
    pair.settle().await;
    let arrived = &pair.in_teams().await[0];
    assert_eq!(arrived["mentions"].as_array().map(Vec::len), Some(0), "{arrived}");
    assert!(!teams_html(arrived).contains("<script"), "{arrived}");
}
