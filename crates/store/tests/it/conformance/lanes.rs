//! Claiming, giving back, waking, wedging.

use std::time::Duration;

use entente_store::{LaneKey, Side, Store};
use tokio::time::timeout;

use crate::world::{
    LEASE, World, at, claim, claims, created, head, login_id, message, notice, plan, room, route, teams,
    webex,
};

super::conformance! {
    a_lane_is_held_by_one
    the_longest_waiting_come_first
    a_lane_given_back_waits_as_it_was_told
    work_that_came_meanwhile_is_claimable_at_once
    new_work_ends_a_wait
    a_lease_ends_by_itself
    a_lease_is_kept_for_as_long_as_the_work_takes
    a_wedged_lane_stands_until_it_is_let_go
    wakes_carry_nothing_and_keep_one_permit
    both_sides_are_apart
    every_kind_of_lane_keeps_its_key
}

async fn work(store: &dyn Store, name: &str, now: i64) {
    store.accept(vec![created(&message(&room(&webex(), name), &format!("m{now}")))], at(now)).await.unwrap();
}

async fn a_lane_is_held_by_one(world: World) {
    let store = world.store();
    work(store, "a", 1).await;
    assert!(claims(store, Side::Inbound, 0).await.is_empty(), "nothing is due yet");
    let first = claim(store, Side::Inbound, 1).await;
    assert_eq!(first.until, at(31));
    assert!(claims(store, Side::Inbound, 2).await.is_empty());
    let (epoch, lane) = (first.epoch, first.lane);
    store.release(first, Some(at(2))).await.unwrap();
    let second = claim(store, Side::Inbound, 2).await;
    assert_eq!(second.lane, lane);
    assert!(second.epoch > epoch);
}

async fn the_longest_waiting_come_first(world: World) {
    let store = world.store();
    for (name, now) in [("c", 1), ("a", 2), ("b", 3)] {
        work(store, name, now).await;
    }
    let names = |claims: Vec<entente_store::Claim>| -> Vec<String> {
        claims
            .iter()
            .map(|claim| match &claim.key {
                LaneKey::Reports(conversation) => conversation.id.to_string(),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    assert_eq!(names(store.claim(Side::Inbound, 2, LEASE, at(5)).await.unwrap()), ["c", "a"]);
    assert_eq!(names(store.claim(Side::Inbound, 2, LEASE, at(5)).await.unwrap()), ["b"]);
    assert_eq!(names(store.claim(Side::Inbound, 0, LEASE, at(99)).await.unwrap()), [""; 0]);
}

async fn a_lane_given_back_waits_as_it_was_told(world: World) {
    let store = world.store();
    work(store, "a", 1).await;
    let held = claim(store, Side::Inbound, 1).await;
    store.release(held.clone(), Some(at(10))).await.unwrap();
    assert_eq!(store.next_ready(Side::Inbound).await.unwrap(), Some(at(10)));
    assert!(claims(store, Side::Inbound, 9).await.is_empty());
    let held_again = claim(store, Side::Inbound, 10).await;
    // The first holder is late; it gives back nothing.
    store.release(held, Some(at(10))).await.unwrap();
    assert!(claims(store, Side::Inbound, 11).await.is_empty());
    store.release(held_again, None).await.unwrap();
    assert_eq!(store.next_ready(Side::Inbound).await.unwrap(), None);
    assert!(claims(store, Side::Inbound, 99).await.is_empty());
    work(store, "a", 100).await;
    claim(store, Side::Inbound, 100).await;
}

async fn work_that_came_meanwhile_is_claimable_at_once(world: World) {
    let store = world.store();
    for (now, ready_at) in [(1, None), (11, Some(at(1_000)))] {
        work(store, "a", now).await;
        let held = claim(store, Side::Inbound, now).await;
        work(store, "a", now + 1).await;
        store.release(held, ready_at).await.unwrap();
        let held = claim(store, Side::Inbound, now + 1).await;
        store.release(held, None).await.unwrap();
        assert!(claims(store, Side::Inbound, now + 2).await.is_empty(), "the work is told of once");
    }
}

async fn new_work_ends_a_wait(world: World) {
    let store = world.store();
    work(store, "a", 1).await;
    let held = claim(store, Side::Inbound, 1).await;
    store.release(held, Some(at(1_000))).await.unwrap();
    work(store, "a", 2).await;
    claim(store, Side::Inbound, 2).await;
}

async fn a_lease_ends_by_itself(world: World) {
    let store = world.store();
    work(store, "a", 1).await;
    let lost = claim(store, Side::Inbound, 1).await;
    assert_eq!(store.next_ready(Side::Inbound).await.unwrap(), Some(at(31)));
    assert!(claims(store, Side::Inbound, 30).await.is_empty());
    // As long as nobody else took it, its holder may go on.
    store.arrived(&lost, 1).await.unwrap();
    let new = claim(store, Side::Inbound, 31).await;
    assert_eq!(new.lane, lost.lane);
    assert!(new.epoch > lost.epoch);
    assert!(store.arrived(&lost, 1).await.is_err());
}

async fn a_lease_is_kept_for_as_long_as_the_work_takes(world: World) {
    let store = world.store();
    work(store, "a", 1).await;
    let long = claim(store, Side::Inbound, 1).await;
    store.extend(&long, at(100)).await.unwrap();
    assert!(claims(store, Side::Inbound, 99).await.is_empty());
    assert_eq!(store.next_ready(Side::Inbound).await.unwrap(), Some(at(100)));
    store.extend(&long, at(100)).await.unwrap();
    let new = claim(store, Side::Inbound, 100).await;
    assert!(store.extend(&long, at(200)).await.is_err(), "somebody else has it");
    store.release(new, None).await.unwrap();
    assert!(claims(store, Side::Inbound, 999).await.is_empty());
}

async fn a_wedged_lane_stands_until_it_is_let_go(world: World) {
    let store = world.store();
    let lane = LaneKey::Conversation(room(&teams(), "t"));
    let source = message(&room(&webex(), "r"), "m1");
    route(store, &source, vec![plan(&lane, &source)], 1).await;
    let held = claim(store, Side::Outbound, 1).await;
    let id = held.lane;
    assert!(!store.unwedge(id).await.unwrap());
    assert!(store.head(&held).await.unwrap().is_some(), "a lane that is not wedged is left alone");
    store.wedge(held.clone(), "the login was refused").await.unwrap();
    assert_eq!(store.counts().await.unwrap().wedged, 1);
    let [wedged] = store.queues(10).await.unwrap().try_into().unwrap();
    assert_eq!((wedged.lane_id, &wedged.lane, wedged.wedged), (id, &lane, true));
    assert_eq!((wedged.reason.as_str(), wedged.waiting, wedged.next), ("the login was refused", 1, None));
    assert!(store.wedge(held, "again").await.is_err());
    store.plan(vec![notice(&lane, "hello")], at(2)).await.unwrap();
    assert!(claims(store, Side::Outbound, 999).await.is_empty());
    assert_eq!(store.next_ready(Side::Outbound).await.unwrap(), None);
    assert!(store.unwedge(id).await.unwrap());
    assert!(!store.unwedge(id).await.unwrap());
    let held = claim(store, Side::Outbound, 3).await;
    assert_eq!(head(store, &held).await.delivery.source, Some(source));
    assert_eq!(store.counts().await.unwrap().wedged, 0);
}

async fn wakes_carry_nothing_and_keep_one_permit(world: World) {
    let store = world.store();
    let soon = Duration::from_secs(10);
    let woken = store.woken(Side::Inbound);
    work(store, "a", 1).await;
    work(store, "b", 1).await;
    timeout(soon, woken.notified()).await.unwrap();
    let held = claims(store, Side::Inbound, 1).await;
    for claim in held {
        store.release(claim, Some(at(5))).await.unwrap();
    }
    timeout(soon, store.woken(Side::Inbound).notified()).await.unwrap();
    let lane = LaneKey::Conversation(room(&teams(), "t"));
    store.plan(vec![notice(&lane, "hello")], at(2)).await.unwrap();
    timeout(soon, store.woken(Side::Outbound).notified()).await.unwrap();
    // What is read after a wake is committed.
    let held = claim(store, Side::Outbound, 2).await;
    assert!(store.head(&held).await.unwrap().is_some());
}

async fn both_sides_are_apart(world: World) {
    let store = world.store();
    let here = room(&teams(), "t");
    store.plan(vec![notice(&LaneKey::Conversation(here.clone()), "hello")], at(1)).await.unwrap();
    store.accept(vec![created(&message(&here, "m"))], at(2)).await.unwrap();
    assert_eq!(claim(store, Side::Outbound, 5).await.key, LaneKey::Conversation(here.clone()));
    assert_eq!(claim(store, Side::Inbound, 5).await.key, LaneKey::Reports(here));
}

async fn every_kind_of_lane_keeps_its_key(mut world: World) {
    let here = room(&teams(), "t");
    let keys = [
        LaneKey::Direct(crate::world::pair(1, 2), teams()),
        LaneKey::Direct(crate::world::pair(1, 2), webex()),
        LaneKey::Conversation(here.clone()),
        LaneKey::App(login_id(9), crate::world::account(&webex(), "ann")),
        LaneKey::App(login_id(9), crate::world::account(&webex(), "bob")),
        LaneKey::App(login_id(8), crate::world::account(&webex(), "bob")),
    ];
    for (now, key) in (1..).zip(&keys) {
        world.store().plan(vec![notice(key, "hello")], at(now)).await.unwrap();
    }
    for _ in 0..2 {
        let found: Vec<_> =
            claims(world.store(), Side::Outbound, 50).await.into_iter().map(|claim| claim.key).collect();
        assert_eq!(found, keys);
        world.restart();
    }
}
