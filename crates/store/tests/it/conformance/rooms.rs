//! Rooms in which the app speaks for somebody whom nothing stands in for.

use entente_model::MirrorState;
use entente_store::{Interest, LaneKey, Room, Side, Work};

use super::channels::link;
use crate::world::{World, at, claim, deliver, direct, login_id, message, notice, pair, room, teams, webex};

super::conformance! {
    a_room_stands_as_it_was_recorded_last
    a_room_is_of_one_pair_and_of_no_link
    what_is_said_in_a_room_makes_it_nobodys_direct_conversation
    a_room_is_abandoned_once_and_says_so_then
}

fn wanted() -> Room {
    Room {
        pair: pair(1, 2),
        workspace: teams(),
        mark: "0123456789abcdef".to_owned(),
        state: MirrorState::Wanted { since: at(5) },
        at: None,
        abandoned: false,
    }
}

fn whole() -> Room {
    Room { state: MirrorState::Whole { by: login_id(1) }, at: Some(room(&teams(), "r")), ..wanted() }
}

async fn a_room_stands_as_it_was_recorded_last(mut world: World) {
    assert_eq!(world.store().room(pair(1, 2), &teams()).await.unwrap(), None);
    let open = MirrorState::Open { by: login_id(1) };
    let states = [
        wanted(),
        Room { state: MirrorState::Begun { by: login_id(1), at: at(6) }, ..wanted() },
        Room { state: MirrorState::Refused { reason: "why".to_owned(), at: at(7) }, ..wanted() },
        Room { state: open, ..whole() },
        Room { state: MirrorState::Ready { by: login_id(1) }, ..whole() },
        whole(),
        Room { abandoned: true, ..whole() },
        Room { mark: "fedcba9876543210".to_owned(), ..wanted() },
    ];
    for state in states {
        assert!(world.store().set_room(&state).await.unwrap());
        world.restart();
        assert_eq!(world.store().room(pair(1, 2), &teams()).await.unwrap(), Some(state.clone()));
        let stands: Vec<_> = state.at.map(|at| (at, pair(1, 2))).into_iter().collect();
        assert_eq!(world.store().rooms().await.unwrap(), stands);
    }
    assert_eq!(world.store().room(pair(1, 3), &teams()).await.unwrap(), None);
    assert_eq!(world.store().room(pair(1, 2), &webex()).await.unwrap(), None);
}

async fn a_room_is_of_one_pair_and_of_no_link(world: World) {
    let store = world.store();
    assert!(store.set_room(&whole()).await.unwrap());
    assert!(!store.set_room(&Room { pair: pair(1, 3), ..whole() }).await.unwrap());
    assert_eq!(store.room(pair(1, 3), &teams()).await.unwrap(), None);
    let taken = link(1, [room(&webex(), "g"), room(&teams(), "r")]);
    assert_eq!(store.add_link(&taken).await.unwrap(), Err(room(&teams(), "r")));
    let free = link(1, [room(&webex(), "g"), room(&teams(), "other")]);
    assert_eq!(store.add_link(&free).await.unwrap(), Ok(()));
    let linked = Room { pair: pair(1, 3), at: Some(room(&teams(), "other")), ..whole() };
    assert!(!store.set_room(&linked).await.unwrap());
}

async fn what_is_said_in_a_room_makes_it_nobodys_direct_conversation(world: World) {
    let store = world.store();
    let here = room(&teams(), "r");
    store.remember(&direct(&here), Interest::Yes, Some(pair(1, 3)), at(1)).await.unwrap();
    assert!(store.set_room(&whole()).await.unwrap());
    assert_eq!(store.direct(pair(1, 3), &teams()).await.unwrap(), None);
    let lane = LaneKey::Direct(pair(1, 2), teams());
    store.plan(vec![notice(&lane, "x")], at(6)).await.unwrap();
    let held = claim(store, Side::Outbound, 6).await;
    deliver(store, &held, &message(&here, "m")).await;
    store.remember(&direct(&here), Interest::No, None, at(8)).await.unwrap();
    store.forget(&here).await.unwrap();
    assert_eq!(store.direct(pair(1, 2), &teams()).await.unwrap(), None);
    let known = store.known(&here, &[]).await.unwrap().conversation.unwrap();
    assert_eq!((known.interest, known.pair), (Interest::Yes, None));
}

async fn a_room_is_abandoned_once_and_says_so_then(world: World) {
    let store = world.store();
    let lane = LaneKey::Conversation(room(&teams(), "r"));
    let said = || vec![notice(&lane, "x")];
    assert!(!store.abandon_room(pair(1, 2), &teams(), said(), at(5)).await.unwrap());
    store.set_room(&wanted()).await.unwrap();
    assert!(!store.abandon_room(pair(1, 2), &teams(), said(), at(5)).await.unwrap());
    store.set_room(&whole()).await.unwrap();
    assert!(store.abandon_room(pair(1, 2), &teams(), said(), at(5)).await.unwrap());
    assert!(!store.abandon_room(pair(1, 2), &teams(), said(), at(6)).await.unwrap());
    assert!(store.room(pair(1, 2), &teams()).await.unwrap().unwrap().abandoned);
    let held = claim(store, Side::Outbound, 6).await;
    assert_eq!(held.key, lane);
    let head = store.head(&held).await.unwrap().unwrap();
    assert_eq!(head.delivery.work, Work::Notice);
    deliver(store, &held, &message(&room(&teams(), "r"), "m")).await;
    assert!(store.head(&held).await.unwrap().is_none(), "it is said once");
}
