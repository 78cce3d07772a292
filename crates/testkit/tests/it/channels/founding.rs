//! Channels that Entente makes: on each platform, once, whatever is lost on the way, and not at all where something is wrong.

use std::sync::Arc;
use std::time::Duration;

use entente_engine::{Asked, Engine, EngineError, Wanted};
use entente_model::{Link, LinkOptions};
use entente_sim::faults::{Fault, Rule, When};
use entente_testkit::{Place, Setup};

use super::{Channels, texts};

/// A prime number reaches each kind of point in time.
const STRIDE: usize = 3;

/// What a new channel is asked for as.
fn name(place: Place) -> &'static str {
    if place == Place::Teams { "Acme/Launch Plan" } else { "Launch Plan" }
}

/// Method and path of the call that makes one.
fn making(place: Place) -> (&'static str, &'static str) {
    match place {
        Place::Webex => ("POST", "/v1/rooms"),
        Place::Teams => ("POST", "*/channels"),
        Place::Slack => ("POST", "/api/conversations.create"),
        Place::Zoom => ("POST", "/v2/chat/users/me/channels"),
    }
}

fn other(place: Place) -> Place {
    if place == Place::Slack { Place::Zoom } else { Place::Slack }
}

impl Channels {
    fn there(&self, place: Place) -> Asked {
        let room = self.rooms.iter().find(|room| room.host.place == place).expect("a room");
        Asked { workspace: place.workspace().into(), channel: room.id.clone(), new: false }
    }

    /// The channel of the other platform, and a new one.
    pub(super) fn with_new(&self, place: Place) -> Wanted {
        let new = Asked { workspace: place.workspace().into(), channel: name(place).to_owned(), new: true };
        Wanted {
            name: None,
            channels: vec![self.there(other(place)), new],
            one_way: false,
            options: LinkOptions::default(),
        }
    }

    /// How many channels the platform was told to make and made.
    fn made(&self, place: Place) -> usize {
        let (method, path) = making(place);
        let all = self.world.ledger(place).read(0, usize::MAX);
        let kind = |kind: &str| kind == "channel.created" || kind == "room.created";
        let fits = |asked: &str| match path.strip_prefix('*') {
            Some(end) => asked.ends_with(end),
            None => asked == path,
        };
        // The room that is there from the beginning is one of them, but for Teams.
        let beginning = usize::from(place != Place::Teams);
        let made = all.iter().filter(|entry| {
            entry.method == method
                && fits(entry.path.split('?').next().unwrap_or_default())
                && entry.change["kind"].as_str().is_some_and(kind)
        });
        made.count() - beginning
    }

    /// What is written in one of the two is read in the other, each way.
    pub(super) async fn carries(&mut self, link: &Link, place: Place) {
        let at = link.members[1].at.id.to_string();
        let here = self.rooms.iter_mut().find(|room| room.host.place == place).expect("a room");
        here.id = at;
        here.host.join(&here.id).await;
        let here = self.rooms.iter().position(|room| room.host.place == place).expect("a room");
        let [new, old] = [&self.rooms[here], &self.rooms[1 - here]];
        new.host.tell(&new.id, "from the new one").await;
        old.host.tell(&old.id, "from the old one").await;
        self.settle().await;
        for room in 0..2 {
            let read = self.read(room).await;
            for text in ["from the new one", "from the old one"] {
                let count = texts(&read).into_iter().filter(|said| said.ends_with(text)).count();
                assert_eq!(count, 1, "{place:?}: {read:?}");
            }
        }
    }
}

async fn refused(engine: &Arc<Engine>, wanted: Wanted) -> String {
    engine.link(wanted).await.expect_err("refused").to_string()
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_made_on_each_platform_and_carries() {
    for place in Place::ALL {
        let mut channels = Channels::new(Setup::between(41, &[place, other(place)])).await;
        let link = channels.world.running().link(channels.with_new(place)).await.expect("it can be made");
        let named = if place == Place::Slack { "launch-plan" } else { name(place) };
        assert_eq!(link.members[1].name, named);
        assert_eq!(channels.made(place), 1, "{place:?}");
        channels.carries(&link, place).await;
        // Its name is taken from now on, and the channel is in a link.
        let engine = channels.world.running();
        let again = refused(engine, channels.with_new(place)).await;
        assert!(again.contains("in the link"), "{place:?}: {again}");
        engine.unlink(link.id).await.expect("it ends");
        let again = refused(engine, channels.with_new(place)).await;
        assert!(again.contains("already") && again.contains("choose another name"), "{place:?}: {again}");
        assert_eq!(channels.made(place), 1, "{place:?}");
    }
}

/// New channels alone make a link as well.
#[tokio::test(start_paused = true)]
async fn all_channels_of_a_link_may_be_new() {
    let channels = Channels::new(Setup::between(42, &Place::ALL)).await;
    let new = |place: Place| Asked {
        workspace: place.workspace().into(),
        channel: name(place).to_owned(),
        new: true,
    };
    let wanted = Wanted {
        name: Some("launch".to_owned()),
        channels: Place::ALL.map(new).to_vec(),
        one_way: false,
        options: LinkOptions::default(),
    };
    let engine = channels.world.running();
    let mut twice = wanted.clone();
    twice.channels.push(twice.channels[0].clone());
    assert!(refused(engine, twice).await.contains("made twice"));
    let link = engine.link(wanted).await.expect("they can be made");
    assert_eq!(link.members.len(), 4);
    assert!(Place::ALL.iter().all(|place| channels.made(*place) == 1));
}

/// The answer is lost after the channel was made, or before: once more, and there is one.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_makes_no_second_channel() {
    for place in Place::ALL {
        for when in [When::After, When::Before] {
            let mut channels = Channels::new(Setup::between(43, &[place, other(place)])).await;
            let (method, path) = making(place);
            channels.world.faults(place).set(vec![Rule {
                name: "lost".to_owned(),
                method: method.to_owned(),
                path: path.to_owned(),
                fault: Fault::Timeout { millis: 40_000 },
                when,
                share: 1.0,
                times: Some(1),
            }]);
            let engine = Arc::clone(channels.world.running());
            let link = match (engine.link(channels.with_new(place)).await, when) {
                // It is there, and found at once.
                (Ok(link), When::After) => link,
                (Err(EngineError::NotReady(why)), When::Before) => {
                    assert!(why.contains("not known whether “") && why.contains("repeat"), "{why}");
                    let soon = refused(&engine, channels.with_new(place)).await;
                    assert!(soon.contains("not known whether"), "it may still appear: {soon}");
                    tokio::time::sleep(Duration::from_mins(2)).await;
                    engine.link(channels.with_new(place)).await.expect("it is made then")
                }
                (other, _) => panic!("{place:?} {when:?}: {other:?}"),
            };
            assert_eq!(channels.made(place), 1, "{place:?} {when:?}");
            channels.carries(&link, place).await;
        }
    }
}

/// The process dies at each point of making one; asked once more, one is made in the end, and no second.
#[tokio::test(start_paused = true)]
async fn a_death_on_the_way_makes_no_second_channel() {
    for place in Place::ALL {
        for point in (1..).step_by(STRIDE) {
            let mut setup = Setup::between(44, &[place, other(place)]);
            setup.limits = 0.0;
            let mut channels = Channels::new(setup).await;
            assert!(point < 400, "making never ends before the process dies");
            channels.world.gate().kill_after(point);
            let engine = Arc::clone(channels.world.running());
            let wanted = channels.with_new(place);
            let linking = tokio::spawn(async move { engine.link(wanted).await.map(drop) });
            let ended = tokio::time::timeout(Duration::from_secs(50), linking).await;
            if matches!(&ended, Ok(Ok(Ok(())))) {
                break;
            }
            channels.world.crash();
            channels.world.start(None, false).await;
            channels.world.listening().await;
            // Until it is certain whether the first attempt made one.
            let mut linked = None;
            for _ in 0..5 {
                match channels.world.running().link(channels.with_new(place)).await {
                    Ok(link) => {
                        linked = Some(link);
                        break;
                    }
                    Err(EngineError::NotReady(_)) => tokio::time::sleep(Duration::from_mins(1)).await,
                    // The link was written, and only its answer is lost.
                    Err(EngineError::Refused(why)) if why.contains("in the link") => {
                        let store = channels.world.running().store();
                        linked = store.links().await.expect("the store works").pop();
                        break;
                    }
                    Err(error) => panic!("{place:?} {point}: {error}"),
                }
            }
            let link = linked.unwrap_or_else(|| panic!("{place:?} {point}: it is never made"));
            assert_eq!(channels.made(place), 1, "{place:?} {point}");
            if point % 10 == 1 {
                channels.carries(&link, place).await;
            }
        }
    }
}

/// Everything that can be wrong is found before anything is made.
#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_said_and_nothing_is_made() {
    let channels = Channels::new(Setup::between(45, &Place::ALL)).await;
    let engine = channels.world.running();
    let new = |place: Place, name: &str| Asked {
        workspace: place.workspace().into(),
        channel: name.to_owned(),
        new: true,
    };
    let with = |asked: Asked| Wanted {
        name: None,
        channels: vec![
            channels.there(if asked.workspace.as_str() == "acme-zoom" { Place::Slack } else { Place::Zoom }),
            asked,
        ],
        one_way: false,
        options: LinkOptions::default(),
    };
    for (asked, says) in [
        (new(Place::Slack, "launch"), "there is a channel “launch” already"),
        (new(Place::Slack, "#launch"), "there is a channel “#launch” already"),
        (new(Place::Slack, "🚀"), "no channel of Slack can be called “🚀”"),
        (new(Place::Slack, "  "), "needs a name"),
        (new(Place::Teams, "Plan"), "named as TEAM/CHANNEL"),
        (new(Place::Teams, "Nowhere/Plan"), "there is no team “Nowhere”"),
        (new(Place::Teams, "Acme/launch"), "there is a channel “Acme/launch” already"),
        (new(Place::Zoom, "launch"), "there is a channel “launch” already"),
    ] {
        let wanted = with(asked);
        let why = refused(engine, wanted.clone()).await;
        assert!(why.contains(says), "{wanted:?}: {why}");
    }
    // What is wrong with another channel is found first.
    let mut unknown = channels.with_new(Place::Webex);
    unknown.channels[0].channel = "nowhere".to_owned();
    assert!(refused(engine, unknown).await.contains("sees no channel"));
    assert!(Place::ALL.iter().all(|place| channels.made(*place) == 0), "nothing was made");
    // A second one is refused when the first is made already: that is said, and taken up.
    let mut two = channels.with_new(Place::Webex);
    two.channels.push(new(Place::Slack, "🚀"));
    let why = refused(engine, two.clone()).await;
    assert!(why.contains("acme-webex:Launch Plan was made and is not linked yet"), "{why}");
    two.channels[2].channel = "rocket".to_owned();
    let link = engine.link(two).await.expect("it goes on");
    assert_eq!((link.members.len(), channels.made(Place::Webex)), (3, 1));
}

/// Where an app is told only what mentions it, somebody must be let in who hears.
#[tokio::test(start_paused = true)]
async fn a_room_in_which_nobody_would_hear_is_not_made() {
    use entente_testkit::World;
    let world = World::synced(Setup::between(46, &[Place::Webex, Place::Slack])).await;
    let new =
        |place: Place| Asked { workspace: place.workspace().into(), channel: "plan".to_owned(), new: true };
    let wanted = Wanted {
        name: None,
        channels: vec![new(Place::Slack), new(Place::Webex)],
        one_way: true,
        options: LinkOptions::default(),
    };
    let two_way = Wanted { one_way: false, ..wanted.clone() };
    let why = refused(world.running(), two_way).await;
    assert!(
        why.contains("nobody would hear in “plan”") && why.contains("links listener acme-webex"),
        "{why}"
    );
    let link = world.running().link(wanted).await.expect("nobody has to hear where nothing comes from");
    assert_eq!(link.members[1].listener, None);
}
