//! Reactions in channels: shared by the app where it can react, told by a line where it cannot, and the same whichever copy of
//! a message people react to.

use entente_testkit::people::At;
use entente_testkit::{Place, Setup};
use serde_json::Value;

use super::{Channels, texts};

/// A thumb, as people on this platform choose it.
fn thumb(place: Place) -> &'static str {
    if place == Place::Slack { "+1" } else { "👍" }
}

/// The message with this word in a room.
pub(super) fn message(channels: &Channels, room: usize, word: &str) -> At {
    let room = &channels.rooms[room];
    let ledger = channels.world.ledger(room.host.place).read(0, usize::MAX);
    let has = |change: &Value| {
        change["kind"] == "message.created" && change["text"].as_str().is_some_and(|text| text.contains(word))
    };
    let made = ledger.into_iter().map(|entry| entry.change).find(has).expect("it is there");
    At { conversation: room.id.clone(), message: made["message"].as_str().expect("an id").to_owned() }
}

/// The accounts that react to it on Slack.
pub(super) async fn reacting(channels: &Channels, room: usize, at: &At) -> Vec<String> {
    let path = format!(
        "/_sim/messages?channel={}&person={}&max=1000",
        at.conversation, channels.rooms[room].host.id
    );
    let seen = channels.world.look(Place::Slack, &path).await;
    let items = seen["items"].as_array().expect("a list");
    let found = items.iter().find(|item| item["ts"] == at.message.as_str()).expect("it is there");
    let users = found["reactions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["users"].as_array().cloned());
    users.flatten().map(|user| user.as_str().expect("an id").to_owned()).collect()
}

/// The line about reactions in a room.
async fn line(channels: &Channels, room: usize) -> Option<String> {
    let read = channels.read(room).await;
    let mut lines = read.into_iter().map(|(_, text)| text).filter(|text| text.contains("reacted:"));
    let line = lines.next();
    assert!(lines.next().is_none(), "one line stands for all");
    line
}

#[tokio::test(start_paused = true)]
async fn whoever_reacts_wherever_is_seen_everywhere() {
    let mut setup = Setup::between(31, &Place::ALL);
    // Else nobody can tell which message of the app's people on Zoom react to.
    setup.zoom.bot_ids_of_histories = true;
    let channels = Channels::new(setup).await;
    channels.link().await;
    let of = |place| channels.rooms.iter().position(|room| room.host.place == place).expect("a room");
    let [webex, slack, teams, zoom] = [Place::Webex, Place::Slack, Place::Teams, Place::Zoom].map(of);
    let host = |room: usize| &channels.rooms[room].host;
    let react = async |room: usize, on: bool| {
        let at = message(&channels, room, "lunch");
        host(room).react(&at, thumb(host(room).place), on).await;
        channels.settle().await;
    };
    let said = host(slack).tell(&channels.rooms[slack].id, "lunch?").await;
    channels.settle().await;
    let app = channels.world.app_at(Place::Slack).await.expect("the app");

    react(slack, true).await;
    let ines = host(slack).id.clone();
    assert_eq!(reacting(&channels, slack, &said).await, [ines.as_str()], "their own, and nothing comes back");
    for room in [webex, teams, zoom] {
        assert_eq!(line(&channels, room).await.as_deref(), Some("reacted: 👍 Ines Fischer"));
    }

    react(teams, true).await;
    react(zoom, true).await;
    assert_eq!(
        reacting(&channels, slack, &said).await,
        [ines.as_str(), app.as_str()],
        "the app once, for both"
    );
    let [at_teams, at_zoom] = [names(&channels, teams).await, names(&channels, zoom).await];
    let everybody = line(&channels, webex).await.expect("a line");
    for name in [&at_teams, &at_zoom, "Ines Fischer"] {
        assert!(everybody.contains(name), "{everybody}");
    }
    let elsewhere = line(&channels, teams).await.expect("a line");
    assert!(elsewhere.contains(&at_zoom) && !elsewhere.contains(&at_teams), "{elsewhere}");

    react(teams, false).await;
    assert_eq!(
        reacting(&channels, slack, &said).await,
        [ines.as_str(), app.as_str()],
        "one of the two still does"
    );
    react(zoom, false).await;
    assert_eq!(reacting(&channels, slack, &said).await, [ines.as_str()]);
    assert_eq!(line(&channels, webex).await.as_deref(), Some("reacted: 👍 Ines Fischer"));
    react(slack, false).await;
    for room in [webex, teams, zoom] {
        assert_eq!(line(&channels, room).await, None, "the line goes with the last of them");
        assert_eq!(channels.read(room).await.len(), 1);
    }
    let counts = channels.world.counts().await;
    assert_eq!((counts.dead, counts.waiting, counts.aside), (0, 0, 0), "{counts:?}");
}

/// What the host of a room is called.
async fn names(channels: &Channels, room: usize) -> String {
    let host = &channels.rooms[room].host;
    let people = channels.world.look(host.place, "/_sim/people").await;
    let found = people["items"].as_array().expect("a list").iter().find(|one| one["id"] == host.id.as_str());
    let found = found.expect("the host");
    let name = ["name", "displayName", "display_name"].iter().find_map(|key| found[*key].as_str());
    name.expect("a name").to_owned()
}

#[tokio::test(start_paused = true)]
async fn whoever_is_there_reacts_as_themselves_and_reactions_go_with_their_message() {
    let channels = Channels::new(Setup::between(32, &[Place::Slack, Place::Teams])).await;
    channels.link().await;
    let [slack, teams] = &channels.rooms[..] else { panic!("two rooms") };
    let own = channels.world.at(Place::Slack, &teams.host.email).await;
    slack.host.let_in(&slack.id, &own.id).await;
    slack.host.tell(&slack.id, "lunch?").await;
    channels.settle().await;
    let (here, there) = (message(&channels, 0, "lunch"), message(&channels, 1, "lunch"));
    teams.host.react(&there, "👍", true).await;
    channels.settle().await;
    assert_eq!(reacting(&channels, 0, &here).await, [own.id.as_str()]);
    slack.host.react(&here, "heart", true).await;
    channels.settle().await;
    assert_eq!(texts(&channels.read(1).await).len(), 2);
    teams.host.react(&there, "👍", false).await;
    channels.settle().await;
    assert_eq!(reacting(&channels, 0, &here).await, [slack.host.id.as_str()]);
    slack.host.delete(&here).await;
    channels.settle().await;
    assert_eq!(channels.read(1).await, [], "the message, and the line below it");
    let counts = channels.world.counts().await;
    assert_eq!((counts.dead, counts.waiting, counts.aside), (0, 0, 0), "{counts:?}");
}
