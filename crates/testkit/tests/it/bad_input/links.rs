//! Links with channels that the app, or whoever hears there, is not in: when the link is made, and later.

use std::time::Duration;

use entente_engine::{Asked, Wanted};
use entente_model::{Link, LinkOptions, LinkState};
use entente_sim::faults::{Fault, Rule, When};
use entente_store::{Channels as _, Console as _};
use entente_testkit::channels::Room;
use entente_testkit::{Place, Setup, World};
use serde_json::json;

use super::settle;
use crate::channels::shown_as;

/// Longer than it takes until a channel of which nothing is reported is looked at, and once more.
const SEEN: Duration = Duration::from_mins(25);

/// Channels on two platforms in one link, the first on the one that it is about.
async fn linked(seed: u64, place: Place) -> (World, [Room; 2], Link) {
    let other = if place == Place::Slack { Place::Teams } else { Place::Slack };
    let world = World::synced(Setup::between(seed, &[place, other])).await;
    let mut rooms = world.open_channels("launch").await;
    let link = world.link(&rooms).await;
    rooms.sort_by_key(|room| room.host.place != place);
    let rooms = rooms.try_into().map_err(|_| "two rooms").expect("two rooms");
    // What the channels are about is learned.
    tokio::time::sleep(Duration::from_secs(10)).await;
    (world, rooms, link)
}

async fn state(world: &World, link: &Link) -> LinkState {
    world.store.link(link.id).await.expect("the memory store answers").expect("it is there").state
}

async fn read(room: &Room) -> Vec<String> {
    let shown = room.host.sees(&room.id).await;
    shown.iter().filter_map(|message| shown_as(room.host.place, message)).map(|(_, text)| text).collect()
}

/// Whoever asks for it is told what to do.
#[tokio::test(start_paused = true)]
async fn a_channel_that_the_app_is_not_in_is_not_linked() {
    for place in Place::ALL {
        let (world, [here, there], made) = linked(221, place).await;
        world.running().unlink(made.id).await.expect("it can be ended");
        let empty = match place {
            Place::Teams => {
                let team =
                    json!({"name": "Other", "channel": "empty", "members": [here.host.id], "apps": []});
                world.control(place, "/_sim/teams", team).await;
                "Other/empty".to_owned()
            }
            _ => here.host.open_channel("empty").await,
        };
        let asked = |room: &Room, channel: &str| Asked {
            workspace: room.host.place.workspace().into(),
            channel: channel.to_owned(),
            new: false,
        };
        let channels = vec![asked(&there, &there.id), asked(&here, &empty)];
        let wanted = Wanted { name: None, channels, one_way: false, options: LinkOptions::default() };
        let refused = world.running().link(wanted).await.expect_err("nobody is in it").to_string();
        // Of what the app is not in, Webex and Slack show it no more than that; Zoom nobody who consented.
        let said =
            ["add it to the channel", "add it there", "sees a channel", "sees no channel", "nobody hears in"];
        assert!(said.iter().any(|said| refused.contains(said)), "{place:?}: {refused}");
        assert!(
            world
                .store
                .links()
                .await
                .expect("the memory store answers")
                .iter()
                .all(|link| link.id == made.id)
        );
    }
}

/// Takes an account out of a room.
async fn put_out(world: &World, room: &Room, account: &str) {
    match room.host.place {
        Place::Slack => room.host.put_out_in_slack(&room.id, account).await,
        _ => world.by_account(room.host.place, account).await.leave(&room.id).await,
    }
}

/// The link stops, which is said where people still read it, and to administrators, who can let it go on when it is mended.
#[tokio::test(start_paused = true)]
async fn a_link_stops_when_the_app_is_taken_out_of_a_channel() {
    for place in [Place::Webex, Place::Slack] {
        let (world, [here, there], link) = linked(222, place).await;
        let app = world.app_at(place).await.expect("an account");
        put_out(&world, &here, &app).await;
        tokio::time::sleep(SEEN).await;
        settle(&world).await;
        let LinkState::Paused(reason) = state(&world, &link).await else { panic!("{place:?}: it goes on") };
        assert!(reason.contains("Entente is not in it any more"), "{place:?}: {reason}");
        let told = read(&there).await;
        let told = told.iter().filter(|text| text.contains("Entente is not in it any more")).count();
        assert_eq!(told, 1, "{place:?}");
        there.host.tell(&there.id, "to nobody").await;
        settle(&world).await;
        let counts = world.counts().await;
        assert_eq!((counts.dead, counts.dropped.get("paused")), (0, Some(&1)), "{place:?}: {counts:?}");

        here.host.let_in(&here.id, &app).await;
        tokio::time::sleep(SEEN).await;
        settle(&world).await;
        let LinkState::Paused(reason) = state(&world, &link).await else { panic!("{place:?}: by itself") };
        assert!(reason.contains("is there again"), "{place:?}: {reason}");
        world.running().pause_link(link.id, false).await.expect("it is there");
        there.host.tell(&there.id, "to everybody").await;
        here.host.tell(&here.id, "likewise").await;
        settle(&world).await;
        assert!(read(&here).await.iter().any(|text| text.ends_with("to everybody")), "{place:?}");
        assert!(read(&there).await.iter().any(|text| text.ends_with("likewise")), "{place:?}");
    }
}

/// An app that was taken out of a team still reads its channels, by its right in Graph; what it can no longer say is dead, with the
/// reason. Bot Framework, "Send and receive messages": 403, `BotNotInConversationRoster`.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_said_in_a_team_any_more_is_dead_with_the_reason() {
    let (world, [here, there], _) = linked(223, Place::Teams).await;
    let out = Fault::Status { code: 403, retry_after: None };
    let (name, method, path) = ("out".to_owned(), "POST".to_owned(), "*/activities".to_owned());
    world.faults(Place::Teams).set(vec![Rule {
        name,
        method,
        path,
        fault: out,
        when: When::Before,
        share: 1.0,
        times: None,
    }]);
    there.host.tell(&there.id, "to nobody").await;
    here.host.tell(&here.id, "likewise").await;
    settle(&world).await;
    let dead = world.store.dead(9).await.expect("the memory store answers");
    assert!(dead.len() == 1 && !dead[0].reason.is_empty(), "{dead:?}");
    let told = read(&there).await;
    assert!(told.iter().any(|text| text.ends_with("likewise")), "the other way goes on: {told:?}");
}

/// Somebody else in it who has consented hears from then on; if there is nobody, it is shown as unheard, and as soon as there is
/// somebody nothing was lost.
#[tokio::test(start_paused = true)]
async fn a_channel_that_whoever_heard_there_has_left_is_heard_by_somebody_else_or_shown_as_unheard() {
    let (world, [here, there], link) = linked(224, Place::Webex).await;
    let heard = async || {
        let link = world.store.link(link.id).await.expect("the memory store answers").expect("it is there");
        let member =
            link.members.into_iter().find(|member| member.at.id.as_str() == here.id).expect("a member");
        world.running().is_heard(&member).await.expect("the memory store answers")
    };
    assert!(heard().await);
    let listener = world.account_at(Place::Webex, entente_testkit::setup::LISTENER).await;
    put_out(&world, &here, &listener).await;
    tokio::time::sleep(SEEN).await;
    assert!(!heard().await, "nobody is there who could");
    assert_eq!(world.counts().await.other.get("channels_unheard"), Some(&1));
    here.host.tell(&here.id, "does anybody hear?").await;
    there.host.tell(&there.id, "this way it works").await;
    settle(&world).await;
    assert!(read(&here).await.iter().any(|text| text.ends_with("this way it works")));
    assert!(!read(&there).await.iter().any(|text| text.ends_with("does anybody hear?")));
    here.host.let_in(&here.id, &listener).await;
    tokio::time::sleep(SEEN).await;
    settle(&world).await;
    assert!(heard().await);
    here.host.tell(&here.id, "and now?").await;
    settle(&world).await;
    let read = read(&there).await;
    assert!(read.iter().any(|text| text.ends_with("and now?")), "{read:?}");
    assert!(read.iter().any(|text| text.ends_with("does anybody hear?")), "{read:?}");
}

/// On Zoom the app sees no channel, so it is the same to it whether a channel or its listener is gone: the link stops, unless
/// somebody else hears.
#[tokio::test(start_paused = true)]
async fn on_zoom_a_link_stops_when_nobody_is_left_who_hears() {
    for another in [false, true] {
        let (world, [here, there], link) = linked(225, Place::Zoom).await;
        if another {
            // A colleague who works on Slack has an account there, and has consented.
            let colleague = world.account_at(Place::Zoom, &there.host.email).await;
            here.host.let_in(&here.id, &colleague).await;
        }
        let listener = world.account_at(Place::Zoom, entente_testkit::setup::LISTENER).await;
        put_out(&world, &here, &listener).await;
        tokio::time::sleep(SEEN).await;
        settle(&world).await;
        let paused = matches!(state(&world, &link).await, LinkState::Paused(why) if why.contains("not in it any more"));
        assert_eq!(paused, !another);
        here.host.tell(&here.id, "still heard?").await;
        settle(&world).await;
        assert_eq!(read(&there).await.iter().any(|text| text.ends_with("still heard?")), another);
    }
}
