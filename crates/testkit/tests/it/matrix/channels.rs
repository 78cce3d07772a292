//! The chapter on linked channels: one on each platform, all four in one link. Whoever writes has no account in the others, so
//! that the app passes it on under their name; somebody else, who has, writes for the one row about that.

use std::collections::BTreeMap;

use entente_testkit::channels::Room;
use entente_testkit::options::at_home;
use entente_testkit::people::At;
use entente_testkit::{Actor, Place, World};
use serde_json::{Value, json};

use super::facts::channels::FACTS;
use super::features::{Feature, Groups, IN_CHANNELS, of};
use super::people::{Account, Called, account, text};
use super::report::{Chapter, TITLES, ways};
use super::seen::Seen;
use super::way::{THIRD, Way, in_room, letter};
use super::wording::long_after;
use super::{Judge, SOON, organization};

pub(super) mod verdict;

const ABOUT: &str = "\
Four channels in one link. Whoever writes has no account in the other three, so that the app passes it on; one row is about
somebody who has.";

/// What is done about a message of somebody's on the other side.
pub(super) const ABOUT_OTHERS: [Feature; 4] =
    [Feature::React, Feature::ReactTogether, Feature::Unreact, Feature::ReplyToOther];

/// The chapter, and what is wrong with it.
pub(super) async fn chapter() -> (Chapter, String) {
    let world = organization(501).await;
    let rooms = world.open_channels("launch").await;
    let mut guests = Vec::new();
    for room in &rooms {
        guests.push(present(&world, &rooms, room.host.place).await);
        let third = account(&world, room.host.place, THIRD).await;
        room.host.let_in(&room.id, &third.id).await;
    }
    world.link(&rooms).await;
    let settle = async || assert!(world.settle(SOON).await, "{:?}", world.counts().await);

    let mut all = Vec::new();
    for (source, target) in ways() {
        all.push(begun(&world, &rooms, source, target).await);
    }
    for (room, guest) in rooms.iter().zip(&guests) {
        let said = written(&world, room, guest, &all, &IN_CHANNELS).await;
        answered(room, &mut all).await;
        for way in all.iter_mut().filter(|way| way.source == room.host.place) {
            way.sent.clone_from(&said);
        }
    }
    settle().await;
    look(&world, &rooms, &mut all).await;
    for (room, guest) in rooms.iter().zip(&guests) {
        act(&world, room, guest, &mut all).await;
    }
    settle().await;
    for way in all.iter().filter(|way| way.source != Place::Webex) {
        way.writer.react(&way.arrived(Feature::Unreact), way.thumb(), false).await;
    }
    settle().await;
    look(&world, &rooms, &mut all).await;

    let mut judge = Judge::new(FACTS);
    let rows = judge.rows(&world, &all, &IN_CHANNELS, verdict::of);
    judge.counts(&world).await;
    let chapter = Chapter { title: TITLES[3], about: ABOUT, groups: &IN_CHANNELS, rows };
    (chapter, judge.end())
}

/// Somebody who works there and is in every channel, as themselves or by what stands in for them.
async fn present(world: &World, rooms: &[Room], home: Place) -> Actor {
    let email = &at_home(home)[1].email;
    for room in rooms {
        let there = account(world, room.host.place, email).await;
        room.host.let_in(&room.id, &there.id).await;
    }
    world.at(home, email).await
}

/// A pair of channels before anything is said.
async fn begun(world: &World, rooms: &[Room], source: Place, target: Place) -> Way {
    let room = |place: Place| rooms.iter().find(|room| room.host.place == place).expect("a room");
    let (writer, reader) = (room(source).host.clone(), room(target).host.clone());
    let app = world.app_as_author(target).await;
    let app = app.strip_prefix("app:").unwrap_or(&app).to_owned();
    let here = |email: String| async move { account(world, source, &email).await };
    Way {
        source,
        target,
        groups: &IN_CHANNELS,
        stand_in: Account { id: app, name: "Entente".to_owned(), email: String::new() },
        third: account(world, target, THIRD).await,
        here: Called {
            reader: here(reader.email.clone()).await,
            third: here(THIRD.to_owned()).await,
            all: Some(room(source).id.clone()),
        },
        in_front: Some(at_home(source)[0].name.clone()),
        room: None,
        tags: [format!("x{}", letter(source)), format!("x{}{}", letter(source), letter(target))],
        writer,
        reader,
        sent: BTreeMap::new(),
        others: BTreeMap::new(),
        seen: Vec::new(),
        at_source: Vec::new(),
    }
}

/// Writes everything that is written in one channel, once for all the others.
pub(super) async fn written(
    world: &World,
    room: &Room,
    guest: &Actor,
    ways: &[Way],
    groups: &Groups,
) -> BTreeMap<Feature, At> {
    let mut sent = BTreeMap::new();
    let way = ways.iter().find(|way| way.source == room.host.place).expect("a way");
    for feature in of(groups).filter(|feature| *feature != Feature::First) {
        let at = if let Some(files) = way.files(feature) {
            attach(world, room, &way.token(feature), files).await
        } else if let Some(fields) = way.wording(feature) {
            let writer = if feature == Feature::Present { guest } else { &room.host };
            writer.tell_with(&room.id, fields).await
        } else {
            continue;
        };
        sent.insert(feature, at);
    }
    sent
}

/// Writes in one channel what the writers of the others do something about.
async fn answered(room: &Room, ways: &mut [Way]) {
    for way in ways.iter_mut().filter(|way| way.target == room.host.place) {
        for feature in ABOUT_OTHERS {
            let at = room.host.tell(&room.id, &way.others_token(feature)).await;
            way.others.insert(feature, at);
        }
    }
}

async fn attach(world: &World, room: &Room, said: &str, files: Value) -> At {
    let (key, id) = match room.host.place {
        Place::Webex => ("room", room.id.as_str()),
        Place::Teams => ("chat", in_team(&room.id)),
        Place::Slack | Place::Zoom => ("channel", room.id.as_str()),
    };
    let what = json!({"person": room.host.email, key: id, "text": said, "files": files});
    let sent = world.control(room.host.place, "/_sim/files", what).await;
    let message = text(&sent, if room.host.place == Place::Slack { "ts" } else { "id" });
    At { conversation: room.id.clone(), message }
}

/// A channel of Teams without its team; a chat is in none.
fn in_team(id: &str) -> &str {
    id.split_once('/').map_or(id, |(_, channel)| channel)
}

/// What is done when everything has arrived.
pub(super) async fn act(world: &World, room: &Room, guest: &Actor, ways: &mut [Way]) {
    let writer = &room.host;
    let way = ways.iter().find(|way| way.source == writer.place).expect("a way");
    let token = |feature| way.token(feature);
    let sent = |feature| &way.sent[&feature];
    let reply = writer.reply(sent(Feature::Reply), &format!("answer{}", token(Feature::Reply))).await;
    writer.edit(sent(Feature::Edit), &format!("{} after", token(Feature::Edit))).await;
    let after = long_after(way.longest() - token(Feature::EditLong).len() - 1);
    writer.edit(sent(Feature::EditLong), &format!("{} {}", token(Feature::EditLong), after.join(" "))).await;
    writer.delete(sent(Feature::Delete)).await;
    writer.delete(sent(Feature::DeleteLong)).await;
    moderate(world, room, guest, sent(Feature::Moderated)).await;
    for way in ways.iter_mut().filter(|way| way.source == writer.place) {
        let to = way.arrived(Feature::ReplyToOther);
        let answer = format!("answer{}", way.others_token(Feature::ReplyToOther));
        let at = writer.reply(&to, &answer).await;
        way.sent.insert(Feature::ReplyToOther, at);
        way.sent.insert(Feature::Reply, reply.clone());
        if writer.place == Place::Webex {
            continue;
        }
        for feature in [Feature::React, Feature::Unreact, Feature::ReactTogether] {
            writer.react(&way.arrived(feature), way.thumb(), true).await;
        }
        guest.react(&way.arrived(Feature::ReactTogether), way.thumb(), true).await;
    }
}

/// Whether somebody else can delete what people write there: an administrator, or an owner of the team.
pub(super) fn moderates(place: Place, id: &str) -> bool {
    match place {
        Place::Webex | Place::Slack => true,
        Place::Teams => id.contains('/'),
        Place::Zoom => false,
    }
}

/// Somebody else deletes it.
async fn moderate(world: &World, room: &Room, guest: &Actor, at: &At) {
    match room.host.place {
        Place::Webex => {
            let moderator = json!({"name": "Olga Moser", "email": "olga.moser@acme.example", "admin": true});
            world.control(Place::Webex, "/_sim/people", moderator).await;
            let moderator = world.at_webex("olga.moser@acme.example").await;
            room.host.let_in(&room.id, &moderator.id).await;
            moderator.delete(at).await;
        }
        Place::Slack => {
            let promoted = json!({"person": guest.id, "admin": true});
            world.control(Place::Slack, "/_sim/people/change", promoted).await;
            guest.delete(at).await;
        }
        Place::Teams if moderates(Place::Teams, &room.id) => {
            let gone = json!({"chat": in_team(&room.id), "message": at.message});
            world.control(Place::Teams, "/_sim/messages/delete", gone).await;
        }
        Place::Teams | Place::Zoom => {}
    }
}

/// Looks at what stands in all channels. What the app passed on for the writer is read without the name in front; what it passed
/// on for others is left out.
async fn look(world: &World, rooms: &[Room], ways: &mut [Way]) {
    let mut shown = BTreeMap::new();
    for room in rooms {
        shown.insert(room.host.place, in_room(world, &room.host, &room.id).await);
    }
    for way in ways {
        way.seen.clone_from(&shown[&way.target]);
        way.at_source.clone_from(&shown[&way.source]);
        let name = way.in_front.clone().unwrap_or_default();
        let guest = at_home(way.source)[1].name.clone();
        let app = way.stand_in.id.clone();
        let of_writer = |seen: &Seen| match seen.unsigned(&name) {
            Some(bare) => Some(bare),
            None if seen.by != app => Some(seen.clone()),
            // Lines about reactions are of several, and pieces of a long text go on without a name.
            None if ["reacted:", "("].iter().any(|begin| seen.text().starts_with(begin)) => {
                Some(seen.clone())
            }
            None => {
                // Files cannot have a name of their own, so it stands in front with the platform behind it.
                let signed = seen.name.starts_with(&name) || seen.text().starts_with(&name);
                (signed || seen.unsigned(&guest).is_some()).then(|| seen.clone())
            }
        };
        way.seen = way.seen.iter().filter_map(of_writer).collect();
    }
}
