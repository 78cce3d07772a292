//! The single-message story, with the process dying at every point at which it can be told apart, one after the other.
//!
//! One world serves all deaths: each round writes one more message, dies at the next point after it, starts again, and
//! everything that was ever written must stand on the other side once, in order, by the right author.

use std::collections::BTreeMap;
use std::time::Duration;

use entente_testkit::{Actor, Place, Said, Setup, World, judge::judge};

const SOON: Duration = Duration::from_mins(10);

struct Story {
    world: World,
    writer: Actor,
    to: String,
    author: String,
    target: Place,
    said: Vec<Said>,
}

impl Story {
    async fn new(source: Place, target: Place, socket_mode: bool) -> Self {
        let mut setup = Setup::between(7, &[source, target]);
        setup.limits = 0.0;
        setup.socket_mode = socket_mode;
        let world = World::synced(setup).await;
        let (one, other) = (world.somebody_of(source), world.somebody_of(target));
        let (writer, to) = (world.at(source, &one).await, world.address_at(source, &other).await);
        let author = world.at(target, &world.address_at(target, &one).await).await.id;
        let mut story = Self { world, writer, to, author, target, said: Vec::new() };
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
        let verdict = judge(&self.said, self.world.ledger(self.target));
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

async fn every_death(source: Place, target: Place, socket_mode: bool) {
    let mut story = Story::new(source, target, socket_mode).await;
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

macro_rules! stories {
    ($($name:ident = $source:ident to $target:ident),* $(,)?) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            every_death(Place::$source, Place::$target, false).await;
        }
    )*};
}

stories!(
    from_webex_to_teams_every_death_is_survived = Webex to Teams,
    from_teams_to_webex_every_death_is_survived = Teams to Webex,
    from_teams_to_slack_every_death_is_survived = Teams to Slack,
    from_slack_to_webex_every_death_is_survived = Slack to Webex,
);

/// Among the points is the one between what is stored and its acknowledgment.
#[tokio::test(start_paused = true)]
async fn from_slack_by_our_own_connection_every_death_is_survived() {
    every_death(Place::Slack, Place::Webex, true).await;
}
