//! Who has to be told that a message waits, died, or went through after all.

use entente_model::DropReason;
use entente_store::{Claim, Finish, LaneKey, OverdueState, Plan, Side, Store};

use crate::world::{
    World, at, balanced, begin, claim, claim_of, deliver, head, message, notice, plan, room, route, teams,
    webex,
};

super::conformance! {
    the_oldest_of_each_lane_is_overdue
    told_covers_everything_behind
    the_dead_are_told_of_at_once
    a_wedged_lane_says_why
    a_lane_went_through_once_nothing_told_waits
    a_replayed_letter_that_was_told_of_goes_through
    what_was_dropped_did_not_go_through
}

fn lane(name: &str) -> LaneKey {
    LaneKey::Conversation(room(&teams(), name))
}

fn from(lane: &LaneKey, name: &str, accepted_at: i64) -> Plan {
    Plan { accepted_at: at(accepted_at), ..plan(lane, &message(&room(&webex(), "r"), name)) }
}

async fn planned(store: &dyn Store, names: &[(&str, i64)]) -> Claim {
    let lane = lane("t");
    let plans = names.iter().map(|(name, accepted_at)| from(&lane, name, *accepted_at)).collect();
    route(store, &message(&room(&webex(), "r"), "source"), plans, 1).await;
    claim(store, Side::Outbound, 1).await
}

async fn overdue(store: &dyn Store, before: i64) -> Vec<String> {
    let rows = store.overdue(at(before), 9).await.unwrap();
    rows.into_iter().map(|row| row.source.id.to_string()).collect()
}

async fn the_oldest_of_each_lane_is_overdue(world: World) {
    let store = world.store();
    let plans = vec![
        notice(&lane("a"), "not told of"),
        from(&lane("a"), "a1", 20),
        from(&lane("a"), "a2", 21),
        from(&lane("b"), "b1", 10),
        from(&lane("c"), "c1", 30),
    ];
    store.plan(plans, at(31)).await.unwrap();
    assert_eq!(overdue(store, 10).await, [""; 0]);
    assert_eq!(overdue(store, 30).await, ["b1", "a1"]);
    let rows = store.overdue(at(99), 2).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0].lane, rows[0].reason.as_str()), (&lane("b"), ""));
    assert_eq!((&rows[0].payload[..], rows[0].state), (&b"send b1"[..], OverdueState::Waiting));
    let held = claim_of(store, &lane("b"), 31).await;
    assert_eq!(held.lane, rows[0].lane_id);
    assert_eq!(head(store, &held).await.delivery.id, rows[0].delivery);
}

async fn told_covers_everything_behind(mut world: World) {
    let held = planned(world.store(), &[("m1", 1), ("m2", 2), ("m3", 3)]).await;
    let first = world.store().overdue(at(9), 9).await.unwrap()[0].delivery;
    world.store().told(first).await.unwrap();
    world.store().told(first).await.unwrap();
    world.store().told(entente_model::DeliveryId(i64::MAX)).await.unwrap();
    assert_eq!(overdue(world.store(), 99).await, [""; 0]);
    // What comes later has to be told of by itself.
    world.store().plan(vec![from(&held.key, "m4", 4)], at(5)).await.unwrap();
    world.restart();
    assert_eq!(overdue(world.store(), 99).await, ["m4"]);
}

async fn the_dead_are_told_of_at_once(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1), ("m2", 2)]).await;
    let id = head(store, &held).await.delivery.id;
    store.finish(&held, id, Finish::Dead { reason: "too long".into() }, at(3)).await.unwrap();
    let rows = store.overdue(at(0), 9).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].state, rows[0].reason.as_str()), (OverdueState::Dead, "too long"));
    assert_eq!(&rows[0].payload[..], b"send m1");
    store.told(id).await.unwrap();
    // It said that it and everything behind it has not arrived.
    assert_eq!(overdue(store, 99).await, [""; 0]);
}

async fn a_wedged_lane_says_why(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1)]).await;
    let id = head(store, &held).await.delivery.id;
    begin(store, &held, id, 2).await;
    let retry = Finish::RetryAt { at: at(3), reason: "not reached".into() };
    store.finish(&held, id, retry, at(2)).await.unwrap();
    assert_eq!(store.overdue(at(9), 9).await.unwrap()[0].reason, "not reached");
    store.wedge(held, "the login was refused").await.unwrap();
    assert_eq!(store.overdue(at(9), 9).await.unwrap()[0].reason, "the login was refused");
}

async fn a_lane_went_through_once_nothing_told_waits(mut world: World) {
    let held = planned(world.store(), &[("m1", 1), ("m2", 2)]).await;
    let store = world.store();
    let first = head(store, &held).await.delivery.id;
    store.told(first).await.unwrap();
    store.plan(vec![from(&held.key, "m3", 3)], at(5)).await.unwrap();
    let here = room(&teams(), "t");
    deliver(store, &held, &message(&here, "n1")).await;
    assert!(store.went_through(9).await.unwrap().is_empty(), "the second was told of and waits");
    deliver(store, &held, &message(&here, "n2")).await;
    world.restart();
    assert!(world.store().went_through(0).await.unwrap().is_empty());
    assert_eq!(world.store().went_through(9).await.unwrap(), [lane("t")]);
    assert!(world.store().went_through(9).await.unwrap().is_empty());
    let held = claim(world.store(), Side::Outbound, 9).await;
    deliver(world.store(), &held, &message(&here, "n3")).await;
    assert!(world.store().went_through(9).await.unwrap().is_empty(), "nobody was told of the third");
}

async fn a_replayed_letter_that_was_told_of_goes_through(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1)]).await;
    let id = head(store, &held).await.delivery.id;
    store.finish(&held, id, Finish::Dead { reason: "too long".into() }, at(3)).await.unwrap();
    store.told(id).await.unwrap();
    assert!(store.replay(id, at(4)).await.unwrap());
    assert_eq!(overdue(store, 99).await, [""; 0], "nobody is told twice");
    deliver(store, &held, &message(&room(&teams(), "t"), "n1")).await;
    assert_eq!(store.went_through(9).await.unwrap(), [lane("t")]);
    balanced(store).await;
}

async fn what_was_dropped_did_not_go_through(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1)]).await;
    let id = head(store, &held).await.delivery.id;
    store.told(id).await.unwrap();
    store.finish(&held, id, Finish::Dropped(DropReason::Gone), at(3)).await.unwrap();
    assert!(store.went_through(9).await.unwrap().is_empty());
}
