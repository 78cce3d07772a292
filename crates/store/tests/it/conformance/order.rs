//! Rows that replace the head of a lane stand where it stood.

use entente_store::{Claim, Finish, Finished, LaneKey, Plan, Side, Store, StoreError};

use crate::world::{
    World, at, balanced, claim, deliver, head, message, notice, plan, room, route, teams, webex,
};

super::conformance! {
    replacements_stand_in_front_of_what_follows
    replacements_can_be_replaced
    a_row_can_be_replaced_by_nothing
    only_the_head_can_be_replaced_and_only_in_its_lane
}

fn lane() -> LaneKey {
    LaneKey::Conversation(room(&teams(), "t"))
}

fn named(name: &str) -> Plan {
    plan(&lane(), &message(&room(&webex(), "r"), name))
}

async fn planned(store: &dyn Store, names: &[&str]) -> Claim {
    let source = message(&room(&webex(), "r"), "source");
    route(store, &source, names.iter().map(|name| named(name)).collect(), 1).await;
    claim(store, Side::Outbound, 1).await
}

async fn replace(store: &dyn Store, held: &Claim, names: &[&str]) {
    let id = head(store, held).await.delivery.id;
    let plans = names.iter().map(|name| named(name)).collect();
    assert_eq!(store.finish(held, id, Finish::Replaced(plans), at(2)).await.unwrap(), Finished::Written);
    let counts = balanced(store).await;
    assert_eq!(counts.planned, counts.delivered + counts.waiting);
    let late = Finish::Dead { reason: "late".into() };
    assert_eq!(store.finish(held, id, late, at(2)).await.unwrap(), Finished::Settled);
}

/// The rows of a lane, delivered in their order.
async fn rest(store: &dyn Store, held: &Claim) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(head) = store.head(held).await.unwrap() {
        names.push(head.delivery.source.unwrap().id.to_string());
        deliver(store, held, &message(&room(&teams(), "t"), &format!("n{}", names.len()))).await;
    }
    names
}

async fn replacements_stand_in_front_of_what_follows(world: World) {
    let store = world.store();
    let held = planned(store, &["a", "b", "c"]).await;
    replace(store, &held, &["a1", "a2", "a3"]).await;
    store.plan(vec![named("d")], at(3)).await.unwrap();
    assert_eq!(rest(store, &held).await, ["a1", "a2", "a3", "b", "c", "d"]);
    balanced(store).await;
}

async fn replacements_can_be_replaced(mut world: World) {
    let held = planned(world.store(), &["a", "b"]).await;
    replace(world.store(), &held, &["a1", "a2"]).await;
    replace(world.store(), &held, &["x", "y", "z"]).await;
    world.restart();
    let held = claim(world.store(), Side::Outbound, 2).await;
    replace(world.store(), &held, &["x1", "x2"]).await;
    deliver(world.store(), &held, &message(&room(&teams(), "t"), "n0")).await;
    replace(world.store(), &held, &["x2a", "x2b", "x2c", "x2d"]).await;
    world.store().plan(vec![named("c")], at(3)).await.unwrap();
    let rest = rest(world.store(), &held).await;
    assert_eq!(rest, ["x2a", "x2b", "x2c", "x2d", "y", "z", "a2", "b", "c"]);
}

async fn a_row_can_be_replaced_by_nothing(world: World) {
    let store = world.store();
    let held = planned(store, &["a", "b"]).await;
    replace(store, &held, &[]).await;
    assert_eq!(rest(store, &held).await, ["b"]);
    let counts = balanced(store).await;
    assert_eq!((counts.planned, counts.delivered), (1, 1));
}

async fn only_the_head_can_be_replaced_and_only_in_its_lane(world: World) {
    let store = world.store();
    let held = planned(store, &["a", "b"]).await;
    let first = head(store, &held).await.delivery.id;
    let elsewhere = LaneKey::Conversation(room(&teams(), "elsewhere"));
    let astray = Finish::Replaced(vec![named("a1"), notice(&elsewhere, "hello")]);
    let refused = store.finish(&held, first, astray, at(2)).await;
    assert!(matches!(refused, Err(StoreError::Inconsistent { .. })));
    deliver(store, &held, &message(&room(&teams(), "t"), "n1")).await;
    store.plan(vec![named("c")], at(2)).await.unwrap();
    let second = head(store, &held).await.delivery.id;
    store.finish(&held, second, Finish::Dead { reason: "refused".into() }, at(3)).await.unwrap();
    store.replay(second, at(4)).await.unwrap();
    let not_head = store.finish(&held, second, Finish::Replaced(vec![named("x")]), at(5)).await;
    assert!(matches!(not_head, Err(StoreError::Inconsistent { .. })));
    assert_eq!(rest(store, &held).await, ["c", "b"]);
    balanced(store).await;
}
