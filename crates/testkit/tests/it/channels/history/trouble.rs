//! Links that reach back in the face of trouble: stopped in the middle, killed anywhere, not let read any more, and with more to tell
//! than is held at once.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{Backfill, Flow, Link, LinkId, LinkState};
use entente_sim::faults::{Fault, Rule, When};
use entente_store::Channels as _;
use entente_testkit::{Place, Setup};

use super::{Channels, tick};

/// More than is read at once, by a few.
const MANY: usize = 215;

/// A prime number reaches each kind of point in time.
const STRIDE: u64 = 7;

/// Whoever hears may not list any more what a space holds.
pub(super) fn refusing_lists() -> Rule {
    Rule {
        name: "no lists".to_owned(),
        method: "GET".to_owned(),
        path: "/v1/messages".to_owned(),
        fault: Fault::Status { code: 403, retry_after: None },
        when: When::Before,
        share: 1.0,
        times: None,
    }
}

/// A link of two rooms that was written a moment ago, before anything was passed on.
async fn just_made(channels: &mut Channels) -> Link {
    let first = channels.reach_back(1).await;
    channels.settle().await;
    channels.world.running().unlink(first.id).await.unwrap();
    channels.settle().await;
    let room = &channels.rooms[0];
    room.host.tell(&room.id, "m0").await;
    tick().await;
    channels.world.stop().await;
    let mut link = Link {
        id: LinkId("00000000-0000-0000-0000-000000000007".parse().expect("an id")),
        made_at: channels.world.now(),
        ..first
    };
    let at = link.reaches_back_to();
    for member in link.members.iter_mut().filter(|member| member.flow == Flow::Both) {
        member.backfill = Some(Backfill { at, message: None, told: None });
    }
    assert_eq!(channels.world.store.add_link(&link).await.unwrap(), Ok(()));
    link
}

/// Nothing is passed on while the link is stopped, and when it goes on, all of it is.
#[tokio::test(start_paused = true)]
async fn a_link_that_is_stopped_goes_on_reaching_back() {
    let mut channels = Channels::new(Setup::between(68, &[Place::Webex, Place::Slack])).await;
    let link = just_made(&mut channels).await;
    let paused = LinkState::Paused("by hand".to_owned());
    let now = channels.world.now();
    assert!(channels.world.store.set_link_state(link.id, &paused, Vec::new(), now).await.unwrap());
    channels.world.start(None, false).await;
    channels.settle().await;
    assert!(channels.said(1).await.is_empty());
    channels.world.running().pause_link(link.id, false).await.unwrap();
    channels.settle().await;
    assert_eq!(channels.said(1).await, ["m0"]);
}

/// When it cannot be read any more after the link was made, that is said in the other channel, and what is said now goes on.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_any_more_is_given_up() {
    let mut channels = Channels::new(Setup::between(69, &[Place::Webex, Place::Slack])).await;
    just_made(&mut channels).await;
    channels.world.faults(Place::Webex).set(vec![refusing_lists()]);
    channels.world.start(None, false).await;
    tokio::time::sleep(Duration::from_mins(10)).await;
    channels.world.faults(Place::Webex).set(Vec::new());
    channels.world.listening().await;
    let room = &channels.rooms[0];
    room.host.tell(&room.id, "from now on").await;
    channels.settle().await;
    let read = channels.bare(1).await;
    let unread = "What was said in “launch” (Webex) before the channels were linked cannot be read.";
    assert_eq!(read.iter().filter(|text| *text == unread).count(), 1, "{read:?}");
    assert_eq!(read.last().map(String::as_str), Some("from now on"));
}

/// More than is held at once comes piece by piece, in order, none twice and none missing.
async fn many_are_carried(from: Place, to: Place) {
    let mut setup = Setup::between(70, &[from, to]);
    setup.limits = 0.0;
    let channels = Channels::new(setup).await;
    let [here, there] = [from, to]
        .map(|place| channels.rooms.iter().position(|room| room.host.place == place).expect("a room"));
    let room = &channels.rooms[here];
    let mut expected = Vec::new();
    while expected.len() < MANY {
        let said = room.host.tell(&room.id, &format!("n{}", expected.len())).await;
        expected.push(format!("n{}", expected.len()));
        tick().await;
        // More threads than are looked into at once.
        if expected.len().is_multiple_of(5) {
            room.host.reply(&said, &format!("n{}", expected.len())).await;
            expected.push(format!("n{}", expected.len()));
            tick().await;
        }
    }
    channels.reach_back(1).await;
    room.host.tell(&room.id, "nothing").await;
    expected.push("nothing".to_owned());
    channels.settle().await;
    assert_eq!(made(&channels, there), expected, "{from:?}");
}

/// Everything that was ever said in a room and begins with an n, in order.
fn made(channels: &Channels, room: usize) -> Vec<String> {
    let ledger = channels.world.ledger(channels.rooms[room].host.place).read(0, usize::MAX);
    let made = ledger.iter().filter(|entry| entry.change["kind"] == "message.created");
    let last_words = made.filter_map(|entry| entry.change["text"].as_str()?.split_whitespace().last());
    last_words.filter(|word| word.starts_with('n')).map(str::to_owned).collect()
}

#[tokio::test(start_paused = true)]
async fn more_than_is_held_at_once_is_carried_from_everywhere() {
    for (from, to) in [
        (Place::Slack, Place::Webex),
        (Place::Webex, Place::Slack),
        (Place::Teams, Place::Slack),
        (Place::Zoom, Place::Slack),
    ] {
        many_are_carried(from, to).await;
    }
}

/// Links made anew one after the other, each dying at another point; each carries only what was said since the last.
#[tokio::test(start_paused = true)]
async fn every_death_is_survived_while_a_link_reaches_back() {
    let mut setup = Setup::between(71, &[Place::Slack, Place::Webex]);
    setup.limits = 0.0;
    let mut channels = Channels::new(setup).await;
    let mut expected: Vec<String> = Vec::new();
    // How many points there are is seen where nothing dies.
    let (mut points, mut point) = (None, 1);
    while points.is_none_or(|points| point <= points) {
        let room = &channels.rooms[0];
        let [before, answer, after] = ["m", "r", "l"].map(|what| format!("{what}{}", expected.len()));
        let first = room.host.tell(&room.id, &before).await;
        tick().await;
        room.host.reply(&first, &answer).await;
        tick().await;
        let (gate, engine) = (Arc::clone(channels.world.gate()), Arc::clone(channels.world.running()));
        let passed = gate.passed();
        if points.is_some() {
            gate.kill_after(point);
        }
        tokio::select! {
            made = engine.link(channels.reaching_back(1)) => drop(made.expect("linked")),
            () = gate.died.notified() => gate.kill(),
        }
        drop(engine);
        room.host.tell(&room.id, &after).await;
        expected.extend([before, answer, after]);
        if points.is_none() {
            while channels.said(1).await.last() != expected.last() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            points = Some(gate.passed() - passed);
        } else {
            if channels.world.wait_for_death(Duration::from_mins(1)).await {
                channels.world.start(None, false).await;
                channels.world.listening().await;
            }
            point += STRIDE;
        }
        channels.world.gate().forgive();
        if channels.world.store.links().await.unwrap().is_empty() {
            channels.reach_back(1).await;
        }
        channels.settle().await;
        for room in [0, 1] {
            // Only the latest are shown.
            let said = channels.said(room).await;
            assert!(said.len() >= expected.len().min(40), "{said:?}");
            let latest = &expected[expected.len() - said.len()..];
            assert_eq!(said, latest, "in {room} before point {point} of {points:?}");
        }
        let link = channels.world.store.links().await.unwrap().remove(0);
        channels.world.running().unlink(link.id).await.unwrap();
        channels.settle().await;
    }
    assert!(points > Some(60), "{points:?}");
}
