//! What people feel about messages: a reaction to a message of one's own or of the other's shows on the other side from what
//! stands in for whoever reacted, and goes when it is taken back. Where a platform has no reactions, a line stands for them.

use std::time::Duration;

use entente_sim::ledger::Ledger;
use entente_testkit::people::At;
use entente_testkit::{Place, Setup, World};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_mins(5);

const REACTING: [Place; 3] = [Place::Teams, Place::Slack, Place::Zoom];

/// A thumb and a heart, as people on this platform choose them.
pub(crate) fn thumb(place: Place) -> &'static str {
    if place == Place::Slack { "+1" } else { "👍" }
}

fn heart(place: Place) -> &'static str {
    if place == Place::Slack { "heart" } else { "\u{2764}\u{fe0f}" }
}

/// What a platform keeps of an emoji, as this test names it.
fn named(kept: &str) -> &'static str {
    match kept {
        "+1" | "👍" | "U+1F44D" => "thumb",
        "heart" | "\u{2764}\u{fe0f}" | "U+2764" | "U+2764-U+FE0F" => "heart",
        "party-parrot" => "parrot",
        other => panic!("{other}"),
    }
}

fn changes(ledger: &Ledger) -> Vec<Value> {
    ledger.read(0, usize::MAX).into_iter().map(|entry| entry.change).filter(Value::is_object).collect()
}

/// The message that was made with this word in it.
pub(crate) fn standing(ledger: &Ledger, word: &str) -> Value {
    let is = |change: &Value| {
        let text = change["text"].as_str().unwrap_or_default();
        change["kind"] == "message.created" && text.contains(word)
    };
    changes(ledger).into_iter().find(is).unwrap_or_else(|| panic!("no {word}"))
}

/// Who has which reaction on a message, by what the simulator did.
fn reactions(ledger: &Ledger, place: Place, message: &Value) -> Vec<(String, &'static str)> {
    let mut stands: Vec<(String, &'static str)> = Vec::new();
    let chat = |change: &Value| {
        ["chat", "channel", "session"].iter().find_map(|key| change[*key].as_str().map(str::to_owned))
    };
    for change in changes(ledger) {
        if change["message"] != message["message"] || chat(&change) != chat(message) {
            continue;
        }
        let who = change["author"].as_str().unwrap_or_default().to_owned();
        let Some(what) = change["reaction"].as_str().map(named) else { continue };
        match change["kind"].as_str() {
            Some("reaction.set") => {
                stands.retain(|(by, _)| place != Place::Teams || *by != who);
                stands.push((who, what));
            }
            Some("reaction.unset") => stands.retain(|one| *one != (who.clone(), what)),
            _ => {}
        }
    }
    stands.sort();
    stands
}

fn of(who: &str, what: &'static str) -> (String, &'static str) {
    (who.to_owned(), what)
}

/// Two people who work in different places, and a message of the first that has arrived at the second.
pub(crate) struct Scene {
    pub(crate) world: World,
    source: Place,
    target: Place,
    pub(crate) writer: entente_testkit::Actor,
    pub(crate) reader: entente_testkit::Actor,
    /// What stands in for them at the other's.
    writers_stand_in: String,
    readers_stand_in: String,
    pub(crate) written: At,
    pub(crate) arrived: At,
}

impl Scene {
    pub(crate) async fn new(seed: u64, source: Place, target: Place) -> Self {
        let world = World::synced(Setup::between(seed, &[source, target])).await;
        if [source, target].contains(&Place::Zoom) {
            world.hear_all_of_zoom().await;
        }
        let (one, other) = (world.somebody_of(source), world.somebody_of(target));
        let (writer, reader) = (world.at(source, &one).await, world.at(target, &other).await);
        let (to, back) = (world.address_at(source, &other).await, world.address_at(target, &one).await);
        let readers_stand_in = world.at(source, &to).await.id;
        let writers_stand_in = world.at(target, &back).await.id;
        let written = writer.write(&to, "the-message").await;
        assert!(world.settle(SOON).await, "{source:?} {target:?} {:?}", world.counts().await);
        let there = standing(world.ledger(target), "the-message");
        let conversation = ["room", "chat", "channel"].iter().find_map(|key| there[*key].as_str());
        let arrived = At {
            conversation: conversation.map_or(back, str::to_owned),
            message: there["message"].as_str().expect("an id").to_owned(),
        };
        Self { world, source, target, writer, reader, writers_stand_in, readers_stand_in, written, arrived }
    }

    pub(crate) async fn settle(&self) {
        assert!(self.world.settle(SOON).await, "{:?}", self.world.counts().await);
    }

    fn at_source(&self) -> Vec<(String, &'static str)> {
        let ledger = self.world.ledger(self.source);
        reactions(ledger, self.source, &standing(ledger, "the-message"))
    }

    fn at_target(&self) -> Vec<(String, &'static str)> {
        let ledger = self.world.ledger(self.target);
        reactions(ledger, self.target, &standing(ledger, "the-message"))
    }

    pub(crate) async fn nothing_is_left(&self) {
        let counts = self.world.counts().await;
        assert_eq!((counts.dead, counts.waiting, counts.aside), (0, 0, 0), "{counts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn reactions_cross_and_go_again_in_every_direction_that_has_them() {
    for (n, source) in (0_u64..).zip(REACTING) {
        for (m, target) in (0_u64..).zip(REACTING).filter(|(_, target)| *target != source) {
            let scene = Scene::new(300 + 10 * n + m, source, target).await;
            let way = format!("{source:?} to {target:?}");
            // The reader reacts to what arrived.
            scene.reader.react(&scene.arrived, thumb(target), true).await;
            scene.settle().await;
            assert_eq!(scene.at_source(), [of(&scene.readers_stand_in, "thumb")], "{way}");
            // The writer reacts to their own message.
            scene.writer.react(&scene.written, heart(source), true).await;
            scene.settle().await;
            let mut both = vec![of(&scene.writers_stand_in, "heart"), of(&scene.reader.id, "thumb")];
            both.sort();
            assert_eq!(scene.at_target(), both, "{way}");
            // Both take it back.
            scene.reader.react(&scene.arrived, thumb(target), false).await;
            scene.writer.react(&scene.written, heart(source), false).await;
            scene.settle().await;
            assert_eq!((scene.at_source(), scene.at_target()), (vec![], vec![]), "{way}");
            scene.nothing_is_left().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_one_reaction_is_shown_the_last_one_is_and_the_one_before_comes_back() {
    let scene = Scene::new(341, Place::Slack, Place::Teams).await;
    scene.writer.react(&scene.written, "+1", true).await;
    scene.settle().await;
    scene.writer.react(&scene.written, "heart", true).await;
    scene.settle().await;
    assert_eq!(scene.at_target(), [of(&scene.writers_stand_in, "heart")]);
    assert_eq!(scene.world.counts().await.other["loss_reaction"], 1);
    scene.writer.react(&scene.written, "heart", false).await;
    scene.settle().await;
    assert_eq!(scene.at_target(), [of(&scene.writers_stand_in, "thumb")]);
    scene.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn on_webex_a_line_below_the_message_stands_for_reactions() {
    for (seed, target) in (351..).zip(REACTING) {
        // Written on Webex, reacted to elsewhere: the line is below the original.
        let scene = Scene::new(seed, Place::Webex, target).await;
        scene.reader.react(&scene.arrived, thumb(target), true).await;
        scene.settle().await;
        let ledger = scene.world.ledger(Place::Webex);
        let line = standing(ledger, "reacted: 👍");
        assert_eq!(line["author"], scene.readers_stand_in.as_str(), "{line}");
        assert_eq!(line["parent"], scene.written.message.as_str(), "{line}");
        assert_eq!(scene.world.counts().await.other["loss_reaction"], 1);
        scene.reader.react(&scene.arrived, thumb(target), false).await;
        scene.settle().await;
        let gone =
            |change: &Value| change["kind"] == "message.deleted" && change["message"] == line["message"];
        assert!(changes(ledger).iter().any(gone), "{target:?}");
        scene.nothing_is_left().await;
    }
}

/// The lines for reactions that stand below a message on Webex, with their authors.
fn lines(ledger: &Ledger, message: &str) -> Vec<(String, String)> {
    let mut lines: Vec<(Value, String, String)> = Vec::new();
    for change in changes(ledger) {
        let text = |key: &str| change[key].as_str().unwrap_or_default().to_owned();
        match change["kind"].as_str() {
            Some("message.created") if text("parent") == message => {
                lines.push((change["message"].clone(), text("author"), text("text")));
            }
            Some("message.edited") => {
                for line in lines.iter_mut().filter(|(id, ..)| *id == change["message"]) {
                    line.2 = text("text");
                }
            }
            Some("message.deleted") => lines.retain(|(id, ..)| *id != change["message"]),
            _ => {}
        }
    }
    lines.into_iter().map(|(_, author, text)| (author, text)).collect()
}

fn happened(ledger: &Ledger, kind: &str) -> usize {
    changes(ledger).iter().filter(|change| change["kind"] == kind).count()
}

#[tokio::test(start_paused = true)]
async fn what_an_author_feels_stands_below_their_message_on_webex() {
    for (seed, source) in (391..).zip(REACTING) {
        let scene = Scene::new(seed, source, Place::Webex).await;
        let ledger = scene.world.ledger(Place::Webex);
        scene.writer.react(&scene.written, thumb(source), true).await;
        // What is tried out and taken back within seconds is no news. Teams has one at a time by its API.
        if source != Place::Teams {
            scene.writer.react(&scene.written, heart(source), true).await;
            scene.writer.react(&scene.written, heart(source), false).await;
        }
        let to = scene.world.address_at(source, &scene.reader.email).await;
        scene.writer.write(&to, "at-once").await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(
            standing(ledger, "at-once")["author"],
            scene.writers_stand_in.as_str(),
            "nothing waits for it"
        );
        assert!(lines(ledger, &scene.arrived.message).is_empty(), "{source:?} gathers");
        scene.settle().await;
        let line = |text: &str| (scene.writers_stand_in.clone(), text.to_owned());
        assert_eq!(lines(ledger, &scene.arrived.message), [line("reacted: 👍")], "{source:?}");
        assert_eq!((happened(ledger, "message.edited"), happened(ledger, "message.deleted")), (0, 0));
        // It goes with its message.
        scene.writer.delete(&scene.written).await;
        scene.settle().await;
        assert!(lines(ledger, &scene.arrived.message).is_empty(), "{source:?}");
        scene.nothing_is_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_edit_is_not_gathered_where_it_is_told_as_a_reaction_is() {
    let scene = Scene::new(396, Place::Teams, Place::Webex).await;
    scene.writer.edit(&scene.written, "the-message anew").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(happened(scene.world.ledger(Place::Webex), "message.edited"), 1);
    scene.settle().await;
    scene.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_line_whose_edits_are_used_up_is_said_anew() {
    let scene = Scene::new(395, Place::Slack, Place::Webex).await;
    let ledger = scene.world.ledger(Place::Webex);
    scene.writer.react(&scene.written, "+1", true).await;
    scene.settle().await;
    for turn in 0..25 {
        scene.writer.react(&scene.written, "heart", turn % 2 == 0).await;
        scene.settle().await;
        let text = if turn % 2 == 0 { "reacted: 👍 \u{2764}\u{fe0f}" } else { "reacted: 👍" };
        let expected = [(scene.writers_stand_in.clone(), text.to_owned())];
        assert_eq!(lines(ledger, &scene.arrived.message), expected, "turn {turn}");
    }
    assert_eq!(happened(ledger, "message.deleted"), 2, "ten edits, and one to say it");
    assert!(!scene.world.counts().await.other.contains_key("loss_edit_as_reply"));
    scene.writer.react(&scene.written, "heart", false).await;
    scene.writer.react(&scene.written, "+1", false).await;
    scene.settle().await;
    assert!(lines(ledger, &scene.arrived.message).is_empty());
    scene.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_reaction_to_a_message_that_was_refused_is_dropped() {
    let scene = Scene::new(397, Place::Slack, Place::Teams).await;
    let refused = json!([{"name": "refused", "method": "POST", "path": "*/messages", "when": "before", "times": 9,
                          "fault": {"status": {"code": 400}}}]);
    scene.world.control(Place::Teams, "/_sim/faults", refused).await;
    let to = scene.world.address_at(Place::Slack, &scene.reader.email).await;
    let dead = scene.writer.write(&to, "the-refused-one").await;
    scene.writer.react(&dead, "+1", true).await;
    scene.settle().await;
    let counts = scene.world.counts().await;
    assert_eq!((counts.dead, counts.waiting, counts.aside), (1, 0, 0), "{counts:?}");
    assert_eq!(counts.dropped["no_counterpart"], 1, "{counts:?}");
    // What comes after it is not held up.
    scene.world.control(Place::Teams, "/_sim/faults", json!([])).await;
    scene.writer.write(&to, "the-next").await;
    scene.settle().await;
    standing(scene.world.ledger(Place::Teams), "the-next");
}

#[tokio::test(start_paused = true)]
async fn a_reaction_to_what_was_written_before_anybody_heard_is_dropped() {
    let mut world = World::new(Setup::between(398, &[Place::Slack, Place::Teams]));
    world.sync().await;
    let (one, other) = (world.somebody_of(Place::Slack), world.somebody_of(Place::Teams));
    let writer = world.at(Place::Slack, &one).await;
    let to = world.address_at(Place::Slack, &other).await;
    let old = writer.write(&to, "the-old-one").await;
    tokio::time::sleep(Duration::from_mins(30)).await;
    world.start(None, true).await;
    world.listening().await;
    writer.react(&old, "+1", true).await;
    writer.write(&to, "the-new-one").await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let ledger = world.ledger(Place::Teams);
    standing(ledger, "the-new-one");
    assert_eq!(happened(ledger, "message.created"), 1, "what nobody saw stays unseen");
    assert_eq!(happened(ledger, "reaction.set"), 0);
    let counts = world.counts().await;
    assert!(counts.dropped["gone"] >= 1, "{counts:?}");
    assert_eq!((counts.dead, counts.waiting, counts.aside), (0, 0, 0), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_workspaces_own_emoji_is_a_line_too() {
    let scene = Scene::new(361, Place::Slack, Place::Teams).await;
    scene.writer.react(&scene.written, "party-parrot", true).await;
    scene.settle().await;
    let line = standing(scene.world.ledger(Place::Teams), ":party-parrot:");
    assert_eq!(line["author"], scene.writers_stand_in.as_str(), "{line}");
    assert_eq!(scene.at_target(), []);
    assert_eq!(scene.world.counts().await.other["loss_reaction"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_reaction_waits_for_the_message_that_it_is_about() {
    let scene = Scene::new(371, Place::Slack, Place::Teams).await;
    let busy = json!([{"name": "busy", "method": "POST", "path": "*/messages", "when": "before", "times": 3,
                       "fault": {"status": {"code": 429, "retry_after": "20"}}}]);
    scene.world.control(Place::Teams, "/_sim/faults", busy).await;
    let to = scene.world.address_at(Place::Slack, &scene.reader.email).await;
    let late = scene.writer.write(&to, "the-late-one").await;
    scene.writer.react(&late, "+1", true).await;
    scene.settle().await;
    let ledger = scene.world.ledger(Place::Teams);
    let there = standing(ledger, "the-late-one");
    assert_eq!(reactions(ledger, Place::Teams, &there), [of(&scene.writers_stand_in, "thumb")]);
    scene.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_reaction_to_a_message_that_is_gone_is_dropped() {
    let scene = Scene::new(381, Place::Slack, Place::Teams).await;
    scene.reader.react(&scene.arrived, "👍", true).await;
    scene.writer.delete(&scene.written).await;
    scene.settle().await;
    scene.nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_nobody_gave_yet_holds_up_no_message() {
    let scene = Scene::new(401, Place::Teams, Place::Slack).await;
    let lacking = json!([{"name": "lacking", "method": "POST", "path": "*/reactions.add", "when": "before",
        "fault": {"says": {"body": {"ok": false, "error": "missing_scope", "needed": "reactions:write"}}}}]);
    scene.world.control(Place::Slack, "/_sim/faults", lacking).await;
    scene.writer.react(&scene.written, thumb(Place::Teams), true).await;
    let to = scene.world.address_at(Place::Teams, &scene.reader.email).await;
    scene.writer.write(&to, "the-next").await;
    scene.settle().await;
    standing(scene.world.ledger(Place::Slack), "the-next");
    let counts = scene.world.counts().await;
    assert_eq!((counts.dead, counts.waiting, counts.aside), (1, 0, 0), "{counts:?}");
    assert_eq!(scene.at_target(), []);
}
