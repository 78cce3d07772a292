//! Slack without an address that Slack could call: reports come over a connection that the product opens.

use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use entente_store::Logins as _;
use entente_testkit::{Actor, Place, Said, Setup, World, judge::judge};
use serde_json::json;

const ADA: &str = "ada.okafor@acme.example";
const INES: &str = "ines.fischer@acme.example";
const SOON: Duration = Duration::from_mins(5);

struct Story {
    world: World,
    ines: Actor,
    bot: String,
    said: Vec<Said>,
}

impl Story {
    async fn new(seed: u64) -> Self {
        let mut setup = Setup::between(seed, &[Place::Webex, Place::Slack]);
        setup.socket_mode = true;
        let world = World::synced(setup).await;
        let ines = world.at(Place::Slack, INES).await;
        let bot = world.at_webex(&world.bot_of(INES).await).await.id;
        Self { world, ines, bot, said: Vec::new() }
    }

    async fn write(&mut self) {
        let text = format!("m{} over the line", self.said.len());
        self.ines.write(ADA, &text).await;
        self.said.push(Said::once("one", &self.bot, &text));
    }

    async fn judge(&self, when: &str) {
        assert!(self.world.settle(SOON).await, "{when}: {:?}", self.world.counts().await);
        let verdict = judge(&self.said, self.world.webex.ledger());
        assert!(verdict.is_clean(), "{when}: {verdict}");
    }

    /// Changes the app's settings on its page at Slack.
    async fn set(&self, settings: serde_json::Value) -> serde_json::Value {
        let path = format!("/_sim/apps/{}", self.world.slack_app().await);
        self.world.control(Place::Slack, &path, settings).await
    }

    /// What keeps logins from hearing.
    async fn troubles(&self) -> Vec<String> {
        let all = self.world.store.listening().await.unwrap();
        all.into_iter().filter_map(|(_, listening)| listening.error).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_arrives_and_is_acknowledged() {
    let mut story = Story::new(101).await;
    story.write().await;
    story.write().await;
    story.judge("written").await;
    let at = story.ines.write(ADA, "m2 as first said").await;
    story.ines.edit(&at, "m2 as meant").await;
    story.said.push(Said::once("one", &story.bot, "m2 as meant"));
    story.judge("edited").await;
    let app = story.set(json!({})).await;
    assert_eq!((&app["failed"], &app["sockets"]), (&json!(0), &json!(1)), "{app}");
}

#[tokio::test(start_paused = true)]
async fn what_is_told_more_than_once_arrives_once() {
    let mut story = Story::new(102).await;
    let rule = Rule {
        name: "reports twice".to_owned(),
        method: "HOOK".to_owned(),
        path: String::new(),
        fault: Fault::Duplicate { copies: 3 },
        when: When::Before,
        share: 1.0,
        times: None,
    };
    story.world.slack.faults().set(vec![rule]);
    for _ in 0..3 {
        story.write().await;
    }
    story.judge("told thrice").await;
    assert_eq!(story.set(json!({})).await["failed"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_followed_by_the_next_for_hours() {
    let mut story = Story::new(103).await;
    for _ in 0..9 {
        tokio::time::sleep(Duration::from_mins(19)).await;
        story.write().await;
    }
    story.judge("for hours").await;
    assert!(story.troubles().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_said_while_no_connection_stood_is_read() {
    let mut story = Story::new(104).await;
    story.write().await;
    story.judge("before").await;
    // Somebody switches it off in the app's settings, and later on again.
    story.set(json!({"socket_mode": false})).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let troubles = story.troubles().await;
    assert!(!troubles.is_empty() && troubles.iter().all(|why| why.contains("connection")), "{troubles:?}");
    // Somebody whom nobody has written to before, and a conversation that is known.
    story.write().await;
    let bruno = "bruno.keller@acme.example";
    story.ines.write(bruno, "n0 for the first time").await;
    let other = Said::once("other", &story.bot, "n0 for the first time");
    tokio::time::sleep(Duration::from_hours(2)).await;
    story.set(json!({"socket_mode": true})).await;
    tokio::time::sleep(Duration::from_mins(6)).await;
    story.said.push(other);
    story.judge("on again").await;
    assert!(story.troubles().await.is_empty(), "{:?}", story.troubles().await);
    story.write().await;
    story.judge("after").await;
}
