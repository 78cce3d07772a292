//! What is written while nobody listens.

use std::time::Duration;

use entente_testkit::{Setup, World};

const ADA: &str = "ada.okafor@acme.example";
const BRUNO: &str = "bruno.keller@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const FARID: &str = "farid.haddad@acme.example";
const SOON: Duration = Duration::from_mins(3);

#[tokio::test(start_paused = true)]
async fn first_messages_are_found_however_long_nobody_listened() {
    let mut world = World::synced(Setup::small(71)).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    let known = ada.write(&world.bot_of(EVA).await, "before").await.conversation;
    assert!(world.settle(SOON).await);
    tokio::time::sleep(Duration::from_mins(20)).await;
    world.stop().await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    // In rooms where nobody has ever written, and nobody writes again.
    ada.write(&world.bot_of(FARID).await, "for the first time").await;
    eva.write(BRUNO, "from the other side").await;
    ada.write(&world.bot_of(EVA).await, "meanwhile").await;
    tokio::time::sleep(Duration::from_hours(30)).await;
    world.start(None, false).await;
    world.listening().await;
    tokio::time::sleep(SOON).await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let counts = world.counts().await;
    assert_eq!((counts.delivered, counts.dead), (4, 0), "{counts:?}");
    let (farid, bruno) = (world.at_teams(FARID).await, world.at_webex(BRUNO).await);
    let chat = farid.write(ADA, "at last").await.conversation;
    let said = |message: &serde_json::Value, text: &str| {
        message["text"]
            .as_str()
            .or(message["body"]["content"].as_str())
            .is_some_and(|body| body.contains(text))
    };
    assert!(farid.sees(&chat).await.iter().any(|message| said(message, "for the first time")));
    let room = bruno.write(&world.bot_of(EVA).await, "at last").await.conversation;
    assert!(bruno.sees(&room).await.iter().any(|message| said(message, "from the other side")));
    assert_eq!(ada.sees(&known).await.len(), 2);
}
