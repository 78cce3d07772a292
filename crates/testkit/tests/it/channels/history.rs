//! Links that reach back: what was said in their channels before is read in the others, in order, once, and with the day on which it was
//! said; and then what is said from now on.

use std::time::Duration;

use entente_engine::Wanted;
use entente_model::{Link, LinkOptions};
use entente_store::Channels as _;
use entente_testkit::{Place, Setup};
use serde_json::Value;

use super::Channels;
use super::options::{calling_everybody, calls_everybody};

mod trouble;

/// From one working day to the next.
const NIGHT: Duration = Duration::from_hours(15);

impl Channels {
    /// The link of all rooms that reaches back so many days.
    fn reaching_back(&self, days: u16) -> Wanted {
        Wanted { options: LinkOptions { history: days, ..LinkOptions::default() }, ..self.wanted() }
    }

    async fn reach_back(&self, days: u16) -> Link {
        let link = self.world.running().link(self.reaching_back(days)).await;
        link.expect("the channels can be linked")
    }

    /// So much time passes while the product does not run.
    async fn rest(&mut self, time: Duration) {
        self.world.stop().await;
        tokio::time::sleep(time).await;
        self.world.start(None, false).await;
        self.world.listening().await;
    }

    /// What is read in a room, without the names in front.
    async fn bare(&self, room: usize) -> Vec<String> {
        let read = self.read(room).await;
        let bare = |(_, text): (String, String)| {
            let text = text.replace("*Entente:*", "Entente:");
            text.rsplit(": ").next().unwrap_or_default().to_owned()
        };
        read.into_iter().map(bare).collect()
    }

    /// Those of them that people said.
    async fn said(&self, room: usize) -> Vec<String> {
        let all = self.bare(room).await;
        let by_people = |text: &String| {
            let lines = ["What follows was said", "So much was said", "This channel is no longer linked"];
            !lines.iter().any(|line| text.starts_with(line))
        };
        all.into_iter().filter(by_people).collect()
    }
}

/// How a channel is shown in the others.
fn shown_as(place: Place) -> &'static str {
    match place {
        Place::Webex => "“launch” (Webex)",
        Place::Teams => "“Acme/launch” (Microsoft Teams)",
        Place::Slack => "“launch” (Slack)",
        Place::Zoom => "“launch” (Zoom Team Chat)",
    }
}

/// What stands in one channel by now is read in the other, with the days; what is said later comes after it.
async fn what_was_said_before_is_read(from: Place, to: Place) {
    let mut channels = Channels::new(Setup::between(61, &[from, to])).await;
    let [here, there] = [from, to]
        .map(|place| channels.rooms.iter().position(|room| room.host.place == place).expect("a room"));
    let room = &channels.rooms[here];
    let first = room.host.tell(&room.id, "root").await;
    tick().await;
    let wrong = room.host.tell(&room.id, "wrong").await;
    tick().await;
    let gone = room.host.tell(&room.id, "gone").await;
    room.host.reply(&first, "answer").await;
    tick().await;
    room.host.edit(&wrong, "right").await;
    room.host.delete(&gone).await;
    channels.rest(NIGHT).await;
    let room = &channels.rooms[here];
    room.host.tell(&room.id, "next day").await;
    tick().await;
    room.host.reply(&first, "late answer").await;
    tick().await;
    let link = channels.reach_back(2).await;
    room.host.tell(&room.id, "from now on").await;
    channels.settle().await;
    let shown = shown_as(from);
    let expected = [
        format!("What follows was said in {shown} before the channels were linked, from 5 January 2026 on."),
        "root".to_owned(),
        "right".to_owned(),
        "answer".to_owned(),
        "What follows was said on 6 January 2026.".to_owned(),
        "next day".to_owned(),
        "late answer".to_owned(),
        format!("So much was said in {shown} before. What follows is said from now on."),
        "from now on".to_owned(),
    ];
    assert_eq!(channels.bare(there).await, expected, "{from:?} to {to:?}");
    let mine = ["root", "right", "answer", "next day", "late answer", "from now on"];
    assert_eq!(channels.bare(here).await, mine, "{from:?}: nothing comes back");
    // It is said under its author's name, and an answer hangs where it was given.
    let name = &entente_testkit::options::at_home(from)[0].name;
    let read = channels.read(there).await;
    assert!(read[1].0.starts_with(name) || read[1].1.starts_with(name), "{read:?}");
    // It is changed and taken back like anything else.
    room.host.edit(&wrong, "right again").await;
    room.host.delete(&first).await;
    channels.settle().await;
    let said = channels.said(there).await;
    assert!(said.contains(&"right again".to_owned()) && !said.contains(&"root".to_owned()), "{said:?}");
    let stored = channels.world.store.link(link.id).await.unwrap().unwrap();
    assert!(stored.members.iter().all(|member| member.backfill.is_none()), "all of it was passed on");
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_on_webex_is_read_on_slack() {
    what_was_said_before_is_read(Place::Webex, Place::Slack).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_on_slack_is_read_on_zoom() {
    what_was_said_before_is_read(Place::Slack, Place::Zoom).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_on_zoom_is_read_on_webex() {
    what_was_said_before_is_read(Place::Zoom, Place::Webex).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_on_teams_is_read_on_slack() {
    what_was_said_before_is_read(Place::Teams, Place::Slack).await;
}

#[tokio::test(start_paused = true)]
async fn each_of_four_carries_its_own_and_nothing_goes_round() {
    let channels = Channels::new(Setup::between(62, &Place::ALL)).await;
    for (at, room) in channels.rooms.iter().enumerate() {
        room.host.tell(&room.id, &format!("one of {at}")).await;
        tick().await;
        room.host.tell(&room.id, &format!("two of {at}")).await;
    }
    tick().await;
    channels.reach_back(1).await;
    channels.settle().await;
    for there in 0..channels.rooms.len() {
        let said = channels.said(there).await;
        assert_eq!(said.len(), 8, "{said:?}");
        for from in 0..channels.rooms.len() {
            let of = |what: &str| said.iter().position(|text| *text == format!("{what} of {from}"));
            assert!(of("one").is_some() && of("one") < of("two"), "{from} in {there}: {said:?}");
        }
    }
}

/// Only so many days, but answers to what is older; and reactions that stand, where the platform tells them.
#[tokio::test(start_paused = true)]
async fn what_is_older_stays_and_reactions_come_along() {
    let mut channels = Channels::new(Setup::between(63, &[Place::Slack, Place::Teams])).await;
    let [slack, _] = &channels.rooms[..] else { panic!("two rooms") };
    let old = slack.host.tell(&slack.id, "long ago").await;
    channels.rest(NIGHT * 2).await;
    let [slack, _] = &channels.rooms[..] else { panic!("two rooms") };
    slack.host.reply(&old, "to what was long ago").await;
    tick().await;
    let lunch = slack.host.tell(&slack.id, "lunch?").await;
    slack.host.react(&lunch, "+1", true).await;
    tick().await;
    channels.reach_back(1).await;
    channels.settle().await;
    let said = channels.said(1).await;
    assert_eq!(said, ["to what was long ago", "lunch?", "👍 Ines Fischer"]);
}

/// Nobody is called for what was said long ago.
#[tokio::test(start_paused = true)]
async fn what_was_said_before_calls_nobody() {
    for place in [Place::Slack, Place::Webex] {
        let other = if place == Place::Slack { Place::Webex } else { Place::Slack };
        let channels = Channels::new(Setup::between(64, &[place, other])).await;
        let here = channels.rooms.iter().position(|room| room.host.place == place).expect("a room");
        let room = &channels.rooms[here];
        room.host.tell_with(&room.id, calling_everybody(&room.id, place, "then")).await;
        tick().await;
        let mut wanted = channels.reaching_back(1);
        wanted.options.broadcast = true;
        channels.world.running().link(wanted).await.expect("linked");
        room.host.tell_with(&room.id, calling_everybody(&room.id, place, "now")).await;
        channels.settle().await;
        for (token, calls) in [("then all", false), ("now all", true)] {
            let token = token.split(' ').next().unwrap_or_default();
            let shown: Value = channels.shown(1 - here, &format!("{token} ")).await;
            assert_eq!(calls_everybody(other, &shown), calls, "{place:?}: {shown:#}");
        }
    }
}

/// What an earlier link carried is there already; what was said between the two is not.
#[tokio::test(start_paused = true)]
async fn what_an_earlier_link_carried_is_not_carried_twice() {
    let channels = Channels::new(Setup::between(65, &[Place::Webex, Place::Slack])).await;
    let first = channels.link().await;
    let [webex, slack] = &channels.rooms[..] else { panic!("two rooms") };
    webex.host.tell(&webex.id, "by the first").await;
    channels.settle().await;
    slack.host.tell(&slack.id, "back by the first").await;
    channels.settle().await;
    channels.world.running().unlink(first.id).await.unwrap();
    channels.settle().await;
    webex.host.tell(&webex.id, "between").await;
    slack.host.tell(&slack.id, "between too").await;
    tick().await;
    channels.reach_back(1).await;
    channels.settle().await;
    webex.host.tell(&webex.id, "by the second").await;
    channels.settle().await;
    let everything = ["by the first", "back by the first", "between", "between too", "by the second"];
    assert_eq!(channels.said(0).await, everything);
    let other = ["by the first", "back by the first", "between too", "between", "by the second"];
    assert_eq!(channels.said(1).await, other);
}

/// A new channel has nothing to tell, and is told everything.
#[tokio::test(start_paused = true)]
async fn a_channel_that_is_made_is_told_what_was_said_before() {
    let mut channels = Channels::new(Setup::between(66, &[Place::Slack, Place::Webex])).await;
    let slack = channels.rooms.iter().position(|room| room.host.place == Place::Slack).expect("a room");
    let room = &channels.rooms[slack];
    room.host.tell(&room.id, "before there was another").await;
    tick().await;
    let mut wanted = channels.with_new(Place::Webex);
    wanted.options.history = 3;
    let link = channels.world.running().link(wanted).await.expect("linked");
    channels.settle().await;
    channels.carries(&link, Place::Webex).await;
    let said = channels.said(1 - slack).await;
    assert_eq!(said[0], "before there was another", "{said:?}");
    assert_eq!(said.iter().filter(|text| *text == "before there was another").count(), 1);
}

/// Where it cannot be read that is said, and no link is made that promises it; and it is chosen once.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_not_promised() {
    let channels = Channels::new(Setup::between(67, &[Place::Webex, Place::Slack])).await;
    channels.world.faults(Place::Webex).set(vec![trouble::refusing_lists()]);
    let refused = channels.world.running().link(channels.reaching_back(1)).await.expect_err("refused");
    let said = refused.to_string();
    assert!(said.contains("what was written in “launch” before cannot be read"), "{said}");
    assert!(channels.world.store.links().await.unwrap().is_empty());
    channels.world.faults(Place::Webex).set(Vec::new());
    let link = channels.link().await;
    let chosen = [("files".to_owned(), "off".to_owned()), ("history".to_owned(), "3".to_owned())];
    let refused = channels.world.running().choose(link.id, &chosen).await.expect_err("refused");
    assert!(refused.to_string().contains("is chosen when it is made"), "{refused}");
    let stored = channels.world.store.link(link.id).await.unwrap().unwrap();
    assert_eq!(stored.options, LinkOptions::default(), "nothing is changed");
}

/// An app that is sold outside of the Marketplace may list fifteen messages a minute on Slack, and one thread: what is on one page comes
/// as slowly as that; more is not promised.
#[tokio::test(start_paused = true)]
async fn as_much_as_a_commercial_app_may_read_is_carried() {
    let mut setup = Setup::between(72, &[Place::Slack, Place::Webex]);
    setup.slack.commercial_history = true;
    let channels = Channels::new(setup).await;
    let slack = channels.rooms.iter().position(|room| room.host.place == Place::Slack).expect("a room");
    let room = &channels.rooms[slack];
    let mut expected = Vec::new();
    for thread in 0..3 {
        let first = room.host.tell(&room.id, &format!("root {thread}")).await;
        tick().await;
        room.host.reply(&first, &format!("answer {thread}")).await;
        tick().await;
        expected.extend([format!("root {thread}"), format!("answer {thread}")]);
    }
    let link = channels.reach_back(1).await;
    channels.settle().await;
    assert_eq!(channels.said(1 - slack).await, expected);
    channels.world.running().unlink(link.id).await.unwrap();
    for number in 0..16 {
        room.host.tell(&room.id, &format!("more {number}")).await;
    }
    tokio::time::sleep(Duration::from_mins(2)).await;
    let refused = channels.world.running().link(channels.reaching_back(1)).await.expect_err("refused");
    assert!(refused.to_string().contains("acme-slack"), "{refused}");
    assert!(channels.world.store.links().await.unwrap().is_empty());
}

/// Vendors' clocks are coarse.
async fn tick() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}
