//! The rooms of people who are relayed: one for each two, whatever dies, vanishes or gets lost, and none for anybody else.

use std::time::Duration;

use entente_model::{StandIn, StandInState};
use entente_store::{Console as _, People as _};
use entente_testkit::{Place, Setup};
use serde_json::{Value, json};

use super::{Relay, name_of, read_of, setup, take_away, words};

/// All points take minutes; a prime number reaches each kind of point in time.
const STRIDE: usize = 11;

/// An answer has one addressee: each colleague has a room of their own.
#[tokio::test(start_paused = true)]
async fn two_who_are_relayed_to_one_have_two_rooms() {
    let relay = Relay::new(16, Place::Webex, Place::Slack).await;
    let colleague = &entente_testkit::options::at_home(Place::Webex)[1];
    let colleague = relay.world.at(Place::Webex, &colleague.email).await;
    let first = relay.writer.write(&relay.to, "from one").await;
    let second = colleague.write(&relay.to, "from the other").await;
    relay.settle().await;
    let rooms = relay.rooms().await;
    assert_eq!(rooms.len(), 2);
    for (room, _) in &rooms {
        let seen = read_of(&relay.reader, room.id.as_str()).await;
        let [(_, only)] = &seen[..] else { panic!("one message in each: {seen:?}") };
        relay.reader.tell(room.id.as_str(), &format!("to you, {only}")).await;
    }
    relay.settle().await;
    assert_eq!(relay.answered(&first.conversation).await, ["from one", "to you, from one"]);
    let answered: Vec<_> =
        read_of(&colleague, &second.conversation).await.into_iter().map(|(_, text)| text).collect();
    assert_eq!(answered, ["from the other", "to you, from the other"]);
}

/// The first line says who this is, and that answers go to them.
#[tokio::test(start_paused = true)]
async fn a_room_is_introduced() {
    let setup = Setup { first_contact: true, ..setup(17, Place::Webex, Place::Slack) };
    let relay = Relay::with(setup, Place::Webex, Place::Slack).await;
    relay.writer.write(&relay.to, "one").await;
    relay.writer.write(&relay.to, "two").await;
    relay.settle().await;
    let read = relay.read().await;
    let texts: Vec<_> = read.iter().map(|(_, text)| text.as_str()).collect();
    assert!(texts[0].contains("works in Webex") && texts[0].contains("passed on"), "{read:?}");
    assert_eq!(texts[1..], ["one", "two"]);
}

/// Where nobody would hear an answer no room is made; the message is kept, and its author is told.
#[tokio::test(start_paused = true)]
async fn where_no_room_can_be_made_the_author_is_told() {
    for (seed, to) in [(18, Place::Teams), (19, Place::Zoom)] {
        let relay = Relay::unheard(setup(seed, Place::Webex, to), Place::Webex, to).await;
        let at = relay.writer.write(&relay.to, "are you there?").await;
        relay.settle().await;
        tokio::time::sleep(Duration::from_secs(20)).await;
        relay.settle().await;
        assert!(relay.rooms().await.is_empty());
        let dead = relay.world.store.dead(9).await.unwrap();
        assert!(dead.len() == 1 && dead[0].reason.contains("no room for the two"), "{dead:?}");
        let told = relay.answered(&at.conversation).await;
        assert!(told.last().is_some_and(|last| last.contains("You have no account there")), "{told:?}");
    }
}

/// Nothing is passed on of people who are not synced, whatever is written in a room of theirs.
#[tokio::test(start_paused = true)]
async fn nothing_is_relayed_for_people_who_are_not_synced() {
    let mut setup = setup(20, Place::Webex, Place::Slack);
    setup.people.retain(|one| one.department != Place::Webex.department() || one.email.starts_with("ada"));
    let relay = Relay::with(setup, Place::Webex, Place::Slack).await;
    let stranger = json!({"name": "Stranger", "email": "stranger@elsewhere.example"});
    relay.world.control(Place::Webex, "/_sim/people", stranger).await;
    let stranger = relay.world.at(Place::Webex, "stranger@elsewhere.example").await;
    stranger.write(&relay.to, "let me in").await;
    relay.settle().await;
    assert!(relay.rooms().await.is_empty());
    relay.writer.write(&relay.to, "hello").await;
    relay.settle().await;
    let counts = relay.world.counts().await;
    assert_eq!(relay.rooms().await.len(), 1, "{counts:?}");
    // Somebody else whom the reader lets into the room is nobody's addressee.
    let other = &entente_testkit::options::at_home(Place::Slack)[1];
    let other = relay.world.at(Place::Slack, &other.email).await;
    let room = relay.room().await;
    relay.reader.let_in(&room, &other.id).await;
    other.tell(&room, "me too").await;
    relay.settle().await;
    assert_eq!(relay.world.counts().await.planned, counts.planned);
}

/// Two people have one room, however many begin at once, and whenever the process dies.
#[tokio::test(start_paused = true)]
async fn no_death_makes_two_rooms() {
    for (seed, to) in [(21, Place::Slack), (22, Place::Webex)] {
        for point in (1..).step_by(STRIDE) {
            assert!(point < 2_000, "the story never ends before the process dies");
            let setup = Setup { limits: 0.0, first_contact: true, ..setup(seed, Place::Teams, to) };
            let mut relay = Relay::with(setup, Place::Teams, to).await;
            relay.world.gate().kill_after(point);
            relay.writer.write(&relay.to, "one").await;
            relay.writer.write(&relay.to, "two").await;
            let died = relay.world.wait_for_death(Duration::from_mins(1)).await;
            if died {
                relay.world.start(None, false).await;
            } else {
                relay.world.gate().forgive();
            }
            relay.settle().await;
            let room = relay.room().await;
            relay.reader.tell(&room, "three").await;
            relay.settle().await;
            let read = relay.read().await;
            assert_eq!(
                words(&read)[1..],
                ["one", "two", "three"],
                "after a death at point {point}: {read:?}"
            );
            assert_eq!(made(&relay).await, 1, "after a death at point {point}");
            if !died {
                assert!(point > 30, "the story has more than {point} points");
                break;
            }
        }
    }
}

/// How many rooms were made at the platform.
async fn made(relay: &Relay) -> usize {
    let place = relay.reader.place;
    let all = relay.world.look(place, &format!("/_sim/conversations?person={}", relay.reader.email)).await;
    let name = name_of(&relay.world, &relay.writer.email).await;
    let slug = name.to_lowercase().replace(' ', "-");
    let items = all["items"].as_array().unwrap_or_else(|| panic!("no items in {all}"));
    let ours = |item: &&Value| {
        let item = item.to_string();
        item.contains(&format!("\"{name} (")) || item.contains(&format!("\"{slug}-"))
    };
    items.iter().filter(ours).count()
}

/// Whoever is relayed and consents later writes to the direct conversation of both from then on; the room says so once. What
/// stands in the room is changed there, and what is written there is still heard.
#[tokio::test(start_paused = true)]
async fn who_speaks_for_themselves_leaves_the_room() {
    let relay = Relay::new(23, Place::Teams, Place::Webex).await;
    let first = relay.writer.write(&relay.to, "by the app").await;
    relay.settle().await;
    let room = relay.room().await;
    let known = relay.world.store.person_by_email(&relay.writer.email).await.unwrap().expect("a person");
    for stand_in in known.stand_ins.into_iter().filter(|one| one.workspace.id.as_str() == "acme-webex") {
        let back = StandIn { state: StandInState::Active, ..stand_in };
        relay.world.store.save_stand_in(&back).await.unwrap();
    }
    relay.writer.write(&relay.to, "by myself").await;
    relay.writer.write(&relay.to, "and on").await;
    relay.writer.edit(&first, "by the app, edited").await;
    relay.settle().await;
    let name = name_of(&relay.world, &relay.writer.email).await;
    let read = relay.read().await;
    let texts: Vec<_> = read.iter().map(|(_, text)| text.clone()).collect();
    assert_eq!(texts.len(), 2, "{read:?}");
    assert_eq!(texts[0], format!("{name}: by the app, edited"));
    assert!(texts[1].contains(&format!("{name} is here by their own name now")), "{read:?}");
    let bot = relay.world.bot_of(&relay.writer.email).await;
    let all =
        relay.world.look(Place::Webex, &format!("/_sim/conversations?person={}", relay.reader.email)).await;
    let items = all["items"].as_array().expect("a list");
    let direct = items.iter().find(|one| one["type"] == "direct" && one.to_string().contains(&bot));
    let direct =
        direct.and_then(|one| one["room"].as_str()).unwrap_or_else(|| panic!("no direct one: {all}"));
    let direct: Vec<_> = read_of(&relay.reader, direct).await.into_iter().map(|(_, text)| text).collect();
    assert_eq!(direct, ["by myself", "and on"]);
    relay.reader.tell(&room, "from the room").await;
    relay.settle().await;
    let answered = relay.answered(&first.conversation).await;
    assert!(answered.iter().any(|text| text == "from the room"), "{answered:?}");

    // What is taken away again is relayed again, in the same room.
    take_away(&relay.world, &relay.writer.email, Place::Webex).await;
    relay.writer.write(&relay.to, "by the app again").await;
    relay.settle().await;
    let read = relay.read().await;
    assert!(read.last().is_some_and(|(_, text)| text.ends_with(": by the app again")), "{read:?}");
}

/// What may have been said in the room is looked for there, although its author speaks for themselves by then.
#[tokio::test(start_paused = true)]
async fn what_the_app_may_have_said_is_not_said_again_by_its_author() {
    let relay = Relay::new(33, Place::Teams, Place::Webex).await;
    relay.writer.write(&relay.to, "one").await;
    relay.settle().await;
    let rule = |method: &str, when: &str, times: Option<u64>| {
        let rule = json!({
            "name": method, "method": method, "path": "/v1/messages", "when": when,
            "fault": {"status": {"code": 502}}, "times": times,
        });
        serde_json::from_value(rule).expect("a rule")
    };
    let faults = relay.world.faults(Place::Webex);
    faults.set(vec![rule("POST", "after", Some(1)), rule("GET", "before", None)]);
    relay.writer.write(&relay.to, "two").await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(faults.rules()[0].1, 1, "it was said, and the answer was lost");
    let known = relay.world.store.person_by_email(&relay.writer.email).await.unwrap().expect("a person");
    for stand_in in known.stand_ins.into_iter().filter(|one| one.workspace.id.as_str() == "acme-webex") {
        let back = StandIn { state: StandInState::Active, ..stand_in };
        relay.world.store.save_stand_in(&back).await.unwrap();
    }
    tokio::time::sleep(Duration::from_mins(2)).await;
    faults.set(Vec::new());
    relay.settle().await;
    let read = relay.read().await;
    assert_eq!(words(&read), ["one", "two"], "{read:?}");
    let all = relay.world.ledger(Place::Webex).read(0, usize::MAX);
    let said = all.iter().filter(|entry| entry.change["kind"] == "message.created");
    let twos = said.filter(|entry| entry.change["text"].as_str().is_some_and(|text| text.ends_with("two")));
    assert_eq!(twos.count(), 1);
}

/// A room that somebody removed is made anew, once for each time.
#[tokio::test(start_paused = true)]
async fn a_room_that_vanished_is_made_anew() {
    let setup = Setup { first_contact: true, ..setup(24, Place::Webex, Place::Slack) };
    let relay = Relay::with(setup, Place::Webex, Place::Slack).await;
    relay.writer.write(&relay.to, "before").await;
    relay.settle().await;
    let app = relay.world.app_at(Place::Slack).await.expect("an app");
    let before = relay.room().await;
    relay.reader.put_out_in_slack(&before, &app).await;
    relay.writer.write(&relay.to, "after").await;
    relay.writer.write(&relay.to, "and on").await;
    relay.settle().await;
    let after = relay.room().await;
    assert_ne!(before, after);
    let read = relay.read().await;
    assert!(read[0].1.contains("works in Webex"), "{read:?}");
    assert_eq!(words(&read)[1..], ["after", "and on"]);
    assert_eq!(relay.world.counts().await.dead, 0);
}

/// Whoever leaves the room is let in again when they are written to.
#[tokio::test(start_paused = true)]
async fn who_left_the_room_is_let_in_again() {
    for (seed, home, to) in [
        (29, Place::Webex, Place::Slack),
        (30, Place::Teams, Place::Webex),
        (31, Place::Webex, Place::Teams),
        (32, Place::Webex, Place::Zoom),
    ] {
        let setup = Setup { first_contact: true, ..setup(seed, home, to) };
        let relay = Relay::with(setup, home, to).await;
        relay.writer.write(&relay.to, "one").await;
        relay.settle().await;
        let room = relay.room().await;
        relay.reader.leave(&room).await;
        relay.settle().await;
        relay.writer.write(&relay.to, "two").await;
        relay.settle().await;
        assert_eq!(relay.room().await, room, "{to:?}");
        let read = relay.read().await;
        assert!(words(&read).contains(&"two"), "{to:?}: {read:?}");
        let introduced = read.iter().filter(|(_, text)| text.contains("works in")).count();
        // On Teams whoever comes later reads from then on.
        assert_eq!(introduced, usize::from(to != Place::Teams), "{to:?}: {read:?}");
    }
}

/// Answers to calls get lost after the effect: the room is one, and so is each message.
#[tokio::test(start_paused = true)]
async fn lost_answers_make_nothing_twice() {
    for (seed, to) in [(25, Place::Slack), (26, Place::Webex), (27, Place::Teams), (28, Place::Zoom)] {
        let home = if to == Place::Teams { Place::Webex } else { Place::Teams };
        let setup = Setup { limits: 0.0, ..setup(seed, home, to) };
        let relay = Relay::with(setup, home, to).await;
        let rules: Vec<_> = [
            "/api/conversations.create", "/api/conversations.invite", "/api/chat.postMessage", "/v1/rooms",
            "/v1/memberships", "/v1/messages", "/v1.0/chats", "/v2/chat/users/me/channels", "/v2/im/chat/messages",
            "/amer/v3/conversations",
        ]
        .into_iter()
        .map(|path| {
            let rule = json!({
                "name": path, "method": "POST", "path": path, "when": "after", "fault": {"status": {"code": 502}},
                "times": 1,
            });
            serde_json::from_value(rule).expect("a rule")
        })
        .collect();
        relay.world.faults(to).set(rules);
        let asked = relay.writer.write(&relay.to, "one").await;
        relay.writer.write(&relay.to, "two").await;
        relay.settle().await;
        let read = relay.read().await;
        assert_eq!(words(&read), ["one", "two"], "{to:?}: {read:?}");
        assert_eq!(made(&relay).await, 1, "{to:?}");
        let met = relay.world.faults(to).rules().iter().filter(|(_, met)| *met > 0).count();
        assert!(met >= 2, "{to:?}: {:?}", relay.world.faults(to).rules());
        relay.reader.tell(&relay.room().await, "three").await;
        relay.settle().await;
        assert_eq!(relay.answered(&asked.conversation).await, ["one", "two", "three"], "{to:?}");
    }
}
