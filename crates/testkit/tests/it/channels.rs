//! Channels that are kept in step: everybody in one reads what is written in the others, under the right name, in threads, with
//! edits and deletions, once.

use std::time::Duration;

use entente_engine::{Asked, Wanted};
use entente_model::Link;
use entente_sim::faults::{Fault, Rule, When};
use entente_testkit::channels::{Room, wanted};
use entente_testkit::{Place, Setup, World};
use serde_json::Value;

mod files;
mod founding;
mod hearing;
mod history;
mod life;
mod limited;
mod membership;
mod options;
mod outsiders;
mod reactions;

/// All points take minutes; a prime number reaches each kind of point in time.
const STRIDE: usize = 11;

const LONG: Duration = Duration::from_mins(20);

/// A world with these platforms and a channel on each.
struct Channels {
    world: World,
    rooms: Vec<Room>,
}

impl Channels {
    async fn new(setup: Setup) -> Self {
        let world = World::synced(setup).await;
        let rooms = world.open_channels("launch").await;
        Self { world, rooms }
    }

    async fn link(&self) -> Link {
        self.world.link(&self.rooms).await
    }

    fn wanted(&self) -> Wanted {
        wanted(&self.rooms)
    }

    async fn settle(&self) {
        assert!(self.world.settle(LONG).await, "everything is passed on: {:?}", self.world.counts().await);
    }

    /// What is read in a room, oldest first: who wrote it as people see it, and what.
    async fn read(&self, room: usize) -> Vec<(String, String)> {
        let room = &self.rooms[room];
        let mut shown = room.host.sees(&room.id).await;
        shown.reverse();
        shown.iter().filter_map(|message| shown_as(room.host.place, message)).collect()
    }
}

/// The author as a platform shows them, and the text.
pub(crate) fn shown_as(place: Place, message: &Value) -> Option<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Some(match place {
        Place::Webex => (text(&message["personEmail"]), text(&message["text"])),
        Place::Slack if message["tombstone"] == true => return None,
        Place::Slack => {
            let author =
                message["as"].as_str().map_or_else(|| text(&message["author"]["name"]), str::to_owned);
            (author, text(&message["text"]))
        }
        Place::Zoom => (text(&message["author"]["name"]), text(&message["text"])),
        Place::Teams => {
            let from = &message["from"];
            let name = if from["user"].is_null() { &from["application"] } else { &from["user"] };
            (text(&name["displayName"]), plain(&text(&message["body"]["content"])))
        }
    })
}

/// The text of a little HTML.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.trim().replace("&nbsp;", " ")
}

fn texts(read: &[(String, String)]) -> Vec<&str> {
    read.iter().map(|(_, text)| text.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_written_in_a_channel_is_read_in_the_others() {
    let channels = Channels::new(Setup::between(1, &[Place::Webex, Place::Slack])).await;
    channels.link().await;
    let [webex, slack] = &channels.rooms[..] else { panic!("two rooms") };
    let asked = webex.host.tell(&webex.id, "who is in?").await;
    channels.settle().await;
    // Ada's own account is not in the channel on Slack, so the app passes it on under her name.
    assert_eq!(channels.read(1).await, [("Ada Okafor (Webex)".to_owned(), "who is in?".to_owned())]);
    slack.host.tell(&slack.id, "me").await;
    channels.settle().await;
    let read = channels.read(0).await;
    assert_eq!(texts(&read), ["who is in?", "Ines Fischer: me"]);
    webex.host.reply(&asked, "good").await;
    webex.host.edit(&asked, "who is coming?").await;
    channels.settle().await;
    let read = channels.read(1).await;
    assert_eq!(texts(&read), ["who is coming?", "me", "good"]);
    let shown = slack.host.sees(&slack.id).await;
    assert_eq!(shown[0]["thread"], shown[2]["ts"], "an answer hangs where it was given: {shown:?}");
    webex.host.delete(&asked).await;
    channels.settle().await;
    assert_eq!(texts(&channels.read(1).await), ["me", "good"]);
}

/// Everything of one channel reaches each other: every ordered pair carries a message, an answer, an edit and a deletion.
async fn everything_reaches_everybody(places: &[Place]) {
    let channels = Channels::new(Setup::between(3, places)).await;
    channels.link().await;
    for (from, room) in channels.rooms.iter().enumerate() {
        let place = room.host.place;
        let first = room.host.tell(&room.id, &format!("{place:?} asks")).await;
        let gone = room.host.tell(&room.id, &format!("{place:?} regrets")).await;
        channels.settle().await;
        room.host.reply(&first, &format!("{place:?} adds")).await;
        room.host.edit(&first, &format!("{place:?} asks again")).await;
        room.host.delete(&gone).await;
        channels.settle().await;
        for to in 0..channels.rooms.len() {
            let read = channels.read(to).await;
            let of = |what: &str| {
                let said = format!("{place:?} {what}");
                read.iter().filter(|(_, text)| text.ends_with(&said)).count()
            };
            let there = channels.rooms[to].host.place;
            assert_eq!(of("asks again"), 1, "{place:?} to {there:?}: {read:?}");
            assert_eq!(of("asks"), 0, "{place:?} to {there:?}: {read:?}");
            assert_eq!(of("adds"), 1, "{place:?} to {there:?}: {read:?}");
            assert_eq!(of("regrets"), 0, "{place:?} to {there:?}: {read:?}");
            if to != from {
                let name = entente_testkit::options::at_home(place)[0].name.clone();
                let signed = |(author, text): &(String, String)| {
                    author.starts_with(&name) || text.starts_with(&format!("{name}:"))
                };
                let said: Vec<_> =
                    read.iter().filter(|(_, text)| text.contains(&format!("{place:?} "))).collect();
                assert!(said.iter().all(|said| signed(said)), "{place:?} to {there:?}: {said:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn four_channels_carry_everything_each_way() {
    everything_reaches_everybody(&Place::ALL).await;
}

/// Whoever is in a channel there speaks as themselves; for others the app does, and says whose words they are.
#[tokio::test(start_paused = true)]
async fn whoever_is_there_speaks_as_themselves() {
    let channels = Channels::new(Setup::between(4, &[Place::Webex, Place::Slack, Place::Zoom])).await;
    channels.link().await;
    let [webex, slack, zoom] = &channels.rooms[..] else { panic!("three rooms") };
    let ada = webex.host.email.clone();
    let ada_on_slack = channels.world.at(Place::Slack, &ada).await;
    slack.host.let_in(&slack.id, &ada_on_slack.id).await;
    let ada_on_zoom = channels.world.at(Place::Zoom, &ada).await;
    zoom.host.let_in(&zoom.id, &ada_on_zoom.id).await;
    let mara = zoom.host.email.clone();
    let bot = channels.world.at(Place::Webex, &channels.world.bot_of(&mara).await).await;
    webex.host.let_in(&webex.id, &bot.id).await;
    let said = webex.host.tell(&webex.id, "as I am").await;
    zoom.host.tell(&zoom.id, "by my bot").await;
    channels.settle().await;
    let name = "Ada Okafor".to_owned();
    assert!(channels.read(1).await.contains(&(name.clone(), "as I am".to_owned())));
    assert!(channels.read(2).await.contains(&(name.clone(), "as I am".to_owned())));
    assert!(channels.read(0).await.contains(&(bot.email.clone(), "by my bot".to_owned())));
    // She leaves, and is passed on from then on; what she said is changed by herself all the same.
    webex.host.edit(&said, "as I was").await;
    channels.settle().await;
    assert!(channels.read(1).await.contains(&(name.clone(), "as I was".to_owned())));
    assert!(channels.read(2).await.contains(&(name, "as I was".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_link_is_said() {
    let channels = Channels::new(Setup::between(5, &[Place::Webex, Place::Slack])).await;
    let engine = channels.world.running();
    let refused = async |wanted: Wanted| engine.link(wanted).await.expect_err("refused").to_string();
    let whole = channels.wanted();
    let mut twice = whole.clone();
    twice.channels[1] = twice.channels[0].clone();
    assert!(refused(twice).await.contains("cannot be linked with itself"));
    let mut one = whole.clone();
    one.channels.truncate(1);
    assert!(refused(one).await.contains("two channels or more"));
    let mut unknown = whole.clone();
    unknown.channels[1].channel = "nowhere".to_owned();
    assert!(refused(unknown).await.contains("sees no channel “nowhere”"));
    // By its name a channel is found as well as by its id; the app is not in this one.
    let elsewhere = channels.rooms[1].host.open_channel("elsewhere").await;
    let mut foreign = whole.clone();
    foreign.channels[1].channel = "#elsewhere".to_owned();
    assert!(refused(foreign.clone()).await.contains("is not a member of “elsewhere”"));
    let app = channels.world.app_at(Place::Slack).await.expect("an account");
    channels.rooms[1].host.let_in(&elsewhere, &app).await;
    channels.link().await;
    assert!(refused(whole).await.contains("is in the link “launch + launch” already"));
    // A channel that is linked already would close a loop through the other link.
    let mut loops = foreign;
    loops.channels[0] =
        Asked { workspace: "acme-slack".into(), channel: channels.rooms[1].id.clone(), new: false };
    assert!(refused(loops).await.contains("messages would go round"));
    let mut deaf = channels.wanted();
    let quiet = channels.rooms[0].host.open_channel("quiet").await;
    let app = channels.world.app_at(Place::Webex).await.expect("an account");
    channels.rooms[0].host.let_in(&quiet, &app).await;
    deaf.channels = vec![
        Asked { workspace: "acme-webex".into(), channel: quiet, new: false },
        Asked { workspace: "acme-slack".into(), channel: "elsewhere".to_owned(), new: false },
    ];
    assert!(refused(deaf).await.contains("nobody hears in “quiet”"));
}

#[tokio::test(start_paused = true)]
async fn a_link_is_stopped_and_ended() {
    let channels = Channels::new(Setup::between(6, &[Place::Webex, Place::Slack])).await;
    let link = channels.link().await;
    let [webex, slack] = &channels.rooms[..] else { panic!("two rooms") };
    webex.host.tell(&webex.id, "one").await;
    channels.settle().await;
    channels.world.running().pause_link(link.id, true).await.unwrap();
    webex.host.tell(&webex.id, "two").await;
    channels.settle().await;
    channels.world.running().pause_link(link.id, false).await.unwrap();
    webex.host.tell(&webex.id, "three").await;
    channels.settle().await;
    assert_eq!(texts(&channels.read(1).await), ["one", "three"], "what was written meanwhile stays there");
    channels.world.running().unlink(link.id).await.unwrap();
    channels.settle().await;
    webex.host.tell(&webex.id, "four").await;
    slack.host.tell(&slack.id, "five").await;
    channels.settle().await;
    let read = channels.read(1).await;
    assert_eq!(texts(&read)[..2], ["one", "three"]);
    assert!(texts(&read)[2].contains("This channel is no longer linked with launch (Webex)."), "{read:?}");
    assert_eq!(texts(&read)[3..], ["five"]);
    let read = channels.read(0).await;
    assert!(texts(&read).iter().any(|text| text.contains("no longer linked with launch (Slack)")));
    assert!(!texts(&read).contains(&"five"));
    assert!(channels.world.running().unlink(link.id).await.is_err());
    channels.link().await;
    webex.host.tell(&webex.id, "six").await;
    channels.settle().await;
    assert_eq!(texts(&channels.read(1).await).last(), Some(&"six"));
}

#[tokio::test(start_paused = true)]
async fn one_way_is_one_way() {
    let channels = Channels::new(Setup::between(7, &[Place::Webex, Place::Slack])).await;
    let wanted = Wanted { one_way: true, ..channels.wanted() };
    channels.world.running().link(wanted).await.unwrap();
    let [webex, slack] = &channels.rooms[..] else { panic!("two rooms") };
    webex.host.tell(&webex.id, "down").await;
    channels.settle().await;
    slack.host.tell(&slack.id, "up").await;
    channels.settle().await;
    assert_eq!(texts(&channels.read(0).await), ["down"]);
    assert_eq!(texts(&channels.read(1).await), ["down", "up"]);
}

/// Files of channels are lines so far, and what people feel there stays there.
/// What the app said and got no answer to, it may not be able to name: a new text is said in a reply, and that it cannot be
/// taken back is told to operators.
#[tokio::test(start_paused = true)]
async fn what_the_app_cannot_name_is_changed_in_a_reply() {
    let channels = Channels::new(Setup::between(10, &[Place::Slack, Place::Zoom])).await;
    channels.link().await;
    let [slack, _] = &channels.rooms[..] else { panic!("two rooms") };
    channels.world.faults(Place::Zoom).set(vec![Rule {
        name: "timeout after".to_owned(),
        method: "POST".to_owned(),
        path: "/v2/im/chat/messages".to_owned(),
        fault: Fault::Timeout { millis: 40_000 },
        when: When::After,
        share: 1.0,
        times: Some(1),
    }]);
    let said = slack.host.tell(&slack.id, "at nine").await;
    channels.settle().await;
    assert_eq!(texts(&channels.read(1).await), ["Ines Fischer: at nine"], "it is found, and not said twice");
    slack.host.edit(&said, "at ten").await;
    channels.settle().await;
    assert_eq!(
        texts(&channels.read(1).await),
        ["Ines Fischer: at nine", "Ines Fischer: edited: at ten"],
        "the first cannot be changed"
    );
    slack.host.delete(&said).await;
    channels.settle().await;
    assert_eq!(texts(&channels.read(1).await), ["Ines Fischer: at nine"]);
    assert_eq!(channels.world.counts().await.dead, 1, "operators are told");
}

/// Something said in one channel of four, with the process dying at one point in so many of those that can be told apart.
#[tokio::test(start_paused = true)]
async fn every_death_is_survived_in_four_channels() {
    let mut setup = Setup::between(8, &Place::ALL);
    setup.limits = 0.0;
    let mut channels = Channels::new(setup).await;
    channels.link().await;
    channels.rooms[0].host.tell(&channels.rooms[0].id, "m0").await;
    channels.settle().await;
    let mut said = vec!["m0".to_owned()];
    for point in (1..).step_by(STRIDE) {
        assert!(point < 2_000, "the story never ends before the process dies");
        channels.world.gate().kill_after(point);
        let from = &channels.rooms[said.len() % channels.rooms.len()];
        let text = format!("m{}", said.len());
        from.host.tell(&from.id, &text).await;
        said.push(text);
        let died = channels.world.wait_for_death(Duration::from_mins(1)).await;
        if died {
            channels.world.start(None, false).await;
        }
        channels.settle().await;
        for room in 0..channels.rooms.len() {
            let read = channels.read(room).await;
            let bare: Vec<&str> =
                read.iter().map(|(_, text)| text.rsplit(": ").next().unwrap_or(text)).collect();
            let place = channels.rooms[room].host.place;
            let recent: Vec<&str> = said.iter().map(String::as_str).rev().take(40).rev().collect();
            let shown: Vec<&str> = bare.iter().copied().rev().take(40).rev().collect();
            assert_eq!(shown, recent, "{place:?} after a death at point {point}");
        }
        if !died {
            assert!(point > 40, "the story has more than {point} points");
            break;
        }
    }
}
