//! What becomes of linked channels: they are renamed, turn to something else, are archived, and come back.

use std::time::Duration;

use entente_model::{Link, LinkState};
use entente_testkit::{Place, Setup};
use serde_json::json;

use super::{Channels, texts};

/// Longer than it takes until a channel of which nothing is reported is looked at, and once more.
const SEEN: Duration = Duration::from_mins(25);

impl Channels {
    /// A channel on each, each of which whoever made it and the app may rename.
    async fn to_be_renamed(seed: u64, places: &[Place]) -> (Self, Link) {
        let channels = Self::new(Setup::between(seed, places)).await;
        if places.contains(&Place::Zoom) {
            let any = json!({"members_rename": true});
            channels.world.control(Place::Zoom, "/_sim/switches", any).await;
        }
        let made = channels.link().await;
        // What the channels are about is learned.
        tokio::time::sleep(Duration::from_secs(10)).await;
        (channels, made)
    }

    /// What each is called, and what it is about.
    async fn titles(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for room in &self.rooms {
            all.push(room.host.title_and_topic(&room.id).await);
        }
        all
    }

    async fn state(&self, made: &Link) -> LinkState {
        let store = self.world.running().store();
        store.link(made.id).await.expect("the store works").expect("it is there").state
    }
}

/// Whoever renames a channel renames the others, as far as their platforms let the app: on Slack it may rename only what it has
/// made. What we did ourselves is not taken for somebody's doing.
#[tokio::test(start_paused = true)]
async fn names_and_topics_follow_from_everywhere() {
    let (channels, made) = Channels::to_be_renamed(31, &Place::ALL).await;
    for (from, room) in channels.rooms.iter().enumerate() {
        let place = room.host.place;
        let name = format!("launch-{from}");
        room.host.rename(&room.id, &name).await;
        tokio::time::sleep(SEEN).await;
        let titles = channels.titles().await;
        for (there, (title, _)) in channels.rooms.iter().zip(&titles) {
            let there = there.host.place;
            let follows = there == place || there != Place::Slack;
            assert_eq!(*title == name, follows, "{place:?} to {there:?}: {titles:?}");
        }
        if place == Place::Zoom {
            continue;
        }
        let topic = format!("about <{from}> & more");
        // By Slack's API what would be markup is escaped.
        let escaped = topic.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let on = |there: Place| if there == Place::Slack { escaped.clone() } else { topic.clone() };
        room.host.set_topic(&room.id, &on(place)).await;
        tokio::time::sleep(SEEN).await;
        let titles = channels.titles().await;
        for (there, (_, topic)) in channels.rooms.iter().zip(&titles) {
            let there = there.host.place;
            let wanted = if there == Place::Zoom { String::new() } else { on(there) };
            assert_eq!(*topic, wanted, "{place:?} to {there:?}: {titles:?}");
        }
    }
    // Nothing goes on by itself.
    let before = channels.titles().await;
    tokio::time::sleep(SEEN).await;
    assert_eq!(channels.titles().await, before);
    assert_eq!(channels.state(&made).await, LinkState::Active);
}

/// Where a channel is archived or deleted, the link stops; the others are told, and so are administrators. When it is there
/// again that is said, and the link goes on when somebody lets it.
#[tokio::test(start_paused = true)]
async fn a_link_stops_with_a_channel_that_is_not_there() {
    for place in Place::ALL {
        let other = if place == Place::Slack { Place::Teams } else { Place::Slack };
        let channels = Channels::new(Setup::between(32, &[place, other])).await;
        let made = channels.link().await;
        let one = channels.rooms.iter().position(|room| room.host.place == place).expect("a room");
        let (gone, there) = (&channels.rooms[one], &channels.rooms[1 - one]);
        gone.host.archive(&gone.id, true).await;
        tokio::time::sleep(SEEN).await;
        channels.settle().await;
        let LinkState::Paused(reason) = channels.state(&made).await else { panic!("{place:?}: it goes on") };
        let archives = matches!(place, Place::Slack | Place::Teams);
        let what = if archives { "was archived" } else { "is gone" };
        assert!(reason.contains(what), "{place:?}: {reason}");
        let read = channels.read(1 - one).await;
        let told =
            texts(&read).into_iter().filter(|text| text.contains(what) && text.contains("resumes")).count();
        assert_eq!(told, 1, "{place:?}: {read:?}");
        let engine = channels.world.running();
        let refused = engine.pause_link(made.id, false).await.expect_err("it is not there").to_string();
        assert!(refused.contains(what) && refused.contains("bring it back"), "{refused}");
        there.host.tell(&there.id, "to nobody").await;
        channels.settle().await;
        if !archives {
            continue;
        }
        gone.host.archive(&gone.id, false).await;
        tokio::time::sleep(SEEN).await;
        channels.settle().await;
        let LinkState::Paused(reason) = channels.state(&made).await else { panic!("{place:?}: by itself") };
        assert!(reason.contains("is there again"), "{place:?}: {reason}");
        assert!(texts(&channels.read(1 - one).await).iter().any(|text| text.contains("is there again")));
        engine.pause_link(made.id, false).await.expect("it is there");
        there.host.tell(&there.id, "to everybody").await;
        channels.settle().await;
        let read = channels.read(one).await;
        assert!(texts(&read).iter().any(|text| text.contains("to everybody")), "{place:?}: {read:?}");
        assert!(!texts(&read).iter().any(|text| text.contains("to nobody")), "{place:?}: {read:?}");
    }
}

/// Where a link tells it, one line in the others says who came and who left, however many at once.
#[tokio::test(start_paused = true)]
async fn who_comes_and_goes_is_told_where_the_link_tells_it() {
    for place in Place::ALL {
        let other = if place == Place::Slack { Place::Zoom } else { Place::Slack };
        let channels = Channels::new(Setup::between(33, &[place, other])).await;
        let made = channels.link().await;
        let one = channels.rooms.iter().position(|room| room.host.place == place).expect("a room");
        let (room, there) = (&channels.rooms[one], &channels.rooms[1 - one]);
        let lines = async || {
            tokio::time::sleep(SEEN).await;
            channels.settle().await;
            let read = channels.read(1 - one).await;
            let read = read.into_iter().map(|(_, text)| text);
            read.filter(|text| text.contains(" joined “")).collect::<Vec<_>>()
        };
        // The one who works elsewhere has an account here too, where everybody has one.
        let name = entente_testkit::options::at_home(there.host.place)[0].name.clone();
        let email = if place == Place::Webex {
            channels.world.bot_of(&there.host.email).await
        } else {
            there.host.email.clone()
        };
        let account = channels.world.at(place, &email).await.id;
        let chosen = [("notices".to_owned(), "on".to_owned())];
        channels.world.running().choose(made.id, &chosen).await.expect("it can be chosen");
        assert_eq!(lines().await, Vec::<String>::new(), "{place:?}: who was there before");
        room.host.let_in(&room.id, &account).await;
        let told = lines().await;
        assert_eq!(told.len(), 1, "{place:?}: {told:?}");
        assert!(told[0].contains(&format!("{name} joined “")), "{place:?}: {told:?}");
        assert_eq!(lines().await.len(), 1, "{place:?}: once");
    }
}
