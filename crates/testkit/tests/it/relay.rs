//! Direct messages of people whom nothing stands in for: the app says them in a room of its own with each colleague, under
//! their name, and an answer there goes back to them.

use std::time::Duration;

use entente_model::{ConversationRef, Pair, StandIn, StandInState};
use entente_sim::org::Somebody;
use entente_store::{Console as _, People as _, Rooms as _};
use entente_testkit::people::At;
use entente_testkit::setup::LISTENER;
use entente_testkit::{Actor, Place, Setup, World};
use serde_json::{Value, json};

use crate::channels::shown_as;

mod rooms;

const LONG: Duration = Duration::from_mins(20);

/// Those who work at one place have nothing that stands in for them at the other.
struct Relay {
    world: World,
    /// Who works where they are relayed from.
    writer: Actor,
    /// Who works where nothing stands in for the writer.
    reader: Actor,
    /// The address at which the writer finds the reader.
    to: String,
}

fn setup(seed: u64, home: Place, away: Place) -> Setup {
    let mut setup = Setup::between(seed, &[home, away]);
    for somebody in setup.people.iter_mut().filter(|one| one.department == home.department()) {
        match away {
            // Without an account of their own there, a bot would stand in for them.
            Place::Webex => {}
            Place::Teams => somebody.on_teams = false,
            Place::Slack => somebody.on_slack = false,
            Place::Zoom => somebody.on_zoom = false,
        }
    }
    if away == Place::Teams {
        setup.people.push(listener_on_teams());
    }
    setup
}

/// Of whom an account of nobody's is made there.
pub(crate) fn listener_on_teams() -> Somebody {
    Somebody {
        name: "Entente Listener".to_owned(),
        email: LISTENER.to_owned(),
        department: "service",
        on_webex: false,
        on_teams: true,
        on_slack: false,
        on_zoom: false,
    }
}

/// A world that runs, and in which the account of nobody's, if there is to be one, is no colleague's.
pub(crate) async fn running(setup: Setup) -> World {
    let mut world = World::new(setup);
    if world.setup.people.iter().any(|one| one.email == LISTENER) {
        // Licensed later, so that nobody takes it for a colleague's.
        let nobody = json!({"person": LISTENER, "licensed": false});
        world.control(Place::Teams, "/_sim/people", nobody).await;
    }
    world.sync().await;
    world.start(None, false).await;
    world.listening().await;
    world
}

impl Relay {
    async fn new(seed: u64, home: Place, away: Place) -> Self {
        Self::with(setup(seed, home, away), home, away).await
    }

    async fn with(setup: Setup, home: Place, away: Place) -> Self {
        let relay = Self::unheard(setup, home, away).await;
        if away != Place::Slack {
            relay.world.add_listener(away).await;
            relay.world.listening().await;
        }
        relay
    }

    /// Without an account of nobody's that hears.
    async fn unheard(setup: Setup, home: Place, away: Place) -> Self {
        let world = running(setup).await;
        if away == Place::Webex {
            for one in entente_testkit::options::at_home(home) {
                take_away(&world, &one.email, away).await;
            }
        }
        let (one, other) = (world.somebody_of(home), world.somebody_of(away));
        let (writer, reader) = (world.at(home, &one).await, world.at(away, &other).await);
        let to = world.address_at(home, &other).await;
        Self { world, writer, reader, to }
    }

    async fn settle(&self) {
        assert!(self.world.settle(LONG).await, "never calm: {:?}", self.world.counts().await);
    }

    /// The rooms that stand.
    async fn rooms(&self) -> Vec<(ConversationRef, Pair)> {
        self.world.store.rooms().await.expect("the memory store answers")
    }

    /// The only room.
    async fn room(&self) -> String {
        let rooms = self.rooms().await;
        let [(room, _)] = &rooms[..] else {
            panic!("one room expected: {rooms:?}, {:?}", self.world.store.dead(9).await)
        };
        room.id.as_str().to_owned()
    }

    /// What the reader sees in the room, oldest first: under whose name, and the text.
    async fn read(&self) -> Vec<(String, String)> {
        read_of(&self.reader, &self.room().await).await
    }

    /// What the writer sees where they write.
    async fn answered(&self, conversation: &str) -> Vec<String> {
        read_of(&self.writer, conversation).await.into_iter().map(|(_, text)| text).collect()
    }

    /// A message of the room, by what it says.
    async fn find(&self, ends: &str) -> At {
        let room = self.room().await;
        let place = self.reader.place;
        let field = if place == Place::Slack { "ts" } else { "id" };
        let shown = self.reader.sees(&room).await;
        let is = |message: &&Value| shown_as(place, message).is_some_and(|(_, text)| text.ends_with(ends));
        let found = shown.iter().find(is).unwrap_or_else(|| panic!("no {ends:?} in {shown:?}"));
        let message = found[field].as_str().unwrap_or_else(|| panic!("no {field} in {found}")).to_owned();
        At { conversation: room, message }
    }
}

async fn read_of(who: &Actor, conversation: &str) -> Vec<(String, String)> {
    let mut shown = who.sees(conversation).await;
    shown.reverse();
    let all = shown.iter().filter(|message| message["deleted"] != true);
    // What the platform itself says of who comes says nothing.
    all.filter_map(|message| shown_as(who.place, message)).filter(|(_, text)| !text.is_empty()).collect()
}

/// What stands in for somebody is taken away.
pub(crate) async fn take_away(world: &World, email: &str, at: Place) {
    let known = world.store.person_by_email(email).await.unwrap().expect("a person");
    for stand_in in known.stand_ins.into_iter().filter(|one| one.workspace.id.as_str() == at.workspace()) {
        let gone = StandIn { state: StandInState::Removed, ..stand_in };
        world.store.save_stand_in(&gone).await.unwrap();
    }
}

/// The words behind the name.
fn words(read: &[(String, String)]) -> Vec<&str> {
    read.iter().map(|(_, text)| text.rsplit(": ").next().unwrap_or_default()).collect()
}

/// Under whose name the app says it.
fn named(place: Place, name: &str, home: &str, text: &str) -> (Option<String>, String) {
    match place {
        Place::Slack => (Some(format!("{name} ({home})")), text.to_owned()),
        _ => (None, format!("{name}: {text}")),
    }
}

async fn name_of(world: &World, email: &str) -> String {
    world.store.person_by_email(email).await.unwrap().expect("a person").person.name
}

fn home(place: Place) -> &'static str {
    match place {
        Place::Webex => "Webex",
        Place::Teams => "Microsoft Teams",
        Place::Slack => "Slack",
        Place::Zoom => "Zoom Team Chat",
    }
}

async fn somebody_is_relayed(seed: u64, from: Place, to: Place) {
    let way = format!("{from:?} to {to:?}");
    let relay = Relay::new(seed, from, to).await;
    let asked = relay.writer.write(&relay.to, "are you there?").await;
    let more = relay.writer.write(&relay.to, "hello").await;
    relay.settle().await;
    let read = relay.read().await;
    let name = name_of(&relay.world, &relay.writer.email).await;
    let (shown, text) = named(to, &name, home(from), "are you there?");
    assert_eq!(read.len(), 2, "{way}: {read:?}");
    assert_eq!(read[0].1, text, "{way}: {read:?}");
    assert!(shown.is_none_or(|shown| read[0].0 == shown), "{way}: {read:?}");

    relay.reader.tell(&relay.room().await, "yes").await;
    relay.settle().await;
    let answered = relay.answered(&asked.conversation).await;
    assert_eq!(answered, ["are you there?", "hello", "yes"], "{way}: {:?}", relay.world.counts().await);

    relay.writer.edit(&asked, "are you here?").await;
    relay.writer.delete(&more).await;
    relay.settle().await;
    let mut read = relay.read().await;
    read.sort();
    let mut words = words(&read);
    words.sort_unstable();
    assert_eq!(words, ["are you here?", "yes"], "{way}: {read:?}");
    assert!(read.iter().any(|(_, text)| *text == named(to, &name, "", "are you here?").1), "{way}: {read:?}");

    let at = relay.find("are you here?").await;
    relay.reader.reply(&at, "right here").await;
    relay.settle().await;
    let answered = relay.answered(&asked.conversation).await;
    assert!(answered.iter().any(|text| text.ends_with("right here")), "{way}: {answered:?}");
    let counts = relay.world.counts().await;
    assert_eq!((counts.dead, counts.waiting, counts.aside), (0, 0, 0), "{way}: {counts:?}");
    assert_eq!(relay.rooms().await.len(), 1, "{way}");
}

#[tokio::test(start_paused = true)]
async fn somebody_of_webex_is_relayed_on_slack() {
    somebody_is_relayed(1, Place::Webex, Place::Slack).await;
}

#[tokio::test(start_paused = true)]
async fn somebody_of_teams_is_relayed_on_slack() {
    somebody_is_relayed(2, Place::Teams, Place::Slack).await;
}

#[tokio::test(start_paused = true)]
async fn somebody_of_zoom_is_relayed_on_slack() {
    somebody_is_relayed(3, Place::Zoom, Place::Slack).await;
}

#[tokio::test(start_paused = true)]
async fn somebody_of_teams_is_relayed_on_webex() {
    somebody_is_relayed(4, Place::Teams, Place::Webex).await;
}

#[tokio::test(start_paused = true)]
async fn somebody_of_slack_is_relayed_on_webex() {
    somebody_is_relayed(5, Place::Slack, Place::Webex).await;
}

#[tokio::test(start_paused = true)]
async fn somebody_of_webex_is_relayed_on_teams() {
    somebody_is_relayed(6, Place::Webex, Place::Teams).await;
}

#[tokio::test(start_paused = true)]
async fn somebody_of_slack_is_relayed_on_teams() {
    somebody_is_relayed(7, Place::Slack, Place::Teams).await;
}

#[tokio::test(start_paused = true)]
async fn somebody_of_webex_is_relayed_on_zoom() {
    somebody_is_relayed(8, Place::Webex, Place::Zoom).await;
}

#[tokio::test(start_paused = true)]
async fn somebody_of_teams_is_relayed_on_zoom() {
    somebody_is_relayed(9, Place::Teams, Place::Zoom).await;
}

/// Where the app reacts it does so for them, elsewhere a line says it; and what is felt in the room comes back.
#[tokio::test(start_paused = true)]
async fn what_is_felt_is_relayed() {
    for (seed, to) in [(11, Place::Slack), (12, Place::Zoom)] {
        let mut setup = setup(seed, Place::Teams, to);
        // Else what is felt about a chatbot's words cannot be told to be about them.
        setup.zoom.bot_ids_of_histories = true;
        let relay = Relay::with(setup, Place::Teams, to).await;
        let asked = relay.writer.write(&relay.to, "are you there?").await;
        relay.settle().await;
        let room = relay.room().await;
        let answer = relay.reader.tell(&room, "yes").await;
        relay.settle().await;
        let shown = relay.writer.sees(&asked.conversation).await;
        let id = shown.iter().find(|message| message["body"]["content"].to_string().contains("yes"));
        let id = id.and_then(|message| message["id"].as_str()).expect("it is there").to_owned();
        let there = At { conversation: asked.conversation.clone(), message: id };
        relay.writer.react(&there, "🎉", true).await;
        let question = relay.find("are you there?").await;
        let emoji = if to == Place::Slack { "tada" } else { "🎉" };
        relay.reader.react(&question, emoji, true).await;
        relay.settle().await;
        let shown = relay.reader.sees(&room).await;
        if to == Place::Slack {
            let answered =
                shown.iter().find(|message| message["ts"] == answer.message.as_str()).expect("it is there");
            assert!(answered["reactions"].to_string().contains("tada"), "{answered}");
        } else {
            let read = relay.read().await;
            assert!(read.iter().any(|(_, text)| text.contains("reacted: 🎉")), "{read:?}");
        }
        let shown = relay.writer.sees(&asked.conversation).await;
        let asked =
            shown.iter().find(|message| message["id"] == asked.message.as_str()).expect("it is there");
        assert!(
            asked["reactions"].to_string().contains('🎉'),
            "{to:?}: {asked} {:?}",
            relay.world.counts().await
        );
        relay.writer.react(&there, "🎉", false).await;
        relay.settle().await;
        let shown = relay.reader.sees(&room).await;
        assert!(
            to != Place::Slack
                || !shown.iter().any(|message| message["reactions"].to_string().contains("tada")
                    && message["ts"] == answer.message.as_str())
        );
        let read = relay.read().await;
        assert!(!read.iter().any(|(_, text)| text.contains("reacted:")), "{read:?}");
    }
}

/// A file goes by the app where it can pass files on; elsewhere a line stands for it.
#[tokio::test(start_paused = true)]
async fn a_file_is_relayed() {
    for (seed, to, passed) in [(13, Place::Slack, true), (14, Place::Webex, true), (15, Place::Zoom, false)] {
        let relay = Relay::new(seed, Place::Teams, to).await;
        let what = json!({
            "person": relay.writer.email, "to": relay.to, "text": "have a look",
            "files": [{"name": "plan.pdf", "length": 70_000}],
        });
        relay.world.control(Place::Teams, "/_sim/files", what).await;
        relay.settle().await;
        let room = relay.room().await;
        let shown = relay.reader.sees(&room).await;
        let all = json!(shown).to_string();
        assert!(all.contains("have a look"), "{to:?}: {all}");
        if passed {
            let path = match to {
                Place::Slack => {
                    format!("/_sim/messages?channel={room}&person={}&max=1000", relay.reader.email)
                }
                _ => format!("/_sim/messages?room={room}&person={}&max=1000", relay.reader.email),
            };
            let listed = relay.world.look(to, &path).await.to_string();
            assert!(listed.contains("plan.pdf") && listed.contains("70000"), "{to:?}: {listed}");
        } else {
            assert!(all.contains("plan.pdf") && all.contains("was not passed on"), "{to:?}: {all}");
        }
    }
}
