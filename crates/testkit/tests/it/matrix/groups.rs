//! The chapter on groups: on each platform somebody makes one of a colleague there, of somebody who works on each of the others, and
//! of somebody else. What whoever made it writes is read in the mirrors, where everybody is present as themselves or as what
//! stands in for them.

use std::collections::{BTreeMap, BTreeSet};

use entente_store::Channels as _;
use entente_testkit::channels::Room;
use entente_testkit::options::at_home;
use entente_testkit::{Actor, Place, World};
use serde_json::Value;

use super::channels::{ABOUT_OTHERS, act, written};
use super::facts::groups::FACTS;
use super::features::{Feature, IN_GROUPS};
use super::people::{Called, account, items, query, text};
use super::report::{Chapter, TITLES, ways};
use super::seen::Seen;
use super::way::{THIRD, Way, in_room, letter};
use super::{Judge, SOON, organization, webex};

mod verdict;

const ABOUT: &str = "\
A group of people who work on all four platforms, made on one of them, and its mirror on another. Who is in it is in the mirror
as well, by an account of their own wherever there is one, and as a bot on Webex.";

/// What the groups are called, and how they are called in the end.
const NAMES: [&str; 2] = ["Launch", "Landing"];

/// A group where it was made.
struct Group {
    room: Room,
    /// A colleague of whoever made it.
    colleague: Actor,
    /// Where it is shown.
    mirrors: BTreeMap<Place, String>,
}

/// What a conversation was like when somebody looked at it.
struct Sight {
    /// Nothing where the platform has no names for such.
    title: Option<String>,
    /// The accounts in it.
    members: BTreeSet<String>,
    messages: Vec<Seen>,
}

/// What was seen of a group and its mirrors, in the order of the chapter: when all had been said, and when people had come and gone.
struct Sights(BTreeMap<(Place, Place), [Sight; 2]>);

/// The chapter, and what is wrong with it.
pub(super) async fn chapter() -> (Chapter, String) {
    let world = organization(502).await;
    world.add_listener(Place::Webex).await;
    world.listening().await;
    let settle = async || assert!(world.settle(SOON).await, "{:?}", world.counts().await);

    let mut groups = Vec::new();
    let mut all = Vec::new();
    for home in Place::ALL {
        groups.push(made(&world, home).await);
    }
    for (source, target) in ways() {
        let group = groups.iter().find(|group| group.room.host.place == source).expect("a group");
        all.push(begun(&world, &group.room, target).await);
    }
    let mut first = BTreeMap::new();
    for group in &groups {
        let way = of(&mut all, group).next().expect("a way");
        let said = way.wording(Feature::First).expect("words");
        first.insert(group.room.host.place, group.room.host.tell_with(&group.room.id, said).await);
    }
    settle().await;
    for group in &mut groups {
        group.mirrors = mirrors(&world, &group.room).await;
    }
    for group in &groups {
        let mut sent = written(&world, &group.room, &group.colleague, &all, &IN_GROUPS).await;
        sent.insert(Feature::First, first[&group.room.host.place].clone());
        for way in of(&mut all, group) {
            way.sent.clone_from(&sent);
            for feature in ABOUT_OTHERS {
                let mirror = &group.mirrors[&way.target];
                let at = way.reader.tell(mirror, &way.others_token(feature)).await;
                way.others.insert(feature, at);
            }
        }
    }
    settle().await;
    look(&world, &groups, &mut all).await;
    for group in &groups {
        act(&world, &group.room, &group.colleague, &mut all).await;
    }
    settle().await;
    for way in all.iter().filter(|way| way.source != Place::Webex) {
        way.writer.react(&way.arrived(Feature::Unreact), way.thumb(), false).await;
    }
    settle().await;
    let before = look(&world, &groups, &mut all).await;
    for group in &groups {
        come_and_go(&world, group).await;
    }
    settle().await;
    let mut later = all_sights(&world, &groups).await;
    let mut sights = BTreeMap::new();
    for (way, sight) in before {
        sights.insert(way, [sight, later.remove(&way).expect("the same")]);
    }
    let sights = Sights(sights);
    let members = present(&world, &all).await;

    let mut judge = Judge::new(FACTS);
    let verdict = |way: &Way, feature| verdict::of(way, feature, &sights, &members);
    let rows = judge.rows(&world, &all, &IN_GROUPS, verdict);
    judge.counts(&world).await;
    (Chapter { title: TITLES[2], about: ABOUT, groups: &IN_GROUPS, rows }, judge.end())
}

fn of<'a>(ways: &'a mut [Way], group: &'a Group) -> impl Iterator<Item = &'a mut Way> {
    ways.iter_mut().filter(|way| way.source == group.room.host.place)
}

/// Somebody makes a group where they work.
async fn made(world: &World, home: Place) -> Group {
    let [first, second, ..] = &at_home(home)[..] else { panic!("two people work there") };
    let host = world.at(home, &first.email).await;
    let colleague = world.at(home, &second.email).await;
    let mut others = vec![colleague.id.clone(), account(world, home, THIRD).await.id];
    for place in Place::ALL.into_iter().filter(|place| *place != home) {
        others.push(account(world, home, &world.somebody_of(place)).await.id);
    }
    let id = host.open_group(NAMES[0], &others).await;
    Group { room: Room { host, id }, colleague, mirrors: BTreeMap::new() }
}

/// Where a group is shown.
async fn mirrors(world: &World, room: &Room) -> BTreeMap<Place, String> {
    let links = world.store.links().await.expect("the memory store answers");
    let link = links.into_iter().find(|link| link.members[0].at.id.as_str() == room.id);
    let link = link.unwrap_or_else(|| panic!("the group of {:?} is not shown elsewhere", room.host.place));
    let place = |workspace: &str| Place::ALL.into_iter().find(|place| place.workspace() == workspace);
    let mirrors = link.members[1..].iter();
    mirrors
        .filter_map(|member| {
            Some((place(member.at.workspace.id.as_str())?, member.at.id.as_str().to_owned()))
        })
        .collect()
}

/// A group and a mirror before anything is said.
async fn begun(world: &World, room: &Room, target: Place) -> Way {
    let source = room.host.place;
    let (writer, reader) = (world.somebody_of(source), world.somebody_of(target));
    let here = Called {
        reader: account(world, source, &reader).await,
        third: account(world, source, THIRD).await,
        all: Some(room.id.clone()),
    };
    Way {
        source,
        target,
        groups: &IN_GROUPS,
        stand_in: account(world, target, &writer).await,
        third: account(world, target, THIRD).await,
        here,
        in_front: None,
        room: None,
        tags: [format!("x{}", letter(source)), format!("x{}{}", letter(source), letter(target))],
        writer: world.at(source, &writer).await,
        reader: world.at(target, &reader).await,
        sent: BTreeMap::new(),
        others: BTreeMap::new(),
        seen: Vec::new(),
        at_source: Vec::new(),
    }
}

/// Looks at what stands in all groups and mirrors.
async fn look(world: &World, groups: &[Group], ways: &mut [Way]) -> BTreeMap<(Place, Place), Sight> {
    let shown = all_sights(world, groups).await;
    for way in ways {
        way.seen.clone_from(&shown[&(way.source, way.target)].messages);
        way.at_source.clone_from(&shown[&(way.source, way.source)].messages);
        if way.target == Place::Webex {
            let picture = webex::picture(&way.reader, &way.stand_in.id).await;
            for seen in way.seen.iter_mut().filter(|seen| seen.by == way.stand_in.id) {
                seen.picture.clone_from(&picture);
            }
        }
    }
    shown
}

/// By where a group began and where it is looked at.
async fn all_sights(world: &World, groups: &[Group]) -> BTreeMap<(Place, Place), Sight> {
    let mut shown = BTreeMap::new();
    for group in groups {
        let home = group.room.host.place;
        shown.insert((home, home), sight(world, &group.room.host, &group.room.id).await);
        for (place, mirror) in &group.mirrors {
            let reader = world.at(*place, &world.somebody_of(*place)).await;
            shown.insert((home, *place), sight(world, &reader, mirror).await);
        }
    }
    shown
}

/// A conversation as somebody in it sees it.
async fn sight(world: &World, person: &Actor, id: &str) -> Sight {
    let all = world.look(person.place, &format!("/_sim/conversations?person={}", query(&person.id))).await;
    let messages = in_room(world, person, id).await;
    let key = match person.place {
        Place::Webex => "room",
        Place::Teams => "chat",
        Place::Slack => "channel",
        Place::Zoom => "session",
    };
    let found = items(&all).iter().find(|one| one[key] == id);
    let found = found.unwrap_or_else(|| panic!("{} is not in {id}: {all}", person.email));
    let members = found["members"].as_array().into_iter().flatten();
    // "Conversation object": direct messages of several have a name that nobody sees.
    let title = if found["type"] == "mpim" {
        ""
    } else if person.place == Place::Zoom {
        "channel"
    } else {
        "title"
    };
    Sight {
        title: found[title].as_str().map(str::to_owned),
        members: members.map(|member: &Value| text(member, "id")).collect(),
        messages,
    }
}

/// Somebody comes from each of the others, the colleague leaves, and whoever made the group gives it another name; where that can be.
async fn come_and_go(world: &World, group: &Group) {
    let Room { host, id } = &group.room;
    if host.place == Place::Slack {
        return;
    }
    for place in Place::ALL.into_iter().filter(|place| *place != host.place) {
        host.let_in(id, &account(world, host.place, &at_home(place)[1].email).await.id).await;
    }
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    group.colleague.leave(id).await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    host.rename(id, NAMES[1]).await;
}

/// Who comes and who leaves: their names, and their accounts in the mirror. Another of each comes and leaves on each way.
async fn present(world: &World, ways: &[Way]) -> BTreeMap<(Place, Place), [(String, String); 2]> {
    let mut all = BTreeMap::new();
    for way in ways {
        let (comes, leaves) = (&at_home(way.target)[1], &at_home(way.source)[1]);
        let mut both = Vec::new();
        for one in [comes, leaves] {
            both.push((one.name.clone(), account(world, way.target, &one.email).await.id));
        }
        let both = <[_; 2]>::try_from(both).expect("both");
        all.insert((way.source, way.target), both);
    }
    all
}
