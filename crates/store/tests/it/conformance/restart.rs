//! What a new boot finds.

use entente_model::DropReason;
use entente_store::{Finish, LaneKey, Side};

use crate::world::{
    World, at, balanced, begin, claim, claims, created, deliver, head, message, notice, plan, room, route,
    teams, webex,
};

super::conformance! {
    all_work_is_claimable_again
    what_waited_goes_on_waiting
    wedged_lanes_stand
    new_rows_come_after_old_ones
    counters_go_on
}

fn lane() -> LaneKey {
    LaneKey::Conversation(room(&teams(), "t"))
}

async fn all_work_is_claimable_again(mut world: World) {
    let one = message(&room(&webex(), "r"), "m1");
    let store = world.store();
    store.accept(vec![created(&one)], at(5)).await.unwrap();
    store.plan(vec![plan(&lane(), &one)], at(6)).await.unwrap();
    claim(store, Side::Inbound, 6).await;
    let held = claim(store, Side::Outbound, 6).await;
    let id = head(store, &held).await.delivery.id;
    begin(store, &held, id, 7).await;
    world.restart();
    let store = world.store();
    let inbound = claim(store, Side::Inbound, 8).await;
    assert_eq!(store.arrived(&inbound, 9).await.unwrap()[0].message, one);
    let outbound = claim(store, Side::Outbound, 8).await;
    assert_eq!(outbound.key, lane());
    assert_eq!(head(store, &outbound).await.delivery.attempts, 1);
    assert_eq!(store.begun(&lane()).await.unwrap().len(), 1);
}

async fn what_waited_goes_on_waiting(mut world: World) {
    let one = message(&room(&webex(), "r"), "m1");
    world.store().plan(vec![plan(&lane(), &one)], at(6)).await.unwrap();
    let held = claim(world.store(), Side::Outbound, 6).await;
    let id = head(world.store(), &held).await.delivery.id;
    begin(world.store(), &held, id, 7).await;
    world.store().finish(&held, id, Finish::LookAt { at: at(80) }, at(8)).await.unwrap();
    world.restart();
    assert!(claims(world.store(), Side::Outbound, 79).await.is_empty());
    assert_eq!(world.store().next_ready(Side::Outbound).await.unwrap(), Some(at(80)));
    claim(world.store(), Side::Outbound, 80).await;
}

async fn wedged_lanes_stand(mut world: World) {
    let one = message(&room(&webex(), "r"), "m1");
    let store = world.store();
    store.accept(vec![created(&one)], at(1)).await.unwrap();
    store.plan(vec![plan(&lane(), &one)], at(1)).await.unwrap();
    store.wedge(claim(store, Side::Inbound, 1).await, "inbound reason").await.unwrap();
    store.wedge(claim(store, Side::Outbound, 1).await, "outbound reason").await.unwrap();
    world.restart();
    let store = world.store();
    assert!(claims(store, Side::Inbound, 999).await.is_empty());
    assert!(claims(store, Side::Outbound, 999).await.is_empty());
    let mut wedged = store.queues(9).await.unwrap();
    wedged.sort_by(|a, b| a.reason.cmp(&b.reason));
    assert_eq!(wedged[0].lane, LaneKey::Reports(one.conversation));
    assert_eq!(wedged[1].lane, lane());
    for lane in wedged {
        store.unwedge(lane.lane_id).await.unwrap();
    }
    claim(store, Side::Inbound, 2).await;
    claim(store, Side::Outbound, 2).await;
}

async fn new_rows_come_after_old_ones(mut world: World) {
    let here = room(&webex(), "r");
    for number in 1..=3 {
        let one = message(&here, &format!("m{number}"));
        world.store().plan(vec![plan(&lane(), &one)], at(1)).await.unwrap();
        world.store().accept(vec![created(&one)], at(1)).await.unwrap();
        world.restart();
    }
    let store = world.store();
    let inbound = claim(store, Side::Inbound, 1).await;
    let arrived = store.arrived(&inbound, 9).await.unwrap();
    assert!(arrived.is_sorted_by_key(|arrived| arrived.message.id.clone()));
    assert!(arrived.is_sorted_by_key(|arrived| arrived.id));
    let held = claim(store, Side::Outbound, 1).await;
    for number in 1..=3 {
        let head = head(store, &held).await.delivery;
        assert_eq!(head.source, Some(message(&here, &format!("m{number}"))));
        deliver(store, &held, &message(&room(&teams(), "t"), &format!("n{number}"))).await;
    }
}

async fn counters_go_on(mut world: World) {
    let source = message(&room(&webex(), "r"), "m1");
    let other = message(&room(&webex(), "r"), "m2");
    route(world.store(), &source, vec![plan(&lane(), &source), plan(&lane(), &other)], 1).await;
    world.store().plan(vec![notice(&lane(), "hello")], at(1)).await.unwrap();
    let held = claim(world.store(), Side::Outbound, 1).await;
    deliver(world.store(), &held, &message(&room(&teams(), "t"), "n1")).await;
    let id = head(world.store(), &held).await.delivery.id;
    world.store().finish(&held, id, Finish::Dropped(DropReason::Gone), at(2)).await.unwrap();
    world.store().count("refused", 4);
    let before = balanced(world.store()).await;
    assert_eq!((before.accepted, before.planned, before.delivered, before.dropped_rows), (1, 2, 1, 1));
    assert_eq!(before.other["refused"], 4);
    world.restart();
    assert_eq!(balanced(world.store()).await, before);
}
