//! Channels beside one that is rate-limited: it waits, and nobody else does; and what people do to a message meanwhile is
//! done to it when it is there.

use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use entente_testkit::channels::Room;
use entente_testkit::{Place, Setup};

use super::reactions::{message, reacting};
use super::{Channels, shown_as, texts};

/// Longer than an unhindered message takes, and shorter than the wait that the platform asks for.
const MEANWHILE: Duration = Duration::from_secs(10);

fn busy(path: &str) -> Vec<Rule> {
    vec![Rule {
        name: "busy".to_owned(),
        method: "POST".to_owned(),
        path: path.to_owned(),
        fault: Fault::Status { code: 429, retry_after: Some("60".to_owned()) },
        when: When::Before,
        share: 1.0,
        times: None,
    }]
}

/// The texts in a channel of Teams, oldest first.
async fn in_teams(room: &Room) -> Vec<String> {
    let shown = room.host.sees(&room.id).await;
    let all = shown.iter().rev().filter_map(|message| shown_as(Place::Teams, message));
    all.map(|(_, text)| text).collect()
}

/// Another link of the same people, with the account that hears in the first.
pub(super) async fn elsewhere(channels: &Channels) -> Vec<Room> {
    let mut rooms = Vec::new();
    for room in &channels.rooms {
        let (host, place) = (room.host.clone(), room.host.place);
        let id = host.open_channel("elsewhere").await;
        if place != Place::Teams {
            host.let_in(&id, &channels.world.app_at(place).await.expect("the app")).await;
        }
        if place == Place::Webex {
            host.let_in(&id, &channels.world.at(place, "listener@acme.example").await.id).await;
        }
        rooms.push(Room { host, id });
    }
    channels.world.link(&rooms).await;
    rooms
}

#[tokio::test(start_paused = true)]
async fn a_rate_limited_room_delays_only_itself() {
    let channels = Channels::new(Setup::between(41, &[Place::Webex, Place::Teams, Place::Slack])).await;
    channels.link().await;
    let others = elsewhere(&channels).await;
    let [webex, teams, _] = &channels.rooms[..] else { panic!("three rooms") };
    let limited = teams.id.split_once('/').expect("a channel is in a team").1;
    channels.world.faults(Place::Teams).set(busy(&format!("*/{limited}/activities")));

    webex.host.tell(&webex.id, "held up").await;
    others[0].host.tell(&others[0].id, "goes on").await;
    others[2].host.tell(&others[2].id, "and on").await;
    tokio::time::sleep(MEANWHILE).await;
    let struck = channels.world.faults(Place::Teams).rules()[0].1;
    assert!(struck > 0, "nothing was refused");
    assert_eq!(in_teams(teams).await, Vec::<String>::new(), "this room waits");
    let read = channels.read(2).await;
    assert_eq!(texts(&read), ["held up"], "the third channel of the same link does not");
    let there = in_teams(&others[1]).await;
    let mut said: Vec<&str> = there.iter().filter_map(|text| text.rsplit(": ").next()).collect();
    said.sort_unstable();
    assert_eq!(said, ["and on", "goes on"], "nor does another room of the same platform and the same app");

    channels.world.faults(Place::Teams).set(Vec::new());
    channels.settle().await;
    assert_eq!(in_teams(teams).await.len(), 1, "and it has it in the end");
    let counts = channels.world.counts().await;
    assert_eq!((counts.dead, counts.waiting, counts.aside), (0, 0, 0), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_done_to_a_message_that_still_waits_is_done_after_it() {
    let channels = Channels::new(Setup::between(42, &[Place::Teams, Place::Slack])).await;
    channels.link().await;
    let [teams, slack] = &channels.rooms[..] else { panic!("two rooms") };
    channels.world.faults(Place::Slack).set(busy("/api/chat.postMessage"));
    let said = teams.host.tell(&teams.id, "lunch at one?").await;
    // Each of these finds its parent waiting.
    tokio::time::sleep(MEANWHILE).await;
    teams.host.reply(&said, "I am in").await;
    teams.host.edit(&said, "lunch at two?").await;
    teams.host.react(&message(&channels, 0, "lunch at"), "👍", true).await;
    let regretted = teams.host.tell(&teams.id, "forget it").await;
    tokio::time::sleep(MEANWHILE).await;
    teams.host.delete(&regretted).await;
    tokio::time::sleep(MEANWHILE).await;
    assert!(channels.read(1).await.is_empty(), "everything waits");

    channels.world.faults(Place::Slack).set(Vec::new());
    channels.settle().await;
    let read = channels.read(1).await;
    assert_eq!(texts(&read), ["lunch at two?", "I am in"]);
    let shown = slack.host.sees(&slack.id).await;
    let [reply, first] = &shown.iter().filter(|one| one["tombstone"] != true).collect::<Vec<_>>()[..] else {
        panic!("two messages: {shown:?}")
    };
    assert_eq!(reply["thread"], first["ts"], "the answer hangs below what it answers");
    let app = channels.world.app_at(Place::Slack).await.expect("the app");
    let at = message(&channels, 1, "lunch at");
    assert_eq!(reacting(&channels, 1, &at).await, [app.as_str()], "and the reaction is on it");
    // In the order in which they were done.
    let ledger = channels.world.ledger(Place::Slack).read(0, usize::MAX);
    let kinds = ledger.iter().filter(|entry| entry.who != slack.host.id && entry.fault.is_none());
    let kinds: Vec<&str> = kinds.filter_map(|entry| entry.change["kind"].as_str()).collect();
    let first = |kind: &str| kinds.iter().position(|other| *other == kind);
    let created = first("message.created").expect("it was said");
    for after in ["message.edited", "reaction.set"] {
        assert!(first(after).is_none_or(|at| at > created), "{after} came first: {kinds:?}");
    }
    let counts = channels.world.counts().await;
    assert_eq!((counts.dead, counts.waiting, counts.aside), (0, 0, 0), "{counts:?}");
}
