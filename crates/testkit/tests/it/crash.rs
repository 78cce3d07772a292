//! The single-message story, with the process dying at every point at which it can be told apart, one after the other.
//!
//! One world serves all deaths: each round writes one more message, dies at the next point after it, starts again, and
//! everything that was ever written must stand on the other side once, in order, by the right author.

use std::collections::BTreeMap;
use std::time::Duration;

use entente_testkit::{Actor, Said, Setup, World, judge::judge};

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const SOON: Duration = Duration::from_mins(10);

struct Story {
    world: World,
    writer: Actor,
    to: String,
    author: String,
    target_is_teams: bool,
    said: Vec<Said>,
}

impl Story {
    async fn new(from_webex: bool) -> Self {
        let mut setup = Setup::small(7);
        setup.limits = 0.0;
        let world = World::synced(setup).await;
        let bot = world.bot_of(EVA).await;
        let (writer, to) = if from_webex {
            (world.at_webex(ADA).await, bot.clone())
        } else {
            (world.at_teams(EVA).await, ADA.to_owned())
        };
        let author = if from_webex { world.at_teams(ADA).await.id } else { world.at_webex(&bot).await.id };
        let mut story = Self { world, writer, to, author, target_is_teams: from_webex, said: Vec::new() };
        story.write().await;
        assert!(story.world.settle(SOON).await);
        story.judge("before any death");
        story
    }

    async fn write(&mut self) {
        let text = format!("m{} as written", self.said.len());
        self.writer.write(&self.to, &text).await;
        self.said.push(Said::once("one", &self.author, &text));
    }

    fn judge(&self, when: &str) {
        let ledger = if self.target_is_teams { self.world.teams.ledger() } else { self.world.webex.ledger() };
        let verdict = judge(&self.said, ledger);
        assert!(verdict.is_clean(), "{when}: {verdict}");
    }

    /// Whether everything written stands on the other side and nothing is left to do.
    async fn is_over(&self) -> bool {
        let counts = self.world.counts().await;
        counts.waiting == 0
            && counts.unrouted == 0
            && usize::try_from(counts.delivered).is_ok_and(|delivered| delivered == self.said.len())
    }
}

async fn every_death(from_webex: bool) {
    let mut story = Story::new(from_webex).await;
    let mut reached: BTreeMap<&'static str, u32> = BTreeMap::new();
    let mut point = 0;
    loop {
        point += 1;
        assert!(point < 2_000, "the story never ends before the process dies");
        story.world.gate().kill_after(point);
        story.write().await;
        let mut over = false;
        let mut died = false;
        // The story is over when it has been so for a while: what its echo causes belongs to it.
        for _ in 0..200 {
            died = story.world.wait_for_death(Duration::from_millis(100)).await;
            if died || over {
                break;
            }
            over = story.is_over().await;
        }
        if !died {
            break;
        }
        story.world.start(None, false).await;
        assert!(story.world.settle(SOON).await, "never calm after a death at point {point}");
        story.judge(&format!("after a death at point {point}"));
        *reached.entry("deaths").or_default() += 1;
    }
    println!("{} points of the story, each died at: {reached:?}", point - 1);
    println!("kinds of points: {:?}", story.world.gate().names());
    assert!(point > 20, "the story has more than {point} points");
}

#[tokio::test(start_paused = true)]
async fn from_webex_to_teams_every_death_is_survived() {
    every_death(true).await;
}

#[tokio::test(start_paused = true)]
async fn from_teams_to_webex_every_death_is_survived() {
    every_death(false).await;
}
