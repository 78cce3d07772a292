//! Direct messages in all directions: everybody on all platforms, and whatever one writes to another arrives there once, in
//! the other's own app, from what stands in for the writer; edits, deletions and answers follow.

use std::time::Duration;

use entente_sim::ledger::Ledger;
use entente_testkit::judge::judge;
use entente_testkit::people::At;
use entente_testkit::{Actor, Place, Said, Setup, World};
use serde_json::Value;

const SOON: Duration = Duration::from_mins(5);

/// One direction: who writes where to whom, and who should be seen to have written it on the other side.
struct Way {
    source: Place,
    target: Place,
    writer: Actor,
    to: String,
    author: String,
    said: Vec<Said>,
    at: Vec<At>,
}

impl Way {
    async fn new(world: &World, source: Place, target: Place) -> Self {
        let (one, other) = (world.somebody_of(source), world.somebody_of(target));
        let author = world.at(target, &world.address_at(target, &one).await).await.id;
        Self {
            source,
            target,
            writer: world.at(source, &one).await,
            to: world.address_at(source, &other).await,
            author,
            said: Vec::new(),
            at: Vec::new(),
        }
    }

    fn name(&self) -> String {
        format!("{:?} to {:?}", self.source, self.target)
    }

    async fn write(&mut self, what: &str) {
        let text = format!("{:?}-{:?}-{} {what}", self.source, self.target, self.said.len());
        self.at.push(self.writer.write(&self.to, &text).await);
        self.said.push(Said::once(&self.name(), &self.author, &text));
    }

    async fn edit(&mut self, n: usize, what: &str) {
        let text = format!("{} {what}", self.said[n].token);
        self.writer.edit(&self.at[n], &text).await;
        self.said[n].text = Some(text);
    }

    async fn delete(&mut self, n: usize) {
        self.writer.delete(&self.at[n]).await;
        self.said[n].text = None;
    }

    fn judge(&self, world: &World, when: &str) {
        let verdict = judge(&self.said, world.ledger(self.target));
        assert!(verdict.is_clean(), "{}, {when}: {verdict}", self.name());
    }
}

/// The message that stands on a platform and begins with this word, as its ledger has it.
fn standing(ledger: &Ledger, token: &str) -> Value {
    let all = ledger.read(0, usize::MAX);
    let is = |change: &&Value| {
        let text = change["text"].as_str().unwrap_or_default();
        change["kind"] == "message.created" && text.split_whitespace().any(|word| word == token)
    };
    all.iter().map(|entry| &entry.change).find(is).cloned().unwrap_or_else(|| panic!("no {token}"))
}

/// What a message answers: in a thread, or by quoting it.
fn answers(message: &Value) -> Option<&str> {
    message["parent"].as_str().or(message["quotes"].as_str())
}

async fn everywhere(seed: u64, places: &[Place]) {
    let world = World::synced(Setup::between(seed, places)).await;
    let settle = async || assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let mut ways = Vec::new();
    for source in places {
        for target in places.iter().filter(|target| *target != source) {
            ways.push(Way::new(&world, *source, *target).await);
        }
    }
    for _ in 0..3 {
        for way in &mut ways {
            way.write("as written").await;
        }
    }
    settle().await;
    for way in &ways {
        way.judge(&world, "sent");
    }
    for way in &mut ways {
        way.edit(1, "as edited").await;
        way.delete(2).await;
    }
    settle().await;
    for way in &ways {
        way.judge(&world, "edited and taken back");
    }
    // Whoever was written to answers, in the conversation in which it arrived.
    for way in &ways {
        let token = way.said[0].token.clone();
        let arrived = standing(world.ledger(way.target), &token);
        let reader = world.at(way.target, &world.somebody_of(way.target)).await;
        let back = world.address_at(way.target, &way.writer.email).await;
        let conversation = ["room", "chat", "channel"].iter().find_map(|key| arrived[*key].as_str());
        let at = At {
            conversation: conversation.map_or(back, str::to_owned),
            message: arrived["message"].as_str().expect("an id").to_owned(),
        };
        reader.reply(&at, &format!("answer-{token}")).await;
    }
    settle().await;
    for way in &ways {
        let token = &way.said[0].token;
        let answer = standing(world.ledger(way.source), &format!("answer-{token}"));
        // What answers nothing there at least stands there.
        if way.source != Place::Teams {
            let original = standing(world.ledger(way.source), token);
            assert!(answers(&answer).is_some(), "{}: {answer} answers {original}", way.name());
        }
    }
    let counts = world.counts().await;
    assert_eq!((counts.dead, counts.waiting, counts.aside), (0, 0, 0), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn between_webex_teams_and_slack_everything_crosses() {
    everywhere(91, &[Place::Webex, Place::Teams, Place::Slack]).await;
}

#[tokio::test(start_paused = true)]
async fn on_all_four_platforms_everything_crosses_in_twelve_directions() {
    everywhere(92, &Place::ALL).await;
}
