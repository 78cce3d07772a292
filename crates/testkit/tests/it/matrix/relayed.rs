//! The chapter on direct conversations of people who have neither an account nor a bot where they are read: for each ordered pair
//! somebody writes to a colleague there, and the app passes it on in a room of the two. The colleague has an account, or a bot,
//! where it is written.

use entente_model::Pair;
use entente_sim::org::Somebody;
use entente_store::{People as _, Rooms as _};
use entente_testkit::{Place, World};

use super::channels::verdict::{passed_on, picture};
use super::facts::{At, Fact, channels, relayed};
use super::features::{Feature, IN_ROOMS, of};
use super::people::Account;
use super::report::{Chapter, TITLES, ways};
use super::seen::Seen;
use super::verdict::Verdict::{self, Full, Lost};
use super::verdict::{self as everywhere};
use super::way::Way;
use super::{Judge, SOON, setup};
use crate::relay::{listener_on_teams, running, take_away};

const ABOUT: &str = "\
Between two people, the one who writes having neither an account nor a bot where it is read. The app says it there, in a room of
the two. Mentions and reactions are not among the rows yet.";

/// Who writes, one for each way.
const WRITERS: [&str; 12] = [
    "Anna Adler",
    "Bela Brandt",
    "Clara Conti",
    "Dario Duval",
    "Elif Ersoy",
    "Finn Falk",
    "Greta Gruen",
    "Hugo Holm",
    "Ilse Ivers",
    "Jan Jonker",
    "Kaya Krause",
    "Luis Lang",
];

/// The chapter, and what is wrong with it.
pub(super) async fn chapter() -> (Chapter, String) {
    let world = organization(503).await;
    let settle = async || assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let mut all = Vec::new();
    for (way, name) in ways().zip(WRITERS) {
        all.push(begun(&world, way, name).await);
    }
    for way in &mut all {
        way.write(&world).await;
    }
    settle().await;
    for way in &mut all {
        way.room = Some(room_of(&world, way).await);
        way.write_back().await;
    }
    settle().await;
    for way in &mut all {
        way.act(&world).await;
    }
    settle().await;
    for way in &mut all {
        way.look(&world).await;
    }
    let mut judge = Judge::new(facts());
    let rows = judge.rows(&world, &all, &IN_ROOMS, verdict);
    judge.counts(&world).await;
    (Chapter { title: TITLES[1], about: ABOUT, groups: &IN_ROOMS, rows }, judge.end())
}

/// What an app cannot do in a channel it cannot do in a room either, so those reasons count that are about something here.
fn facts() -> impl Iterator<Item = &'static Fact> {
    // The drives of those who write are their own, unlike those of teams.
    let of_teams =
        |fact: &&Fact| fact.features.contains(&Feature::File) && fact.at == At::Source(Place::Teams);
    let here = move |fact: &&Fact| {
        fact.features.iter().any(|feature| of(&IN_ROOMS).any(|one| one == *feature)) && !of_teams(fact)
    };
    relayed::FACTS.iter().chain(channels::FACTS.iter().filter(here))
}

/// An organization in which each of the writers has no account on one platform and is represented on the others, with an account of
/// nobody's wherever an app does not hear.
async fn organization(seed: u64) -> World {
    let mut setup = setup(seed);
    for ((source, target), name) in ways().zip(WRITERS) {
        setup.people.push(Somebody {
            name: name.to_owned(),
            email: address(name),
            department: source.department(),
            on_webex: source == Place::Webex,
            on_teams: target != Place::Teams,
            on_slack: target != Place::Slack,
            on_zoom: target != Place::Zoom,
        });
    }
    setup.people.push(listener_on_teams());
    let world = running(setup).await;
    for ((_, target), name) in ways().zip(WRITERS) {
        // Without an account there, a bot would stand in for them.
        if target == Place::Webex {
            take_away(&world, &address(name), target).await;
        }
    }
    for place in [Place::Webex, Place::Teams, Place::Zoom] {
        world.add_listener(place).await;
    }
    world.listening().await;
    world.hear_all_of_zoom().await;
    world
}

fn address(name: &str) -> String {
    format!("{}@acme.example", name.to_lowercase().replace(' ', "."))
}

/// A pair before anything is said.
async fn begun(world: &World, (source, target): (Place, Place), name: &str) -> Way {
    let app = world.app_as_author(target).await;
    let app = app.strip_prefix("app:").unwrap_or(&app).to_owned();
    Way {
        groups: &IN_ROOMS,
        writer: world.at(source, &address(name)).await,
        stand_in: Account { id: app, name: "Entente".to_owned(), email: String::new() },
        in_front: Some(name.to_owned()),
        ..Way::new(world, source, target).await
    }
}

/// The room of the two.
async fn room_of(world: &World, way: &Way) -> String {
    let id = async |email: &str| {
        let known = world.store.person_by_email(email).await.expect("the memory store answers");
        known.unwrap_or_else(|| panic!("{email} is nobody")).person.id
    };
    let pair = Pair::of(id(&way.writer.email).await, id(&way.reader.email).await).expect("two people");
    let rooms = world.store.rooms().await.expect("the memory store answers");
    let there = |workspace: &str| workspace == way.target.workspace();
    let found = rooms.iter().find(|(room, of)| *of == pair && there(room.workspace.id.as_str()));
    let (room, _) = found.unwrap_or_else(|| panic!("no room of {} at {:?}", way.writer.email, way.target));
    room.id.as_str().to_owned()
}

fn verdict(way: &Way, feature: Feature) -> Verdict {
    match feature {
        Feature::Back => back(way),
        Feature::Name => passed_on(way),
        Feature::Picture => picture(way),
        other => everywhere::of(way, other),
    }
}

/// What the other says in the room, as the writer sees it where they write.
fn back(way: &Way) -> Verdict {
    let token = way.others_token(Feature::Back);
    let found: Vec<&Seen> = way.at_source.iter().filter(|seen| seen.says(&token)).collect();
    match found[..] {
        [seen] if seen.text().trim_end() == token && seen.by == way.here.reader.id => Full,
        _ => Lost(format!("{} messages: {found:?}", found.len())),
    }
}
